//! Apps that are upgraded in the middle: the format, and the same made ready for the world.

use super::code::Code;
use super::document::Document;
use super::moment::Moment;
use super::plan::{as_written, check_moment};
use super::population::Window;
use super::quantity::Share;
use super::read::At;
use super::resolve::Resolver;
use super::section::section;
use super::words::value;
use crate::sim::plan::UpgradePlan;
use crate::terms::AppVersion;

section! {
    /// Older apps are upgraded. A record keeps the version of the app that made it, however late it is sent.
    Upgrade {
        required {
            /// The version that older apps become.
            version: AppVersion,
            /// When: since the start, or a point in time.
            at: Moment,
        }
        optional {
            /// The share of users who have it from then on; who was eager before is so again. Default: `"100%"`.
            share: Share,
        }
    }
}

/// The upgrades that come while users are watched. As with faults, those that come later than `[check]` lets a run
/// last are left out of it.
pub(super) fn lowered(
    document: &Document,
    apps: &[(AppVersion, u32)],
    phase: Option<Window>,
    names: &Resolver<'_>,
) -> Vec<UpgradePlan> {
    let one = |At { value: Upgrade { version, at, share }, .. }: &At<Upgrade>| {
        let (version, moment, phase) = (version.as_ref()?, at.as_ref()?, phase?);
        let is_older = |&(app, weight): &(AppVersion, u32)| weight > 0 && app < version.value;
        if !apps.iter().any(is_older) {
            let message = format!("nobody has an app that is older than {}", version.value);
            names.findings.report(Code::UpgradeOfNobody, &version.place, message);
        }
        if let Some(share) = share.as_ref().filter(|share| share.value.0 == 0) {
            names.findings.report(Code::UpgradeOfNobody, &share.place, "nobody upgrades");
        }
        let at = moment.value.in_run(phase.start);
        check_moment(at, &moment.place, "upgrade comes", as_written(document, phase), names);
        let share_ppm = value(share).map_or(1_000_000, |share| share.0);
        Some(UpgradePlan { version: version.value, share_ppm, at }).filter(|upgrade| upgrade.at < phase.end)
    };
    document.upgrade.iter().flat_map(|list| &list.value).filter_map(one).collect()
}
