//! Apps that are upgraded while the service is used.
//!
//! A record keeps the version of the app that made it, however late it is sent: its bytes are as that version wrote
//! them, so they are judged as such (rule R4).

use super::chance::{Chance, Purpose};
use super::event::Event;
use super::population::Population;
use super::world::World;
use crate::facts::Observer;
use crate::service::Decisions;
use crate::terms::{AppVersion, Instant};

/// Older apps that become a version.
#[derive(Clone, Copy, Debug)]
pub struct UpgradePlan {
    /// The version that they become.
    pub version: AppVersion,
    /// The share of users who have it from then on, in parts per million. Each user is as eager every time.
    pub share_ppm: u32,
    /// When.
    pub at: Instant,
}

impl Population {
    /// Lets the most eager share of every tenant's users have at least a version.
    fn upgrade(&mut self, seed: u64, plan: UpgradePlan) {
        for tenant in &self.tenants {
            let mut eagerness = Chance::open(seed, Purpose::Upgrade, tenant.entity);
            for user in &mut self.users[tenant.users.start as usize..tenant.users.end as usize] {
                if eagerness.ppm(plan.share_ppm) {
                    user.app = user.app.max(plan.version);
                }
            }
        }
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Plans every upgrade.
    pub(super) fn plan_upgrades(&mut self) {
        for (upgrade, planned) in (0..).zip(&self.plan.population.upgrades) {
            self.agenda.push(planned.at, Event::Upgrade { upgrade });
        }
    }

    /// The moment of an upgrade has come.
    pub(super) fn upgrade(&mut self, upgrade: u16) {
        let plan = self.plan.population.upgrades[usize::from(upgrade)];
        self.population.upgrade(self.plan.seed, plan);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;

    #[test]
    fn who_upgraded_early_is_among_those_who_have_upgraded_later() {
        let plan = fixture::plan();
        let mut population = Population::draw(&plan);
        let versions = |population: &Population| population.users.iter().map(|user| user.app).collect::<Vec<_>>();
        let drawn = versions(&population);
        let upgraded = |population: &mut Population, version, share_ppm| {
            population.upgrade(plan.seed, UpgradePlan { version: AppVersion(version), share_ppm, at: plan.start });
            versions(population)
        };
        let early = upgraded(&mut population, 310, 200_000);
        let share = early.iter().filter(|&&app| app == AppVersion(310)).count() as f64 / early.len() as f64;
        assert!((share - 0.2).abs() < 0.02, "{share}");
        assert!(early.iter().zip(&drawn).all(|(now, before)| now >= before));
        let late = upgraded(&mut population, 320, 500_000);
        let has = |app: AppVersion| early.iter().zip(&late).filter(move |(early, _)| **early == app);
        assert!(has(AppVersion(310)).all(|(_, &late)| late == AppVersion(320)));
        assert_eq!(upgraded(&mut population, 320, 1_000_000), vec![AppVersion(320); late.len()]);
    }
}
