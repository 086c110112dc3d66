//! Tenants that move, a country that goes local, apps that are upgraded, and when copies are counted.

use super::super::pen::{Pen, one_of};
use super::budget::Budget;
use super::faults::{END, fault};
use super::ground::{Field, Ground};
use super::moment::{SAFETY, Start};
use super::people::Named;
use crate::sim::chance::Chance;
use crate::terms::Span;

/// Writes `[[move]]` and `[[go_local]]`.
pub(super) fn moves(pen: &mut Pen<'_>, field: &Field, named: &[Named], start: &Start, budget: &mut Budget) {
    let Some(first) = start.may_move_from() else { return };
    let moments = |span: Span| span.as_micros() / 1_000;
    let goes_local = field.australia && pen.present("move", "go-local");
    for tenant in named.iter().filter(|tenant| pen.present("move", tenant.name)).collect::<Vec<_>>() {
        let mut chance = pen.chance(&["move", tenant.name]);
        let elsewhere = field
            .grounds
            .iter()
            .enumerate()
            .filter(|(place, ground)| *place != tenant.home && !ground.countries.is_empty());
        let elsewhere: Vec<_> = elsewhere.map(|(_, ground)| ground).collect();
        let ground = *one_of(&mut chance, &elsewhere);
        let to = one_of(&mut chance, &ground.countries).clone();
        if goes_local && tenant.country == "AU" {
            continue;
        }
        let at = chance.between(moments(first), moments(SAFETY) - 10_000);
        pen.chose(format!("move:{}", tenant.name));
        pen.line(&format!("\n[[move]]\ntenant = \"{}\"\nto = \"{to}\"\nat = \"{at}ms\"", tenant.name));
        if chance.ppm(350_000) {
            let cancelled = at + chance.between(100, 60_000);
            pen.line(&format!("cancelled_at = \"{cancelled}ms\""));
            pen.chose("move:cancelled".into());
        } else if !budget.within && chance.ppm(400_000) {
            old_backup(pen, &mut chance, budget, (&field.grounds[tenant.home], ground), at);
        }
    }
    if goes_local {
        let at = pen.chance(&["go-local"]).between(moments(first), moments(SAFETY) - 10_000);
        pen.chose("move:go-local".into());
        pen.line(&format!("\n[[go_local]]\ncountry = \"AU\"\nboundary = \"australia\"\nat = \"{at}ms\""));
    }
}

/// One site of the old home goes dark at about the time of the cut-over, a moment after the order where little is to be
/// copied, so its backup is not purged with the rest.
/// Then both disks are lost, and the younger backup with them: the old one is brought back.
fn old_backup(
    pen: &mut Pen<'_>,
    chance: &mut Chance,
    budget: &mut Budget,
    (from, to): (&Ground, &Ground),
    ordered: u64,
) {
    let (dark, lasts) = (ordered + chance.between(50, 4_000), chance.between(40_000, 90_000));
    let lost = dark + chance.between(5_000, 30_000);
    let brought_back = dark + lasts + chance.between(41_000, 60_000);
    if brought_back >= END || !budget.two_disks() {
        return;
    }
    pen.chose("move:old-backup".into());
    let (place, delay) = (chance.below(2) as usize, chance.between(200, 1_200));
    let [out, other] = [place, 1 - place].map(|place| &from.sites[place]);
    // The last lots and the answers take a while, so that there is a time to go dark in.
    for site in &to.sites {
        fault(pen, "degrade", ordered, &format!("between = [\"{other}\", \"{site}\"]\ndelay = \"{delay}ms\""));
    }
    fault(pen, "outage", dark, &format!("datacenter = \"{out}\"\nfor = \"{lasts}ms\""));
    fault(pen, "storage-loss", lost, &format!("datacenter = \"{other}\"\nbackups = true"));
    fault(pen, "storage-loss", lost, &format!("datacenter = \"{out}\""));
    for unit in &from.units {
        fault(pen, "operator", brought_back, &format!("unit = \"{unit}\"\norder = \"restore\""));
    }
}

/// Writes `[[upgrade]]`: a share of all apps first, mostly, and the rest later.
pub(super) fn upgrades(pen: &mut Pen<'_>) {
    if !pen.present("set", "upgrade") {
        return;
    }
    let versions = if pen.has_chosen("apps:new") { &["5.0"][..] } else { &["3.0", "5.0"][..] };
    let Some(version) = pen.choose("upgrade", versions) else { return };
    let mut chance = pen.chance(&["upgrades"]);
    let (at, share) = (chance.between(1, END), chance.between(5, 95));
    pen.line(&format!("\n[[upgrade]]\nversion = \"{version}\"\nat = \"{at}ms\"\nshare = \"{share}%\""));
    if chance.ppm(600_000) {
        let rest = chance.between(at, END);
        pen.line(&format!("\n[[upgrade]]\nversion = \"{version}\"\nat = \"{rest}ms\""));
    }
}

/// Writes `[[inventory]]`.
pub(super) fn inventories(pen: &mut Pen<'_>) {
    let times = match pen.choose("inventory", &["once", "never", "often"]) {
        Some("never") => 0,
        Some("often") => 5,
        _ => 1,
    };
    let mut chance = pen.chance(&["inventories"]);
    for _ in 0..times {
        let at = chance.between(1, SAFETY.as_micros() / 1_000);
        pen.line(&format!("\n[[inventory]]\nat = \"{at}ms\""));
    }
}
