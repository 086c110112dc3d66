//! Bytes between sites: the records of a batch on their way to the peer, and a tail that is set
//! aside.

use super::event::SiteId;
use super::message::{Local, Message, Payload, Records};
use super::store::Entry;
use super::world::{SMALL, World};
use crate::facts::{Fact, Observer};
use crate::service::placement::Candidates;
use crate::service::{Batch, Decisions};
use crate::terms::{Bytes, CopyClass, Datacenter, Index, Position};

impl<D: Decisions, O: Observer> World<D, O> {
    /// Copies the records of a batch out of a site's log, as they are when they leave.
    pub(super) fn attach(&mut self, site: SiteId, batch: Batch) -> (Option<Payload>, Bytes) {
        let store = &self.sites[site.index()].store;
        let base = store.base().clamp(batch.first - 1, batch.last);
        let mut entries = self.spare.pop().unwrap_or_default();
        entries.extend((base + 1..=batch.last).filter_map(|index| store.entry(index)).copied());
        let run = if base < batch.first { Bytes(0) } else { store.size(batch.first, base) };
        let bytes = store.size(batch.first, batch.last) + SMALL;
        let shares = store.shares.within(batch.first, base).to_vec();
        (Some(Payload(self.payloads.insert(Records { base, run, entries, shares }))), bytes)
    }

    /// Appends what came with a batch to the other site's log. Of a batch of which the site has a
    /// part, it may command to store the rest.
    ///
    /// # Panics
    ///
    /// If the site stores a batch that did not come with the message that it handles.
    pub(super) fn store_batch(&mut self, site: SiteId, batch: Batch, payload: Option<Payload>) {
        let Payload(handle) = payload.expect("a batch is stored when it comes");
        let (records, store) = (self.payloads.get_mut(handle), &mut self.sites[site.index()].store);
        let base = records.base;
        if batch.first <= base {
            store.append_run(batch.of, batch.first, base.min(batch.last), records.run);
            store.shares.extend(records.shares.drain(..).filter(|share| share.index >= batch.first));
        }
        let (epoch, from) = (batch.of, batch.first.max(base + 1));
        for index in from..=batch.last {
            let entry = Entry { replica: true, ..self.payloads.get_mut(handle).entries[offset(index - base - 1)] };
            let share = self.share(site.unit(), &entry, index);
            let store = &mut self.sites[site.index()].store;
            store.append(Position { epoch, index }, entry);
            store.shares.extend(share);
        }
    }

    /// Takes a tail out of a log and keeps what of it stands after an index. What of that the other site lacks is
    /// brought back by [`World::merge`].
    pub(super) fn quarantine(
        &mut self,
        site: SiteId,
        (keep, after): (Index, Index),
        targets: Candidates,
        to: Datacenter,
    ) {
        let mut tail = std::mem::take(&mut self.tail);
        let slot = &mut self.sites[site.index()];
        slot.store.cut(keep, &mut tail);
        let (unit, here, keeps) = (site.unit(), slot.datacenter(), slot.store.position(keep));
        self.cut_shelves(site, keep);
        if to != here {
            self.state(Fact::TargetsListed { unit, copy: CopyClass::QuarantinedTail, candidates: targets.set() });
        }
        self.state(Fact::TailCut { datacenter: here, unit, keeps });
        tail.retain(|(position, entry)| !entry.erased && position.index > after);
        for &(position, Entry { birth, .. }) in &tail {
            self.state(Fact::Landed { birth, copy: CopyClass::QuarantinedTail, datacenter: to, unit, position });
        }
        self.begin_merge(site, &tail);
        tail.clear();
        self.tail = tail;
    }

    /// Gives the room of a batch's records back.
    pub(super) fn release(&mut self, payload: Option<Payload>) {
        if let Some(Payload(handle)) = payload {
            let mut entries = self.payloads.take(handle).entries;
            entries.clear();
            self.spare.push(entries);
        }
    }

    /// Drops something that no process was there to take.
    pub(super) fn discard(&mut self, local: &Local) {
        if let Local::Site(_, _, payload) = local {
            self.release(*payload);
        }
    }

    /// Drops a message that does not arrive.
    pub(super) fn lose(&mut self, message: Message) {
        match message {
            Message::Peer { payload, .. } => self.release(payload),
            Message::Piece { site, turn, .. } => self.piece_lost(site, turn),
            _ => {}
        }
    }
}

fn offset(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
