//! Tenants, conversations and records, and what the world knows of each at its birth.

use super::{Bytes, Country, Instant, Network};
use std::fmt;

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident($repr:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);
    };
}

identity! {
    /// An organization. Dense from zero.
    Tenant(u32)
}
identity! {
    /// A conversation. Dense from zero.
    Conversation(u32)
}
identity! {
    /// A person with one device. Dense from zero.
    User(u32)
}
identity! {
    /// A record, in the order of birth, from one.
    Record(u64)
}

/// A client version, `major · 100 + minor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppVersion(pub u16);

impl fmt::Display for AppVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 100, self.0 % 100)
    }
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A text message.
    Message,
    /// A like of a message.
    Like,
    /// A comment on a message.
    Comment,
    /// A picture, document, audio or video that belongs to a message.
    Attachment,
    /// The metadata of an action card: the first of its parts.
    CardMetadata,
    /// The package of an action card.
    CardPackage,
    /// One response to an action card.
    CardResponse,
    /// Sound or picture of a call: transient, it may rest nowhere.
    CallMedia,
    /// The log entry of a call.
    CallLog,
    /// A lot of the records of a tenant that moves, as its new home stores it: nobody made it.
    Import,
}

impl RecordKind {
    /// Every kind that people make, in the order of reports.
    pub const ALL: [Self; 9] = [
        Self::Message,
        Self::Like,
        Self::Comment,
        Self::Attachment,
        Self::CardMetadata,
        Self::CardPackage,
        Self::CardResponse,
        Self::CallMedia,
        Self::CallLog,
    ];

    /// The place of this kind in [`RecordKind::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in reports and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Like => "like",
            Self::Comment => "comment",
            Self::Attachment => "attachment",
            Self::CardMetadata => "card metadata",
            Self::CardPackage => "card package",
            Self::CardResponse => "card response",
            Self::CallMedia => "call media",
            Self::CallLog => "call log",
            Self::Import => "import",
        }
    }

    /// Whether people make it, rather than the service by itself.
    pub const fn is_made_by_people(self) -> bool {
        !matches!(self, Self::Import)
    }

    /// Whether this is one of the three parts of an action card.
    pub const fn is_card(self) -> bool {
        matches!(self, Self::CardMetadata | Self::CardPackage | Self::CardResponse)
    }

    /// Whether a record of this kind rests where the record it belongs to rests (rule R5): an
    /// attachment with its message, the parts of a card with the card's metadata.
    pub const fn follows_another(self) -> bool {
        matches!(self, Self::Attachment | Self::CardPackage | Self::CardResponse)
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConversationKind {
    /// An organization group of members.
    Flat,
    /// An organization group of groups.
    Hierarchical,
    /// An organization group that anybody may follow.
    Public,
    /// An organization 1:1 chat.
    OneToOne,
    /// A private chat: not covered by the promise (rule R7).
    Private,
}

impl ConversationKind {
    /// Whether the promise covers the conversation.
    pub const fn is_organization(self) -> bool {
        !matches!(self, Self::Private)
    }
}

/// A tenant as its contract says, known to the world from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tenancy {
    /// Who.
    pub tenant: Tenant,
    /// The country of the billing address.
    pub billing: Country,
    /// When the tenant signed up.
    pub signed_up: Instant,
}

/// The opening of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opening {
    /// Which conversation.
    pub conversation: Conversation,
    /// Whose conversation.
    pub tenant: Tenant,
    /// What kind.
    pub kind: ConversationKind,
    /// The country code of the person who opened it: the group location of rule R3.
    pub creator: Country,
    /// When.
    pub opened: Instant,
}

/// What the world knows of a record before production sees it. It travels with the bytes, and
/// production cannot change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Birth {
    /// Which record.
    pub record: Record,
    /// Whose.
    pub tenant: Tenant,
    /// In which conversation.
    pub conversation: Conversation,
    /// By whom.
    pub author: User,
    /// The author's country code.
    pub creator: Country,
    /// Where the author's device is.
    pub network: Network,
    /// The version of the app that made it.
    pub app: AppVersion,
    /// What it is.
    pub kind: RecordKind,
    /// The record it belongs to (rule R5); itself where it belongs to none.
    pub with: Record,
    /// How many records will follow it and must rest with it (rule R5).
    pub followers: u16,
    /// How large it is.
    pub size: Bytes,
    /// The true time of its making.
    pub born: Instant,
}
