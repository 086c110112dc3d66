//! Who uses the service, made ready for the world.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::{Document, Drawn, Population, Tenant, UsersPerTenant};
use super::quantity::{Share, rounded};
use super::read::{At, Findings, Given};
use super::resolve::Resolver;
use super::source::Place;
use super::words::{Entries, Expect, Family, app_version, assigned, not_a_version, unknown_country, value};
use super::{named, zones};
use crate::sim::plan::{CountryPlan, Distribution, PopulationPlan, TenantPlan};
use crate::terms::{AppVersion, Country, Instant};

/// Weights of billing countries of drawn tenants: an assumption.
const COUNTRIES: [(&str, u32); 15] = [
    ("IN", 30),
    ("US", 14),
    ("DE", 8),
    ("GB", 6),
    ("BR", 6),
    ("ID", 6),
    ("FR", 4),
    ("MX", 4),
    ("SG", 4),
    ("PH", 4),
    ("ZA", 3),
    ("AE", 3),
    ("JP", 3),
    ("AU", 3),
    ("NG", 2),
];

/// 2017-08-01, the first full month of the product.
const LAUNCH: Instant = Instant(1_501_545_600_000_000);

/// 2019-04-15, within the month from which on residency holds for everybody who signs up.
const SIGNED_UP: Instant = Instant(1_555_286_400_000_000);

/// More users than this need more memory than a machine has.
const MOST_USERS: f64 = 20e6;

/// The span of a run, for local times.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) start: Instant,
    pub(super) end: Instant,
}

/// Lowers the population, `scale_ppm` of it. `whole` is where to point when it is missing altogether.
/// Without a window the run has no length, and what comes out is of no use but for what it reports.
pub(super) fn lowered(
    document: &Document,
    whole: &Place,
    scale_ppm: u32,
    window: Option<Window>,
    names: &Resolver<'_>,
) -> PopulationPlan {
    let given = value(&document.population).cloned().unwrap_or_default();
    let tenants = &document.tenant;
    let window = window.unwrap_or(Window { start: LAUNCH, end: LAUNCH });
    let lowering = Lowering { scale_ppm, window, names };
    let share = |given: &Given<Share>, default| value(given).map_or(default, |share| share.0);
    let plan = PopulationPlan {
        tenants: tenants.iter().flat_map(|list| &list.value).filter_map(|tenant| lowering.tenant(tenant)).collect(),
        drawn: lowering.scaled(value(&given.tenants).copied().unwrap_or(0)),
        users_per_tenant: users_per_tenant(&given.users_per_tenant, names.findings),
        countries: lowering.countries(&given.countries),
        signed_up: lowering.sign_ups(&given),
        abroad_ppm: share(&given.abroad, 50_000),
        roaming_ppm: share(&given.roaming, 20_000),
        users_per_conversation_milli: users_per_conversation(&given.users_per_conversation, names.findings),
        older_ppm: share(&given.older, 900_000),
        private_ppm: share(&given.private, 50_000),
        zipf: exponent(&given.zipf, names.findings),
        apps: apps(&given.apps, names.findings),
        upgrades: Vec::new(),
    };
    check_names(tenants, names.findings);
    check_size(&plan, document, whole, names.findings);
    plan
}

struct Lowering<'a> {
    scale_ppm: u32,
    window: Window,
    names: &'a Resolver<'a>,
}

