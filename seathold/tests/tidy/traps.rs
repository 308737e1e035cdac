//! The page about payments has a table of what has gone wrong elsewhere. Each row names the tests that close a trap, and they
//! exist; or it says why it cannot happen here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::files::{files, report, root};

const DOCUMENT: &str = "docs/payments.md";
/// How many traps there are.
const TRAPS: usize = 49;
/// What a row begins with in place of tests.
const CANNOT: &str = "Cannot happen: ";

/// The names of all tests: a function whose attributes before it say so, or one inside `proptest!`.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files(".rs") {
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            if line == "#[test]" || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ") {
                let name = rest.split(['(', '<']).next().unwrap_or_default();
                found.extend(is_test.then(|| name.to_owned()));
                is_test = false;
            } else if !line.starts_with("#[") && !line.starts_with("//") {
                is_test = false;
            }
        }
    }
    found
}

/// The rows of the table: a number, what has gone wrong, what closes it.
fn rows(text: &str) -> Vec<(usize, String)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let [number, _, closed] = cells[..] else { return None };
        Some((number.parse().ok()?, closed.trim_end_matches(" |").to_owned()))
    };
    text.lines().filter_map(row).collect()
}

fn faults_of(text: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows = rows(text);
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    let mut faults = Vec::new();
    if numbers != (1..=TRAPS).collect::<Vec<_>>() {
        faults.push(format!("the table has the rows {numbers:?}, not 1 to {TRAPS}"));
    }
    for (number, closed) in rows {
        let named: Vec<&str> = closed.split('`').skip(1).step_by(2).filter(|name| is_name_of_a_test(name)).collect();
        if named.is_empty() && !closed.starts_with(CANNOT) {
            faults.push(format!("trap {number} names no test, nor says why it cannot happen"));
        }
        let gone = named.iter().filter(|name| !tests.contains(**name));
        faults.extend(gone.map(|name| format!("trap {number} names {name}, which is no test")));
    }
    faults
}

/// Names of tests are sentences; settings, headers and codes that a row may quote are not.
fn is_name_of_a_test(name: &str) -> bool {
    name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_trap_of_payments_has_a_test_that_exists_or_a_reason() {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect("there is a page about payments");
    let faults = faults_of(&text, &tests());
    let told = if faults.is_empty() { BTreeMap::new() } else { BTreeMap::from([(DOCUMENT.to_owned(), faults)]) };
    report("traps: each is closed by a test that exists, or cannot happen", &told);
}

#[test]
fn a_row_without_a_test_and_a_test_that_is_gone_are_found() {
    let known = BTreeSet::from(["a_test_that_exists".to_owned()]);
    let mut text = (1..=TRAPS).map(|number| format!("| {number} | x | `a_test_that_exists` |\n")).collect::<String>();
    assert_eq!(faults_of(&text, &known), Vec::<String>::new());
    text = text.replace("| 7 | x | `a_test_that_exists` |", "| 7 | x | Cannot happen: there is no such call |");
    assert_eq!(faults_of(&text, &known), Vec::<String>::new());
    text = text.replace("| 8 | x | `a_test_that_exists` |", "| 8 | x | `NOT_ENOUGH`, surely |");
    text = text.replace("| 9 | x | `a_test_that_exists` |", "| 9 | x | `a_test_that_was` |");
    text = text.replace("| 49 | x | `a_test_that_exists` |\n", "");
    let faults = faults_of(&text, &known);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[1].contains("trap 8") && faults[2].contains("a_test_that_was"), "{faults:?}");
    assert!(tests().contains("every_trap_of_payments_has_a_test_that_exists_or_a_reason"));
}
