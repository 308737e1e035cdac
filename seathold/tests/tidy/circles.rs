//! No file imports one that imports it again, over however many others. Who has to read a circle has to read all of it.
//!
//! Between a module and what is below it arrows may go both ways: a folder is read together.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::files::{crates, files, report};
use crate::imports::{Path, Source};

/// From a module to those that it imports, with the words that say so.
type Arrows = BTreeMap<Path, BTreeMap<Path, String>>;

#[test]
fn no_file_imports_itself_over_others() {
    let mut faults = BTreeMap::new();
    for name in crates() {
        let circles: Vec<String> = roots(&name).values().flat_map(|files| circles(&arrows(files))).collect();
        faults.extend((!circles.is_empty()).then_some((name, circles)));
    }
    report("layers: no circle of imports", &faults);
}

/// The modules of each program or library of a crate, by the folder of its `lib.rs` or `main.rs`.
fn roots(name: &str) -> BTreeMap<String, BTreeMap<Path, String>> {
    let src = format!("{name}/src/");
    let all: Vec<(String, String)> =
        files(".rs").into_iter().filter(|(path, _)| path.starts_with(&src) && !path.contains("/src/bin/")).collect();
    let is_root = |path: &str| path.ends_with("/lib.rs") || path.ends_with("/main.rs");
    let folders: BTreeSet<&str> =
        all.iter().filter(|(path, _)| is_root(path)).filter_map(|(path, _)| Some(path.rsplit_once('/')?.0)).collect();
    let mut roots: BTreeMap<String, BTreeMap<Path, String>> = BTreeMap::new();
    for (path, text) in &all {
        // The nearest one is the longest.
        let Some(root) = folders.iter().rev().find(|root| path.starts_with(&format!("{root}/"))) else { continue };
        let inside = path[root.len() + 1..].trim_end_matches(".rs");
        let module = if is_root(path) { Path::new() } else { inside.split('/').map(str::to_owned).collect() };
        roots.entry((*root).to_owned()).or_default().entry(module).or_default().push_str(text);
    }
    roots
}

fn arrows(files: &BTreeMap<Path, String>) -> Arrows {
    let read: BTreeMap<&Path, Source> =
        files.iter().map(|(module, text)| (module, Source::read(module, text))).collect();
    let tests: Vec<Path> = read.iter().flat_map(|(module, source)| source.tests(module)).collect();
    let is_test = |module: &Path| tests.iter().any(|test| module.starts_with(test));
    let mut arrows = Arrows::new();
    for (module, source) in read.iter().filter(|(module, _)| !is_test(module)) {
        for import in source.imports(module, |path| files.contains_key(path)) {
            let to = (0..=import.to.len()).rev().map(|names| import.to[..names].to_vec());
            let Some(to) = to.into_iter().find(|path| files.contains_key(path)) else { continue };
            if !to.starts_with(module) && !module.starts_with(&to) && !is_test(&to) {
                arrows.entry((*module).clone()).or_default().entry(to).or_insert(import.said);
            }
        }
    }
    arrows
}

/// Of every knot a circle, told by the imports that make it, and the number of files that are in the knot.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut told: BTreeSet<&Path> = BTreeSet::new();
    let mut circles = Vec::new();
    for start in arrows.keys() {
        if told.contains(start) {
            continue;
        }
        let Some(circle) = shortest(arrows, start) else { continue };
        let forth = reached(arrows, start);
        let knot: Vec<&Path> = forth.into_iter().filter(|other| reached(arrows, other).contains(start)).collect();
        let steps = circle.windows(2).map(|step| {
            let said = &arrows[step[0]][step[1]];
            format!("    {} imports {}: {said}", step[0].join("::"), step[1].join("::"))
        });
        let head = format!("a circle in a knot of {} files", knot.len());
        circles.push([head].into_iter().chain(steps).collect::<Vec<_>>().join("\n"));
        told.extend(knot);
    }
    circles
}

/// The shortest way from a module back to it.
fn shortest<'a>(arrows: &'a Arrows, start: &'a Path) -> Option<Vec<&'a Path>> {
    let mut before: BTreeMap<&Path, &Path> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(here) = next.pop_front() {
        for there in arrows.get(here).into_iter().flat_map(BTreeMap::keys) {
            if there == start {
                let mut way = vec![start, here];
                while way[way.len() - 1] != start {
                    way.push(before[way[way.len() - 1]]);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(there) {
                before.insert(there, here);
                next.push_back(there);
            }
        }
    }
    None
}

/// Every module to which imports lead.
fn reached<'a>(arrows: &'a Arrows, start: &Path) -> BTreeSet<&'a Path> {
    let mut all = BTreeSet::new();
    let mut next: Vec<&Path> = arrows.get(start).into_iter().flat_map(BTreeMap::keys).collect();
    while let Some(here) = next.pop() {
        if all.insert(here) {
            next.extend(arrows.get(here).into_iter().flat_map(BTreeMap::keys));
        }
    }
    all
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let of = |files: &[(&str, &str)]| {
        let module = |name: &str| name.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        circles(&arrows(&files.iter().map(|(name, text)| (module(name), (*text).to_owned())).collect())).join("\n")
    };
    let lib = ("", "mod one; mod two; mod three;");
    let straight = of(&[lib, ("one", "use crate::two::Two;"), ("two", "pub struct Two;")]);
    assert_eq!(straight, "");
    // A list with braces and a new name; a path in a macro through a module that is brought in by name.
    let found = of(&[
        lib,
        ("one", "use crate::{two as other, three::{self}}; fn x() { page! { @if a { (other::draw()) } } }"),
        ("two", "fn y() -> Vec<super::three::Three> { todo() }"),
        ("three", "use super::one::*;"),
    ]);
    assert!(found.starts_with("a circle in a knot of 3 files"), "{found}");
    assert!(found.contains("one imports two: other::draw") && found.contains("three imports one: use super::one"));
    // What is for tests only, in the file or as a file, is no arrow; neither is one between a folder and its file.
    let apart = of(&[
        ("", "mod one; mod two;"),
        ("one", "use crate::two::Two; pub mod part; #[cfg(test)] #[path = \"x.rs\"] mod checks;"),
        ("one::part", "use super::Part;"),
        ("one::checks", "use crate::two::Two;"),
        (
            "two",
            "#[cfg(test)] mod tests { use crate::one::One; } // crate::one::One\n#[doc = \"crate::one::One\"] fn z() {}",
        ),
    ]);
    assert_eq!(apart, "");
}