impl Lowering<'_> {
    /// A count at the size of the run; what is there at all stays at least one.
    fn scaled(&self, count: u32) -> u32 {
        let scaled = u64::from(count) * u64::from(self.scale_ppm) / 1_000_000;
        u32::try_from(scaled).unwrap_or(count).max(count.min(1))
    }

    fn tenant(&self, tenant: &At<Tenant>) -> Option<TenantPlan> {
        let Tenant { name, billing_country, users, signed_up, group_location, time_zone, expect } = &tenant.value;
        let billing = billing_country.as_ref()?;
        let group_location = match group_location {
            Some(location) => self.expected(location, expect).map(Some)?,
            None => None,
        };
        let rule = self.expected(billing, expect).and_then(|country| self.names.topology.country(country))?;
        let zone = value(time_zone).map_or(rule.time_zone.as_str(), |zone| zone.0.as_str());
        Some(TenantPlan {
            name: value(name)?.clone(),
            billing: self.country(billing.value, 1, zone),
            signed_up: value(signed_up).copied().unwrap_or(SIGNED_UP),
            users: self.scaled(*value(users)?),
            group_location,
        })
    }

    /// A country that is served, unless the tenant expects to be refused.
    fn expected(&self, country: &At<Country>, expect: &Given<Expect>) -> Option<Country> {
        let refused = expect.as_ref().filter(|expect| expect.value == Expect::Refused);
        let Some(refused) = refused else {
            return self.names.served(country.value, &country.place).map(|rule| rule.row.code);
        };
        let rule = self.names.topology.country(country.value)?;
        if rule.boundary.is_some() {
            let message = format!("the service serves {} (`{}`), so it refuses nothing", rule.row.name, rule.row.code);
            self.names.findings.report(Code::CountryServed, &refused.place, message);
        }
        Some(country.value)
    }

    fn country(&self, country: Country, weight: u32, zone: &str) -> CountryPlan {
        CountryPlan { country, weight, offsets: zones::offsets(zone, self.window.start, self.window.end) }
    }

    fn countries(&self, given: &Given<Entries<u32>>) -> Vec<CountryPlan> {
        let plan = |(country, weight): (Country, u32)| {
            let zone = self.names.topology.country(country).map_or("UTC", |rule| rule.time_zone.as_str());
            self.country(country, weight, zone)
        };
        match given {
            Some(given) => self.weighted(given).into_iter().map(plan).collect(),
            None => self.usual_countries().map(plan).collect(),
        }
    }

    /// The usual mix, without countries that this topology does not serve.
    fn usual_countries(&self) -> impl Iterator<Item = (Country, u32)> {
        let served =
            |country: &Country| self.names.topology.country(*country).is_some_and(|rule| rule.boundary.is_some());
        COUNTRIES
            .into_iter()
            .filter_map(move |(code, weight)| Country::parse(code).filter(served).map(|country| (country, weight)))
    }

    fn weighted(&self, given: &At<Entries<u32>>) -> Vec<(Country, u32)> {
        let mut weights = Vec::new();
        for (code, weight) in &given.value.0 {
            match assigned(&code.value) {
                None => self.names.findings.add(unknown_country(&code.place, &code.value)),
                Some(country) => {
                    self.names.served(country, &code.place);
                    weights.push((country, weight.value));
                }
            }
        }
        check_weights(given, self.names.findings);
        weights
    }

    fn sign_ups(&self, given: &Population) -> (Instant, Instant) {
        let to = value(&given.signed_up_to).copied().unwrap_or(self.window.start);
        let from = value(&given.signed_up_from).copied().unwrap_or(LAUNCH.min(to));
        if let Some(late) = given.signed_up_from.as_ref().or(given.signed_up_to.as_ref()).filter(|_| from > to) {
            self.names.findings.report(Code::Conflict, &late.place, "`signed_up_from` is after `signed_up_to`");
        }
        (from, to)
    }
}

fn users_per_tenant(given: &Given<UsersPerTenant>, findings: &Findings) -> Distribution {
    let Some(At { value: given, place }) = given else { return Distribution::Lognormal { median: 40.0, sigma: 1.6 } };
    let (drawn, usual) = match given {
        UsersPerTenant::Number(number) => (Distribution::Constant(*number), true),
        UsersPerTenant::Drawn(drawn) => match distribution(drawn, place, findings) {
            Some(drawn) => (drawn, true),
            None => (Distribution::Constant(1.0), false),
        },
    };
    let fits = match drawn {
        Distribution::Constant(number) => (1.0..=1e7).contains(&number),
        Distribution::Lognormal { median, sigma } => (1.0..=1e7).contains(&median) && sigma <= 4.0,
    };
    if usual && !fits {
        findings.report(Code::OutOfRange, place, "a tenant has from 1 to 10000000 users, and sigma is at most 4");
    }
    drawn
}

fn distribution(drawn: &Drawn, place: &Place, findings: &Findings) -> Option<Distribution> {
    let Drawn { distribution, value: number, median, sigma } = drawn;
    match (value(distribution)?, value(number), value(median), value(sigma)) {
        (Family::Constant, Some(&number), None, None) => Some(Distribution::Constant(number)),
        (Family::Lognormal, None, Some(&median), Some(&sigma)) => Some(Distribution::Lognormal { median, sigma }),
        (family, ..) => {
            let needs = if *family == Family::Constant { "`value` alone" } else { "`median` and `sigma`" };
            findings.report(Code::Conflict, place, format!("this distribution takes {needs}"));
            None
        }
    }
}

