//! Faults that matter because one comes after another: what one has begun meets the next.

use super::super::super::pen::one_of;
use super::super::replacements::leaves;
use super::Strike;
use super::single::says;

/// The platform under one site says nothing, or something untrue, when the other fails.
pub(super) fn probe_at_failover(strike: &mut Strike<'_, '_>) {
    let [fails, asked] = strike.pair();
    let (at, lasts) = (strike.moment(), strike.chance.between(30_000, 240_000));
    let says = says(strike, &asked);
    strike.at("region-probe", at, &format!("datacenter = \"{asked}\"{says}\nfor = \"{lasts}ms\""));
    let then = at + strike.chance.between(0, 60_000);
    let (kind, lasts) = (*one_of(&mut strike.chance, &["outage", "outage", "isolate", "pause"]), strike.length());
    strike.at(kind, then, &format!("datacenter = \"{fails}\"\nfor = \"{lasts}ms\""));
    strike.reaction(then);
}

/// A datacenter burns down: power, disks and backups, and nobody mends it. Where there is another place in its
/// boundary, the pair is rebuilt there.
pub(super) fn burnt_down(strike: &mut Strike<'_, '_>) {
    let (at, after) = (strike.moment(), strike.chance.between(2_000, 120_000));
    let [lost, _] = strike.pair();
    if !strike.budget.disk() {
        return;
    }
    strike.at("storage-loss", at, &format!("datacenter = \"{lost}\"\nbackups = true"));
    strike.at("outage", at, &format!("datacenter = \"{lost}\""));
    strike.reaction(at);
    let ordered = at + after;
    if let Some(spare) = strike.ground.spare.as_deref().filter(|_| ordered < super::END)
        && strike.budget.refills_lost()
    {
        strike.pen.chose("replace:lost".into());
        leaves(strike.pen, strike.field, strike.ground, (&lost, spare), ordered);
    }
}

/// A holder is cut off while clients reach it, and comes back over a bad link with a tail. Before that is brought back
/// the disk is lost, or the site that has taken over is gone.
pub(super) fn tail_left(strike: &mut Strike<'_, '_>) {
    let [cut_off, takes_over] = strike.pair();
    let (at, lasts) = (strike.moment(), strike.chance.between(20_000, 90_000));
    strike.at("isolate", at, &format!("datacenter = \"{cut_off}\"\nclients_reach = true\nfor = \"{lasts}ms\""));
    strike.reaction(at);
    let back = at + lasts;
    let (loss, delay) = (strike.chance.between(10, 75), strike.chance.between(500, 4_000));
    let bad = strike.chance.between(20_000, 120_000);
    let how = format!("loss = \"{loss}%\"\ndelay = \"{delay}ms\"\nfor = \"{bad}ms\"");
    strike.at("degrade", back - 100, &format!("between = [\"{cut_off}\", \"{takes_over}\"]\n{how}"));
    let then = back + strike.chance.between(1_000, 30_000);
    if strike.chance.ppm(500_000) {
        if then < super::END && strike.budget.disk() {
            strike.at("storage-loss", then, &format!("datacenter = \"{cut_off}\""));
        }
    } else {
        let lasts = strike.chance.between(20_000, 180_000);
        strike.at("outage", then, &format!("datacenter = \"{takes_over}\"\nfor = \"{lasts}ms\""));
        strike.reaction(then);
    }
}

/// The clocks of both sites run apart, further than is declared, and the one whose clock is slow is cut off while
/// clients reach it.
pub(super) fn clocks_part(strike: &mut Strike<'_, '_>) {
    let [slow, fast] = strike.pair();
    let (at, lasts) = (strike.moment(), strike.chance.between(60_000, 180_000));
    let ppm = *one_of(&mut strike.chance, &[25_000, 50_000, 100_000]);
    strike.at("clock-drift", at, &format!("datacenter = \"{slow}\"\ndrift_ppm = -{ppm}\nfor = \"{lasts}ms\""));
    strike.at("clock-drift", at, &format!("datacenter = \"{fast}\"\ndrift_ppm = {ppm}\nfor = \"{lasts}ms\""));
    let (then, lasts) = (at + strike.chance.between(5_000, 60_000), strike.chance.between(20_000, 90_000));
    strike.at("isolate", then, &format!("datacenter = \"{slow}\"\nclients_reach = true\nfor = \"{lasts}ms\""));
}
