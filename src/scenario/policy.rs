//! Configuration of the service: the scenario's words laid over production's defaults.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::Service;
use super::limits::rounded_up;
use super::read::{At, Findings, Given};
use super::source::Place;
use super::words::value;
use crate::service::Policy;
use crate::terms::{Span, Wall};

/// The policy of a scenario, after reporting values that cannot be run with.
pub(super) fn of(service: &Service, findings: &Findings) -> Policy {
    let mut policy = Policy::default();
    macro_rules! set {
        ($($key:ident),*) => { $(if let Some(given) = value(&service.$key) { policy.$key = *given; })* };
    }
    set!(replication, ttl, loop_wait, retry_timeout, clock_tolerance, maximum_lag_on_failover, failover, failback);
    set!(failback_block, drain_timeout, export_lifetime, dump_lifetime, purge_within);
    set!(failback_after, switchover_timeout, peer_timeout, batch_records, window_records, queue_limit, route_ttl);
    set!(
        request_timeout,
        backoff_min,
        backoff_max,
        client,
        retry_burst,
        card_version,
        old_card_new_tenant,
        old_card_old_tenant,
        transit
    );
    if let Some(grace) = value(&service.grace_period_with_data_loss) {
        policy.grace_period_with_data_loss = grace.0;
    }
    if let Some(rho) = value(&service.rho_ppm) {
        policy.rho_ppm = rho.0;
    }
    if let Some(share) = value(&service.retry_budget) {
        policy.retry_budget_ppm = share.0;
    }
    if let Some(every) = value(&service.backup_every) {
        policy.backup_every = every.0;
    }
    if let Some(every) = value(&service.index_every) {
        policy.index_every = every.0;
    }
    policy.maximum_lag_records = value(&service.maximum_lag_records).copied();
    policy.reseed_rate = value(&service.reseed_rate).copied();
    if let Some(timeout) = value(&service.disk_timeout) {
        policy.disk_timeout = timeout.0;
    }
    if let Some(timeout) = value(&service.witness_timeout) {
        policy.witness_timeout = timeout.0;
    }
    if let Some(effective) = value(&service.effective) {
        policy.effective = Wall(effective.0);
    }
    check_lease(service, &policy, findings);
    check_ranges(service, &policy, findings);
    policy
}

/// A holder must be able to renew twice over before what it has of its lease, by its own clock, runs out.
fn check_lease(service: &Service, policy: &Policy, findings: &Findings) {
    let needed = policy.loop_wait + policy.retry_timeout + policy.retry_timeout;
    let held = policy.held_for(policy.ttl);
    let keys = [&service.ttl, &service.loop_wait, &service.retry_timeout];
    let Some(given) = keys.into_iter().find_map(Option::as_ref).filter(|_| needed > held) else { return };
    let Policy { ttl, rho_ppm, .. } = policy;
    let message = format!(
        "the lease is too short: `loop_wait + 2·retry_timeout` is {needed}, and of a `ttl` of {ttl} its holder has \
         {held}, for its clock may be {rho_ppm} ppm slow"
    );
    let enough = rounded_up(needed.scale(1_000_000, 1_000_000 - u64::from(*rho_ppm)) + Span::micros(1));
    let found = Diagnostic::at(Code::LeaseTooShort, &given.place, message);
    findings.add(found.help(format!("set `ttl` to {enough} or more, or shorten the others")));
}

fn check_ranges(service: &Service, policy: &Policy, findings: &Findings) {
    let timeouts = [&service.disk_timeout, &service.witness_timeout, &service.index_every];
    for zero in timeouts.into_iter().flatten().filter(|at| at.value.0 == Some(Span::ZERO)) {
        findings.report(Code::OutOfRange, &zero.place, "this must be longer than nothing");
    }
    let must_be_positive: [&Given<Span>; 13] = [
        &service.export_lifetime,
        &service.dump_lifetime,
        &service.ttl,
        &service.loop_wait,
        &service.retry_timeout,
        &service.switchover_timeout,
        &service.drain_timeout,
        &service.purge_within,
        &service.peer_timeout,
        &service.route_ttl,
        &service.request_timeout,
        &service.backoff_min,
        &service.backoff_max,
    ];
    for given in must_be_positive.into_iter().flatten().filter(|given| given.value == Span::ZERO) {
        findings.report(Code::OutOfRange, &given.place, "this must be longer than nothing");
    }
    let zero_or = |given: &Given<u64>| given.as_ref().filter(|at| at.value == 0).map(|at| at.place.clone());
    let no_queue = service.queue_limit.as_ref().filter(|at: &&At<u32>| at.value == 0).map(|at| at.place.clone());
    let lag = zero_or(&service.maximum_lag_records);
    let rate = zero_or(&service.reseed_rate);
    let [batch, window] = [&service.batch_records, &service.window_records].map(zero_or);
    let zeros: [Option<Place>; 5] = [batch, window, lag, rate, no_queue];
    let no_retry = service.retry_burst.as_ref().filter(|at| at.value == 0).map(|at| at.place.clone());
    for place in zeros.into_iter().flatten().chain(no_retry) {
        findings.report(Code::OutOfRange, &place, "this must be one or more");
    }
    if let Some(longest) = service
        .backoff_max
        .as_ref()
        .or(service.backoff_min.as_ref())
        .filter(|_| policy.backoff_max < policy.backoff_min)
    {
        findings.report(Code::Conflict, &longest.place, "`backoff_max` is shorter than `backoff_min`");
    }
}
