//! What users make: records, and those that follow them.
//!
//! An attachment is sent once its message is confirmed, an action card's package once its metadata
//! is; responses come over the next hours, from other members. All keep the placement of the record
//! that they follow (rule R5). A call's log entry is a record of its own.

use super::event::Event;
use super::message::Local;
use super::request::{Origin, Pending, Task};
use super::traffic::Action;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::{ClientInput, Decisions, Placed};
use crate::terms::{Birth, Bytes, Conversation, Instant, Network, Record, RecordKind, Span, Tenant, User};

/// The mean time between two responses to a card. An assumption.
const BETWEEN_RESPONSES: Span = Span::minutes(10);

/// Records that are yet to come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Later {
    /// Responses to an action card.
    Responses { card: Record, conversation: Conversation, placed: Placed, left: u16 },
    /// The log entry of a call that is going on.
    CallLog { author: User, conversation: Conversation, size: Bytes },
}

/// A record that is about to be made.
struct Draft {
    author: User,
    conversation: Conversation,
    kind: RecordKind,
    /// The record that it follows, and where that was placed.
    follows: Option<(Record, Placed)>,
    followers: u16,
    size: Bytes,
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// States every tenant, and every conversation that is older than the run.
    pub(super) fn state_population(&mut self) {
        for tenant in 0..self.population.tenants.len() {
            self.state(Fact::TenantFounded(self.population.tenants[tenant].tenancy));
        }
        for conversation in (0..).map(Conversation).take(self.population.conversations.len()) {
            let opening = self.population.opening(conversation);
            if opening.opened != Instant::NEVER {
                self.state(Fact::ConversationOpened(opening));
            }
        }
    }

    /// Plans every tenant's next action anew; what was planned before is out of date.
    pub(super) fn plan_traffic(&mut self) {
        for tenant in (0..).map(Tenant).take(self.population.tenants.len()) {
            self.plan_action(tenant);
        }
    }

    /// One of a tenant's users does something.
    pub(super) fn tenant_acts(&mut self, tenant: u32, generation: u16) {
        if self.quiet || generation != self.traffic.generation() as u16 {
            return;
        }
        match self.traffic.action(Tenant(tenant), self.now, &self.population) {
            Action::Write { user, conversation, kind, attachment, responses, size } => {
                let parts = if kind == RecordKind::CardMetadata { 1 + responses } else { 0 };
                let followers = u16::from(attachment) + parts;
                self.bear(&Draft { author: user, conversation, kind, follows: None, followers, size });
            }
            Action::Read { user, conversation } => self.open_conversation(user, conversation),
            Action::Call { user, conversation, media, log, lasts } => {
                let (author, kind) = (user, RecordKind::CallMedia);
                self.bear(&Draft { author, conversation, kind, follows: None, followers: 0, size: media });
                self.plan_later(Later::CallLog { author, conversation, size: log }, lasts);
            }
        }
        self.plan_action(Tenant(tenant));
    }

    /// What was yet to come does, unless traffic has ended.
    pub(super) fn later(&mut self, later: u32) {
        let later = self.laters.take(later);
        if self.quiet {
            return;
        }
        match later {
            Later::CallLog { author, conversation, size } => {
                let kind = RecordKind::CallLog;
                self.bear(&Draft { author, conversation, kind, follows: None, followers: 0, size });
            }
            Later::Responses { card, conversation, placed, left } => {
                let author = self.traffic.member(conversation, &self.population);
                self.bear_follower(author, conversation, RecordKind::CardResponse, (card, placed));
                self.plan_responses(card, conversation, placed, left - 1);
            }
        }
    }

    /// A record is confirmed: those that follow it may be sent.
    pub(super) fn follow_up(&mut self, birth: &Birth, placed: Placed) {
        let &Birth { record, author, conversation, followers, .. } = birth;
        match birth.kind {
            RecordKind::Message if followers > 0 => {
                self.bear_follower(author, conversation, RecordKind::Attachment, (record, placed));
            }
            RecordKind::CardMetadata => {
                self.bear_follower(author, conversation, RecordKind::CardPackage, (record, placed));
                self.plan_responses(record, conversation, placed, followers.saturating_sub(1));
            }
            _ => {}
        }
    }

    fn plan_action(&mut self, tenant: Tenant) {
        let at = self.traffic.next(tenant, self.now);
        if at < self.plan.start + self.plan.duration {
            let generation = self.traffic.generation() as u16;
            self.agenda.push(at, Event::TenantActs { tenant: tenant.0, generation });
        }
    }

    fn plan_responses(&mut self, card: Record, conversation: Conversation, placed: Placed, left: u16) {
        if left > 0 {
            let after = self.leisure.exponential(BETWEEN_RESPONSES);
            self.plan_later(Later::Responses { card, conversation, placed, left }, after);
        }
    }

    fn plan_later(&mut self, later: Later, after: Span) {
        let later = self.laters.insert(later);
        self.agenda.push(self.now + after, Event::Later { later });
    }

    fn bear_follower(&mut self, author: User, conversation: Conversation, kind: RecordKind, of: (Record, Placed)) {
        let size = self.traffic.size(self.population.conversation(conversation).tenant, kind);
        self.bear(&Draft { author, conversation, kind, follows: Some(of), followers: 0, size });
    }

    /// A record is made, and handed to its device.
    fn bear(&mut self, draft: &Draft) {
        let &Draft { author, conversation, kind, follows, followers, size } = draft;
        if self.population.conversation(conversation).opened == Instant::NEVER {
            let opening = self.population.open(conversation, self.now);
            self.state(Fact::ConversationOpened(opening));
        }
        self.records += 1;
        let (record, user) = (Record(self.records), self.population.user(author));
        let birth = Birth {
            record,
            tenant: user.tenant,
            conversation,
            author,
            creator: user.country,
            network: Network(user.place),
            app: user.app,
            kind,
            with: follows.map_or(record, |(with, _)| with),
            followers,
            size,
            born: self.now,
        };
        self.state(Fact::RecordBorn(birth));
        let placed = follows.map(|(_, placed)| placed);
        let request = self.requests.insert(Pending::new(Task::Write(birth), Origin::Device(author), placed));
        let write = crate::service::Write { placed, ..self.write(request, &birth) };
        self.local.push_back(Local::Device(author, ClientInput::Write(write)));
    }

    fn open_conversation(&mut self, user: User, conversation: Conversation) {
        let task = Task::Read { conversation, asked: self.now };
        let request = self.requests.insert(Pending::new(task, Origin::Device(user), None));
        let read = self.read(request, user, conversation);
        self.local.push_back(Local::Device(user, ClientInput::Read(read)));
    }
}
