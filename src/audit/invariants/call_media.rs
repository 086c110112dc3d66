//! RES-3: call media never rests (rule R6).

use crate::audit::Breach;
use crate::audit::docket::Docket;
use crate::audit::ledger::Landing;
use crate::terms::{Birth, BoundarySet, Instant, RecordKind, Rule};

/// Counts calls; any landing of their media is a breach.
#[derive(Debug, Default)]
pub(in crate::audit) struct CallMediaNeverRests {
    pub docket: Docket,
}

impl CallMediaNeverRests {
    #[inline]
    pub(in crate::audit) fn born(&mut self, birth: &Birth) {
        if birth.kind == RecordKind::CallMedia {
            self.docket.clear(1);
        }
    }

    #[inline]
    pub(in crate::audit) fn landed(&mut self, at: Instant, birth: &Birth, landing: &Landing) {
        if birth.kind != RecordKind::CallMedia {
            return;
        }
        self.docket.check(false, || {
            Breach::new(at, format!("{{tenant}}'s call media came to rest in a {} in {{datacenter}}", landing.copy))
                .of(birth)
                .in_unit(landing.unit)
                .at_datacenter(landing.datacenter)
                .resting_as(landing.copy)
                .against(BoundarySet::EMPTY, Rule::R6)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{DUBLIN, Story};
    use crate::terms::{CopyClass, RecordKind};

    #[test]
    fn a_call_that_leaves_nothing_behind_keeps_the_promise() {
        let mut story = Story::after();
        story.birth(RecordKind::CallMedia);
        story.expect_kept("RES-3", 1);
    }

    #[test]
    fn call_media_in_a_cache_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::CallMedia);
        story.land(birth, CopyClass::Cache, DUBLIN, 0);
        story.expect_broken("RES-3", "came to rest in a cache");
    }
}
