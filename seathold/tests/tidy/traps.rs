//! The page about payments has a table of what has gone wrong elsewhere. Each row names the tests that close a trap, and they
//! exist; or it says why it cannot happen here. So has it one of wrong turns, each with the browser that walks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::files::{files, report, root};

const DOCUMENT: &str = "docs/payments.md";
/// How many traps there are.
const TRAPS: usize = 49;
/// How the rows of wrong turns begin, in their order.
const TURNS: [&str; 6] = ["late", "twice", "another sum", "closed", "refund", "group lock"];
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
        let named = named(&closed);
        if named.is_empty() && !closed.starts_with(CANNOT) {
            faults.push(format!("trap {number} names no test, nor says why it cannot happen"));
        }
        let gone = named.iter().filter(|name| !tests.contains(**name));
        faults.extend(gone.map(|name| format!("trap {number} names {name}, which is no test")));
    }
    faults
}

/// The tests that a cell names.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).filter(|name| is_name_of_a_test(name)).collect()
}

/// What is wrong with the table of wrong turns: each has a row, a browser's test in the third cell and another one in the fourth.
fn faults_of_turns(text: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    for turn in TURNS {
        let row = text.lines().find(|line| line.strip_prefix("| ").is_some_and(|line| line.starts_with(turn)));
        let cells: Vec<&str> = row.unwrap_or_default().split(" | ").collect();
        let [_, _, browser, below] = cells[..] else {
            faults.push(format!("the wrong turn \"{turn}\" has no row of four cells"));
            continue;
        };
        for cell in [browser, below] {
            let is_told = !named(cell).is_empty() && named(cell).iter().all(|name| tests.contains(*name));
            faults.extend((!is_told).then(|| format!("\"{turn}\" names no test, or one that is none: {cell}")));
        }
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
    let mut faults = faults_of(&text, &tests());
    faults.extend(faults_of_turns(&text, &tests()));
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
    let turns: String =
        TURNS.map(|turn| format!("| {turn}: x | y | `a_test_that_exists` | `a_test_that_exists` |\n")).concat();
    assert_eq!(faults_of_turns(&turns, &known), Vec::<String>::new());
    let turns = turns.replace("late: x | y | `a_test_that_exists`", "late: x | y | `a_test_that_was`");
    assert_eq!(faults_of_turns(&turns.replace("| refund", "| fund"), &known).len(), 2);
    assert!(tests().contains("every_trap_of_payments_has_a_test_that_exists_or_a_reason"));
}
