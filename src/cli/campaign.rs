//! `campaign`: a hunt over many seeds, each a scenario of its own.

pub(super) mod book;
mod cut;
mod earlier;
mod results;
pub(super) mod told;

use super::args::CampaignArgs;
use super::check;
use super::clock::Stopwatch;
use super::failure::Failure;
use super::interrupt;
use super::replay::put_bundle;
use super::reports;
use super::settings::Settings;
use super::terminal::{HuntProgress, Terminal};
use super::write::replaceable;
use crate::campaign::draw::{Source, Weights};
use crate::campaign::hunt::{self, Ending, HuntError, Identity, Ledger, Part, Record, Terms, TrialError, steered};
use crate::campaign::{Bundle, Options, quoted, run};
use crate::metrics::grouped;
use crate::outcome::Verdict;
use crate::scenario::{Scenario, Size};
use crate::service::Shipped;
use crate::terms::Span;
use book::Book;
use cut::Cut;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use told::Told;

/// Seeds of a campaign that names neither a number nor a budget.
const SEEDS: u32 = 1_000;

pub(super) fn campaign(args: &CampaignArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let settings = Settings::of_campaign(args)?;
    refuse_what_cannot_be_done(args, &settings)?;
    reports::check_writable(&settings.reports, args.bundle.iter().chain(&args.ledger))?;
    if let Some(bundle) = &args.bundle {
        replaceable(bundle, &[Bundle::OPENING], "bundle of a run")?;
    }
    let source = source(args).map_err(|failure| nothing_found(args, failure, &settings, terminal))?;
    if let Some(seed) = args.show {
        terminal.print(&source.draw(seed, &shown_weights(args, &source)?).text);
        return Ok(Verdict::Pass);
    }
    let clock = Stopwatch::start();
    let kept = interrupts_resumably(args);
    let mut weights = first_weights(args, &source)?;
    let part = args.partition.unwrap_or(Part::WHOLE);
    let baseline = settings
        .baseline
        .as_deref()
        .map(|path| {
            let identity = Hunt { args, settings: &settings, source: &source, number: 1, clock, kept: &kept }
                .identity(weights.clone());
            earlier::read(path, &source, &identity, part)
        })
        .transpose()?;
    let mut generations: Vec<Ledger> = Vec::new();
    let mut cut = None;
    for number in 1..=args.generations {
        let hunt = Hunt { args, settings: &settings, source: &source, number, clock, kept: &kept };
        let (ledger, ended) = hunt.held(weights, terminal)?;
        weights = steered(&ledger);
        generations.push(ledger);
        let unbegun = usize::from(args.generations - number);
        cut = match ended {
            Ok(ending) => Cut::ended(ending, unbegun),
            Err((_, failure)) if generations.iter().all(|ledger| ledger.records.is_empty()) => {
                return Err(nothing_found(args, failure, &settings, terminal));
            }
            Err((seed, failure)) => {
                terminal.fails_with(&failure);
                Some(Cut::broken(seed, &failure, unbegun))
            }
        };
        if cut.is_some() {
            break;
        }
    }
    let mut told = Told::of(&generations, part, &args.reach.require_coverage, |ledger| reproducing(args, ledger));
    told.cut = cut;
    told.against = baseline.map(|before| earlier::against(&before, &generations, settings.fails_if_worse));
    if let (Some(path), Some((record, line))) = (&args.bundle, told.first_failing()) {
        let drawn = drawn_again(&source, &generations, record)?;
        put_bundle(path, &Bundle::made(&drawn, record.seed, Size::Full).reproduced_by(line), terminal);
    }
    let chain = |record: &Record| {
        drawn_again(&source, &generations, record).map_or_else(|_| Vec::new(), |drawn| chain(&drawn, record))
    };
    let results = told.results(args.shape.as_deref(), chain);
    Ok(told.publish(&results, (settings.format, &settings.reports), terminal))
}

/// The scenario of a record, as it was drawn for it.
fn drawn_again(source: &Source, generations: &[Ledger], record: &Record) -> Result<Scenario, Failure> {
    let own = generations.iter().find(|ledger| ledger.records.contains_key(&record.seed));
    let weights = own.map_or_else(Weights::even, |ledger| ledger.identity.weights.clone());
    Ok(source.draw(record.seed, &weights).scenario()?)
}

