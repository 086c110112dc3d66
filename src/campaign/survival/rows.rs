//! The survivability table: what is gone, what is promised in each mode of replication, and the faults
//! that bring it about. **The one place in which it is written down as data**; the words are the page's.

use crate::terms::{Refusal, Side, Span};

/// Length of the lease in every cell; with the two below it gives a bound of 17 s.
pub(super) const LEASE: &str = "ttl = \"10s\"\nloop_wait = \"3s\"\nretry_timeout = \"1s\"\n";

/// The declared RPO of every cell.
pub(super) const RPO: Span = Span::secs(5);

/// How long a challenger waits before it takes over with a loss.
pub(super) const GRACE: Span = Span::secs(40);

/// How long after the onset an operator orders a failover, where one does.
pub(super) const ORDERED_AFTER: Span = Span::secs(20);

/// What becomes of writes, once a failover is over if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writes {
    /// A side serves them, and the other none.
    Served(Side),
    /// They are refused, with one of these reasons and no other; the first is seen.
    Refused(&'static [Refusal]),
}

/// Whether the other site takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takeover {
    /// No.
    Never,
    /// By itself, within the bound.
    Prompt,
    /// By itself, when the grace period is over.
    Graced,
    /// When an operator orders it.
    Forced,
    /// When an operator has the register founded anew on it.
    Refounded,
}

/// What may be lost of what was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing.
    None,
    /// What was acknowledged within the declared RPO.
    Rpo,
    /// What the new holder lacks, and says so.
    Declared,
}

/// What is promised in one cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    pub(super) writes: Writes,
    pub(super) takeover: Takeover,
    pub(super) loss: Loss,
}

/// One row: what is gone, what makes it so, and what is promised under `sync-strict`, `sync` and `async`.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) gone: &'static str,
    /// Faults; `ONSET`, `BEFORE` (40 s earlier), `AFTER` (a moment later) and `ORDER` stand for times.
    pub(super) faults: &'static str,
    pub(super) promises: [Promise; 3],
}

const fn served(side: Side) -> Promise {
    Promise { writes: Writes::Served(side), takeover: Takeover::Never, loss: Loss::None }
}

const fn refused(reasons: &'static [Refusal]) -> Promise {
    Promise { writes: Writes::Refused(reasons), takeover: Takeover::Never, loss: Loss::None }
}

const fn taken(takeover: Takeover, loss: Loss) -> Promise {
    Promise { writes: Writes::Served(Side::B), takeover, loss }
}

/// `sync-strict` never acknowledges on one site: whoever holds the lease refuses.
const STRICT_TAKEN: Promise = Promise {
    takeover: Takeover::Prompt,
    ..refused(&[Refusal::PeerUnreachable, Refusal::NoLease, Refusal::NoMajority])
};
const NO_PEER: Promise = refused(&[Refusal::PeerUnreachable]);
const NO_MAJORITY: Promise = refused(&[Refusal::NoMajority, Refusal::NoLease]);
const DARK: Promise = refused(&[Refusal::BoundaryDark]);

