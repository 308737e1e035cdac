//! The files of the repository, and how a rule that some of them break is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs a rule over files and fails with every offender.
pub(crate) fn check(rule: &str, files: Vec<(String, String)>, faults_of: impl Fn(&str, &str) -> Vec<String>) {
    let found = files.iter().map(|(path, text)| (path.clone(), faults_of(path, text)));
    report(rule, &found.filter(|(_, faults)| !faults.is_empty()).collect());
}

pub(crate) fn report(rule: &str, faults: &BTreeMap<String, Vec<String>>) {
    let lines: Vec<String> =
        faults.iter().flat_map(|(path, faults)| faults.iter().map(move |fault| format!("{path}: {fault}"))).collect();
    assert!(lines.is_empty(), "rule {rule}\n{}", lines.join("\n"));
}

pub(crate) fn lines_where(text: &str, is_fault: impl Fn(&str) -> bool) -> Vec<String> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    numbered.filter(|(_, line)| is_fault(line)).map(|(at, line)| format!("{}: {}", at + 1, line.trim())).collect()
}

/// The code of every source file that goes into the product, without its tests.
pub(crate) fn sources() -> Vec<(String, String)> {
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
pub(crate) fn code(text: &str) -> &str {
    let mark = "\n#[cfg(test)]\n";
    // Some are seen by the tests of other files.
    let is_tests =
        |at: &usize| text[at + mark.len()..].lines().next().is_some_and(|line| line.ends_with("mod tests {"));
    text.match_indices(mark).map(|(at, _)| at).find(is_tests).map_or(text, |at| &text[..at])
}

pub(crate) fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is above its crates")
}

/// The crates of the workspace. Each lies in a folder of its own name.
pub(crate) fn crates() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let members = manifest.split("\nmembers = [").nth(1).and_then(|rest| rest.split(']').next());
    let members: Vec<String> =
        members.unwrap_or("").split('"').skip(1).step_by(2).map(|name| name.trim_end_matches('/').to_owned()).collect();
    assert!(!members.is_empty(), "the workspace names its members");
    members
}

/// Every file of the repository whose path ends so, as path from the root and text.
pub(crate) fn files(ending: &str) -> Vec<(String, String)> {
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
