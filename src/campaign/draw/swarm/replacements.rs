//! Seats that get another place while the service is used.

use super::super::pen::{Pen, one_of};
use super::budget::Budget;
use super::faults::{END, fault};
use super::ground::{Field, Ground};
use super::moment::FIRST;

/// What may get another place. A witness may stand anywhere, a site only where its boundary has a datacenter to spare.
const WORDS: [&str; 4] = ["witness", "site", "seat", "site-and-witness"];

/// Writes `[[replace]]`, in one boundary at most; now and then something goes wrong while the new place is filled.
pub(super) fn replacements(pen: &mut Pen<'_>, field: &Field, populated: &[usize], budget: &mut Budget) {
    if !pen.present("set", "replace") || !budget.refills() {
        return;
    }
    let mut chance = pen.chance(&["replace"]);
    let spared = populated.iter().map(|&place| &field.grounds[place]).find(|ground| ground.spare.is_some());
    let ground = spared.unwrap_or(&field.grounds[*one_of(&mut chance, populated)]);
    let words = if spared.is_some() { &WORDS[..] } else { &WORDS[..1] };
    let Some(word) = pen.choose_with(&mut chance, "replace", words) else { return };
    let at = chance.between(FIRST.as_micros() / 1_000, END);
    if let Some(spare) = ground.spare.as_deref().filter(|_| word != "witness") {
        let (place, unit) = (chance.below(2) as usize, one_of(&mut chance, &ground.units).clone());
        let site = &ground.sites[place];
        match word {
            "seat" => row(pen, site, spare, Some(&unit), at),
            _ => leaves(pen, field, ground, (site, spare), at),
        }
        let worse = at + chance.between(100, 60_000);
        if !budget.within && chance.ppm(500_000) && worse < END {
            pen.chose("replace:and-worse".into());
            let struck = *one_of(&mut chance, &[spare, &ground.sites[1 - place], &ground.witness]);
            let kind = *one_of(&mut chance, &["outage", "outage", "isolate", "pause"]);
            let lasts = chance.between(200, 90_000);
            fault(pen, kind, worse, &format!("datacenter = \"{struck}\"\nfor = \"{lasts}ms\""));
        }
    }
    if word.ends_with("witness") {
        let free = |name: &&String| !ground.voters().contains(&name.as_str()) && ground.spare.as_ref() != Some(name);
        let others: Vec<_> = field.datacenters.iter().map(|(name, _)| name).filter(free).collect();
        let by = *one_of(&mut chance, &others);
        for unit in &ground.units {
            row(pen, &ground.witness, by, Some(unit), chance.between(FIRST.as_micros() / 1_000, END));
        }
    }
}

/// Every seat in a datacenter gets a place in another, unless a unit has one of its seats there already: then only the
/// seats of the boundary's own units.
pub(super) fn leaves(pen: &mut Pen<'_>, field: &Field, ground: &Ground, (from, to): (&str, &str), at: u64) {
    let both = |ground: &&Ground| ground.voters().contains(&from) && ground.voters().contains(&to);
    if field.grounds.iter().any(|ground| both(&ground)) {
        ground.units.iter().for_each(|unit| row(pen, from, to, Some(unit), at));
    } else {
        row(pen, from, to, None, at);
    }
}

fn row(pen: &mut Pen<'_>, from: &str, to: &str, unit: Option<&str>, at: u64) {
    let unit = unit.map(|unit| format!("\nunit = \"{unit}\"")).unwrap_or_default();
    pen.line(&format!("\n[[replace]]\ndatacenter = \"{from}\"\nby = \"{to}\"{unit}\nat = \"{at}ms\""));
}
