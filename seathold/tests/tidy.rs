//! The rules of the house that no lint knows (STYLE.md). Each test lists every offender, with the rule's number.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;
/// Crate, its directory, and which crates of ours it may import (design: who may import whom).
const CRATES: [(&str, &str, &[&str]); 13] = [
    ("httpkit", "httpkit", &[]),
    ("reservation", "reservation", &["httpkit"]),
    ("gateways", "gateways", &[]),
    ("registration", "registration", &["reservation", "gateways"]),
    ("pagekit", "pagekit", &["httpkit"]),
    ("h5", "h5", &["registration", "reservation", "pagekit", "httpkit"]),
    ("backoffice", "backoffice", &["registration", "reservation", "pagekit", "httpkit"]),
    ("specimen", "specimen", &[]),
    ("sandbox", "sandbox", &["gateways", "pagekit", "specimen"]),
    ("embedded", "embedded", &[]),
    ("testkit", "testkit", &["embedded"]),
    ("loadtest", "loadtest", &["reservation", "specimen"]),
    (
        "seathold",
        "seathold",
        &["reservation", "registration", "gateways", "sandbox", "h5", "backoffice", "embedded", "httpkit"],
    ),
];
/// Plain types, and what they must not know.
const PLAIN: [&str; 11] = [
    "reservation/src/ids.rs",
    "reservation/src/hold.rs",
    "reservation/src/sitting.rs",
    "registration/src/document.rs",
    "registration/src/document/number.rs",
    "registration/src/document/resident_id.rs",
    "registration/src/fen.rs",
    "registration/src/identity/card.rs",
    "registration/src/identity/state.rs",
    "registration/src/login.rs",
    "registration/src/steps.rs",
];
const NOT_PLAIN: [&str; 6] = ["tokio::", "hyper::", "redis::", "tokio_postgres::", "deadpool_postgres::", "axum::"];
/// Where SQL may stand, tests apart.
const SQL_HOMES: [&str; 6] = [
    "reservation/src/ledger.rs",
    "reservation/src/ledger/",
    "registration/src/store/",
    "registration/src/migrations.rs",
    "embedded/src/postgres.rs",
    "loadtest/src/checks/oversell/ledger/",
];

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    check("1: a file opens with //! and has at most 400 lines", files(".rs"), |_, text| {
        let mut faults = Vec::new();
        faults.extend((!text.starts_with("//! ")).then(|| "does not open with //!".to_owned()));
        let lines = text.lines().count();
        faults.extend((lines > LINES_MAX).then(|| format!("has {lines} lines")));
        faults
    });
}

#[test]
fn modules_are_files_beside_their_directory() {
    check("2: foo.rs and foo/, never mod.rs", files("mod.rs"), |path, _| {
        if path.ends_with("/mod.rs") { vec!["is a mod.rs".into()] } else { Vec::new() }
    });
}

#[test]
fn every_script_opens_with_its_contract() {
    let scripts = files(".lua");
    assert!(!scripts.is_empty(), "the engine has scripts");
    check("3: a script opens with its name, KEYS, ARGV, Reply, Cost", scripts, |path, text| {
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("--")).collect();
        let name = stem(path);
        let mut faults = Vec::new();
        if !head.first().is_some_and(|line| line.starts_with(&format!("-- {name}: "))) {
            faults.push(format!("does not open with `-- {name}: …`"));
        }
        for word in ["KEYS", "ARGV", "Reply", "Cost"] {
            if !head.iter().any(|line| line.strip_prefix("-- ").is_some_and(|line| line.starts_with(word))) {
                faults.push(format!("does not say its {word}"));
            }
        }
        faults
    });
}

#[test]
fn a_file_of_sql_is_named_after_its_table() {
    let homes = [("reservation/src/ledger/", "reservation"), ("registration/src/store/", "registration")];
    let tables = files(".rs").into_iter().filter(|(path, _)| {
        homes.iter().any(|(home, _)| path.strip_prefix(home).is_some_and(|rest| !rest.contains('/')))
    });
    check("3: one table, one file of SQL", tables.collect(), |path, text| {
        let schema = homes.iter().find(|(home, _)| path.starts_with(home)).map_or("", |(_, schema)| schema);
        let table = format!("{schema}.{}", stem(path));
        if text.contains(&table) { Vec::new() } else { vec![format!("has no SQL of {table}")] }
    });
}

