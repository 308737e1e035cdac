//! Who may import whom: crates, and the plain modules below all others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::files::{crates, report, root, sources};
use crate::imports::{Path, Source};

/// Each crate, and which crates of ours it may import (design: who may import whom).
const CRATES: [(&str, &[&str]); 19] = [
    ("httpkit", &[]),
    ("reservation", &["httpkit"]),
    ("ocr", &[]),
    ("gateways", &["ocr"]),
    ("registration", &["reservation", "gateways", "seating", "sheets", "ticketcode"]),
    ("pagekit", &["httpkit"]),
    ("h5", &["registration", "reservation", "pagekit", "httpkit", "papers"]),
    ("backoffice", &["registration", "reservation", "pagekit", "httpkit", "seating", "papers"]),
    ("specimen", &[]),
    ("sandbox", &["gateways", "pagekit", "specimen"]),
    ("embedded", &[]),
    ("seating", &[]),
    ("papers", &[]),
    ("ticketcode", &[]),
    ("sheets", &[]),
    ("testkit", &["embedded"]),
    ("loadtest", &["reservation", "specimen"]),
    ("benches", &["reservation", "registration", "gateways", "sandbox", "testkit"]),
    (
        "seathold",
        &[
            "reservation",
            "registration",
            "gateways",
            "sandbox",
            "h5",
            "backoffice",
            "embedded",
            "httpkit",
            "seating",
            "ticketcode",
            "papers",
        ],
    ),
];

/// Modules of plain values and pure rules: the crate, where they are, and the modules of the crate that they may import.
/// A path that ends in `/` is a folder with all that is in it.
const PLAIN: [(&str, &[&str], &[&str]); 3] = [
    (
        "reservation",
        &["hold.rs", "ids.rs", "sitting.rs", "waiting_list.rs", "waiting_room.rs", "waiting_room/"],
        &["hold", "ids", "sitting", "waiting_list", "waiting_room"],
    ),
    ("registration", &["model.rs", "model/"], &["model"]),
    ("registration", &["rules.rs", "rules/"], &["model", "rules"]),
];
/// What plain modules do not know: what waits, what stores, what speaks with others.
const NOT_PLAIN: [&str; 14] = [
    "axum",
    "deadpool_postgres",
    "gateways",
    "http",
    "hyper",
    "lettre",
    "object_store",
    "postgres_types",
    "redis",
    "refinery",
    "reqwest",
    "tokio",
    "tokio_postgres",
    "tower",
];

#[test]
fn crates_import_only_what_is_below_them() {
    let members: BTreeSet<String> = crates().into_iter().collect();
    let ours: BTreeSet<String> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        members, ours,
        "rule layers: the crates of the workspace, and those of which is said whom they may import"
    );
    let mut faults = BTreeMap::new();
    for (name, allowed) in CRATES {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).expect("a crate has a manifest");
        let dependencies = manifest.split("\n[").find_map(|part| part.strip_prefix("dependencies]")).unwrap_or("");
        let imported = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let wrong: Vec<String> = imported
            .filter(|import| ours.contains(*import) && !allowed.contains(import))
            .map(|import| format!("{name} imports {import}"))
            .collect();
        faults.extend((!wrong.is_empty()).then(|| (name.to_owned(), wrong)));
    }
    report("layers: who may import whom", &faults);
}

/// typst remembers what it has computed with a crate of its own, and forgets only what that very version is told to forget:
/// a second one in the lock would make our evictions do nothing, and memory would grow with every paper.
#[test]
fn what_remembers_papers_is_there_once() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the workspace has a lock");
    assert_eq!(
        lock.matches("name = \"comemo\"\n").count(),
        1,
        "rule memory: Cargo.lock has one comemo, which is typst's"
    );
}

#[test]
fn plain_modules_know_no_runtime_no_store_and_no_door() {
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, homes, allowed) in PLAIN {
        let src = format!("{name}/src/");
        let mut found = BTreeSet::new();
        for (path, text) in sources() {
            let Some(inside) = path.strip_prefix(&src) else { continue };
            let is_home = |home: &&&str| inside == **home || (home.ends_with('/') && inside.starts_with(**home));
            let Some(home) = homes.iter().find(is_home) else { continue };
            found.insert(*home);
            let module: Path = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            let wrong = not_plain(&module, &text, allowed);
            if !wrong.is_empty() {
                faults.insert(path, wrong);
            }
        }
        for home in homes.iter().filter(|home| !found.contains(**home)) {
            faults.insert(format!("{src}{home}"), vec!["is gone: where are the plain modules?".to_owned()]);
        }
    }
    report("layers: plain modules know plain modules", &faults);
}

/// What a plain module says of things that it must not know.
fn not_plain(module: &Path, text: &str, allowed: &[&str]) -> Vec<String> {
    let plain = PLAIN.iter().find(|(name, ..)| *name == "reservation").map_or(&[][..], |(_, _, modules)| modules);
    let source = Source::read(module, text);
    let inside = source.imports(module, |_| false).into_iter().filter_map(|import| {
        let first = import.to.first()?;
        (!allowed.contains(&first.as_str())).then_some(import.said)
    });
    let outside = source.written().filter(|path| match &path[..] {
        [first, second, ..] if first == "reservation" => !plain.contains(&second.as_str()),
        [first, ..] => NOT_PLAIN.contains(&first.as_str()),
        [] => false,
    });
    let all: BTreeSet<String> = inside.chain(outside.map(|path| path.join("::"))).collect();
    all.into_iter().collect()
}

#[test]
fn what_a_plain_module_must_not_know_is_found() {
    let module: Path = vec!["rules".to_owned(), "steps".to_owned()];
    let text = "use crate::model::{fen::Fen, person}; use super::choosing; use reservation::ids::ExamId; \
         use tokio::sync::Mutex; use crate::{seats, store::Database}; \
         fn f() -> redis::Value { reservation::engine::Engine::new(); crate::clock::now() }";
    let expected = [
        "crate::clock::now",
        "redis::Value",
        "reservation::engine::Engine::new",
        "tokio::sync::Mutex",
        "use crate::seats",
        "use crate::store::Database",
    ];
    assert_eq!(not_plain(&module, text, &["model", "rules"]), expected);
}
