//! Whoever runs the site reads in `docs/promises.md` what is survived, in `docs/street` what shows that real names, phones and
//! attackers are borne, and in `docs/asvs.md` how a standard of security is met: each test and file that they name is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::files::{files, report, root, stem};

const DOCUMENT: &str = "docs/promises.md";
/// What the street does to the product, line by line.
const STREET: &str = "docs/street/";
/// How the OWASP Application Security Verification Standard is met, requirement by requirement.
const STANDARD: &str = "docs/asvs.md";
/// How many requirements its levels 1 and 2 have, by chapter.
const REQUIREMENTS: [usize; 17] = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];
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

/// The requirements that a row is about: `1.2.3`, or `1.2.3–1.2.7` for all between of the same section, and lists of both.
fn requirements(cell: &str) -> Vec<(usize, usize, usize)> {
    let number = |text: &str| {
        let mut parts = text.trim().split('.').map(|part| part.parse::<usize>().ok());
        Some((parts.next()??, parts.next()??, parts.next()??))
    };
    let mut found = Vec::new();
    for part in cell.split(',') {
        let (first, last) = part.split_once('–').unwrap_or((part, part));
        if let (Some(first), Some(last)) = (number(first), number(last)) {
            let (chapter, section, from): (usize, usize, usize) = first;
            let (_, _, to): (usize, usize, usize) = last;
            found.extend((from..=to).map(|one| (chapter, section, one)));
        }
    }
    found
}

#[test]
fn every_requirement_of_the_standard_has_its_answer() {
    let text = fs::read_to_string(root().join(STANDARD)).expect("how the standard is met is written down");
    let sources = files(".rs");
    let tests = functions(&sources);
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        let mut cells = row.trim_matches(['|', ' ']).split(" | ");
        let (Some(numbers), Some(answer)) = (cells.next(), cells.nth(1)) else { continue };
        for number in requirements(numbers) {
            if answer.trim().is_empty() || !seen.insert(number) {
                faults.push(format!("answered twice or not at all: {number:?}"));
            }
        }
        let missing = quoted(row).filter_map(named).filter(|name| !tests.contains(name));
        faults.extend(missing.map(|name| format!("no test is called {name}")));
        let paths =
            quoted(row).filter(|path| path.contains('/') && !path.starts_with('/') && !path.contains([' ', '{']));
        faults.extend(paths.filter(|path| !root().join(path).exists()).map(|path| format!("there is no {path}")));
    }
    for (chapter, wanted) in (1..).zip(REQUIREMENTS) {
        let answered = seen.iter().filter(|(one, _, _)| *one == chapter).count();
        if answered != wanted {
            faults.push(format!("{answered} of {wanted} requirements of V{chapter} are answered"));
        }
    }
    report(
        "38: every requirement of the standard has its answer",
        &match faults.is_empty() {
            true => BTreeMap::new(),
            false => BTreeMap::from([(STANDARD.to_owned(), faults)]),
        },
    );
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
