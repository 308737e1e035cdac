//! axe-core, which finds what keeps people with a screen reader or a keyboard from using a page.
//! `ops/test` fetches it with npm into `target/axe`.

use std::fs;

use fantoccini::Client;
use serde_json::Value;

use crate::paths::target_dir;

/// Runs axe-core on the page that a browser shows, and returns what is wrong: the rule, what it asks for, and where.
pub async fn accessibility_faults(browser: &Client) -> Vec<String> {
    let path = target_dir().join("axe/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; ops/test fetches axe-core", path.display()));
    browser.execute(&source, Vec::new()).await.expect("axe-core loads");
    let run = "const done = arguments[0];
        axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
            .then(found => done(found.violations), error => done(String(error)));";
    let found = browser.execute_async(run, Vec::new()).await.expect("axe-core answers");
    let Value::Array(violations) = found else { panic!("axe-core failed: {found}") };
    violations
        .iter()
        .map(|violation| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
            let places: Vec<String> =
                nodes.iter().take(3).map(|node| text(&node["html"]).chars().take(160).collect()).collect();
            format!("{}: {} at {}", text(&violation["id"]), text(&violation["help"]), places.join(" | "))
        })
        .collect()
}
