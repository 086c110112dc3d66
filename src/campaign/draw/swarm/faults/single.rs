//! Faults of one thing: a datacenter, a link, a disk, a clock, a unit.

use super::super::super::pen::one_of;
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
