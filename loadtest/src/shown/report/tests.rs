//! The report needs nothing else, escapes what it is told, and its two files agree on colours.

use std::time::Duration;

use super::*;
use crate::measured::record::{Operation, Outcome};
use crate::measured::results::testing::results;
use crate::measured::results::{Check, CheckKind, CheckState, FreePoint, SittingReport};

fn full() -> Results {
    let mut results = results();
    for step in 0..100_u64 {
        let at = Duration::from_millis(step * 100);
        results.measured.arrival(at);
        results.measured.sets_out(at, at);
        let outcome = if step < 60 { Outcome::Given } else { Outcome::Full };
        results.measured.operation(Operation::Hold, outcome, at, at + Duration::from_millis(1 + step));
        results.free.push(FreePoint { at_ms: step * 100, free: 100 - step });
    }
    results.measured.problem("hold: 500 <script>alert(1)</script>".to_owned());
    results.sittings.push(SittingReport {
        id: "s1".to_owned(),
        capacity: 100,
        given: 60,
        confirmed: 40,
        released: 0,
        peak: 60,
        for_good: 40,
        free: Some(40),
    });
    let detail = "it is so".to_owned();
    results.checks.push(Check { kind: CheckKind::Peak, state: CheckState::Passed, detail });
    results.conclude(&["p99=1ms".parse().unwrap()]);
    results
}

#[test]
fn it_needs_nothing_from_elsewhere_and_runs_nothing() {
    for language in [Language::En, Language::Zh] {
        let html = report(&full(), language).unwrap();
        assert_eq!(html.matches("<figure>").count(), 4);
        for forbidden in ["<script", "src=", "@import", "url(", "<link", "http-equiv"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        let addresses =
            html.match_indices("http").filter(|(at, _)| !html[*at..].starts_with("http://www.w3.org/2000/svg"));
        let addresses: Vec<&str> = addresses.map(|(at, _)| &html[at..at + 21]).collect();
        assert_eq!(addresses, ["http://127.0.0.1:8080"], "the target is named");
    }
}

#[test]
fn the_verdict_is_on_top_in_both_languages() {
    assert!(report(&full(), Language::En).unwrap().contains("No seat was given twice."));
    let mut oversold = full();
    oversold.checks[0].state = CheckState::Failed;
    assert!(report(&oversold, Language::Zh).unwrap().contains("座位数对不上。"));
    oversold.checks.clear();
    assert!(report(&oversold, Language::En).unwrap().contains("was not checked."));
}

#[test]
fn who_had_no_answer_was_not_answered_in_time() {
    assert!(!report(&full(), Language::En).unwrap().contains("not reached"));
    let mut failing = full();
    for _ in 0..5 {
        failing.measured.operation(Operation::Hold, Outcome::TimedOut, Duration::ZERO, Duration::from_secs(10));
    }
    failing.conclude(&[]);
    assert!(report(&failing, Language::En).unwrap().contains("not reached: more than 1 of 100"));
}

#[test]
fn who_came_through_is_shown_where_anybody_did() {
    let mut through = full();
    assert!(!report(&through, Language::En).unwrap().contains("Complete candidates"));
    for at in [3, 3, 4] {
        through.measured.through(Duration::from_secs(at));
    }
    through.conclude(&[]);
    let html = report(&through, Language::En).unwrap();
    assert!(html.contains("Complete candidates a second") && html.contains("3 reached the receipt"));
    assert!(html.contains(">1.50<"));
}

#[test]
fn a_test_in_which_nothing_happened_has_a_report_too() {
    let mut nothing = results();
    nothing.conclude(&[]);
    assert!(report(&nothing, Language::En).unwrap().contains("<h1>100 candidates, 100 seats, 10 seconds</h1>"));
}

#[test]
fn the_dark_scheme_knows_every_colour_that_is_drawn() {
    let style = include_str!("../../report/report.css");
    for colour in plot::COLOURS.map(plot::hex) {
        for attribute in ["fill", "stroke"] {
            assert!(style.contains(&format!("svg [{attribute}=\"{colour}\"]")), "{attribute} {colour}");
        }
    }
}
