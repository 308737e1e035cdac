//! Alerts and dashboards name what there is, and whoever is woken up finds what to do.

use std::collections::BTreeSet;
use std::fs;

use super::files::root;
use super::operating::metrics;

const HOME: &str = "ops/monitoring";
/// What Prometheus adds to the name of a histogram.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_sum", "_count"];
/// What the names of an alert's fields begin with in the rules, in their tests, and in the document.
const ALERT: &str = "- alert: ";
const TESTED: &str = "alertname: ";
const EXPLAINED: &str = "### ";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands behind this in the lines of a text.
fn behind<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let name = |line: &'a str| {
        let rest = &line[line.find(word)? + word.len()..];
        Some(rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default())
    };
    text.lines().filter_map(name).collect()
}

#[test]
fn monitoring_names_what_there_is() {
    let metrics = metrics();
    let is_known = |name: &str| {
        let whole = OF_HISTOGRAMS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        metrics.contains(whole) || metrics.contains(name)
    };
    let files = fs::read_dir(root().join(HOME)).expect("there is monitoring");
    let (mut named, mut unknown) = (0, Vec::new());
    for file in files.map(|file| file.expect("a file").path()) {
        let text = fs::read_to_string(&file).expect("a text");
        let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        for word in words.filter(|word| word.starts_with("seathold_") || word.starts_with("registration_")) {
            named += 1;
            if !is_known(word) {
                unknown.push(format!("{}: {word}", file.display()));
            }
        }
    }
    assert!(named > 60, "monitoring looks at what the program counts: {named}");
    assert!(unknown.is_empty(), "nothing counts these: {unknown:#?}");
}

#[test]
fn every_alert_is_tested_both_ways_and_explained() {
    let (rules, tests) = (read("ops/monitoring/alerts.yml"), read("ops/monitoring/alerts_test.yml"));
    let document = read("docs/alerts.md");
    let alerts = behind(&rules, ALERT);
    let unique: BTreeSet<&str> = alerts.iter().copied().collect();
    assert!(alerts.len() >= 12 && unique.len() == alerts.len(), "{alerts:?}");
    assert_eq!(unique, behind(&document, EXPLAINED).into_iter().collect());
    let tested = behind(&tests, TESTED);
    for alert in unique {
        // Once while all is well, once while it is not.
        assert_eq!(tested.iter().filter(|one| **one == alert).count(), 2, "{alert}");
        let link = format!("| [{alert}](#{}) |", alert.to_lowercase());
        assert!(document.contains(&link), "the table has no {link}");
    }
}
