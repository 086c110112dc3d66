//! Backup media: what they hold, and how a site's log gets there, piece by piece.
//!
//! Media stand in a datacenter beside the disks that serve, and are not lost with them. They hold runs
//! of indices, as a log does whose records nobody holds one by one, so their size in memory does not
//! grow with the number of messages.

use super::disk;
use super::event::{Event, SiteId};
use super::message::{Local, Message};
use super::store::Store;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::placement::Candidates;
use crate::service::{Decisions, SiteInput};
use crate::terms::{Bytes, CopyClass, Datacenter, Index, Instant, Span, Unit};
use std::collections::BTreeMap;

/// So much is copied at once.
const PIECE: Bytes = Bytes(16 << 20);

/// How long a copy waits before it sends a piece again that did not arrive.
const PATIENCE: Span = Span::secs(2);

/// The media of every datacenter, by the unit whose log they hold.
pub(super) type Backups = BTreeMap<(Unit, Datacenter), Store>;

/// A backup under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copying {
    /// Tells its events from those of one that it took the place of.
    turn: u16,
    /// Where the media stand.
    to: Datacenter,
    /// The piece under way.
    first: Index,
    last: Index,
    bytes: Bytes,
    /// The last index of the whole.
    through: Index,
    begun: Instant,
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Begins to bring media up to `through` of a site's log.
    pub(super) fn back_up(&mut self, site: SiteId, targets: Candidates, to: Datacenter, through: Index) {
        let unit = site.unit();
        self.state(Fact::BackupTargets { unit, candidates: targets.set() });
        let slot = &mut self.sites[site.index()];
        let media = self.backups.entry((unit, to)).or_insert_with(Store::new);
        let common = slot.store.agreement(media);
        media.cut(common, &mut Vec::new());
        slot.copies = slot.copies.wrapping_add(1);
        let turn = slot.copies;
        let (bytes, begun) = (Bytes(0), self.now);
        slot.copying = Some(Copying { turn, to, first: 0, last: common, bytes, through, begun });
        self.next_piece(site, turn);
    }

    /// Turns to the next piece of a copy.
    fn next_piece(&mut self, site: SiteId, turn: u16) {
        let Some(copying) = self.copying(site, turn) else { return };
        if copying.last >= copying.through {
            return self.copied(site, copying);
        }
        let first = copying.last + 1;
        let (last, bytes) = piece(&self.sites[site.index()].store, first, copying.through);
        self.sites[site.index()].copying = Some(Copying { first, last, bytes, ..copying });
        self.send_piece(site, turn);
    }

    /// Reads the piece under way and sends it to where the media stand.
    pub(super) fn send_piece(&mut self, site: SiteId, turn: u16) {
        let Some(Copying { to, bytes, .. }) = self.copying(site, turn) else { return };
        let here = self.sites[site.index()].datacenter();
        if here == to {
            self.write_piece(site, turn);
        } else {
            self.send(here, to, bytes, Message::Piece { site, turn, to });
        }
    }

    /// The piece is where the media stand, and is written to them.
    pub(super) fn write_piece(&mut self, site: SiteId, turn: u16) {
        let Some(Copying { to, bytes, .. }) = self.copying(site, turn) else { return };
        let place = &self.places[to.index()];
        if place.powered() {
            let time = disk::transfer(bytes, place.disk_rate).max(Span(1));
            self.agenda.push(self.now + time, Event::PieceWritten { site, turn });
        } else {
            self.piece_lost(site, turn);
        }
    }

    /// The piece did not arrive, and is sent again.
    pub(super) fn piece_lost(&mut self, site: SiteId, turn: u16) {
        self.agenda.push(self.now + PATIENCE, Event::SendPiece { site, turn });
    }

    /// The piece has come to rest on the media, unless the log was cut meanwhile.
    pub(super) fn piece_written(&mut self, site: SiteId, turn: u16) {
        let Some(Copying { to: datacenter, mut first, last, .. }) = self.copying(site, turn) else { return };
        let (unit, copy) = (site.unit(), CopyClass::Backup);
        let slot = &mut self.sites[site.index()];
        let media = self.backups.get_mut(&(unit, datacenter)).expect("a copy is begun with its media");
        if slot.store.durable() < last || slot.store.agreement(media) + 1 < first {
            slot.copying = None;
            return;
        }
        while first <= last {
            let slot = &self.sites[site.index()];
            let media = self.backups.get_mut(&(unit, datacenter)).expect("a copy is begun with its media");
            let (epoch, end) = slot.store.run(first);
            let end = end.min(last);
            media.write_run(epoch, first, end, slot.store.size(first, end));
            self.state(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last: end });
            first = end + 1;
        }
        self.next_piece(site, turn);
    }

    fn copied(&mut self, site: SiteId, Copying { to, through, begun, .. }: Copying) {
        let slot = &mut self.sites[site.index()];
        slot.copying = None;
        let (here, end) = (slot.datacenter(), slot.store.position(through));
        self.state(Fact::BackedUp { unit: site.unit(), datacenter: to, taken: begun, end });
        self.hand(here, Local::Site(site, SiteInput::BackedUp { through }, None));
    }

    /// The copy under way at a site, if it is still this one.
    fn copying(&self, site: SiteId, turn: u16) -> Option<Copying> {
        self.sites[site.index()].copying.filter(|copying| copying.turn == turn)
    }
}

/// The last index of the piece that begins at `first`, and its size: one record at the least.
fn piece(store: &Store, first: Index, through: Index) -> (Index, Bytes) {
    let whole = store.size(first, through);
    if whole <= PIECE {
        return (through, whole);
    }
    let records = u128::from(through + 1 - first) * u128::from(PIECE.0) / u128::from(whole.0);
    let last = first - 1 + u64::try_from(records).unwrap_or(u64::MAX).max(1);
    (last, store.size(first, last))
}
