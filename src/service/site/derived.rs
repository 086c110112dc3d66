//! Copies that are made from the log, run by run and never record by record: the search index beside each
//! site's log, the journal of what its holder acknowledged, old records on their way to a peer, files that an
//! operator asked for, and lines that say nothing of anybody.
//!
//! What a target refuses is kept as a dead letter on the own disk and brought again with the next round. A site
//! that boots does not know what was made before: it brings all of its log, of which only what is missing is
//! written, and sweeps what was left behind.

use super::{Role, Site, SiteEffect, SiteTimer};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::command::CopyCommand;
use crate::terms::{CopyClass, Index, Lines, Monotonic, Span};

/// What is made in rounds, each by what the other place of [`TOLD`] tells of it.
const MADE: [CopyClass; 2] = [CopyClass::SearchIndex, CopyClass::ComplianceCopy];

/// What a round tells of itself without content: of what came to rest, and of what was acknowledged.
const TOLD: [[CopyClass; 2]; 2] =
    [[CopyClass::ApplicationLog, CopyClass::MetricLabels], [CopyClass::PushPayload, CopyClass::RoutingKey]];

/// So many of the youngest records go into a support dump.
const DUMPED: u64 = 1_000;

/// What a site knows of the copies that it makes. **Of a site without rounds it never changes.**
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Derived {
    /// When the next round may be.
    due: Monotonic,
    /// The last index that was brought to each of [`MADE`].
    brought: [Index; 2],
    /// What each refused: what stands after the first index, through the second.
    refused: [Option<(Index, Index)>; 2],
    /// Whether dead letters may lie on the disk.
    letters: bool,
    /// Whether old records for the peer may lie on the disk.
    snapshot: bool,
    /// When to look for files that have outlived their time.
    sweep_at: Option<Monotonic>,
    /// Until when there may be any; `None`: nobody knows yet.
    files_until: Option<Monotonic>,
}

impl Derived {
    /// After a boot anything may be left from before. Of the log, what stands through an index is known to be in
    /// the copies.
    pub(super) const fn at_boot(copied: Index) -> Self {
        Self {
            due: Monotonic::ZERO,
            brought: [copied; 2],
            refused: [None; 2],
            letters: true,
            snapshot: true,
            sweep_at: Some(Monotonic::ZERO),
            files_until: None,
        }
    }

    /// Whether the journal here has everything through an index.
    pub(super) fn journal_has(&self, through: Index) -> bool {
        self.brought[1] >= through && self.refused[1].is_none()
    }

    /// The log ends at `keep` from now on; what comes after is new.
    pub(super) fn cut(&mut self, keep: Index) {
        self.brought = self.brought.map(|through| through.min(keep));
        self.refused = self.refused.map(|run| {
            let run = run.map(|(after, through)| (after, through.min(keep)));
            run.filter(|(after, through)| after < through)
        });
    }
}

impl<D: Decisions> Site<D> {
    /// Brings what is made from the log up to date, when it is time to, and takes away what has served.
    pub(super) fn derive(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        let Some(every) = self.policy.index_every else { return };
        self.clear(effects);
        self.sweep(now, effects);
        if now < self.derived.due || !self.has_news() {
            return;
        }
        self.derived.due = now + every;
        for (place, (class, through)) in MADE.into_iter().zip(self.ends()).enumerate() {
            let before = std::mem::replace(&mut self.derived.brought[place], through);
            let after = self.derived.refused[place].map_or(before, |(after, _)| after);
            if after < through {
                self.make(class, self.decisions.copied_after(class, after), through, effects);
            }
            if before < through {
                self.tell(TOLD[place], (before, through), effects);
            }
        }
    }

    /// A target took what was brought to it, or refused.
    pub(super) fn made(
        &mut self,
        class: CopyClass,
        (after, through): (Index, Index),
        taken: bool,
        effects: &mut Vec<SiteEffect>,
    ) {
        let Some(place) = MADE.iter().position(|&made| made == class) else { return };
        let refused = &mut self.derived.refused[place];
        if taken {
            refused.take_if(|(from, to)| after <= *from && *to <= through);
        } else {
            let (from, to) = refused.unwrap_or((after, through));
            *refused = Some((from.min(after), to.max(through)));
            self.derived.letters = true;
            let after = self.decisions.copied_after(CopyClass::DeadLetter, after);
            self.make(CopyClass::DeadLetter, after, through, effects);
        }
    }

    /// Old records are read for the peer: they pass through a file.
    pub(super) fn take_snapshot(&mut self, first: Index, last: Index, effects: &mut Vec<SiteEffect>) {
        if self.policy.index_every.is_some() {
            self.derived.snapshot = true;
            let after = self.decisions.copied_after(CopyClass::Snapshot, first - 1);
            self.make(CopyClass::Snapshot, after, last, effects);
        }
    }

