//! Tenants that moved: when, how much, and what is left.

use crate::facts::Moving;
use crate::terms::{Content, CopyClass, Datacenter, Instant, Span, Tenant, Unit};

/// The move of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who.
    pub tenant: Tenant,
    /// The old home.
    pub from: Unit,
    /// The new home.
    pub to: Unit,
    /// When it was ordered.
    pub ordered: Instant,
    /// When the old home stopped accepting writes for the last time.
    pub drained: Option<Instant>,
    /// How often it had given that up before.
    pub delays: u32,
    /// Since when the new home is home.
    pub cut_over: Option<Instant>,
    /// When it was settled that the tenant stays.
    pub cancelled: Option<Instant>,
    /// What came with the tenant.
    pub came: Content,
    /// Writes that were refused for the sake of the move.
    pub refused: u64,
    /// How often somebody was told that the tenant has moved permanently.
    pub told: u64,
    /// What was left behind, place by place, and since when it is gone.
    pub purges: Vec<Purge>,
    /// What came, place by place of the new home.
    pub brought: Vec<Purge>,
}

/// A place in which something of a tenant was that may not be left there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purge {
    /// Where.
    pub datacenter: Datacenter,
    /// In what kind of copy.
    pub copy: CopyClass,
    /// The most that was there.
    pub most: Content,
    /// What is there.
    pub left: Content,
    /// When that changed last.
    pub at: Instant,
}

impl Move {
    /// For how long the tenant's writes were refused before the cut-over.
    pub fn drained_for(&self) -> Option<Span> {
        Some(self.cut_over?.since(self.drained?))
    }

    /// The home in which nothing may be left; `None` while the move is under way.
    pub fn emptied(&self) -> Option<Unit> {
        self.cut_over.map(|_| self.from).or(self.cancelled.map(|_| self.to))
    }
}

/// What was stated of one place before it was known whether it is to be emptied.
#[derive(Clone, Copy, Debug)]
struct Rest {
    tenant: Tenant,
    unit: Unit,
    purge: Purge,
}

/// Folds moves.
#[derive(Clone, Debug, Default)]
pub(super) struct MovesFold {
    moves: Vec<Move>,
    rests: Vec<Rest>,
}

impl MovesFold {
    pub(super) fn moving(&mut self, at: Instant, what: &Moving) {
        match *what {
            Moving::Ordered { tenant, from, to } => self.moves.push(Move {
                tenant,
                from,
                to,
                ordered: at,
                drained: None,
                delays: 0,
                cut_over: None,
                cancelled: None,
                came: Content::default(),
                refused: 0,
                told: 0,
                purges: Vec::new(),
                brought: Vec::new(),
            }),
            Moving::Cancelled { tenant } => self.settled(tenant, |one| one.cancelled = Some(at)),
            Moving::CutOver { tenant } => self.settled(tenant, |one| one.cut_over = Some(at)),
            Moving::Told { tenant, .. } => {
                if let Some(one) = self.of(tenant) {
                    one.told += 1;
                }
            }
            Moving::Rests { tenant, unit, datacenter, copy, content } => {
                self.rests(Rest { tenant, unit, purge: Purge { datacenter, copy, most: content, left: content, at } });
            }
        }
    }

    /// The home that a tenant leaves, or has left.
    pub(super) fn old_home(&self, tenant: Tenant) -> Option<Unit> {
        self.moves.iter().find(|one| one.tenant == tenant).map(|one| one.from)
    }

    /// Whether a tenant is at home in its new home.
    pub(super) fn has_moved(&self, tenant: Tenant) -> bool {
        self.moves.iter().any(|one| one.tenant == tenant && one.cut_over.is_some())
    }

    pub(super) fn drains(&mut self, at: Instant, tenant: Tenant) {
        if let Some(one) = self.of(tenant) {
            one.drained = Some(at);
        }
    }

    pub(super) fn delayed(&mut self, tenant: Tenant) {
        if let Some(one) = self.of(tenant) {
            (one.drained, one.delays) = (None, one.delays + 1);
        }
    }

    pub(super) fn refused(&mut self, tenant: Tenant) {
        if let Some(one) = self.of(tenant) {
            one.refused += 1;
        }
    }

    pub(super) fn finish(mut self) -> Vec<Move> {
        for one in &mut self.moves {
            let of = |rest: &&Rest| rest.tenant == one.tenant && Some(rest.unit) == one.emptied();
            one.purges = self.rests.iter().filter(of).map(|rest| rest.purge).collect();
            let home = |rest: &&Rest| rest.tenant == one.tenant && rest.unit == one.to && one.cut_over.is_some();
            one.brought = self.rests.iter().filter(home).map(|rest| rest.purge).collect();
        }
        self.moves
    }

    fn settled(&mut self, tenant: Tenant, settle: impl FnOnce(&mut Move)) {
        let Some(place) = self.moves.iter().position(|one| one.tenant == tenant) else { return };
        let one = &mut self.moves[place];
        settle(one);
        let new = |rest: &&Rest| rest.tenant == tenant && rest.unit == one.to && rest.purge.copy == CopyClass::Log;
        one.came = self.rests.iter().find(new).map_or(Content::default(), |rest| rest.purge.left);
    }

    fn rests(&mut self, rest: Rest) {
        let place = |rest: &Rest| (rest.tenant, rest.unit, rest.purge.datacenter, rest.purge.copy);
        match self.rests.iter_mut().find(|known| place(known) == place(&rest)) {
            None => self.rests.push(rest),
            Some(known) => {
                let most = if rest.purge.left.records > known.purge.most.records { rest.purge } else { known.purge };
                known.purge = Purge { most: most.most, ..rest.purge };
            }
        }
    }

    fn of(&mut self, tenant: Tenant) -> Option<&mut Move> {
        self.moves.iter_mut().find(|one| one.tenant == tenant)
    }
}
