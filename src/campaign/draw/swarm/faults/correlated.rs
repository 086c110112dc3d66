//! Faults of several things at once or in turn, which have one cause.

use super::super::super::pen::one_of;
use super::{END, Strike};
use crate::terms::Span;

/// A clock runs faster or slower than any bound that is declared.
pub(super) fn clock_beyond(strike: &mut Strike<'_, '_>) {
    let place = strike.voter();
    let by = *one_of(&mut strike.chance, &["-50000", "-25000", "25000", "50000"]);
    strike.lasting("clock-drift", &format!("datacenter = \"{place}\"\ndrift_ppm = {by}"));
}

pub(super) fn outage_of_pair(strike: &mut Strike<'_, '_>) {
    let [a, b] = &strike.ground.sites;
    let what = format!("datacenters = [\"{a}\", \"{b}\"]");
    strike.lasting("outage", &what);
}

pub(super) fn outage_of_boundary(strike: &mut Strike<'_, '_>) {
    let (at, lasts) = (strike.moment(), strike.length());
    let boundary = strike.ground.boundary.clone();
    strike.at("outage", at, &format!("boundary = \"{boundary}\"\nfor = \"{lasts}ms\""));
    strike.budget.dark(&boundary, Span::millis(lasts.min(END - at)));
}

pub(super) fn outage_with_witness(strike: &mut Strike<'_, '_>) {
    let (site, witness) = (one_of(&mut strike.chance, &strike.ground.sites), &strike.ground.witness);
    let what = format!("datacenters = [\"{site}\", \"{witness}\"]");
    strike.lasting("outage", &what);
}

/// The same strikes in every populated boundary, within seconds: a bad release, a bad batch of disks, a bad source
/// of time.
pub(super) fn shared_cause(strike: &mut Strike<'_, '_>) {
    let causes = [
        ("outage", ""),
        ("pause", ""),
        ("isolate", ""),
        ("slow-disk", "\nfactor = 500.0"),
        ("clock-offset", "\noffset = \"190ms\""),
        ("cooling", "\nto = \"10%\"\nsteps = 2\nevery = \"5s\""),
    ];
    let (kind, how) = *one_of(&mut strike.chance, &causes);
    let (at, lasts) = (strike.moment(), strike.length());
    for &place in strike.populated {
        let datacenter = strike.field.grounds[place].voter(&mut strike.chance).to_owned();
        let then = (at + strike.chance.between(0, 5_000)).min(END - 1);
        strike.at(kind, then, &format!("datacenter = \"{datacenter}\"{how}\nfor = \"{lasts}ms\""));
    }
}

/// Links are cut one by one, and mended in another order.
pub(super) fn swizzle(strike: &mut Strike<'_, '_>) {
    let mut at = strike.moment();
    let cuts = strike.chance.between(2, 7);
    let last = at + cuts * 5_000;
    for _ in 0..cuts {
        let (from, to) = strike.link();
        let mended = last + strike.chance.between(500, 60_000);
        let lasts = mended - at;
        strike.at("partition-one-way", at, &format!("from = \"{from}\"\nto = \"{to}\"\nfor = \"{lasts}ms\""));
        at += strike.chance.between(100, 5_000);
    }
}

/// One thing fails again and again.
pub(super) fn flaps(strike: &mut Strike<'_, '_>) {
    let (place, (from, to)) = (strike.voter(), strike.link());
    let (kind, what) = match strike.chance.below(4) {
        0 => ("outage", format!("datacenter = \"{place}\"")),
        1 => ("isolate", format!("datacenter = \"{place}\"")),
        2 => ("pause", format!("datacenter = \"{place}\"")),
        _ => ("partition", format!("between = [\"{from}\", \"{to}\"]")),
    };
    let mut at = strike.moment();
    for _ in 0..strike.chance.between(3, 11) {
        let lasts = strike.chance.between(200, 15_000);
        strike.at(kind, at, &format!("{what}\nfor = \"{lasts}ms\""));
        at += lasts + strike.chance.between(500, 30_000);
    }
}

/// The datacenters of three voters go dark one after another, as in a rollout.
pub(super) fn restart_in_turn(strike: &mut Strike<'_, '_>) {
    let mut at = strike.moment();
    let pause = strike.chance.between(1_000, 90_000);
    for datacenter in strike.ground.voters().map(str::to_owned) {
        let lasts = strike.chance.between(500, 20_000);
        strike.at("outage", at, &format!("datacenter = \"{datacenter}\"\nfor = \"{lasts}ms\""));
        at += lasts + pause;
    }
}

/// Both disks of the pair are lost at once, and an operator has the units restored, as a rule; now and then from
/// another unit's backup first.
pub(super) fn both_disks(strike: &mut Strike<'_, '_>) {
    let (at, after) = (strike.moment(), strike.chance.between(10_000, 120_000));
    if !strike.budget.two_disks() {
        return;
    }
    for site in strike.ground.sites.clone() {
        let backups = strike.chance.ppm(200_000);
        strike.at("storage-loss", at, &format!("datacenter = \"{site}\"\nbackups = {backups}"));
    }
    let others: Vec<_> = strike.field.grounds.iter().flat_map(|ground| &ground.units).collect();
    for unit in &strike.ground.units {
        let (is_ordered, errs) = (strike.chance.ppm(800_000), strike.chance.ppm(200_000));
        let other = *one_of(&mut strike.chance, &others);
        if errs {
            let what = format!("unit = \"{unit}\"\norder = \"restore\"\nbackup_of = \"{other}\"");
            strike.at("operator", at + after / 2, &what);
        }
        if is_ordered {
            strike.at("operator", at + after, &format!("unit = \"{unit}\"\norder = \"restore\""));
        }
    }
}

/// The disks of one site and of the witness are lost, and an operator founds the register anew on what is left.
pub(super) fn lone_survivor(strike: &mut Strike<'_, '_>) {
    let (at, after) = (strike.moment(), strike.chance.between(5_000, 90_000));
    let lost = one_of(&mut strike.chance, &strike.ground.sites).clone();
    if !strike.budget.two_disks() {
        return;
    }
    for datacenter in [lost, strike.ground.witness.clone()] {
        strike.at("storage-loss", at, &format!("datacenter = \"{datacenter}\""));
    }
    for unit in &strike.ground.units {
        if strike.chance.ppm(800_000) {
            strike.at("operator", at + after, &format!("unit = \"{unit}\"\norder = \"refound\""));
        }
    }
}