    /// An operator ordered a copy, which takes the place of the last one of its kind, unless there is nothing to
    /// put in it: then that one is the best there is.
    pub(super) fn copy_out(&mut self, now: Monotonic, class: CopyClass, effects: &mut Vec<SiteEffect>) {
        if self.policy.index_every.is_none() {
            effects.push(SiteEffect::Announce(Announcement::OrderRefused));
            return;
        }
        let through = self.log.durable();
        if through == 0 {
            effects.push(SiteEffect::Announce(Announcement::NothingToCopy));
            return;
        }
        let after = if class == CopyClass::SupportDump { through.saturating_sub(DUMPED) } else { 0 };
        effects.push(SiteEffect::Copies(CopyCommand::Delete(class)));
        self.make(class, self.decisions.copied_after(class, after), through, effects);
        let until = self.files_until(now);
        self.derived.files_until = Some(self.derived.files_until.map_or(until, |known| known.max(until)));
        self.derived.sweep_at.get_or_insert(now + self.sweep_every());
    }

    /// When there is next anything to do.
    pub(super) fn derive_at(&self) -> Option<(Monotonic, SiteTimer)> {
        self.policy.index_every?;
        let round = self.has_news().then_some(self.derived.due);
        let sweep = self.derived.sweep_at;
        round.into_iter().chain(sweep).min().map(|at| (at, SiteTimer::Derive))
    }

    /// Through which index there is something for each of [`MADE`]: what is durable, and of a holder what may
    /// have been acknowledged.
    fn ends(&self) -> [Index; 2] {
        let durable = self.log.durable();
        let journal = match &self.role {
            Role::Holding(holding) => holding.acknowledged.min(durable),
            Role::Standby(_) => 0,
        };
        [durable, journal.max(self.derived.brought[1])]
    }

    fn has_news(&self) -> bool {
        let [index, journal] = self.ends();
        let Derived { brought, refused, .. } = &self.derived;
        index > brought[0] || journal > brought[1] || refused.iter().any(Option::is_some)
    }

    fn make(&self, class: CopyClass, after: Index, through: Index, effects: &mut Vec<SiteEffect>) {
        let targets = self.decisions.copy_targets(&self.map, self.identity.unit, self.beside(), class);
        if let Some(&to) = targets.as_slice().first() {
            effects.push(SiteEffect::Copies(CopyCommand::Make { class, targets, to, after, through }));
        }
    }

    fn tell(&self, classes: [CopyClass; 2], (after, through): (Index, Index), effects: &mut Vec<SiteEffect>) {
        for class in classes {
            let count = through - self.decisions.copied_after(class, after);
            let lines = Lines { class, unit: self.identity.unit, count };
            effects.push(SiteEffect::Copies(CopyCommand::Tell(lines.into())));
            if self.decisions.tells_content(class) {
                self.make(class, after, through, effects);
            }
        }
    }

    /// Deletes what has served: dead letters once everything was taken, and old records once the peer has them.
    fn clear(&mut self, effects: &mut Vec<SiteEffect>) {
        if let Role::Standby(_) = self.role {
            // The journal is the holder's to write, of all of its log: here again once this site is it again.
            if let Some((after, _)) = self.derived.refused[1].take() {
                self.derived.brought[1] = self.derived.brought[1].min(after);
            }
        }
        let peer_waits = match &self.role {
            Role::Holding(holding) => holding.peer.lacks_old(),
            Role::Standby(_) => false,
        };
        let Derived { letters, snapshot, refused, brought, .. } = &mut self.derived;
        let delivered = refused.iter().all(Option::is_none) && brought[0] >= self.log.durable();
        if *letters && delivered && self.decisions.deletes(CopyClass::DeadLetter) {
            *letters = false;
            effects.push(SiteEffect::Copies(CopyCommand::Delete(CopyClass::DeadLetter)));
        }
        if *snapshot && !peer_waits && self.decisions.deletes(CopyClass::Snapshot) {
            *snapshot = false;
            effects.push(SiteEffect::Copies(CopyCommand::Delete(CopyClass::Snapshot)));
        }
    }

    /// Deletes files that have outlived their time, as long as there may be any.
    fn sweep(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        if self.derived.sweep_at.is_none_or(|at| now < at) {
            return;
        }
        for (class, lifetime) in
            [(CopyClass::Export, self.policy.export_lifetime), (CopyClass::SupportDump, self.policy.dump_lifetime)]
        {
            if self.decisions.deletes(class) {
                effects.push(SiteEffect::Copies(CopyCommand::Sweep { class, lifetime }));
            }
        }
        let unknown = self.files_until(now);
        let until = *self.derived.files_until.get_or_insert(unknown);
        self.derived.sweep_at = (now < until).then(|| now + self.sweep_every());
    }

    /// Until when a file may be there that is made now. What counts its age is not the clock that counts the
    /// sweeps, and nobody says that it is gone: they go on for as long again, however far the two clocks part.
    fn files_until(&self, now: Monotonic) -> Monotonic {
        let longest = self.policy.longest_file();
        now + longest + longest + self.sweep_every()
    }

    fn sweep_every(&self) -> Span {
        Span(self.policy.export_lifetime.min(self.policy.dump_lifetime).0 / 4).max(Span::secs(1))
    }
}
