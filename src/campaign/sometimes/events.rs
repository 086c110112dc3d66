//! The table of "sometimes" events.

use super::book::ended;
use super::{Event, Moment};
use crate::facts::{Announcement, Fact, Fate, Moving};
use crate::terms::{CopyClass, Mode, Refusal, Seat, Span, Unit, Wall};

/// Declares the table: a name, a sentence, and when it happens.
macro_rules! events {
    ($($name:literal: $sentence:literal, $happens:expr;)*) => {
        /// Every event. A place in this table is a bit of [`Seen`](super::Seen), so a new one goes to the end.
        pub const EVENTS: &[Event] = &[$(Event { name: $name, sentence: $sentence, happens: $happens }),*];
    };
}

events! {
    "takeover-during-move": "A lease went to the other site while a tenant was on its way from or to the unit.",
        |now| now.takeover.is_some_and(|takeover| now.book.is_moving(takeover.unit));
    "refusal-during-reseed": "A write was refused while old records were read for the unit's other site.",
        |now| refused(now).is_some_and(|(unit, _)| now.book.unit(unit).reseeding);
    "fenced-write": "A write reached a site that had held the lease, and was refused, for the other site had it.",
        fenced;
    "cut-over-in-outage": "A tenant was cut over while a datacenter of its old or its new home was dark.",
        |now| cut_over(now, |now, unit| now.book.is_hurt(unit));
    "tail-merged": "A record that was set aside with a tail was merged into the log.",
        |now| ended(now.fact, Fate::Merged);
    "tail-duplicate": "A record that was set aside with a tail had been brought again by its client.",
        |now| ended(now.fact, Fate::Duplicate);
    "tail-lost": "A record that was set aside with a tail was lost with its disk before it was brought back.",
        |now| ended(now.fact, Fate::Lost);
    "takeover-after-grace": "A site took over from a holder that had served alone, after the grace period.",
        |now| now.takeover.is_some_and(|it| it.mode == Mode::Alone && !it.forced && !it.planned);
    "takeover-by-force": "A site took over from a holder that had served alone, by an operator's order.",
        |now| now.takeover.is_some_and(|it| it.mode == Mode::Alone && it.forced);
    "takeover-without-witness": "A site took over while the unit's witness was dark.",
        |now| now.takeover.is_some_and(|it| now.book.dark.contains(now.book.unit(it.unit).plan.witness));
    "takeover-around-effective": "A lease went to the other site within half a minute of the effective instant.",
        |now| now.takeover.is_some() && near(now, now.book.effective);
    "takeover-with-a-tail": "A lease went to the other site while a tail of an earlier takeover was still set aside.",
        |now| now.takeover.is_some_and(|it| now.book.unit(it.unit).set_aside > 0);
    "refounded": "A register was founded anew on the only site that was left.",
        |now| announced(now, |it| matches!(it, Announcement::Refounded { .. }));
    "backup-refused-at-failover": "A lease went to the other site while a site's backups were refused.",
        |now| now.takeover.is_some_and(|it| {
            now.book.unit(it.unit).plan.sites.iter().any(|&site| now.book.refuses_backups.contains(site))
        });
    "restored": "A unit whose disks were lost served again with what a backup held.",
        |now| announced_of(now, |now, unit, it| {
            matches!(it, Announcement::Serving { .. }) && now.book.unit(unit).restored
        });
    "restore-refused": "A site refused to be restored: from another unit's backup, or with its store whole.",
        |now| announced(now, |it| matches!(it, Announcement::RestoreRefused));
    "purge-after-restore": "What a restore brought back of a tenant that had moved away was purged again.",
        purged_again;
    "move-cancelled": "A tenant that was on its way stayed.",
        |now| matches!(now.fact, Fact::Moving(Moving::Cancelled { .. }));
    "move-delayed": "A tenant's writes were held for its move, and served again before it was cut over.",
        |now| announced(now, |it| matches!(it, Announcement::MoveDelayed { .. }));
    "moved-and-told": "Somebody who asked in the old home was told that the tenant has moved.",
        |now| matches!(now.fact, Fact::Moving(Moving::Told { .. }));
    "cut-over-with-a-tail": "A tenant was cut over while a tail was set aside in its old home.",
        |now| cut_over(now, |now, unit| now.book.unit(unit).set_aside > 0);
    "cut-over-while-settling": "A tenant was cut over only after every fault was healed.",
        |now| now.book.settling && cut_over(now, |_, _| true);
    "boundary-dark": "A write was refused because its whole boundary was out of reach.",
        |now| refused(now).is_some_and(|(_, why)| why == Refusal::BoundaryDark);
    "served-after-dark": "A unit both of whose sites had been dark served again.",
        |now| announced_of(now, |now, unit, it| {
            matches!(it, Announcement::Serving { .. }) && now.book.unit(unit).was_dark
        });
    "device-outside": "A write was refused because its device was in another boundary's network.",
        |now| refused(now).is_some_and(|(_, why)| why == Refusal::DeviceOutside);
    "part-withheld": "A reader was shown one part of a conversation while another was withheld.",
        |now| matches!(now.fact, Fact::Read { shown, withheld, .. } if !shown.is_empty() && !withheld.is_empty());
    "dead-letter": "A record went to the dead letters of an index or a journal that refused it.",
        |now| matches!(
            now.fact,
            Fact::Landed { copy: CopyClass::DeadLetter, .. } | Fact::RangeLanded { copy: CopyClass::DeadLetter, .. }
        );
    "switchover-given-up": "A switchover was given up, and the holder served on.",
        |now| announced(now, |it| matches!(it, Announcement::SwitchoverCancelled));
    "disk-given-up": "A holder found its disk failing.",
        |now| announced(now, |it| matches!(it, Announcement::DiskFailing));
    "witness-silent": "A holder raised the alarm that its witness was silent.",
        |now| announced(now, |it| matches!(it, Announcement::WitnessSilent));
    "loss-declared": "A site took over where records may be missing, and said so.",
        |now| announced(now, |it| matches!(it, Announcement::LossDeclared { .. }));
    "force-expired": "An operator's forced failover was given up, for the holder lived.",
        |now| announced(now, |it| matches!(it, Announcement::OrderExpired));
    "map-refused": "A site refused a map that contradicts its identity.",
        |now| announced(now, |it| matches!(it, Announcement::MapRefused));
    "forgetful-voter-voted": "A voter whose memory is an old copy stored a vote again.",
        |now| matches!(now.fact, Fact::VoterPersisted { unit, seat, .. } if now.book.unit(*unit).forgetful[seat.index()]);
    "certified-again": "A store that had been lost was certified to have everything again.",
        |now| matches!(now.fact, Fact::StoreCertified { .. });
    "two-writers": "A write was acknowledged under an epoch while a later one stood, beyond what clocks are bound to.",
        |now| matches!(
            now.fact,
            Fact::Acknowledged { unit, epoch, .. } if now.book.holder(*unit).is_some_and(|(_, now)| now > *epoch)
        );
    "paused-holder-superseded": "A lease went to the other site while the holder's processes stood still.",
        |now| now.takeover.is_some_and(|it| {
            let holder = now.book.holder(it.unit).map(|(side, _)| now.book.unit(it.unit).plan.site(side));
            holder.is_some_and(|holder| now.book.paused.contains(holder))
        });
}

