//! Values that are simpler than a value: smaller first, then rounder.

use crate::scenario::span;
use crate::terms::Span;
use toml::Value;

/// Lengths of time that people say, in microseconds.
const TIMES: [u64; 21] = {
    let (ms, s) = (1_000, 1_000_000);
    let (m, h) = (60 * s, 3_600 * s);
    [
        0,
        ms,
        10 * ms,
        100 * ms,
        s,
        2 * s,
        5 * s,
        10 * s,
        30 * s,
        m,
        2 * m,
        5 * m,
        10 * m,
        15 * m,
        20 * m,
        30 * m,
        h,
        2 * h,
        6 * h,
        12 * h,
        24 * h,
    ]
};

/// Units to whose multiples a length of time is rounded, the roundest first.
const ROUND_TIMES: [u64; 9] =
    [3_600_000_000, 600_000_000, 300_000_000, 60_000_000, 30_000_000, 10_000_000, 5_000_000, 1_000_000, 100_000];

const COUNTS: [u64; 22] = [
    0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000,
    1_000_000, 10_000_000,
];

const ROUND_COUNTS: [u64; 6] = [1_000_000, 100_000, 10_000, 1_000, 100, 10];

/// What a value may be replaced by, the simplest first.
pub(super) fn simpler(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(number) => number
            .checked_abs()
            .and_then(|size| u64::try_from(size).ok())
            .map(|size| counts(size).into_iter().map(|n| Value::Integer(n as i64 * number.signum())).collect())
            .unwrap_or_default(),
        Value::Float(number) if *number >= 1.0 && *number < 1e12 => {
            let cut = libm::floor(*number);
            let whole = (cut < *number).then_some(cut as u64);
            counts(cut as u64).into_iter().chain(whole).map(|n| Value::Float(n as f64)).collect()
        }
        Value::String(text) => text_simpler(text).into_iter().map(Value::String).collect(),
        Value::Datetime(moment) => earlier_in_the_day(&moment.to_string()),
        _ => Vec::new(),
    }
}

fn text_simpler(text: &str) -> Vec<String> {
    let (sign, size) = text.strip_prefix('-').map_or(("", text), |size| ("-", size));
    if let Some(percent) = size.strip_suffix('%') {
        let cut = percent.trim().split('.').next().and_then(|whole| whole.parse().ok());
        return cut.map(counts).unwrap_or_default().into_iter().map(|n| format!("{sign}{n}%")).collect();
    }
    let Some(Span(micros)) = span(size) else { return Vec::new() };
    times(micros).into_iter().map(|micros| format!("{sign}{}", written(micros))).collect()
}

/// Parts of a second only for what takes no longer than one: a lease that is renewed every millisecond is short, and
/// takes a thousand times as long to run.
fn times(micros: u64) -> Vec<u64> {
    const SECOND: u64 = 1_000_000;
    let known = TIMES.into_iter().filter(|&one| one == 0 || one >= SECOND || micros <= SECOND);
    candidates(micros, &known.collect::<Vec<_>>(), &ROUND_TIMES)
}

/// A length of time, exactly, in the largest unit of which it is a multiple.
fn written(micros: u64) -> String {
    let units =
        [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"), (1, "us")];
    match units.iter().find(|(unit, _)| micros > 0 && micros.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", micros / unit),
        None => "0s".to_owned(),
    }
}

fn counts(number: u64) -> Vec<u64> {
    candidates(number, &COUNTS, &ROUND_COUNTS)
}

/// Those of the known ones that are smaller, and then what is rounder and near.
fn candidates(value: u64, known: &[u64], round: &[u64]) -> Vec<u64> {
    let smaller = known.iter().copied().filter(|&one| one < value);
    // What is rounded up grows by less than half of itself: it must not take more to run.
    let units = round.iter().take_while(|&&unit| !value.is_multiple_of(unit)).filter(|&&unit| unit * 2 <= value);
    let rounder = units.flat_map(|&unit| [value / unit * unit, (value / unit + 1) * unit]);
    smaller.chain(rounder.filter(|one| !known.contains(one) || *one > value)).collect()
}

/// The midnight before, and the hour.
fn earlier_in_the_day(moment: &str) -> Vec<Value> {
    let Some((day, time)) = moment.split_once('T') else { return Vec::new() };
    let hour = time.get(..2).map(|hour| format!("{day}T{hour}:00:00Z"));
    let moments = [Some(format!("{day}T00:00:00Z")), hour];
    let other = moments.into_iter().flatten().filter(|text| text != moment && moment.ends_with('Z'));
    other.filter_map(|text| text.parse().ok().map(Value::Datetime)).collect()
}

/// Half of a length of time, where the value is one.
pub(super) fn half(value: &Value) -> Option<Value> {
    let Span(micros) = span(value.as_str()?)?;
    (micros > 1).then(|| Value::String(written(micros / 2)))
}

/// A length of time that is shorter by `by`, where the value is one and longer.
pub(super) fn sooner(value: &Value, by: Span) -> Option<Value> {
    let Span(micros) = span(value.as_str()?)?;
    micros.checked_sub(by.0).map(|rest| Value::String(written(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        text_simpler(text)
    }

    #[test]
    fn a_time_becomes_shorter_and_then_rounder() {
        assert_eq!(texts("123ms"), ["0s", "1ms", "10ms", "100ms"]);
        assert_eq!(texts("3s"), ["0s", "1s", "2s"], "and not so short that it takes longer to run");
        let has = |text: &str, other: &str| texts(text).contains(&other.to_owned());
        assert!(has("61700ms", "62s") && !has("61700ms", "2m") && has("125s", "3m"));
        assert!(counts(7).iter().all(|&count| count < 7), "nothing grows out of all proportion");
        assert!(counts(23).contains(&30) && !counts(23).contains(&100));
        assert_eq!(texts("dublin"), Vec::<String>::new());
    }

    #[test]
    fn a_number_keeps_its_sign() {
        assert_eq!(simpler(&Value::Integer(-4)), [0, -1, -2, -3].map(Value::Integer));
        assert_eq!(texts("-2ms"), ["-0s", "-1ms"]);
        assert_eq!(texts("3%"), ["0%", "1%", "2%"]);
    }

    #[test]
    fn a_moment_is_moved_to_midnight_or_to_the_hour() {
        let moment = Value::Datetime("2019-05-06T09:20:00Z".parse().unwrap());
        let texts: Vec<_> = simpler(&moment).iter().map(Value::to_string).collect();
        assert_eq!(texts, ["2019-05-06T00:00:00Z", "2019-05-06T09:00:00Z"]);
    }
}