#[test]
fn sql_stands_in_files_of_its_own() {
    check("3: SQL only in the ledger and the store", sources(), |path, text| {
        if SQL_HOMES.iter().any(|home| path.starts_with(home)) {
            return Vec::new();
        }
        let is_sql = |line: &str| {
            ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|word| line.contains(word))
                || (line.contains("UPDATE ") && line.contains(" SET "))
        };
        lines_where(text, is_sql)
    });
}

#[test]
fn ids_money_and_durations_have_types() {
    check("5: a typed id for every kind, Fen for money, Duration for time", sources(), |_, text| {
        let bare = ["str", "String", "i64", "u64", "u32", "i32", "Uuid"];
        let is_bare = |parameter: &str| {
            let Some((name, kind)) = parameter.rsplit_once(": ") else { return false };
            let name = name.rsplit([' ', '(']).next().unwrap_or(name);
            let named = ["_id", "_fen", "amount", "_seconds", "_ms"].iter().any(|suffix| name.ends_with(suffix));
            named && bare.contains(&kind.trim_start_matches('&').trim_end_matches([')', ' ', '{']))
        };
        lines_where(text, |line| {
            let signature = line.trim_start();
            let is_public = signature.starts_with("pub fn ") || signature.starts_with("pub async fn ");
            is_public && line.split("->").next().is_some_and(|line| line.split(", ").any(is_bare))
        })
    });
}

#[test]
fn refusals_are_mapped_one_by_one() {
    let table = files(".rs").into_iter().filter(|(path, _)| path == "reservation/src/api/problem.rs").collect();
    check("6: the table from errors to statuses has no catch-all arm", table, |_, text| {
        lines_where(code(text), |line| line.trim_start().starts_with("_ =>"))
    });
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    check("6: no unwrap; expect with a proof", sources(), |_, text| {
        lines_where(text, |line| line.contains(".unwrap()") || line.contains(".expect(\"\")"))
    });
}

#[test]
fn traits_have_more_than_one_implementation() {
    let sources = sources();
    let mut faults = BTreeMap::new();
    for (path, text) in &sources {
        for line in text.lines() {
            let declared = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let Some(name) = declared.strip_prefix("trait ") else { continue };
            let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(name);
            let implementations: usize =
                sources.iter().map(|(_, text)| text.matches(&format!(" {name} for ")).count()).sum();
            if implementations < 2 {
                faults.insert(path.clone(), vec![format!("the trait {name} has {implementations} implementation")]);
            }
        }
    }
    report("7: no trait with a single implementation", &faults);
}

#[test]
fn pages_keep_words_scripts_and_styles_elsewhere() {
    check("9: no words, no inline script or style in markup", sources(), |path, text| {
        if !["h5/src/", "backoffice/src/", "pagekit/src/"].iter().any(|home| path.starts_with(home)) {
            return Vec::new();
        }
        let inline = [
            " style=",
            "style {",
            "javascript:",
            " onclick=",
            " onload=",
            " onsubmit=",
            " onchange=",
            "<script>",
            "<style",
        ];
        let is_inline = |line: &str| inline.iter().any(|word| line.contains(word));
        let is_page = path.contains("/pages/");
        lines_where(text, |line| is_inline(line) || (is_page && line.contains(is_han)))
    });
}

#[test]
fn plain_types_know_no_runtime_and_no_store() {
    let plain = files(".rs").into_iter().filter(|(path, _)| PLAIN.contains(&path.as_str())).collect::<Vec<_>>();
    assert_eq!(plain.len(), PLAIN.len(), "the list of plain types names files that are gone");
    check("layers: plain types know no tokio, hyper, redis or SQL", plain, |_, text| {
        lines_where(code(text), |line| NOT_PLAIN.iter().any(|word| line.contains(word)))
    });
}

