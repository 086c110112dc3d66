//! Tenants that move, a country that goes local, and when copies are counted.

use super::super::pen::{Pen, one_of};
use super::ground::Field;
use super::moment::{SAFETY, Start};
use super::people::Named;
use crate::terms::Span;

/// Writes `[[move]]` and `[[go_local]]`.
pub(super) fn moves(pen: &mut Pen<'_>, field: &Field, named: &[Named], start: &Start) {
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
        }
    }
    if goes_local {
        let at = pen.chance(&["go-local"]).between(moments(first), moments(SAFETY) - 10_000);
        pen.chose("move:go-local".into());
        pen.line(&format!("\n[[go_local]]\ncountry = \"AU\"\nboundary = \"australia\"\nat = \"{at}ms\""));
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