/// How a seed came to its breach, in brief; the lines to paste are of the file that its own line writes.
fn chain(drawn: &Scenario, record: &Record) -> Vec<String> {
    let mut outcome = run(drawn, record.seed, Options::default());
    outcome.reproduce = format!("ringfence run {}", results::drawn_file(record.seed));
    super::results::chain(drawn, &outcome, Shipped)
}

/// A campaign that broke off before it had a record of anything: a shape that is wrong is told wherever results go.
fn nothing_found(args: &CampaignArgs, failure: Failure, settings: &Settings, terminal: &Terminal) -> Failure {
    match (failure, &args.shape) {
        (Failure::Scenario(found), Some(shape)) => {
            let bad = found.into_iter().map(|found| (shape.display().to_string(), found)).collect();
            check::refused("campaign", bad, settings, terminal)
        }
        (failure, _) => failure,
    }
}

/// What the command line cannot refuse by itself.
fn refuse_what_cannot_be_done(args: &CampaignArgs, settings: &Settings) -> Result<(), Failure> {
    if args.generations == 1 {
        return Ok(());
    }
    if args.partition.is_some() {
        return Err(Failure::Usage(
            "a part alone cannot steer the next generation: that takes what every part of this one reached. Run each \
             part of a generation with `--partition` and a `--ledger` of its own, put these together with `merge`, and \
             give that to each part of the next with `--steer`, and the seeds that follow with `--first`"
                .into(),
        ));
    }
    if settings.baseline.is_some() {
        return Err(Failure::Usage(
            "a baseline is the ledger of one campaign, and each generation is a campaign of its own: compare each by \
             itself, with `--first` and `--steer`"
                .into(),
        ));
    }
    if settings.seeds.is_none() && settings.time_budget.is_some() {
        return Err(Failure::Usage("generations need a number of `--seeds`: each ends where the next begins".into()));
    }
    Ok(())
}

fn source(args: &CampaignArgs) -> Result<Source, Failure> {
    match &args.shape {
        Some(path) => Ok(Source::shape(path)?),
        None => Ok(Source::swarm()?),
    }
}

/// The weights of the first generation.
fn first_weights(args: &CampaignArgs, source: &Source) -> Result<Weights, Failure> {
    args.steer.as_deref().map_or_else(|| Ok(Weights::even()), |path| Ok(steered(&drawn_alike(path, source)?)))
}

/// The weights with which a scenario is shown: those of the ledger where one is named, or else as steered.
fn shown_weights(args: &CampaignArgs, source: &Source) -> Result<Weights, Failure> {
    let Some(path) = &args.ledger else {
        return first_weights(args, source);
    };
    Ok(drawn_alike(path, source)?.identity.weights)
}

/// Reads a ledger whose choices are those of this source and this version.
fn drawn_alike(path: &Path, source: &Source) -> Result<Ledger, Failure> {
    let ledger = book::read(path)?;
    let own = Identity { source: source.identity(), ..Identity::new(String::new(), 0, None) };
    let differences = ledger.identity.differences(&own).into_iter();
    let mut other = differences.filter(|found| found.starts_with("source") || found.starts_with("version"));
    other.next().map_or(Ok(ledger), |found| {
        Err(Failure::Usage(format!("{} is the ledger of a campaign that draws otherwise: {found}", path.display())))
    })
}

/// The line that shows the scenario of a seed; the seed is written as `{seed}`.
fn showing(args: &CampaignArgs, ledger: &Ledger) -> String {
    let path = |path: &Path| quoted(&path.display().to_string());
    let shape = args.shape.as_deref().map_or_else(|| "--swarm".to_owned(), path);
    let number = |first: u64| (first - args.first) / ledger.identity.seeds.unwrap_or(1).max(1) + 1;
    let drawn = match (&args.steer, &args.ledger) {
        _ if ledger.identity.weights.is_even() => String::new(),
        (_, Some(kept)) => format!(" --ledger {}", path(&ledger_of(args, kept, number(ledger.identity.first)))),
        (Some(steer), None) => format!(" --steer {}", path(steer)),
        (None, None) => String::new(),
    };
    format!("ringfence campaign {shape}{drawn} --show {{seed}}")
}

