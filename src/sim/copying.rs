//! Long copies between disks and media, piece by piece: a piece is read, crosses the link where there
//! is one, and is written before the next is read. One that is lost on the way is sent again.

use super::disk;
use super::event::{Event, SiteId};
use super::message::Message;
use super::store::Store;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::{Catalogue, Decisions};
use crate::terms::{Bytes, CopyClass, Datacenter, Index, Instant, Span};

/// So much is copied at once.
const PIECE: Bytes = Bytes(16 << 20);

/// How long a copy waits before it sends a piece again that did not arrive.
const PATIENCE: Span = Span::secs(2);

/// What is copied from where to where.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    /// From a site's store to media.
    Backup { to: Datacenter, begun: Instant },
    /// From media to a staging place.
    Stage { backup: Catalogue, staging: Datacenter },
    /// From the staging place to a site's store.
    Load { backup: Catalogue, staging: Datacenter },
}

/// A copy under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copying {
    /// Tells its events from those of one that it took the place of.
    turn: u16,
    route: Route,
    /// The piece under way.
    first: Index,
    last: Index,
    bytes: Bytes,
    /// The last index of the whole.
    through: Index,
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Begins a copy for a site of everything after `common`, in the place of the one under way.
    pub(super) fn begin_copy(&mut self, site: SiteId, route: Route, common: Index, through: Index) {
        let slot = &mut self.sites[site.index()];
        slot.copies = slot.copies.wrapping_add(1);
        let turn = slot.copies;
        slot.copying = Some(Copying { turn, route, first: 0, last: common, bytes: Bytes(0), through });
        self.next_piece(site, turn);
    }

    /// Turns to the next piece of a copy.
    fn next_piece(&mut self, site: SiteId, turn: u16) {
        let Some(copying) = self.copying(site, turn) else { return };
        if copying.last >= copying.through {
            self.sites[site.index()].copying = None;
            return match copying.route {
                Route::Backup { to, begun } => self.backed_up(site, to, begun, copying.through),
                Route::Stage { backup, staging } => self.staged(site, backup, staging),
                Route::Load { backup, .. } => self.restored(site, backup),
            };
        }
        let first = copying.last + 1;
        let piece = self.source(site, copying.route).map(|log| piece(log, first, copying.through));
        self.sites[site.index()].copying = piece.map(|(last, bytes)| Copying { first, last, bytes, ..copying });
        self.send_piece(site, turn);
    }

    /// Reads the piece under way and sends it to where it is written.
    pub(super) fn send_piece(&mut self, site: SiteId, turn: u16) {
        let Some(copying) = self.copying(site, turn) else { return };
        let (from, to) = self.ends(site, copying.route);
        if !self.places[from.index()].powered() {
            self.piece_lost(site, turn);
        } else if from == to {
            self.write_piece(site, turn);
        } else {
            self.send(from, to, copying.bytes, Message::Piece { site, turn, from, to });
        }
    }

    /// The piece has arrived and is written, at the rate of the slower disk.
    pub(super) fn write_piece(&mut self, site: SiteId, turn: u16) {
        let Some(copying) = self.copying(site, turn) else { return };
        let (from, to) = self.ends(site, copying.route);
        let [read, write] = [from, to].map(|datacenter| self.places[datacenter.index()].disk_rate);
        if self.places[to.index()].powered() {
            let time = disk::transfer(copying.bytes, read.min(write)).max(Span(1));
            self.agenda.push(self.now + time, Event::PieceWritten { site, turn });
        } else {
            self.piece_lost(site, turn);
        }
    }

    /// The piece did not arrive, and is sent again.
    pub(super) fn piece_lost(&mut self, site: SiteId, turn: u16) {
        self.agenda.push(self.now + PATIENCE, Event::SendPiece { site, turn });
    }

    /// The piece has come to rest, unless the log that it came from was cut or lost meanwhile.
    pub(super) fn piece_written(&mut self, site: SiteId, turn: u16) {
        let Some(Copying { route, mut first, last, .. }) = self.copying(site, turn) else { return };
        if !self.still_fits(site, route, first, last) {
            self.sites[site.index()].copying = None;
            return;
        }
        let (_, datacenter) = self.ends(site, route);
        while first <= last {
            let Some(log) = self.source(site, route) else { return };
            let (epoch, end) = log.run(first);
            let end = end.min(last);
            let bytes = log.size(first, end);
            let shares = log.shares.within(first, end).to_vec();
            let (copy, unit) = match route {
                Route::Backup { to, .. } => {
                    if let Some(media) = self.backups.get_mut(&(site.unit(), to)) {
                        media.log.write_run(epoch, first, end, bytes);
                        media.log.shares.extend(shares);
                    }
                    (CopyClass::Backup, site.unit())
                }
                Route::Stage { backup, .. } => (CopyClass::RestoreStaging, backup.unit),
                Route::Load { .. } => {
                    let store = &mut self.sites[site.index()].store;
                    store.write_run(epoch, first, end, bytes);
                    store.shares.extend(shares);
                    (CopyClass::Replica, site.unit())
                }
            };
            self.state(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last: end });
            first = end + 1;
        }
        self.next_piece(site, turn);
    }

    /// Where a copy is read and where it is written.
    fn ends(&self, site: SiteId, route: Route) -> (Datacenter, Datacenter) {
        let here = self.sites[site.index()].datacenter();
        match route {
            Route::Backup { to, .. } => (here, to),
            Route::Stage { backup, staging } => (backup.datacenter, staging),
            Route::Load { staging, .. } => (staging, here),
        }
    }

    /// The log that is copied. What is staged is what the media hold.
    fn source(&self, site: SiteId, route: Route) -> Option<&Store> {
        match route {
            Route::Backup { .. } => Some(&self.sites[site.index()].store),
            Route::Stage { backup, .. } | Route::Load { backup, .. } => {
                self.backups.get(&(backup.unit, backup.datacenter)).map(|media| &media.log)
            }
        }
    }

    /// Whether a piece may be written where it is to go, at the end of what is there.
    fn still_fits(&self, site: SiteId, route: Route, first: Index, last: Index) -> bool {
        let store = &self.sites[site.index()].store;
        let readable = self.source(site, route).is_some_and(|log| log.durable() >= last);
        readable
            && match route {
                Route::Backup { to, .. } => {
                    let media = self.backups.get(&(site.unit(), to));
                    media.is_some_and(|media| store.agreement(&media.log) + 1 == first)
                }
                Route::Stage { .. } => true,
                Route::Load { .. } => store.end() + 1 == first,
            }
    }

    /// The copy under way at a site, if it is still this one.
    fn copying(&self, site: SiteId, turn: u16) -> Option<Copying> {
        self.sites[site.index()].copying.filter(|copying| copying.turn == turn)
    }
}

/// The last index of the piece that begins at `first`, and its size: one record at the least.
fn piece(log: &Store, first: Index, through: Index) -> (Index, Bytes) {
    let whole = log.size(first, through);
    if whole <= PIECE {
        return (through, whole);
    }
    let records = u128::from(through + 1 - first) * u128::from(PIECE.0) / u128::from(whole.0);
    let last = first - 1 + u64::try_from(records).unwrap_or(u64::MAX).max(1);
    (last, log.size(first, last))
}
