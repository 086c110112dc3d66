//! RES-8: a conversation is read whole (rule R3): a reader is shown every part, or told which is
//! withheld, and nothing is withheld without need. A reader looks where the rules place records; a wall
//! clock beyond the declared tolerance puts some elsewhere, and then nothing is judged.

use super::Reading;
use crate::audit::docket::Docket;
use crate::audit::ledger::{Home, Ledger};
use crate::audit::{Breach, reasons, slack};
use crate::terms::{Instant, Rule, Side, Unit, UnitSet, User};

/// Compares each read with the units in which records rest that were acknowledged before it.
#[derive(Debug, Default)]
pub(in crate::audit) struct WholeReads {
    pub docket: Docket,
}

impl WholeReads {
    pub(in crate::audit) fn read(&mut self, ledger: &Ledger, at: Instant, reading: &Reading) {
        let Reading { conversation, reader, network, asked, shown, withheld } = *reading;
        let talk = ledger.talk(conversation);
        let parts = talk.units_before(asked);
        // What was in a home that the tenant has left is read in the new one.
        let home = ledger.homes.of(talk.tenant()).filter(|home| home.cut_over.is_some() && talk.is_organization());
        let at_old = |units: UnitSet| home.filter(|home| units.contains(home.to)).map(|home| home.from);
        let [shown, withheld] = [shown, withheld].map(|units| at_old(units).map_or(units, |old| units.with(old)));
        // Who cannot ask the old home has not heard of the new one, and is told that what was there is withheld.
        let unheard = home.filter(|home| withheld.contains(home.from));
        let withheld = unheard.map_or(withheld, |home| withheld.with(home.to));
        let silent = parts.minus(shown).minus(withheld);
        if !silent.is_empty() && ledger.clocks_are_off(at) {
            self.docket.suspend(reasons::BEYOND_TOLERANCE);
            return;
        }
        self.docket.check(silent.is_empty(), || {
            let what = format!(
                "a reader was not shown the part of conversation {} in {{unit}}, and not told so",
                conversation.0
            );
            silent.iter().fold(Breach::new(at, what), Breach::in_unit).by_rule(Rule::R3)
        });
        let outside = |unit: &Unit| ledger.travels_inside(conversation) && ledger.terms(*unit).boundary != network.0;
        // A reader asks the old home first, for only that one says where the tenant is now.
        let needless = |unit: &Unit| {
            let asks = asked_for(home, *unit);
            let necessary = asks.iter().any(|unit| outside(unit) || is_necessary(ledger, (*unit, reader), asked, at));
            withheld.contains(*unit) && !necessary
        };
        let needless = parts.minus(shown).iter().find(needless);
        if let Some(unit) = needless {
            self.docket.check(false, || {
                let what = format!(
                    "the part of conversation {} in {{unit}} was withheld though a copy was within reach",
                    conversation.0
                );
                Breach::new(at, what).in_unit(unit).by_rule(Rule::R3)
            });
        }
    }
}

/// The units that a reader asks for what rests in one: both homes of a tenant that has moved.
fn asked_for(home: Option<&Home>, unit: Unit) -> [Unit; 2] {
    home.filter(|home| home.from == unit || home.to == unit).map_or([unit; 2], |home| [home.from, home.to])
}

