//! Faults of one thing: a datacenter, a link, a disk, a clock, a unit.

use super::super::super::pen::one_of;
use super::super::people::{REFUSED, inhabited};
use super::Strike;

pub(super) fn isolate(strike: &mut Strike<'_, '_>) {
    let (alone, reached) = (strike.voter(), strike.chance.ppm(500_000));
    strike.lasting("isolate", &format!("datacenter = \"{alone}\"\nclients_reach = {reached}"));
}

pub(super) fn partition(strike: &mut Strike<'_, '_>) {
    let (from, to) = strike.link();
    strike.lasting("partition", &format!("between = [\"{from}\", \"{to}\"]"));
}

pub(super) fn one_way(strike: &mut Strike<'_, '_>) {
    let (from, to) = strike.link();
    strike.lasting("partition-one-way", &format!("from = \"{from}\"\nto = \"{to}\""));
}

pub(super) fn degrade(strike: &mut Strike<'_, '_>) {
    let (from, to) = strike.link();
    let (loss, delay) = (strike.chance.below(60), strike.chance.below(3_000));
    strike.lasting("degrade", &format!("between = [\"{from}\", \"{to}\"]\nloss = \"{loss}%\"\ndelay = \"{delay}ms\""));
}

pub(super) fn storage_loss(strike: &mut Strike<'_, '_>) {
    let (at, place, backups) = (strike.moment(), strike.voter(), strike.chance.ppm(200_000));
    if strike.budget.disk() {
        strike.at("storage-loss", at, &format!("datacenter = \"{place}\"\nbackups = {backups}"));
    }
}

pub(super) fn restore_copy(strike: &mut Strike<'_, '_>) {
    let (at, place) = (strike.moment(), strike.voter());
    let age = strike.chance.between(1, at);
    if strike.budget.disk() {
        strike.at("restore-copy", at, &format!("datacenter = \"{place}\"\nage = \"{age}ms\""));
    }
}

pub(super) fn clock_offset(strike: &mut Strike<'_, '_>) {
    let (place, by) = (strike.voter(), strike.signed(1, 200));
    strike.lasting("clock-offset", &format!("datacenter = \"{place}\"\noffset = \"{by}ms\""));
}

/// Two within the usual bound of 200 stay within it.
pub(super) fn clock_drift(strike: &mut Strike<'_, '_>) {
    let (place, by) = (strike.voter(), strike.signed(10, 60));
    strike.lasting("clock-drift", &format!("datacenter = \"{place}\"\ndrift_ppm = {by}"));
}

pub(super) fn surge(strike: &mut Strike<'_, '_>) {
    let (factor, everywhere) = (strike.chance.between(2, 6), strike.chance.ppm(500_000));
    let whose = if everywhere { String::new() } else { format!("\nboundary = \"{}\"", strike.ground.boundary) };
    strike.lasting("surge", &format!("factor = {factor}.0{whose}"));
}

pub(super) fn slow_disk(strike: &mut Strike<'_, '_>) {
    let factor = *one_of(&mut strike.chance, &[5, 50, 500, 5_000]);
    if strike.chance.ppm(500_000) {
        strike.of_unit("slow-disk", &format!("\nfactor = {factor}.0"));
    } else {
        let datacenter = strike.voter();
        strike.lasting("slow-disk", &format!("datacenter = \"{datacenter}\"\nfactor = {factor}.0"));
    }
}

pub(super) fn cooling(strike: &mut Strike<'_, '_>) {
    let datacenter = strike.voter();
    let chance = &mut strike.chance;
    let (to, steps, every) = (chance.between(5, 60), chance.between(1, 5), chance.between(1, 30));
    let how = format!("to = \"{to}%\"\nsteps = {steps}\nevery = \"{every}s\"");
    strike.lasting("cooling", &format!("datacenter = \"{datacenter}\"\n{how}"));
}

/// A map that offers another boundary's datacenter, with the label that would make it right or with none.
pub(super) fn config_push(strike: &mut Strike<'_, '_>) {
    let (at, serves) = (strike.moment(), &strike.ground.boundary);
    let stands_in = |place: usize| &strike.field.grounds[place].boundary;
    let abroad = strike.field.datacenters.iter().filter(|(_, place)| stands_in(*place) != serves);
    let abroad: Vec<_> = abroad.map(|(name, _)| name).collect();
    let (datacenter, lied) = (*one_of(&mut strike.chance, &abroad), strike.chance.ppm(500_000));
    let label = if lied { format!("\nlabel = \"{serves}\"") } else { String::new() };
    let what = format!("datacenter = \"{datacenter}\"\nserves = \"{serves}\"{label}");
    strike.at("config-push", at, &what);
}

pub(super) fn refuse_copies(strike: &mut Strike<'_, '_>) {
    let site = one_of(&mut strike.chance, &strike.ground.sites).clone();
    let copy = *one_of(&mut strike.chance, &["search-index", "compliance-copy", "backup"]);
    strike.lasting("refuse-copies", &format!("datacenter = \"{site}\"\ncopy = \"{copy}\""));
}

/// A map in which a country's row is wrong: people at home there, mostly, are given to another boundary or dropped, and
/// now and then a country that nobody serves slips in. It comes late to some sites, and to some not at all.
pub(super) fn map_rollout(strike: &mut Strike<'_, '_>) {
    let homes = inhabited(strike.pen, strike.ground);
    let chance = &mut strike.chance;
    let (slips_in, dropped) = (chance.ppm(150_000), chance.ppm(400_000));
    let country = *one_of(chance, if slips_in { &REFUSED } else { &homes });
    let others = strike.field.grounds.iter().map(|ground| &ground.boundary);
    let others: Vec<_> = others.filter(|name| slips_in || **name != strike.ground.boundary).collect();
    let to = *one_of(chance, &others);
    let row = if dropped && !slips_in { String::new() } else { format!("\nboundary = \"{to}\"") };
    let over = *one_of(chance, &[0, 2_000, 20_000, 120_000]);
    let share = *one_of(chance, &[0, 0, 250_000, 500_000, 750_000]);
    // The first of all gets it in any case: what nobody gets is no roll-out.
    let rest = strike.field.datacenters.iter().skip(1).map(|(name, _)| format!("\"{name}\""));
    let misses = rest.filter(|_| chance.ppm(share)).collect::<Vec<_>>().join(", ");
    let what = format!("country = \"{country}\"{row}\nover = \"{over}ms\"\nmisses = [{misses}]");
    strike.lasting("map-rollout", &what);
}

pub(super) fn region_probe(strike: &mut Strike<'_, '_>) {
    let datacenter = strike.voter();
    let says = says(strike, &datacenter);
    strike.lasting("region-probe", &format!("datacenter = \"{datacenter}\"{says}"));
}

/// What the platform under a datacenter says of where that stands: nothing, or another place.
pub(super) fn says(strike: &mut Strike<'_, '_>, datacenter: &str) -> String {
    let others = strike.field.datacenters.iter().map(|(name, _)| name).filter(|name| *name != datacenter);
    let other = *one_of(&mut strike.chance, &others.collect::<Vec<_>>());
    if strike.chance.ppm(500_000) { format!("\nsays = \"{other}\"") } else { String::new() }
}
