//! The words of the house as types. **Imports nothing of the house.**
//!
//! Everything that two modules talk about is defined here once: times, places, records, the lease
//! register, and the reasons for which production may refuse. Reading order: [`time`], [`place`],
//! [`record`], [`lease`], [`copy`], [`refusal`].

pub mod content;
pub mod copy;
pub mod lease;
pub mod names;
pub mod opaque;
pub mod place;
pub mod record;
pub mod refusal;
pub mod size;
pub mod tally;
pub mod time;

pub use content::Content;
pub use copy::{CopyClass, CopyRow, CopySet, Holds};
pub use lease::{Ballot, Epoch, Incarnation, Index, Members, Mode, Position, Register};
pub use names::Names;
pub use opaque::{Lines, Opaque, VoterRecord};
pub use place::{Boundary, BoundarySet, Country, Datacenter, DatacenterSet, Network, Seat, Side, Unit, UnitSet};
pub use record::{
    AppVersion, Birth, Conversation, ConversationKind, Opening, Record, RecordKind, Tenancy, Tenant, User,
};
pub use refusal::{Refusal, Rule};
pub use size::Bytes;
pub use tally::Tally;
pub use time::{Instant, LocalTime, Monotonic, Span, Wall};
