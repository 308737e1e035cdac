//! Operators read every metric and every setting in `docs/operating.md`, and nothing that is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::files::{report, root, sources};

const DOCUMENT: &str = "docs/operating.md";
/// What describes metrics counts none.
const DESCRIBED: &str = "seathold/src/telemetry/described.rs";
/// What is logged by default stands there.
const LOGGING: &str = "seathold/src/telemetry.rs";
const METRICS: [&str; 2] = ["seathold_", "registration_"];
const SETTINGS: [&str; 5] = ["SEATHOLD_", "TENCENTCLOUD_", "ALIBABA_CLOUD_", "DATABASE_", "REDIS_"];

/// What stands between quotes in the product and begins with one of these.
fn named(prefixes: &[&str], is_name: fn(char) -> bool) -> BTreeSet<String> {
    let is_operators = |path: &str| !["sandbox/", "loadtest/", DESCRIBED].iter().any(|other| path.starts_with(other));
    let product = sources().into_iter().filter(|(path, _)| is_operators(path));
    let texts: Vec<String> = product.map(|(_, text)| text).collect();
    quoted(&texts, prefixes, is_name)
}

/// What stands between quotes in these texts and begins with one of these.
fn quoted(texts: &[String], prefixes: &[&str], is_name: fn(char) -> bool) -> BTreeSet<String> {
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| !line.trim_start().starts_with("//"));
    let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    let has_prefix = |text: &&str| prefixes.iter().any(|prefix| text.len() > prefix.len() && text.starts_with(prefix));
    quoted.filter(has_prefix).filter(|text| text.chars().all(is_name)).map(str::to_owned).collect()
}

/// What the document names: in code quotes, whole, or by its end in a line whose first name has the beginning.
fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect("operators have a document");
    let mut all = BTreeSet::new();
    for line in text.lines() {
        let mut heads: Vec<&str> = Vec::new();
        for name in line.split('`').skip(1).step_by(2) {
            let name = name.split(['{', '=']).next().unwrap_or_default();
            all.insert(name.to_owned());
            match name.starts_with('_') {
                true => all.extend(heads.iter().map(|head| format!("{head}{name}"))),
                false => heads.extend(name.match_indices('_').map(|(at, _)| &name[..at])),
            }
        }
    }
    all
}

fn missing(kind: &str, names: BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let documented = documented();
    assert!(names.len() > 20, "the product has {kind}s");
    let faults: Vec<String> = names.difference(&documented).map(|name| format!("lacks the {kind} {name}")).collect();
    if faults.is_empty() { BTreeMap::new() } else { BTreeMap::from([(DOCUMENT.to_owned(), faults)]) }
}

fn is_letter(c: char) -> bool {
    c.is_ascii_lowercase() || c == '_'
}

fn is_metric(name: &str) -> bool {
    ["_total", "_seconds", "_connections", "_requests"].iter().any(|end| name.ends_with(end))
        || ["seathold_room_", "seathold_list_"].iter().any(|head| name.starts_with(head))
}

/// All metrics that the product has.
pub(super) fn metrics() -> BTreeSet<String> {
    named(&METRICS, is_letter).into_iter().filter(|name| is_metric(name)).collect()
}

#[test]
fn every_metric_is_described_where_it_is_read() {
    let text = fs::read_to_string(root().join(DESCRIBED)).expect("metrics are described");
    let described: BTreeSet<String> =
        quoted(&[text], &METRICS, is_letter).into_iter().filter(|name| is_metric(name)).collect();
    assert_eq!(described, metrics(), "left: {DESCRIBED}, right: what is counted");
}

#[test]
fn every_metric_and_every_setting_is_explained() {
    let metrics = metrics();
    report("37: operators find every metric", &missing("metric", metrics.clone()));
    let settings = named(&SETTINGS, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    report("37: operators find every setting", &missing("setting", settings));

    let is_of_ours = |name: &&String| METRICS.iter().any(|prefix| name.starts_with(prefix));
    let documented = documented();
    let gone =
        documented.iter().filter(is_of_ours).filter(|name| is_metric(name)).filter(|name| !metrics.contains(*name));
    let gone: Vec<String> = gone.map(|name| format!("explains {name}, which nothing counts")).collect();
    report("37: no metric is explained that is gone", &BTreeMap::from([(DOCUMENT.to_owned(), gone)]));
}

/// A target, or a crate, that says something at `INFO`, and the default drops it: nobody ever reads that.
#[test]
fn what_is_told_at_info_is_logged_by_default() {
    let text = fs::read_to_string(root().join(LOGGING)).expect("logging is set up there");
    let default = text.split("const DEFAULT_FILTER: &str = \"").nth(1).and_then(|rest| rest.split('"').next());
    let default: BTreeSet<&str> = default.expect("the default is a constant").split(',').collect();
    let mut told = BTreeSet::new();
    for (path, text) in sources() {
        for line in text.split("tracing::info!(").skip(1) {
            let target = line.trim_start().strip_prefix("target: \"").and_then(|rest| rest.split(['"', ':']).next());
            let home = path.split('/').next().unwrap_or_default();
            told.insert(target.unwrap_or(home).to_owned());
        }
    }
    assert!(told.contains("security") && told.len() > 2, "it is told another way: {told:?}");
    let dropped: Vec<&String> = told.iter().filter(|target| !default.contains(&*format!("{target}=info"))).collect();
    assert!(dropped.is_empty(), "{LOGGING} drops what these tell at INFO: {dropped:?}");
    let document = fs::read_to_string(root().join(DOCUMENT)).expect("operators have a document");
    let setting = document.lines().find(|line| line.starts_with("| `RUST_LOG` |")).unwrap_or_default();
    assert!(
        setting.contains("`security=info`"),
        "whoever chooses what is logged names what tells of attacks: {setting}"
    );
}
