//! Copy classes: the kinds of place where bytes can rest, in one table.

use std::fmt;

/// The kind of place in which a landing rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopyClass {
    /// The log of the scale unit's holder.
    Log,
    /// The copy of the log at the peer.
    Replica,
    /// A cache on a datacenter's disks.
    Cache,
    /// A tail that lost a failover, set aside until it is reconciled.
    QuarantinedTail,
    /// A voter's register.
    WitnessRecord,
    /// A backup of a scale unit's log, on media of its own.
    Backup,
    /// The place through which a backup comes back.
    RestoreStaging,
    /// Old records on their way to a peer that is brought back.
    Snapshot,
    /// What a site can find by words, made from its own log.
    SearchIndex,
    /// What could not be delivered to an index or a journal, kept until it can.
    DeadLetter,
    /// A copy that an administrator asked for.
    Export,
    /// The journal of everything that was acknowledged.
    ComplianceCopy,
    /// Lines that the processes of a datacenter write of themselves.
    ApplicationLog,
    /// The labels of what a datacenter measures of itself.
    MetricLabels,
    /// What an engineer took from a site to look into a fault.
    SupportDump,
    /// What wakes a device, at a provider outside every boundary.
    PushPayload,
    /// What the global front end finds a scale unit by.
    RoutingKey,
}

/// What a copy class holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// What users wrote.
    Content,
    /// What users wrote, while something is under way.
    Transient,
    /// Nothing that users wrote, and nothing from which it could be told.
    Opaque,
}

/// One row of the table of copy classes.
#[derive(Clone, Copy, Debug)]
pub struct CopyRow {
    /// The class.
    pub class: CopyClass,
    /// The name in reports and messages.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Where it may rest.
    pub residence: &'static str,
    /// How long it is kept.
    pub lifetime: &'static str,
    /// What feeds it.
    pub fed_by: &'static str,
    /// Who may read it.
    pub readers: &'static str,
}

const RECORDS: &str = "where its records may";
const UNIT: &str = "the unit's boundary";
const ANYWHERE: &str = "anywhere, for it is opaque";

macro_rules! rows {
    ($($class:ident $name:literal, $holds:ident, $residence:expr, $lifetime:literal, $fed_by:literal, $readers:literal;)*) => {
        impl CopyClass {
            /// Every class, in the order of [`CopyClass::index`].
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$class),*];

            /// The table: one row for each class, in the order of [`CopyClass::ALL`].
            pub const TABLE: [CopyRow; Self::ALL.len()] = [$(CopyRow {
                class: Self::$class,
                name: $name,
                holds: Holds::$holds,
                residence: $residence,
                lifetime: $lifetime,
                fed_by: $fed_by,
                readers: $readers,
            }),*];
        }
    };
}

rows! {
    Log "log", Content, RECORDS, "as long as the record", "accepted writes", "members of the conversation";
    Replica "replica", Content, RECORDS, "as long as the record", "the holder's log", "members, after a takeover";
    Cache "cache", Content, RECORDS, "short", "requests", "the site";
    QuarantinedTail "quarantined tail", Content, RECORDS, "until it is reconciled", "a log that lost a takeover", "the site";
    WitnessRecord "witness record", Opaque, ANYWHERE, "as long as the lease", "votes", "the sites of the unit";
    Backup "backup", Content, UNIT, "until the next takes its place", "the log", "a restore";
    RestoreStaging "restore staging", Transient, UNIT, "while a restore is under way", "a backup", "a restore";
    Snapshot "snapshot", Transient, UNIT, "while a peer is brought back", "the holder's log", "the peer";
    SearchIndex "search index", Content, UNIT, "as long as its log", "the log beside it", "members of the conversation";
    DeadLetter "dead letter", Content, UNIT, "until it is delivered", "what an index or a journal refused", "operators";
    Export "export", Content, UNIT, "`export_lifetime`", "the log, by an administrator's order", "the administrator";
    ComplianceCopy "compliance copy", Content, UNIT, "for good", "what was acknowledged", "the compliance officer";
    ApplicationLog "application log", Opaque, ANYWHERE, "short", "what processes do", "engineers";
    MetricLabels "metric labels", Opaque, ANYWHERE, "long", "what processes measure", "engineers";
    SupportDump "support dump", Content, UNIT, "`dump_lifetime`", "the log, by an engineer's order", "the engineer";
    PushPayload "push payload", Opaque, ANYWHERE, "until the device wakes", "what was acknowledged", "the provider";
    RoutingKey "routing key", Opaque, ANYWHERE, "as long as the route", "what was acknowledged", "the front end";
}

impl CopyClass {
    /// The place of this class in [`CopyClass::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The row of this class.
    pub const fn row(self) -> &'static CopyRow {
        &Self::TABLE[self.index()]
    }

    /// The name in reports and messages.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether it is the log of a site, at the holder or at its peer.
    pub const fn is_log(self) -> bool {
        matches!(self, Self::Log | Self::Replica)
    }
}

/// Copy classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CopySet(u32);

impl CopySet {
    /// This set with one class more.
    #[must_use]
    pub const fn with(self, class: CopyClass) -> Self {
        Self(self.0 | 1 << class.index())
    }

    /// This set with one class less.
    #[must_use]
    pub const fn without(self, class: CopyClass) -> Self {
        Self(self.0 & !(1 << class.index()))
    }

    /// Whether no class is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its classes, in order.
    pub fn iter(self) -> impl Iterator<Item = CopyClass> {
        CopyClass::ALL.into_iter().filter(move |&class| self.contains(class))
    }

    /// Whether a class is in it.
    pub const fn contains(self, class: CopyClass) -> bool {
        self.0 & 1 << class.index() != 0
    }
}

impl fmt::Display for CopyClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Content => "content",
            Self::Transient => "content, in passing",
            Self::Opaque => "nothing of users'",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_stands_in_its_own_row() {
        for (place, row) in CopyClass::TABLE.iter().enumerate() {
            assert_eq!((row.class.index(), row.class.name()), (place, row.name));
        }
    }
}
