//! The rules of the house that no lint knows (STYLE.md). Each test lists every offender, with the rule's number.

use std::collections::BTreeMap;

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/docs.rs"]
mod docs;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/homes.rs"]
mod homes;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/monitoring.rs"]
mod monitoring;
#[path = "tidy/operating.rs"]
mod operating;
#[path = "tidy/promises.rs"]
mod promises;
#[path = "tidy/traps.rs"]
mod traps;

use files::{check, code, files, lines_where, report, sources, stem};

const LINES_MAX: usize = 400;
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
    let texts = [
        ".rs", ".toml", ".md", ".sh", ".yml", ".lua", ".sql", ".ftl", ".css", ".js", "/run", "/test", "/perf", "/scan",
        "/sbom", ".py", ".conf",
    ];
    let all = texts.iter().flat_map(|ending| files(ending)).collect();
    check("no absolute path of a machine, no registry host", all, |_, text| {
        lines_where(text, |line| names.iter().any(|name| line.contains(name.as_str())))
    });
}

fn is_han(character: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&character)
}
