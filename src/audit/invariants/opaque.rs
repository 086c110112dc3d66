//! RES-4: what rests or travels outside is opaque, and content never rests in a class that is.

use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, copies};
use crate::terms::{
    Birth, BoundarySet, Conversation, CopyClass, Datacenter, Instant, Lines, Network, Rule, Unit, UnitSet,
};

/// Judges each landing of content by its class, each line that was told, and, where content may travel only
/// inside, each way between a device and a unit.
#[derive(Debug, Default)]
pub(in crate::audit) struct OutsideIsOpaque {
    pub docket: Docket,
}

impl OutsideIsOpaque {
    /// Content came to rest.
    #[inline]
    pub(in crate::audit) fn landed(&mut self, at: Instant, unit: Unit, copy: CopyClass, datacenter: Datacenter) {
        self.docket.check(copies::may_hold_content(copy), || {
            let what = format!("content of {{unit}} came to rest in {{datacenter}} as {copy}, which must be opaque");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(copy)
        });
    }

    /// A record was to leave its device for a unit.
    #[inline]
    pub(in crate::audit) fn sent(&mut self, ledger: &Ledger, at: Instant, birth: &Birth, unit: Unit) {
        if ledger.travels_inside(birth.conversation) {
            let home = ledger.terms(unit).boundary;
            self.docket.check(birth.network.0 == home, || {
                let what =
                    format!("{{tenant}}'s {} travelled to {{unit}} from a device outside {{residence}}", birth.kind);
                Breach::new(at, what).of(birth).in_unit(unit).against(BoundarySet::of(home), Rule::R8)
            });
        }
    }

    /// Parts of a conversation were shown to a reader.
    #[inline]
    pub(in crate::audit) fn shown(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        conversation: Conversation,
        network: Network,
        shown: UnitSet,
    ) {
        if !ledger.travels_inside(conversation) {
            return;
        }
        for unit in shown.iter() {
            let home = ledger.terms(unit).boundary;
            self.docket.check(network.0 == home, || {
                let what = format!(
                    "the part of conversation {} in {{unit}} travelled to a device outside {{residence}}",
                    conversation.0
                );
                Breach::new(at, what).in_unit(unit).against(BoundarySet::of(home), Rule::R8)
            });
        }
    }

    /// Lines came to rest at a datacenter, or outside of every boundary.
    pub(in crate::audit) fn told(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        lines: Lines,
        datacenter: Option<Datacenter>,
    ) {
        let Lines { class, unit, .. } = lines;
        let home = ledger.terms(unit).boundary;
        let inside = datacenter.is_some_and(|here| ledger.contract.stands_in(here) == home);
        self.docket.check(inside || !copies::may_hold_content(class), || {
            let what = format!("what {{unit}} tells as {class} came to rest outside of {{residence}}");
            Breach::new(at, what).in_unit(unit).resting_as(class)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC, DUBLIN, EMEA, EMEA_1, Story};
    use crate::facts::{Copies, Fact};
    use crate::terms::{CopyClass, Epoch, Lines, Network, RecordKind, UnitSet};

    fn told(class: CopyClass) -> Fact {
        let lines = Lines { class, unit: EMEA_1, count: 3 };
        Fact::Copies(Copies::Told { lines: lines.into(), datacenter: None })
    }

    #[test]
    fn lines_without_content_may_go_anywhere() {
        let mut story = Story::after();
        story.fact(told(CopyClass::PushPayload)).fact(told(CopyClass::RoutingKey));
        story.expect_kept("RES-4", 2);
        story.fact(told(CopyClass::SearchIndex));
        story.expect_broken("RES-4", "came to rest outside");
    }

    #[test]
    fn content_may_travel_only_inside_where_the_contract_says_so() {
        let (everywhere, pair) = (Story::after(), [DUBLIN, AMSTERDAM]);
        let strict = Story::after_with(|contract| contract.travels_inside = true);
        for (mut story, checked) in [(everywhere, 0), (strict, 2)] {
            let mut birth = story.birth(RecordKind::Message);
            story.list(birth, EMEA_1, &pair).read_in(EMEA, UnitSet::of(EMEA_1), UnitSet::EMPTY);
            story.expect_kept("RES-4", checked);
            birth.network = Network(APAC);
            story.list(birth, EMEA_1, &pair).read_in(APAC, UnitSet::of(EMEA_1), UnitSet::EMPTY);
            assert_eq!(story.finding("RES-4").broken, checked);
            birth.conversation = story.private_birth(RecordKind::Message).conversation;
            story.list(birth, EMEA_1, &pair);
            assert_eq!(story.finding("RES-4").checked, 2 * checked, "a private conversation carries no promise");
        }
    }

    #[test]
    fn content_in_a_log_of_the_application_is_a_breach_inside_the_boundary_too() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1);
        let (copy, datacenter, unit) = (CopyClass::ApplicationLog, DUBLIN, EMEA_1);
        story.fact(Fact::RangeLanded { copy, datacenter, unit, epoch: Epoch(1), first: 1, last: 1 });
        story.expect_broken("RES-4", "as application log");
    }
}