/// The unit and the reason of a write that was refused.
fn refused(now: &Moment<'_>) -> Option<(Unit, Refusal)> {
    match *now.fact {
        Fact::WriteRefused { unit: Some(unit), refusal, .. } => Some((unit, refusal)),
        _ => None,
    }
}

fn announced(now: &Moment<'_>, is: fn(&Announcement) -> bool) -> bool {
    matches!(now.fact, Fact::Announced { announcement, .. } if is(announcement))
}

fn announced_of(now: &Moment<'_>, is: fn(&Moment<'_>, Unit, &Announcement) -> bool) -> bool {
    matches!(now.fact, Fact::Announced { unit, announcement, .. } if is(now, *unit, announcement))
}

fn fenced(now: &Moment<'_>) -> bool {
    let Fact::WriteRefused { unit: Some(unit), site: Some(site), refusal: Refusal::NoLease, .. } = *now.fact else {
        return false;
    };
    let (book, holder) = (now.book.unit(unit), now.book.holder(unit));
    holder.is_some_and(|(holder, _)| {
        let other = holder.peer();
        book.plan.site(other) == site && book.has_held[other.index()]
    })
}

/// Whether a tenant is cut over, and something is so of its old or its new home.
fn cut_over(now: &Moment<'_>, is_so: fn(&Moment<'_>, Unit) -> bool) -> bool {
    let Fact::Moving(Moving::CutOver { tenant }) = *now.fact else { return false };
    now.book.moving(tenant).is_some_and(|one| is_so(now, one.from) || is_so(now, one.to))
}

fn purged_again(now: &Moment<'_>) -> bool {
    let Fact::Moving(Moving::Rests { tenant, unit, content, .. }) = *now.fact else { return false };
    content.is_empty() && now.book.moving(tenant).is_some_and(|one| one.brought_back && one.from == unit)
}

fn near(now: &Moment<'_>, instant: Wall) -> bool {
    now.at.0.abs_diff(instant.0) < Span::secs(30).as_micros()
}

/// The seats of a book are in the order of the voters.
const _: () = assert!(Seat::A.index() == 0 && Seat::B.index() == 1 && Seat::Witness.index() == 2);