/// Every row.
pub(super) const ROWS: &[Row] = &[
    Row { gone: "nothing", faults: "", promises: [served(Side::A), served(Side::A), served(Side::A)] },
    Row {
        gone: "B",
        faults: "kind = \"outage\"\ndatacenter = \"amsterdam\"\nat = ONSET\nfor = \"2m\"",
        promises: [NO_PEER, served(Side::A), served(Side::A)],
    },
    Row {
        gone: "W",
        faults: "kind = \"outage\"\ndatacenter = \"illinois\"\nat = ONSET\nfor = \"2m\"",
        promises: [served(Side::A), served(Side::A), served(Side::A)],
    },
    Row {
        gone: "A, while `replicated`",
        faults: "kind = \"outage\"\ndatacenter = \"dublin\"\nat = ONSET\nfor = \"2m\"",
        promises: [STRICT_TAKEN, taken(Takeover::Prompt, Loss::None), taken(Takeover::Prompt, Loss::Rpo)],
    },
    Row {
        gone: "A, while `alone`, until the grace period is over",
        faults: "kind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = BEFORE\nfor = \"1m\"\n\n[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = ONSET\nfor = \"2m\"",
        promises: [STRICT_TAKEN, taken(Takeover::Graced, Loss::Declared), taken(Takeover::Graced, Loss::Declared)],
    },
    Row {
        gone: "A, while `alone`, until an operator's force",
        faults: "kind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = BEFORE\nfor = \"1m\"\n\n[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = ONSET\nfor = \"2m\"\n\n[[fault]]\nkind = \"operator\"\nunit = \"emea-1\"\norder = \"forced\"\nat = ORDER",
        promises: [STRICT_TAKEN, taken(Takeover::Forced, Loss::Declared), taken(Takeover::Forced, Loss::Declared)],
    },
    Row {
        gone: "A–B cut, both see W",
        faults: "kind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = ONSET\nfor = \"2m\"",
        promises: [NO_PEER, served(Side::A), served(Side::A)],
    },
    Row {
        gone: "A isolated while `replicated`, clients still reach it",
        faults: "kind = \"isolate\"\ndatacenter = \"dublin\"\nclients_reach = true\nat = ONSET\nfor = \"2m\"",
        promises: [STRICT_TAKEN, taken(Takeover::Prompt, Loss::None), taken(Takeover::Prompt, Loss::Rpo)],
    },
    Row {
        gone: "A and W",
        faults: "kind = \"outage\"\ndatacenters = [\"dublin\", \"illinois\"]\nat = ONSET\nfor = \"2m\"",
        promises: [NO_MAJORITY, NO_MAJORITY, NO_MAJORITY],
    },
    Row {
        gone: "B and W",
        faults: "kind = \"outage\"\ndatacenters = [\"amsterdam\", \"illinois\"]\nat = ONSET\nfor = \"2m\"",
        promises: [NO_MAJORITY, NO_MAJORITY, NO_MAJORITY],
    },
    Row {
        gone: "A and W for good, until an operator founds the register anew",
        faults: "kind = \"outage\"\ndatacenters = [\"dublin\", \"illinois\"]\nat = ONSET\nfor = \"2m\"\n\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"dublin\"\nat = AFTER\n\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"illinois\"\nat = AFTER\n\n[[fault]]\nkind = \"operator\"\nunit = \"emea-1\"\norder = \"refound\"\nat = ORDER",
        promises: [
            Promise { takeover: Takeover::Refounded, ..STRICT_TAKEN },
            taken(Takeover::Refounded, Loss::Declared),
            taken(Takeover::Refounded, Loss::Declared),
        ],
    },
    Row {
        gone: "B and W for good, until an operator founds the register anew",
        faults: "kind = \"outage\"\ndatacenters = [\"amsterdam\", \"illinois\"]\nat = ONSET\nfor = \"2m\"\n\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"amsterdam\"\nat = AFTER\n\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"illinois\"\nat = AFTER\n\n[[fault]]\nkind = \"operator\"\nunit = \"emea-1\"\norder = \"refound\"\nat = ORDER",
        promises: [
            refused(&[Refusal::PeerUnreachable, Refusal::NoLease, Refusal::NoMajority]),
            served(Side::A),
            served(Side::A),
        ],
    },
    Row {
        gone: "A and B",
        faults: "kind = \"outage\"\ndatacenters = [\"dublin\", \"amsterdam\"]\nat = ONSET\nfor = \"2m\"",
        promises: [DARK, DARK, DARK],
    },
    Row {
        gone: "A for good, while `alone`",
        faults: "kind = \"partition\"\nbetween = [\"dublin\", \"amsterdam\"]\nat = BEFORE\nfor = \"1m\"\n\n[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = ONSET\nfor = \"2m\"\n\n[[fault]]\nkind = \"storage-loss\"\ndatacenter = \"dublin\"\nat = AFTER",
        promises: [STRICT_TAKEN, taken(Takeover::Graced, Loss::Declared), taken(Takeover::Graced, Loss::Declared)],
    },
    Row {
        gone: "A isolated, its clock slow by a tenth, beyond ρ",
        faults: "kind = \"clock-drift\"\ndatacenter = \"dublin\"\ndrift_ppm = -100000\nat = BEFORE\n\n[[fault]]\nkind = \"isolate\"\ndatacenter = \"dublin\"\nclients_reach = true\nat = ONSET\nfor = \"2m\"",
        promises: [STRICT_TAKEN, taken(Takeover::Prompt, Loss::None), taken(Takeover::Prompt, Loss::Rpo)],
    },
];
