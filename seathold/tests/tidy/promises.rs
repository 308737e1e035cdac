//! Whoever runs the site reads in `docs/promises.md` what is survived: every line of it has a test, and the test is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::files::{files, report, root, stem};

const DOCUMENT: &str = "docs/promises.md";
/// The table whose last column names tests.
const TABLE: &str = "## What is survived, and for how long it is felt";

/// The names in code quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_promise_has_a_test_that_is_there() {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect("the promises are written down");
    let section = text.split(TABLE).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("there is the table");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "the table has rows");
    let sources = files(".rs");
    let tests: BTreeSet<&str> = sources
        .iter()
        .flat_map(|(_, text)| text.match_indices("fn ").map(|(at, word)| &text[at + word.len()..]))
        .filter_map(|rest| rest.split_once('(').map(|(name, _)| name))
        .collect();
    let is_there = |name: &str| match name.strip_suffix("::*") {
        Some(module) => sources.iter().any(|(path, _)| path.contains("/tests/") && stem(path) == module),
        None => tests.contains(name),
    };
    let mut faults = Vec::new();
    for row in rows {
        let column = row.trim_end_matches([' ', '|']).rsplit_once('|').map_or("", |(_, column)| column.trim());
        if quoted(column).next().is_none() && column != "the same" {
            faults.push(format!("no test for: {row}"));
        }
        faults.extend(quoted(column).filter(|name| !is_there(name)).map(|name| format!("no test is called {name}")));
    }
    report(
        "38: every promise has its test",
        &match faults.is_empty() {
            true => BTreeMap::new(),
            false => BTreeMap::from([(DOCUMENT.to_owned(), faults)]),
        },
    );
}
