//! What a command of many seeds is to do: its flags, laid over a profile.

use super::args::{CampaignArgs, CheckArgs, ResultArgs, Width};
use super::failure::Failure;
use super::reports::Target;
use crate::scenario::{DEFAULT_PROFILE, PROFILES, Profile, ResultFormat, Size, load_profile};
use crate::terms::Span;
use std::path::{Path, PathBuf};

/// What a check or a campaign is to do.
#[derive(Debug)]
pub(super) struct Settings {
    /// How many seeds; `None`: as each scenario says, or the budget allows.
    pub(super) seeds: Option<u32>,
    /// How many runs at once; zero: one for each core.
    pub(super) threads: usize,
    /// No run of a campaign is started after this time.
    pub(super) time_budget: Option<Span>,
    /// How large each run of a check is.
    pub(super) size: Size,
    /// How the results are written to standard output.
    pub(super) format: ResultFormat,
    /// Files to which they are written besides.
    pub(super) reports: Vec<Target>,
    /// An earlier result.
    pub(super) baseline: Option<PathBuf>,
    /// Whether what got worse than it fails.
    pub(super) fails_if_worse: bool,
}

impl Settings {
    /// The settings of a check.
    pub(super) fn of(args: &CheckArgs) -> Result<Self, Failure> {
        let CheckArgs { seeds, full, width: Width { jobs }, .. } = *args;
        Self::laid(&args.results, &Profile { seeds, jobs, full, ..Profile::default() })
    }

    /// The settings of a campaign.
    pub(super) fn of_campaign(args: &CampaignArgs) -> Result<Self, Failure> {
        let CampaignArgs { seeds, time_budget, width: Width { jobs }, .. } = *args;
        Self::laid(&args.results, &Profile { seeds, time_budget, jobs, ..Profile::default() })
    }

    /// Flags, laid over the profile that they name.
    fn laid(results: &ResultArgs, flags: &Profile) -> Result<Self, Failure> {
        let profile = profile(results.config.as_deref(), results.profile.as_deref())?;
        let given = |format: ResultFormat| results.files.report.iter().any(|target| target.format == format);
        let other = profile.reports.into_iter().filter(|(format, _)| !given(*format));
        let other = other.map(|(format, path)| Target { format, path });
        let settings = Self {
            seeds: flags.seeds.or(profile.seeds),
            threads: flags.jobs.or(profile.jobs).map_or(0, usize::from),
            time_budget: flags.time_budget.or(profile.time_budget),
            size: if flags.full.or(profile.full).unwrap_or(false) { Size::Full } else { Size::Ci },
            format: results.format.or(profile.format).unwrap_or(ResultFormat::Text),
            reports: results.files.report.iter().cloned().chain(other).collect(),
            baseline: results.baseline.clone().or(profile.baseline),
            fails_if_worse: results.fail_if_worse.or(profile.fail_if_worse).unwrap_or(false),
        };
        if settings.fails_if_worse && settings.baseline.is_none() {
            return Err(Failure::Usage("worse than what? `--fail-if-worse` needs a `--baseline FILE`".into()));
        }
        Ok(settings)
    }
}

/// The profile of a name, from the file that was named, or from the nearest one upwards of the working
/// directory.
fn profile(config: Option<&Path>, name: Option<&str>) -> Result<Profile, Failure> {
    let asked = name.unwrap_or(DEFAULT_PROFILE);
    match config.map(Path::to_owned).or_else(nearest) {
        Some(file) => Ok(load_profile(&file, asked)?),
        None if asked == DEFAULT_PROFILE => Ok(Profile::default()),
        None => Err(Failure::Usage(format!(
            "there is no profile `{asked}`: no `{PROFILES}` is here or in a folder above; `--config FILE` names one"
        ))),
    }
}

/// The nearest file of profiles, as it is reached from the working directory.
fn nearest() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = here.ancestors().position(|folder| folder.join(PROFILES).is_file())?;
    Some(std::iter::repeat_n("..", found).chain([PROFILES]).collect())
}