#[test]
fn crates_import_only_what_is_below_them() {
    let ours: Vec<&str> = CRATES.iter().map(|(name, ..)| *name).collect();
    let mut faults = BTreeMap::new();
    for (name, dir, allowed) in CRATES {
        let Ok(manifest) = fs::read_to_string(root().join(dir).join("Cargo.toml")) else { continue };
        let dependencies = manifest.split("\n[").find_map(|part| part.strip_prefix("dependencies]")).unwrap_or("");
        let imported = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let wrong: Vec<String> = imported
            .filter(|import| ours.contains(import) && !allowed.contains(import))
            .map(|import| format!("{name} imports {import}"))
            .collect();
        faults.extend((!wrong.is_empty()).then(|| (dir.to_owned(), wrong)));
    }
    report("layers: who may import whom", &faults);
}

#[test]
fn no_text_names_this_machine_or_a_registry() {
    // In halves, so that this file does not name them either.
    let names = [
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("crates", ".io"),
        ("rspr", "oxy"),
        ("docker", ".io/"),
        ("ghcr", ".io/"),
        ("/home/", "user"),
    ];
    let names = names.map(|(first, second)| format!("{first}{second}"));
    let texts = [".rs", ".toml", ".md", ".sh", ".yml", ".lua", ".sql", ".ftl", ".css", ".js", "/run", "/test", "/perf"];
    let all = texts.iter().flat_map(|ending| files(ending)).collect();
    check("no absolute path of a machine, no registry host", all, |_, text| {
        lines_where(text, |line| names.iter().any(|name| line.contains(name.as_str())))
    });
}

/// Runs a rule over files and fails with every offender.
fn check(rule: &str, files: Vec<(String, String)>, faults_of: impl Fn(&str, &str) -> Vec<String>) {
    let found = files.iter().map(|(path, text)| (path.clone(), faults_of(path, text)));
    report(rule, &found.filter(|(_, faults)| !faults.is_empty()).collect());
}

fn report(rule: &str, faults: &BTreeMap<String, Vec<String>>) {
    let lines: Vec<String> =
        faults.iter().flat_map(|(path, faults)| faults.iter().map(move |fault| format!("{path}: {fault}"))).collect();
    assert!(lines.is_empty(), "rule {rule}\n{}", lines.join("\n"));
}

fn lines_where(text: &str, is_fault: impl Fn(&str) -> bool) -> Vec<String> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    numbered.filter(|(_, line)| is_fault(line)).map(|(at, line)| format!("{}: {}", at + 1, line.trim())).collect()
}

/// The code of every source file that goes into the product, without its tests.
fn sources() -> Vec<(String, String)> {
    let all: Vec<(String, String)> = files(".rs").into_iter().filter(|(path, _)| path.contains("/src/")).collect();
    let tests: Vec<String> = all.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let harness = ["testkit/", "benches/"];
    let product = all.into_iter().filter(|(path, _)| {
        !harness.iter().any(|home| path.starts_with(home)) && !tests.iter().any(|test| path.starts_with(test.as_str()))
    });
    product.map(|(path, text)| (path, code(&text).to_owned())).collect()
}

/// The files that a file compiles for tests only: `#[cfg(test)]`, perhaps a `#[path]`, then `mod name;`.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
    let is_root = ["lib", "main"].contains(&stem(path));
    let inside = if is_root { dir.to_owned() } else { path.trim_end_matches(".rs").to_owned() };
    let module = |after: &str| {
        let (attributes, declaration) = after.split_once("mod ")?;
        let name = declaration.split_once(';').filter(|(name, _)| !name.contains(['{', '\n']))?.0;
        match attributes.split_once("#[path = \"") {
            Some((_, file)) => Some(format!("{dir}/{}", file.split('"').next()?)),
            None => Some(format!("{inside}/{name}")),
        }
    };
    text.split("#[cfg(test)]").skip(1).filter_map(module).collect()
}

/// The text before the tests at its end.
fn code(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}

fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is above its crates")
}

/// Every file of the repository whose path ends so, as path from the root and text.
fn files(ending: &str) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    collect(&root, &root, ending, &mut found);
    found.sort();
    found
}

fn collect(root: &Path, dir: &Path, ending: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("a directory of the repository can be read").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            // Not ours: what is built, what git keeps, what a demo wrote.
            if !["target", ".git", "data"].contains(&name.as_str()) {
                collect(root, &path, ending, found);
            }
        } else if path.to_string_lossy().ends_with(ending)
            && let Ok(text) = fs::read_to_string(&path)
        {
            let relative = path.strip_prefix(root).expect("found below the root").to_string_lossy().into_owned();
            found.push((relative, text));
        }
    }
}