/// The line that makes the run of a seed again.
fn reproducing(args: &CampaignArgs, ledger: &Ledger) -> String {
    format!("{} > seed-{{seed}}.toml && ringfence run seed-{{seed}}.toml", showing(args, ledger))
}

/// The file of a generation's ledger.
fn ledger_of(args: &CampaignArgs, path: &Path, number: u64) -> PathBuf {
    if args.generations == 1 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Says when interrupted what is kept, and how to go on; gives where to count what is.
fn interrupts_resumably(args: &CampaignArgs) -> Arc<AtomicU64> {
    let kept = Arc::new(AtomicU64::new(0));
    let (count, ledger) = (kept.clone(), args.ledger.clone());
    interrupt::ends_with(move || match &ledger {
        None => format!("{}\n  with `--ledger FILE` it would go on from where it was", interrupt::nothing_kept()),
        Some(path) => {
            let count = grouped(count.load(Ordering::Relaxed));
            format!("{count} runs are kept in {}; the same line goes on:\n  {}", path.display(), interrupt::own_line())
        }
    });
    kept
}

/// How a hunt ended; where it broke off, at which seed and why.
type Ended = Result<Ending, (Option<u64>, Failure)>;

/// One generation, about to be hunted.
struct Hunt<'a> {
    args: &'a CampaignArgs,
    settings: &'a Settings,
    source: &'a Source,
    /// Which generation, from 1.
    number: u16,
    clock: Stopwatch,
    /// How many runs are kept in all.
    kept: &'a AtomicU64,
}