fn users_per_conversation(given: &Given<f64>, findings: &Findings) -> u64 {
    let Some(given) = given else { return 2_500 };
    if !(0.01..=100_000.0).contains(&given.value) {
        findings.report(Code::OutOfRange, &given.place, "this lies between 0.01 and 100000");
    }
    rounded(given.value * 1_000.0)
}

fn exponent(given: &Given<f64>, findings: &Findings) -> f64 {
    let Some(given) = given else { return 1.05 };
    if given.value > 5.0 {
        findings.report(Code::OutOfRange, &given.place, "the exponent of a Zipf law is at most 5 here");
    }
    given.value
}

fn apps(given: &Given<Entries<u32>>, findings: &Findings) -> Vec<(AppVersion, u32)> {
    let Some(given) = given else { return vec![(AppVersion(300), 9), (AppVersion(209), 1)] };
    let mut apps = Vec::new();
    for (version, weight) in &given.value.0 {
        match app_version(&version.value) {
            Some(app) => apps.push((app, weight.value)),
            None => findings.add(not_a_version(&version.place, &version.value)),
        }
    }
    check_weights(given, findings);
    apps
}

/// Something must have a weight, and all together must fit 32 bits.
///
/// Those under an unknown name count: one mistake is told once.
pub(super) fn check_weights(given: &At<Entries<u32>>, findings: &Findings) {
    let place = &given.place;
    let sum: u64 = given.value.0.iter().map(|(_, weight)| u64::from(weight.value)).sum();
    if sum == 0 {
        findings.report(Code::OutOfRange, place, "at least one weight must be above zero");
    } else if sum > u64::from(u32::MAX) {
        findings.report(Code::Overflow, place, "these weights add up to more than 32 bits hold");
    }
}

pub(super) fn check_names(tenants: &Given<Vec<At<Tenant>>>, findings: &Findings) {
    let names: Vec<_> =
        tenants.iter().flat_map(|list| &list.value).filter_map(|tenant| tenant.value.name.as_ref()).collect();
    tenants.iter().flat_map(|list| &list.value).for_each(|tenant| named(&tenant.value.name, findings));
    for (i, name) in names.iter().enumerate() {
        if let Some(first) = names[..i].iter().find(|first| first.value == name.value) {
            let (line, _) = first.place.source.position(first.place.span.start);
            let found =
                Diagnostic::at(Code::DuplicateName, &name.place, format!("there is another tenant `{}`", name.value));
            findings.add(found.help(format!("the first is on line {line}")));
        }
    }
}

/// Somebody must use the service, and they must fit into memory.
fn check_size(plan: &PopulationPlan, document: &Document, whole: &Place, findings: &Findings) {
    let per_tenant = match plan.users_per_tenant {
        Distribution::Constant(number) => number,
        Distribution::Lognormal { median, sigma } => median * libm::exp(sigma * sigma / 2.0),
    };
    let tenants = || document.tenant.iter().flat_map(|list| &list.value);
    let named: u64 = tenants().map(|tenant| u64::from(value(&tenant.value.users).copied().unwrap_or(1))).sum();
    let drawn = f64::from(plan.drawn) * per_tenant;
    let users = named as f64 + drawn;
    let given = value(&document.population).and_then(|population| population.tenants.as_ref());
    let population = given.map(|at| &at.place).or(document.population.as_ref().map(|at| &at.place));
    let largest = tenants().filter_map(|tenant| tenant.value.users.as_ref()).max_by_key(|users| users.value);
    let largest = largest.map(|users| &users.place);
    let place = if drawn > named as f64 { population.or(largest) } else { largest.or(population) }.unwrap_or(whole);
    if named == 0 && plan.drawn == 0 {
        let found = Diagnostic::at(Code::EmptyPopulation, place, "nobody uses the service in this scenario".into());
        findings.add(found.help("give `[population] tenants`, or a `[[tenant]]` with users"));
    } else if users > MOST_USERS {
        let message = format!("about {users:.0} users are more than fit; at most {MOST_USERS:.0} do");
        let found = Diagnostic::at(Code::TooMany, place, message);
        findings.add(found.help("lower `users`, or `tenants` and `users_per_tenant`"));
    }
}
