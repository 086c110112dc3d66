//! What stands of tenants that move in one log, record by record: of no other tenant is this kept.

use crate::service::{Held, Lot};
use crate::terms::{Content, Index, Tenant};

/// What one index of a log holds of a tenant that moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub(super) index: Index,
    pub(super) tenant: Tenant,
    pub(super) content: Content,
    /// Where it is a lot that came from an old home: which.
    pub(super) lot: Option<Lot>,
}

/// The shares of one log, by index.
#[derive(Clone, Debug, Default)]
pub(super) struct Shares {
    rows: Vec<Share>,
}

impl Shares {
    /// Of an empty log.
    pub(super) const fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Adds what comes at the end of the log.
    pub(super) fn extend(&mut self, shares: impl IntoIterator<Item = Share>) {
        self.rows.extend(shares);
    }

    /// Adds what comes anywhere in the log.
    pub(super) fn fill_in(&mut self, shares: &[Share]) {
        self.rows.extend(shares);
        self.rows.sort_by_key(|share| share.index);
    }

    /// Those from `first` through `last`.
    pub(super) fn within(&self, first: Index, last: Index) -> &[Share] {
        let at = |index| self.rows.partition_point(|share| share.index < index);
        &self.rows[at(first)..at(last + 1).max(at(first))]
    }

    /// What a tenant has after an index, through another.
    pub(super) fn of(&self, tenant: Tenant, after: Index, through: Index) -> Content {
        let own = self.within(after + 1, through.max(after)).iter().filter(|share| share.tenant == tenant);
        own.map(|share| share.content).sum()
    }

    /// What came from a tenant's old home, and stands at an index or before.
    pub(super) fn came(&self, tenant: Tenant, end: Index) -> Content {
        let came = self.within(0, end).iter().filter(|share| share.tenant == tenant && share.lot.is_some());
        came.map(|share| share.content).sum()
    }

    /// What a tenant's old home is told of what came.
    pub(super) fn held(&self, tenant: Tenant) -> Held {
        let came = self.rows.iter().filter(|share| share.tenant == tenant);
        came.filter_map(|share| Some((share, share.lot?))).fold(Held::default(), |held, (share, lot)| Held {
            lots: lot.number,
            through: lot.through,
            last: share.index,
            content: held.content + share.content,
        })
    }

    /// Erases what is a tenant's, or only what came from its old home. Where that stood.
    pub(super) fn erase(&mut self, tenant: Tenant, only_lots: bool) -> Vec<Index> {
        let goes = |share: &Share| share.tenant == tenant && (share.lot.is_some() || !only_lots);
        let erased = self.rows.iter().filter(|share| goes(share)).map(|share| share.index).collect();
        self.rows.retain(|share| !goes(share));
        erased
    }

    /// Cuts everything after an index.
    pub(super) fn cut(&mut self, keep: Index) {
        self.rows.truncate(self.rows.partition_point(|share| share.index <= keep));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Bytes, Epoch, Position, Record};

    fn share(index: Index, tenant: u32, lot: Option<u32>) -> Share {
        let through = Position { epoch: Epoch(1), index: 10 * index };
        let tenant = Tenant(tenant);
        let lot = lot.map(|number| Lot { tenant, number, after: 0, through });
        Share { index, tenant, content: Content::of(Record(index), Bytes(1)), lot }
    }

    #[test]
    fn a_tenants_share_of_a_run_is_counted_cut_and_erased() {
        let mut shares = Shares::new();
        shares.extend([share(2, 0, None), share(3, 1, None), share(5, 0, None), share(9, 0, None)]);
        assert_eq!(shares.of(Tenant(0), 2, 9).records, 2);
        assert_eq!(shares.of(Tenant(0), 9, 3).records, 0, "an empty run");
        shares.cut(5);
        assert_eq!(shares.of(Tenant(0), 0, 100).records, 2);
        assert_eq!((shares.erase(Tenant(0), false), shares.erase(Tenant(0), false)), (vec![2, 5], Vec::new()));
        assert_eq!(shares.within(1, 100).len(), 1);
    }

    #[test]
    fn what_came_from_an_old_home_is_told_from_what_was_there() {
        let mut shares = Shares::new();
        shares.extend([share(1, 0, None), share(2, 0, Some(1)), share(3, 0, Some(2))]);
        let held = shares.held(Tenant(0));
        assert_eq!((held.lots, held.last, held.through.index, held.content.records), (2, 3, 30, 2));
        assert_eq!((shares.came(Tenant(0), 2).records, shares.came(Tenant(0), 9).records), (1, 2));
        assert_eq!(shares.erase(Tenant(0), true), [2, 3]);
        assert_eq!((shares.held(Tenant(0)), shares.of(Tenant(0), 0, 9).records), (Held::default(), 1));
    }
}
