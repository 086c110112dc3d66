//! RES-2: records that belong together rest in one scale unit (rule R5).

use crate::audit::Breach;
use crate::audit::docket::Docket;
use crate::audit::ledger::{Landing, Ledger};
use crate::terms::{Birth, CopyClass, Instant, Rule};

/// Compares the unit of each follower with that of the record it follows.
#[derive(Debug, Default)]
pub(in crate::audit) struct Colocation {
    pub docket: Docket,
}

impl Colocation {
    #[inline]
    pub(in crate::audit) fn landed(&mut self, ledger: &Ledger, at: Instant, birth: &Birth, landing: &Landing) {
        if birth.with == birth.record || landing.copy == CopyClass::WitnessRecord {
            return;
        }
        let Some((home, residence)) = ledger.family(birth) else { return };
        self.docket.check(home.contains(landing.unit), || {
            let what =
                format!("{{tenant}}'s {} came to rest in {{unit}}, apart from the record it belongs to", birth.kind);
            Breach::new(at, what)
                .of(birth)
                .in_unit(landing.unit)
                .at_datacenter(landing.datacenter)
                .resting_as(landing.copy)
                .against(residence.allowed, Rule::R5)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_2, Story};
    use crate::terms::{CopyClass, RecordKind};

    #[test]
    fn an_attachment_rests_with_its_message() {
        let mut story = Story::after();
        let first = story.family(RecordKind::Message, 1);
        story.land(first, CopyClass::Log, DUBLIN, 1);
        let follower = story.follower(RecordKind::Attachment, &first);
        story.land(follower, CopyClass::Log, DUBLIN, 2).land(follower, CopyClass::Replica, AMSTERDAM, 2);
        story.expect_kept("RES-2", 2);
    }

    #[test]
    fn an_attachment_rests_where_its_message_was_acknowledged_not_where_a_crash_left_a_copy() {
        let mut story = Story::before();
        let first = story.family(RecordKind::Message, 1);
        story.land_in_apac(first, 1).pass_the_instant();
        story.land(first, CopyClass::Log, DUBLIN, 1).acknowledge(first, DUBLIN, 1, 1);
        let follower = story.follower(RecordKind::Attachment, &first);
        story.land(follower, CopyClass::Log, DUBLIN, 2);
        story.expect_kept("RES-2", 1);
        story.expect_kept("RES-1", 3);
        story.land_in_apac(follower, 2);
        story.expect_broken("RES-2", "apart from the record it belongs to");
    }

    #[test]
    fn an_attachment_in_another_unit_is_a_breach() {
        let mut story = Story::after();
        let first = story.family(RecordKind::Message, 1);
        story.land(first, CopyClass::Log, DUBLIN, 1);
        let follower = story.follower(RecordKind::Attachment, &first);
        story.land_in(EMEA_2, follower, CopyClass::Log, AMSTERDAM, 1);
        story.expect_broken("RES-2", "apart from the record it belongs to");
    }
}