impl Hunt<'_> {
    /// Runs what is not in the ledger yet.
    fn held(&self, weights: Weights, terminal: &Terminal) -> Result<(Ledger, Ended), Failure> {
        let (args, part) = (self.args, self.args.partition.unwrap_or(Part::WHOLE));
        let identity = self.identity(weights);
        let path = args.ledger.as_deref().map(|path| ledger_of(args, path, self.number.into()));
        let (mut book, mut ledger) = match &path {
            None => (None, Ledger::new(identity.clone())),
            Some(path) => Book::open(path, &identity).map(|(book, ledger)| (Some(book), ledger))?,
        };
        self.resumed(&ledger, path.as_deref(), terminal)?;
        let done: Vec<u64> = ledger.records.keys().copied().collect();
        let wanted = identity.seeds(part).filter(|seed| done.binary_search(seed).is_err());
        let clock = Stopwatch::start();
        let progress = HuntProgress::new(identity.count(part), done.len() as u64);
        let time_left = || self.settings.time_budget.is_none_or(|budget| self.clock.elapsed() < budget);
        let threads = self.settings.threads;
        let has_failed = args.fail_fast && ledger.records.values().any(Record::failed);
        let ending = if has_failed {
            Ok(Ending::FirstFailure)
        } else {
            hunt::hunt(
                wanted,
                Terms { threads, fail_fast: args.fail_fast, time_left: &time_left },
                |seed| self.made(&identity, seed),
                |record| {
                    book.as_mut().map_or(Ok(()), |book| book.append(&record))?;
                    self.kept.fetch_add(1, Ordering::Relaxed);
                    progress.made(&record);
                    ledger.add(record).map_err(|found| Failure::Internal(found.to_string()))
                },
            )
        };
        drop(progress);
        self.note(&ledger, &done, ending.as_ref().ok(), clock.elapsed(), terminal);
        let ended = ending.map_err(|error| self.broken_off(error, &ledger, terminal));
        // A ledger that broke off goes on from the records that it has, in whatever order.
        if let Some(book) = book.filter(|_| ended.is_ok()) {
            terminal.has_written(book.close(&ledger));
        }
        Ok((ledger, ended))
    }

    fn identity(&self, weights: Weights) -> Identity {
        let (args, settings) = (self.args, self.settings);
        let seeds = settings.seeds.or_else(|| settings.time_budget.is_none().then_some(SEEDS)).map(u64::from);
        let first = args.first + u64::from(self.number - 1) * seeds.unwrap_or(0);
        let verified_ppm = args.verify_determinism.unwrap_or(0);
        Identity { verified_ppm, weights, ..Identity::new(self.source.identity(), first, seeds) }
    }

    fn made(&self, identity: &Identity, seed: u64) -> Result<Record, Failure> {
        let drawn = self.source.draw(seed, &identity.weights);
        hunt::trial(&drawn, seed, identity.verifies(seed)).map_err(|error| match error {
            TrialError::Scenario(found) if self.args.shape.is_some() => found.into(),
            TrialError::Scenario(_) | TrialError::NotDeterministic(_) => Failure::Internal(error.to_string()),
        })
    }

    /// Makes one run of a ledger again: records of another build that calls itself by the same version would be
    /// taken for what this one does.
    fn resumed(&self, ledger: &Ledger, path: Option<&Path>, terminal: &Terminal) -> Result<(), Failure> {
        let (Some(kept), Some(path)) = (ledger.records.values().next(), path) else { return Ok(()) };
        let count = ledger.records.len() as u64;
        self.kept.fetch_add(count, Ordering::Relaxed);
        terminal.note(&format!("{} runs are in {} already", grouped(count), path.display()));
        let Some((key, [was, is])) = kept.first_difference(&self.made(&ledger.identity, kept.seed)?) else {
            return Ok(());
        };
        Err(Failure::Usage(format!(
            "{} was made by another build of ringfence, or runs are not deterministic: of seed {}, `{key}` is {was} \
             there, and {is} now. Name another ledger to start anew",
            path.display(),
            kept.seed
        )))
    }

    fn broken_off(&self, error: HuntError<Failure>, ledger: &Ledger, terminal: &Terminal) -> (Option<u64>, Failure) {
        let with = |line: String, seed: u64| line.replace("{seed}", &seed.to_string());
        let again = |seed: u64| with(reproducing(self.args, ledger), seed);
        match error {
            HuntError::Threads(error) => (None, error.into()),
            HuntError::Seed(seed, Failure::Internal(what)) => {
                (Some(seed), Failure::Internal(format!("seed {seed}: {what}\n  {}", again(seed))))
            }
            HuntError::Seed(seed, Failure::Scenario(found)) => {
                let shown = with(showing(self.args, ledger), seed);
                terminal
                    .note(&format!("seed {seed} of the shape draws no scenario; it shows what it draws:\n  {shown}"));
                (Some(seed), Failure::Scenario(found))
            }
            HuntError::Seed(seed, failure) => (Some(seed), failure),
            HuntError::Panic(seed) => {
                (Some(seed), Failure::Internal(format!("it broke on seed {seed}\n  {}", again(seed))))
            }
        }
    }

    /// Says how fast it went, and what was left out.
    fn note(&self, ledger: &Ledger, done: &[u64], ending: Option<&Ending>, took: Span, terminal: &Terminal) {
        let new = ledger.records.iter().filter(|(seed, _)| done.binary_search(seed).is_err());
        let (runs, simulated) =
            new.fold((0_u64, Span::ZERO), |(runs, simulated), (_, record)| (runs + 1, simulated + record.simulated()));
        let generation =
            if self.args.generations == 1 { String::new() } else { format!("generation {}: ", self.number) };
        let (a_minute, years) = (rate(runs, took), simulated.as_secs_f64() / took.as_secs_f64().max(1e-6) / 8_766.0);
        terminal.note(&format!(
            "{generation}{} runs in {took}, {a_minute} a minute, {years:.1} simulated years an hour",
            grouped(runs)
        ));
        match ending {
            None | Some(Ending::Complete) => {}
            Some(Ending::OutOfTime) => {
                terminal.note("the time is up: the runs that were made are exact, the others were not started");
            }
            Some(Ending::FirstFailure) if runs == 0 => {
                terminal.note("a run in the ledger failed: with `--fail-fast` no other is started");
            }
            Some(Ending::FirstFailure) => terminal.note("a run failed: the others were not started"),
        }
    }
}

/// Runs a minute.
fn rate(runs: u64, took: Span) -> String {
    grouped(Span(runs).scale(60_000_000, took.as_micros()).as_micros())
}