/// Whether no site with a copy was used, known to the reader, and within reach of clients, all the time since the
/// reader asked and for long enough to be found, or the sites had queues longer than a client's patience, or a message
/// was lost for each of the three times that a reader asks a site.
fn is_necessary(ledger: &Ledger, (unit, reader): (Unit, User), asked: Instant, now: Instant) -> bool {
    let terms = ledger.terms(unit);
    let long = |since: Instant| since <= asked && now - since > slack::READ;
    let readable = |side: Side| {
        let since = ledger.reachable_since(unit, terms.site(side));
        let attested = ledger.told.attested_since(unit, side);
        let since = since.zip(attested).map(|(reached, attested)| reached.max(attested));
        let heard = ledger.lost((unit, side), reader, now - asked, now) < slack::ROUNDS;
        ledger.is_sound(unit, side) && since.is_some_and(long) && ledger.is_known((unit, side), reader, long) && heard
    };
    !Side::BOTH.into_iter().any(readable) || ledger.was_busy(unit, now, slack::READ)
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC, APAC_1, DUBLIN, EMEA_1, SINGAPORE, Story, contract};
    use crate::facts::{Fact, Moving, Unserved};
    use crate::terms::{RecordKind, Span, Tenant, UnitSet, User};

    fn old_and_new_part() -> Story {
        let mut story = Story::before();
        let old = story.birth(RecordKind::Message);
        story.grant_in(APAC_1, 1).land_in_apac(old, 1).acknowledge_in(APAC_1, old, 1).pass_the_instant();
        let new = story.birth(RecordKind::Message);
        story.grant_in(EMEA_1, 1).land_everywhere(new, 1).acknowledge(new, DUBLIN, 1, 1).pass(Span::minutes(5));
        story
    }

    #[test]
    fn a_part_may_be_withheld_from_a_reader_outside_where_content_travels_only_inside() {
        for (strict, broken) in [(true, 0), (false, 1)] {
            let mut story = Story::after_with(|contract| contract.travels_inside = strict);
            let birth = story.birth(RecordKind::Message);
            story.grant_in(EMEA_1, 1).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
            story.pass(Span::minutes(5)).read_in(APAC, UnitSet::EMPTY, UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "strict: {strict}");
        }
        let mut story = Story::after_with(|contract| contract.travels_inside = true);
        let birth = story.birth(RecordKind::Message);
        story.grant_in(EMEA_1, 1).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
        story.pass(Span::minutes(5)).read(UnitSet::EMPTY, UnitSet::of(EMEA_1));
        story.expect_broken("RES-8", "within reach");
    }

    #[test]
    fn a_reader_outside_of_the_old_home_cannot_be_told_of_the_new_one() {
        for (strict, broken) in [(true, 0), (false, 1)] {
            let mut story = Story::after_with(|contract| contract.travels_inside = strict);
            let birth = story.birth(RecordKind::Message);
            story.grant_in(EMEA_1, 1).grant_in(APAC_1, 1);
            story.land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1).pass(Span::minutes(5));
            story.fact(Fact::Moving(Moving::Ordered { tenant: Tenant(0), from: EMEA_1, to: APAC_1 }));
            story.fact(Fact::Moving(Moving::CutOver { tenant: Tenant(0) })).pass(Span::minutes(5));
            story.read_in(APAC, UnitSet::EMPTY, UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "strict: {strict}");
        }
    }

    #[test]
    fn a_reader_who_cannot_ask_the_old_home_is_not_told_of_the_new_one() {
        for (dark, broken) in [(true, 0), (false, 1)] {
            let mut story = Story::after();
            let birth = story.birth(RecordKind::Message);
            story.grant_in(EMEA_1, 1).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
            story.fact(Fact::Moving(Moving::Ordered { tenant: Tenant(0), from: EMEA_1, to: APAC_1 }));
            story.fact(Fact::Moving(Moving::CutOver { tenant: Tenant(0) }));
            for datacenter in [DUBLIN, AMSTERDAM] {
                story.fact(Fact::Power { datacenter, on: !dark });
            }
            story.pass(Span::minutes(5)).read(UnitSet::EMPTY, UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "dark: {dark}");
            // What was written since rests in the new home, of which the reader has not heard.
            let birth = story.birth(RecordKind::Message);
            story.grant_in(APAC_1, 1).land_in_apac(birth, 1).acknowledge_in(APAC_1, birth, 1).pass(Span::minutes(1));
            story.read(UnitSet::EMPTY, UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, 2 * broken, "dark: {dark}");
        }
    }

    #[test]
    fn a_reader_who_sees_both_parts_sees_the_conversation_whole() {
        let mut story = old_and_new_part();
        story.read(UnitSet::of(APAC_1).with(EMEA_1), UnitSet::EMPTY);
        story.expect_kept("RES-8", 1);
    }

    #[test]
    fn a_part_left_out_in_silence_is_a_breach() {
        let mut story = old_and_new_part();
        story.read(UnitSet::of(EMEA_1), UnitSet::EMPTY);
        story.expect_broken("RES-8", "not shown the part");
    }

    #[test]
    fn what_a_clock_beyond_the_tolerance_put_elsewhere_is_not_judged() {
        let mut story = old_and_new_part();
        story.fact(Fact::ClockChanged { datacenter: SINGAPORE, offset_us: 86_400_000_000, drift_ppm: 0 });
        story.read(UnitSet::of(EMEA_1), UnitSet::EMPTY);
        story.expect_kept("RES-8", 0);
        assert_eq!(story.finding("RES-8").suspended[0].times, 1);
    }

    #[test]
    fn a_part_may_be_withheld_from_a_reader_whom_a_full_queue_turned_away() {
        for (queue, broken) in [(100, 0), (3, 1)] {
            let mut story = old_and_new_part();
            story.fact(Fact::Unserved(Unserved::TurnedAway { unit: EMEA_1, datacenter: AMSTERDAM, queue }));
            story.read(UnitSet::of(APAC_1), UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "{queue} waited");
        }
    }

    #[test]
    fn a_part_may_be_withheld_from_a_reader_who_waits_behind_others_that_have_given_up() {
        let patience = contract().request_timeout;
        for (waited, broken) in [(patience, 0), (Span(patience.0 - 1), 1)] {
            let mut story = old_and_new_part();
            story.fact(Fact::Unserved(Unserved::Overdue { datacenter: AMSTERDAM, waited }));
            story.read(UnitSet::of(APAC_1), UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "{waited} waited");
        }
    }

    #[test]
    fn a_part_may_be_withheld_from_a_reader_of_whom_three_messages_were_lost_and_not_of_two() {
        for (lost, broken) in [([3, 2], 1), ([2, 3], 1), ([3, 3], 0)] {
            let mut story = old_and_new_part();
            for (datacenter, times) in [DUBLIN, AMSTERDAM].into_iter().zip(lost) {
                for _ in 0..times {
                    story.fact(Fact::Unserved(Unserved::Unheard { user: User(0), datacenter }));
                }
            }
            story.read(UnitSet::of(APAC_1), UnitSet::of(EMEA_1));
            assert_eq!(story.finding("RES-8").broken, broken, "{lost:?} were lost");
        }
    }

    #[test]
    fn a_part_may_be_withheld_only_while_no_copy_is_within_reach() {
        let mut story = old_and_new_part();
        story.fact(Fact::Power { datacenter: DUBLIN, on: false });
        story.fact(Fact::Access { datacenter: AMSTERDAM, up: false }).pass(Span::minutes(1));
        story.read(UnitSet::of(APAC_1), UnitSet::of(EMEA_1));
        story.expect_kept("RES-8", 1);
        story.fact(Fact::Access { datacenter: AMSTERDAM, up: true }).pass(Span::minutes(1));
        story.read(UnitSet::of(APAC_1), UnitSet::of(EMEA_1));
        story.expect_broken("RES-8", "withheld though a copy was within reach");
    }
}
