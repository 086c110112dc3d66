//! The closed forms, each checked against the figures of the file.

use super::cases::Case;

/// What a case's closed form gives for its inputs, under the names of the file.
pub(crate) fn of(case: &Case) -> Vec<(&'static str, f64)> {
    let input = |name| case.input(name);
    match case.model.as_str() {
        "mm1" => mm1(input("lam"), input("mu")),
        "mmc" => mmc(input("c"), input("a"), input("mu")),
        "mg1_D" | "mg1_Erlang2" | "mg1_M" | "mg1_H2" => {
            vec![("Wq", pollaczek_khinchine(input("lam"), input("ES"), input("cv2")))]
        }
        "mm1k" => mm1k(input("rho"), input("K")),
        "pair_availability" => pair_availability(input("mtbf_h"), input("mttr_h")),
        "mttdl_mirror" => mirror(input("mttf_h"), input("mttr_h")),
        "rpo_async_constant_lag" => {
            let mean = input("rate") * input("lag_s");
            vec![("mean_lost", mean), ("sd_lost", mean.sqrt())]
        }
        "rpo_log_shipping" => {
            let (period, transfer) = (input("T_s"), input("d_s"));
            vec![("mean_s", transfer + period / 2.0), ("max_s", transfer + period), ("min_s", transfer)]
        }
        "lease_failover" => {
            let outage = lease_failover(input("D"), input("renew"), input("poll"), input("promote"));
            vec![("min", outage.min), ("mean", outage.mean), ("max", outage.max)]
        }
        "dns_failover" => {
            let detect = input("interval") * input("tolerated") + input("timeout");
            vec![("detect", detect), ("worst", detect + input("interval") + input("ttl"))]
        }
        "backlog_drain_fluid" => backlog_drain(input("rho"), input("outage_s"), input("mu")),
        "reconnect_herd" => reconnect_herd(input("N"), input("C"), input("J")),
        "mt_m_inf" => mt_m_inf(input("A"), input("mean_session_h"), input("period_h")),
        "reseed" => {
            let slowest = input("rate_per_s").min(input("link_per_s")).min(input("reads_per_s"));
            vec![("reseed_s", input("records") / slowest)]
        }
        other => panic!("no closed form is known of `{other}`"),
    }
}

/// One of the figures that [`of`] gives.
pub(crate) fn figure(case: &Case, name: &str) -> f64 {
    let found = of(case).into_iter().find(|&(of, _)| of == name);
    found.unwrap_or_else(|| panic!("{} gives no `{name}`", case.name())).1
}

fn mm1(lam: f64, mu: f64) -> Vec<(&'static str, f64)> {
    let (rho, spare) = (lam / mu, mu - lam);
    vec![
        ("L", rho / (1.0 - rho)),
        ("W", 1.0 / spare),
        ("Wq", rho / spare),
        ("W_p95", -libm::log(0.05) / spare),
        ("W_p99", -libm::log(0.01) / spare),
    ]
}

fn mmc(servers: f64, offered: f64, mu: f64) -> Vec<(&'static str, f64)> {
    let blocked = (1..=servers as u32).fold(1.0, |b, k| offered * b / (f64::from(k) + offered * b));
    let waits = servers * blocked / (servers - offered * (1.0 - blocked));
    let wait = waits / (servers * mu - offered * mu);
    vec![("erlangB", blocked), ("erlangC", waits), ("Wq", wait), ("Lq", offered * mu * wait)]
}

/// The mean wait of M/G/1, by the squared coefficient of variation of the service time.
pub(crate) fn pollaczek_khinchine(lam: f64, service: f64, cv2: f64) -> f64 {
    let rho = lam * service;
    rho / (1.0 - rho) * (1.0 + cv2) / 2.0 * service
}

fn mm1k(rho: f64, places: f64) -> Vec<(&'static str, f64)> {
    let blocked = if (rho - 1.0).abs() < 1e-12 {
        1.0 / (places + 1.0)
    } else {
        (1.0 - rho) * libm::pow(rho, places) / (1.0 - libm::pow(rho, places + 1.0))
    };
    vec![("P_block", blocked), ("throughput", rho * (1.0 - blocked))]
}

/// Availability of one, and unavailability of a pair: both bear load (hot) or one waits (cold), and
/// there are one or two repair crews.
pub(crate) fn pair_availability(mtbf: f64, mttr: f64) -> Vec<(&'static str, f64)> {
    let (l, m) = (1.0 / mtbf, 1.0 / mttr);
    let alone = l / (l + m);
    vec![
        ("single", m / (l + m)),
        ("U_hot_1crew", 2.0 * l * l / (m * m + 2.0 * l * m + 2.0 * l * l)),
        ("U_hot_2crew", alone * alone),
        ("U_cold_1crew", l * l / (m * m + l * m + l * l)),
        ("U_cold_2crew", l * l / (2.0 * m * m + 2.0 * l * m + l * l)),
        ("mttf_pair_hot_h", (3.0 * l + m) / (2.0 * l * l)),
        ("mttf_pair_cold_h", (2.0 * l + m) / (l * l)),
    ]
}

fn mirror(mttf: f64, repair: f64) -> Vec<(&'static str, f64)> {
    let (l, m) = (1.0 / mttf, 1.0 / repair);
    vec![("exact_h", (3.0 * l + m) / (2.0 * l * l)), ("approx_h", mttf * mttf / (2.0 * repair))]
}

/// How long an outage is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    /// The shortest.
    pub(crate) min: f64,
    /// The mean.
    pub(crate) mean: f64,
    /// The longest.
    pub(crate) max: f64,
}

/// The outage when a holder crashes at any moment of its renewal period, the challenger waits for
/// `lease` from the last renewal, looks every `poll` (zero: at once), and takes `promote` to serve.
pub(crate) fn lease_failover(lease: f64, renew: f64, poll: f64, promote: f64) -> Outage {
    Outage {
        min: lease - renew + promote,
        mean: lease - renew / 2.0 + poll / 2.0 + promote,
        max: lease + poll + promote,
    }
}

fn backlog_drain(rho: f64, outage: f64, mu: f64) -> Vec<(&'static str, f64)> {
    vec![
        ("backlog", rho * mu * outage),
        ("drain_s", outage * rho / (1.0 - rho)),
        ("mean_delay_s", outage / 2.0),
        ("max_delay_s", outage),
    ]
}

fn reconnect_herd(clients: f64, capacity: f64, window: f64) -> Vec<(&'static str, f64)> {
    let peak = (clients - capacity * window).max(0.0);
    vec![("peak_queue", peak), ("done_s", window.max(clients / capacity)), ("max_wait_s", peak / capacity)]
}

fn mt_m_inf(amplitude: f64, session: f64, period: f64) -> Vec<(&'static str, f64)> {
    let turn = std::f64::consts::TAU / period * session;
    let relative = amplitude / (1.0 + turn * turn).sqrt();
    vec![("rel_amplitude", relative), ("lag_h", libm::atan(turn) / turn * session)]
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn every_formula_gives_the_figures_of_the_file() {
        for case in cases::all() {
            let given = of(&case);
            assert_eq!(given.len(), case.expect.len(), "{}", case.name());
            for (name, value) in given {
                let expected = case.expect[name];
                let close = (value - expected).abs() <= 1e-9 * expected.abs().max(1e-3);
                assert!(close, "{}: {name} is {expected}, not {value}", case.name());
            }
        }
    }
}
