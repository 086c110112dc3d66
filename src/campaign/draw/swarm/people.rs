//! Who uses the service in a run, and what they do: few people who do much.

use super::super::pen::{Pen, Setting, one_of};
use super::ground::{Field, Ground};
use super::moment::Start;
use crate::sim::chance::Chance;

/// What a population may have besides.
const POPULATION: [Setting; 7] = [
    ("abroad", &[("none", "abroad = \"0%\""), ("many", "abroad = \"40%\"")]),
    ("roaming", &[("none", "roaming = \"0%\""), ("many", "roaming = \"30%\"")]),
    ("private", &[("none", "private = \"0%\""), ("many", "private = \"40%\"")]),
    ("older", &[("none", "older = \"0%\""), ("half", "older = \"50%\"")]),
    ("conversations", &[("few", "users_per_conversation = 20.0"), ("many", "users_per_conversation = 1.0")]),
    ("zipf", &[("even", "zipf = 0.0"), ("steep", "zipf = 2.0")]),
    (
        "apps",
        &[
            ("mixed", "apps = { \"3.0\" = 1, \"2.9\" = 1 }"),
            ("old", "apps = { \"2.9\" = 1 }"),
            ("new", "apps = { \"4.1\" = 1 }"),
        ],
    ),
];

/// What traffic may have besides.
const TRAFFIC: [Setting; 5] = [
    ("attachments", &[("none", "attachments = \"0%\""), ("all", "attachments = \"100%\"")]),
    ("responses", &[("none", "responses_per_card = 0"), ("many", "responses_per_card = 40")]),
    ("calls", &[("short", "call = \"5s\""), ("long", "call = \"20m\"")]),
    (
        "mix",
        &[
            ("cards", "mix = { message = 1, card-metadata = 3 }"),
            ("replies", "mix = { message = 2, like = 3, comment = 3 }"),
            ("calls", "mix = { message = 2, call-media = 1, call-log = 1 }"),
        ],
    ),
    ("weekend", &[("idle", "weekend = \"0%\""), ("busy", "weekend = \"100%\"")]),
];

/// A tenant that has a name, so that it may move.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) country: String,
    /// The place of its home among the grounds.
    pub(super) home: usize,
}

/// Countries that nobody serves, of those that the built-in table refuses.
pub(super) const REFUSED: [&str; 5] = ["RU", "CN", "IR", "CU", "AQ"];

/// Writes `[population]`, the named tenants and `[traffic]`. The grounds that are populated are given; more
/// people live in the first than in any other.
pub(super) fn people(pen: &mut Pen<'_>, field: &Field, populated: &[usize], start: &Start) -> Vec<Named> {
    pen.line(&format!("\n[population]\ntenants = {}\nusers_per_tenant = 8", 2 + populated.len()));
    pen.line(&format!("countries = {{ {} }}", countries(pen, field, populated)));
    pen.set_some(&POPULATION);
    let sign_ups: &[_] = if start.comes() { &["usual", "before", "after"] } else { &["usual", "before"] };
    let sign_ups = pen.choose("signed-up", sign_ups);
    let effective = &start.effective;
    match sign_ups {
        Some("before") => pen.line("signed_up_to = 2019-03-01"),
        Some("after") => pen.line(&format!("signed_up_from = {effective}\nsigned_up_to = {effective}")),
        _ => {}
    }
    let named = named(pen, field, populated);
    traffic(pen);
    named
}

fn countries(pen: &Pen<'_>, field: &Field, populated: &[usize]) -> String {
    let weights = populated.iter().enumerate().flat_map(|(place, &ground)| {
        let weight = if place == 0 { 6 } else { 2 };
        inhabited(pen, &field.grounds[ground]).into_iter().map(move |country| format!("{country} = {weight}"))
    });
    weights.collect::<Vec<_>>().join(", ")
}

/// The countries of a boundary in which people live.
pub(super) fn inhabited<'g>(pen: &Pen<'_>, ground: &'g Ground) -> Vec<&'g str> {
    let mut chance = pen.chance(&["countries", &ground.boundary]);
    let many = 1 + chance.below(3);
    let mut some: Vec<_> = (0..many).filter_map(|_| one_of_some(&mut chance, &ground.countries)).collect();
    some.sort_unstable();
    some.dedup();
    some
}

fn one_of_some<'t>(chance: &mut Chance, these: &'t [String]) -> Option<&'t str> {
    (!these.is_empty()).then(|| one_of(chance, these).as_str())
}

fn named(pen: &mut Pen<'_>, field: &Field, populated: &[usize]) -> Vec<Named> {
    let mut tenants = Vec::new();
    for name in
        ["contoso", "fabrikam", "northwind"].into_iter().filter(|name| pen.present("tenant", name)).collect::<Vec<_>>()
    {
        let mut chance = pen.chance(&["tenant", name]);
        let home = *one_of(&mut chance, populated);
        let australia = field.australia && name == "northwind";
        let found = if australia { Some("AU") } else { one_of_some(&mut chance, &field.grounds[home].countries) };
        let Some(country) = found.map(str::to_owned) else { continue };
        let home = if australia { apac(field) } else { home };
        pen.chose(format!("tenant:{name}"));
        pen.line(&format!("\n[[tenant]]\nname = \"{name}\"\nbilling_country = \"{country}\""));
        pen.line(&format!("users = {}", chance.between(2, 12)));
        match chance.below(3) {
            0 => pen.line("signed_up = 2018-06-01"),
            1 => pen.line("signed_up = 2019-04-01"),
            _ => {}
        }
        let elsewhere = one_of(&mut chance, &field.grounds);
        if let Some(location) = one_of_some(&mut chance, &elsewhere.countries).filter(|_| chance_of_location(pen, name))
        {
            pen.line(&format!("group_location = \"{location}\""));
        }
        tenants.push(Named { name, country, home });
    }
    refused(pen);
    tenants
}

fn chance_of_location(pen: &Pen<'_>, name: &str) -> bool {
    pen.chance(&["group-location", name]).ppm(300_000)
}

fn apac(field: &Field) -> usize {
    field.grounds.iter().position(|ground| ground.boundary == "apac").unwrap_or(0)
}

fn refused(pen: &mut Pen<'_>) {
    if pen.present("tenant", "refused") {
        pen.chose("tenant:refused".into());
        let country = *one_of(&mut pen.chance(&["tenant", "refused"]), &REFUSED);
        pen.line(&format!(
            "\n[[tenant]]\nname = \"relecloud\"\nbilling_country = \"{country}\"\nexpect = \"refused\"\nusers = 3"
        ));
    }
}

/// The stream of traffic, and the first that it gives: how many records each user makes a day.
pub(super) fn records_a_day(pen: &Pen<'_>) -> (Chance, u64) {
    let mut chance = pen.chance(&["traffic"]);
    let records = chance.between(1_000, 4_000);
    (chance, records)
}

fn traffic(pen: &mut Pen<'_>) {
    let (mut chance, records) = records_a_day(pen);
    let reads = *one_of(&mut chance, &[500, 500, 3_000]);
    pen.line(&format!("\n[traffic]\nrecords_per_user_day = {records}.0\nreads_per_user_day = {reads}.0"));
    pen.line(&format!("hours = [{}]", ["1"; 24].join(", ")));
    pen.set_some(&TRAFFIC);
}
