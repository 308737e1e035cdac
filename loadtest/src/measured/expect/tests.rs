//! Conditions: how they are read, and when they hold.

use super::*;
use crate::measured::record::Outcome;
use crate::measured::results::testing::results;

fn read(text: &str) -> Expectation {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A hundred holds of 1–100 ms and one release of 2 s, two of all with errors.
fn measured() -> Results {
    let mut results = results();
    let at = Duration::from_secs(1);
    for millis in 1..=100 {
        let outcome = if millis > 98 { Outcome::Failed } else { Outcome::Given };
        results.measured.operation(Operation::Hold, outcome, at, at + Duration::from_millis(millis));
    }
    results.measured.operation(Operation::Release, Outcome::Done, at, at + Duration::from_secs(2));
    results.measured.start_lag.record(Duration::from_micros(300));
    results.conclude(&[]);
    results
}

#[test]
fn conditions_hold_or_do_not() {
    let results = measured();
    for met in [
        "hold.p50=51ms",
        "hold.max=0.11s",
        "hold.p99=100ms",
        "p50=52ms",
        "max=2.1s",
        "errors=2%",
        "errors=0.02",
        "throughput=9",
        "given=98",
        "lag=1ms",
        "release.mean=2.1s",
    ] {
        let verdict = read(met).judge(&results);
        assert!(verdict.is_met, "{met}: measured {}", verdict.measured);
    }
    for missed in ["hold.p50=49ms", "p99.9=1.5s", "p999=1.5s", "errors=1.9%", "throughput=20", "given=99", "lag=200us"]
    {
        let verdict = read(missed).judge(&results);
        assert!(!verdict.is_met, "{missed}: measured {}", verdict.measured);
    }
}

#[test]
fn what_was_never_measured_is_missed() {
    let verdict = read("freeze.p99=1s").judge(&measured());
    assert_eq!((verdict.is_met, &*verdict.measured), (false, "nothing measured"));
}

#[test]
fn percentiles_have_two_spellings() {
    assert_eq!(read("p999=1s").what, read("p99.9=1s").what);
    assert_eq!(read("p9999=1s").what, read("p99.99=1s").what);
    assert_eq!(
        read("p5=1s").what,
        What::Latency { operation: None, of: Latency::Quantile(0.05), most: Duration::from_secs(1) }
    );
}

#[test]
fn what_is_no_condition_is_named() {
    for form in ["", "p99", "=5", "p99="] {
        assert_eq!(form.parse::<Expectation>(), Err(ExpectationError::Form), "{form:?}");
    }
    for name in ["p=1s", "p0=1s", "p100=1s", "p-5=1s", "q99=1s", "sell.p99=1s", "hold.=1s", "pnan=1s", "p+9=1s"] {
        assert!(matches!(name.parse::<Expectation>(), Err(ExpectationError::Name(_))), "{name:?}");
    }
    for value in
        ["p99=50", "p99=fast", "p99=-1s", "p99=0s", "errors=101%", "errors=x", "throughput=0", "given=-1", "lag=1"]
    {
        assert!(matches!(value.parse::<Expectation>(), Err(ExpectationError::Value { .. })), "{value:?}");
    }
}

#[test]
fn times_are_written_with_three_figures() {
    let words = |micros| in_words(Duration::from_micros(micros));
    assert_eq!([words(850), words(1_234), words(12_340)], ["850 µs", "1.23 ms", "12.3 ms"]);
    assert_eq!([words(123_400), words(1_234_000), words(12_340_000)], ["123 ms", "1.23 s", "12.3 s"]);
}
