//! Who moves: the format, and the same made ready for the world.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::{Document, Tenant as Named};
use super::moment::Moment;
use super::plan::check_moment;
use super::population::Window;
use super::read::{At, Given, instead};
use super::resolve::Resolver;
use super::section::section;
use super::source::Place;
use super::words::value;
use crate::service::Policy;
use crate::sim::plan::{MovePlan, Mover};
use crate::terms::{Boundary, Country, Instant, Tenant};

section! {
    /// A tenant whose billing country changes: its home is copied, verified, cut over and purged.
    Move {
        required {
            /// Who moves: a tenant by name, once.
            tenant: String,
            /// The new billing country.
            to: Country,
            /// When it is ordered: since the start, or a point in time.
            at: Moment,
        }
        optional {
            /// When it is cancelled, unless the tenant has moved by then. Default: never.
            cancelled_at: Moment,
        }
    }
}

section! {
    /// A country whose tenants get a home in a boundary of their own, as India's did.
    GoLocal {
        required {
            /// The country.
            country: Country,
            /// The boundary, in which it has no tenants yet.
            boundary: String,
            /// When its tenants are ordered to move: since the start, or a point in time.
            at: Moment,
        }
        optional {}
    }
}

/// The moves that are ordered while users are watched. As with faults, those that come later than `[check]` lets a
/// run last are left out of it.
pub(super) fn lowered(
    document: &Document,
    phase: Option<Window>,
    policy: &Policy,
    names: &Resolver<'_>,
) -> Vec<MovePlan> {
    let lowering = Lowering { document, phase, policy, names };
    let moves = document.r#move.iter().flat_map(|list| &list.value).filter_map(|one| lowering.one(one));
    let local = document.go_local.iter().flat_map(|list| &list.value).filter_map(|all| lowering.go_local(all));
    let plans: Vec<_> = moves.chain(local).collect();
    lowering.check_once();
    let end = phase.map_or(Instant::NEVER, |phase| phase.end);
    plans.into_iter().filter(|plan| plan.at < end).collect()
}

struct Lowering<'a> {
    document: &'a Document,
    phase: Option<Window>,
    policy: &'a Policy,
    names: &'a Resolver<'a>,
}

impl Lowering<'_> {
    fn one(&self, At { value: Move { tenant, to, at, cancelled_at }, .. }: &At<Move>) -> Option<MovePlan> {
        let to = to.as_ref()?;
        let boundary = self.names.served(to.value, &to.place).and_then(|rule| rule.boundary);
        let (who, named) = self.tenant(tenant.as_ref()?)?;
        let from = value(&named.billing_country).and_then(|&country| self.boundary_of(country));
        self.check_leaves(from, boundary, &to.place);
        let (at, place) = self.moment(at)?;
        let cancelled_at = cancelled_at.as_ref().and_then(|given| Some((given, self.in_run(given.value)?)));
        if let Some((given, _)) = cancelled_at.filter(|&(_, cancelled)| cancelled <= at) {
            self.names.findings.report(
                Code::Conflict,
                &given.place,
                "a move can be cancelled only after it is ordered",
            );
        }
        self.check_effective(at, place);
        Some(MovePlan { who, to: boundary?, at, cancelled_at: cancelled_at.map(|(_, at)| at) })
    }

    fn go_local(&self, At { value: GoLocal { country, boundary, at }, .. }: &At<GoLocal>) -> Option<MovePlan> {
        let (country, to) = (country.as_ref()?, self.names.boundary(boundary));
        self.names.served(country.value, &country.place);
        self.check_leaves(self.boundary_of(country.value), to, &country.place);
        let (at, place) = self.moment(at)?;
        self.check_effective(at, place);
        Some(MovePlan { who: Mover::Country(country.value), to: to?, at, cancelled_at: None })
    }

    fn boundary_of(&self, country: Country) -> Option<Boundary> {
        self.names.topology.country(country)?.boundary
    }

    fn tenants(&self) -> impl Iterator<Item = (Tenant, &Named)> {
        let named = self.document.tenant.iter().flat_map(|list| &list.value);
        (0..).map(Tenant).zip(named.map(|tenant| &tenant.value))
    }

    fn tenant(&self, name: &At<String>) -> Option<(Mover, &Named)> {
        let found = self.tenants().find(|(_, tenant)| value(&tenant.name) == Some(&name.value));
        if found.is_none() {
            let names = self.tenants().filter_map(|(_, tenant)| value(&tenant.name)).map(String::as_str);
            let message = format!("there is no tenant `{}`", name.value);
            let found = Diagnostic::at(Code::UnknownTenant, &name.place, message);
            self.names.findings.add(found.help(instead(&name.value, names)));
        }
        found.map(|(tenant, named)| (Mover::Tenant(tenant), named))
    }

    fn in_run(&self, moment: Moment) -> Option<Instant> {
        Some(moment.in_run(self.phase?.start))
    }

    /// When a move is ordered, which must be in the run as it is written.
    fn moment<'m>(&self, at: &'m Given<Moment>) -> Option<(Instant, &'m Place)> {
        let (given, phase) = (at.as_ref()?, self.phase?);
        let at = given.value.in_run(phase.start);
        let end = value(&self.document.duration).map_or(phase.end, |&whole| phase.end.max(phase.start + whole));
        check_moment(at, &given.place, "move is ordered", Window { end, ..phase }, self.names);
        Some((at, &given.place))
    }

    fn check_leaves(&self, from: Option<Boundary>, to: Option<Boundary>, place: &Place) {
        if from.is_some() && from == to {
            self.names.findings.report(Code::MoveToNowhere, place, "who moves there is at home there already");
        }
    }

    /// Before the effective instant the group decides where records rest, and no billing country moves them.
    fn check_effective(&self, at: Instant, place: &Place) {
        let effective = Instant(self.policy.effective.0) + self.policy.clock_tolerance;
        if at < effective {
            let message = format!("the billing country decides nothing before {effective}");
            self.names.findings.report(Code::MoveTooEarly, place, message);
        }
    }

    /// A tenant moves once at the most, by name or with its country.
    fn check_once(&self) {
        let named: Vec<_> = self.document.r#move.iter().flat_map(|list| &list.value).collect();
        let local = |country: &Country| {
            let mut leaving = self.document.go_local.iter().flat_map(|list| &list.value);
            leaving.any(|all| value(&all.value.country) == Some(country))
        };
        for (place, one) in named.iter().enumerate() {
            let Some(name) = &one.value.tenant else { continue };
            let again = named[..place].iter().any(|before| value(&before.value.tenant) == Some(&name.value));
            let billed = self.tenants().find(|(_, tenant)| value(&tenant.name) == Some(&name.value));
            let billed = billed.and_then(|(_, tenant)| value(&tenant.billing_country));
            if again || billed.is_some_and(local) {
                self.names.findings.report(Code::MoveTwice, &name.place, "a tenant moves once in a run");
            }
        }
    }
}
