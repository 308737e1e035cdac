//! Whoever runs the site reads in `docs/promises.md` what is survived, and in `docs/street` what shows that real names, phones and
//! attackers are borne: each test that they name is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::files::{files, report, root, stem};

const DOCUMENT: &str = "docs/promises.md";
/// What the street does to the product, line by line.
const STREET: &str = "docs/street/";
/// The table whose last column names tests.
const TABLE: &str = "## What is survived, and for how long it is felt";

/// The names in code quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What functions are called, tests among them.
fn functions(sources: &[(String, String)]) -> BTreeSet<&str> {
    sources
        .iter()
        .flat_map(|(_, text)| text.match_indices("fn ").map(|(at, word)| &text[at + word.len()..]))
        .filter_map(|rest| rest.split_once('(').map(|(name, _)| name))
        .collect()
}

/// The name of a test among what stands in code quotes: `module::some_longer_words`, and nothing else that documents quote.
fn named(quoted: &str) -> Option<&str> {
    let name = quoted.rsplit("::").next()?;
    let is_word = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (is_word && name.matches('_').count() >= 3).then_some(name)
}

#[test]
fn every_test_that_the_street_names_is_there() {
    let sources = files(".rs");
    let tests = functions(&sources);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in files(".md").into_iter().filter(|(path, _)| path.starts_with(STREET)) {
        let rows = text.lines().filter(|line| line.starts_with("| "));
        let missing: Vec<String> = rows
            .flat_map(quoted)
            .filter_map(named)
            .filter(|name| !tests.contains(name))
            .map(|name| format!("no test is called {name}"))
            .collect();
        if !missing.is_empty() {
            found.insert(path, missing);
        }
    }
    report("38: every line of the street has its test", &found);
}

#[test]
fn every_promise_has_a_test_that_is_there() {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect("the promises are written down");
    let section = text.split(TABLE).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("there is the table");
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "the table has rows");
    let sources = files(".rs");
    let tests = functions(&sources);
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
