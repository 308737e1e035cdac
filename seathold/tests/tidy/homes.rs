//! Where things stand: SQL in files of its own, a folder short enough to be read at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::files::{check, crates, files, lines_where, report, root, sources, stem};

/// Most names in a folder of sources; `foo.rs` and `foo/` are one.
const NAMES_MAX: usize = 15;
/// Where SQL may stand besides the folders of tables, tests apart.
const SQL_HOMES: [&str; 5] = [
    "reservation/src/ledger.rs",
    "registration/src/store.rs",
    "registration/src/store/",
    "embedded/src/postgres.rs",
    "loadtest/src/checks/oversell/ledger/",
];

/// The schema of the table that a file of SQL is named after: of the ledger, or of a domain of the registration.
fn schema_of(path: &str) -> Option<&'static str> {
    match path.split('/').collect::<Vec<_>>()[..] {
        ["reservation", "src", "ledger", _] => Some("reservation"),
        ["registration", "src", _, "store", _] | ["registration", "src", _, _, "store", _] => Some("registration"),
        _ => None,
    }
}

/// May SQL stand there? A table whose SQL is long has a folder beside its file.
fn is_home_of_sql(path: &str) -> bool {
    let is_beside_a_table = path.rsplit_once('/').is_some_and(|(folder, _)| schema_of(folder).is_some());
    schema_of(path).is_some() || is_beside_a_table || SQL_HOMES.iter().any(|home| path.starts_with(home))
}

#[test]
fn a_file_of_sql_is_named_after_its_table() {
    let tables: Vec<_> = files(".rs").into_iter().filter(|(path, _)| schema_of(path).is_some()).collect();
    for schema in ["reservation", "registration"] {
        let is_there = tables.iter().any(|(path, _)| schema_of(path) == Some(schema));
        assert!(is_there, "rule 3: there are no files of SQL of {schema} where they are looked for");
    }
    check("3: one table, one file of SQL", tables, |path, text| {
        let table = format!("{}.{}", schema_of(path).unwrap_or_default(), stem(path));
        if text.contains(&table) { Vec::new() } else { vec![format!("has no SQL of {table}")] }
    });
}

#[test]
fn sql_stands_in_files_of_its_own() {
    check("3: SQL only in the ledger and in the folders of tables", sources(), |path, text| {
        if is_home_of_sql(path) {
            return Vec::new();
        }
        let is_sql = |line: &str| {
            ["SELECT ", "INSERT INTO ", "DELETE FROM "].iter().any(|word| line.contains(word))
                || (line.contains("UPDATE ") && line.contains(" SET "))
        };
        lines_where(text, is_sql)
    });
}

/// Does a line read a value of a row by its position? One that is asked for alone (`query_one(…).await?.get(0)`) may be.
fn reads_by_position(line: &str) -> bool {
    let reads = ["row.get", "row.try_get"].iter().flat_map(|call| line.split(call).skip(1));
    reads.filter_map(|rest| rest.split_once('(')).any(|(kind, value)| {
        let is_call = kind.is_empty() || kind.starts_with("::<");
        is_call && value.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[test]
fn rows_are_read_by_name() {
    check("3: a row is read by the names of its columns", sources(), |path, text| {
        if is_home_of_sql(path) { lines_where(text, reads_by_position) } else { Vec::new() }
    });
    for line in ["(row.get(0), row.get(1))", "row.get::<_, i64>(2)", "row.try_get(0)?"] {
        assert!(reads_by_position(line), "{line}");
    }
    for line in ["row.get(\"id\")", "row.get::<_, i64>(\"count\")", "client.query_one(&statement, &[]).await?.get(0)"] {
        assert!(!reads_by_position(line), "{line}");
    }
}

#[test]
fn folders_are_short() {
    let mut faults = BTreeMap::new();
    let mut next: Vec<String> = crates().iter().map(|name| format!("{name}/src")).collect();
    while let Some(folder) = next.pop() {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(root().join(&folder)).expect("a folder of sources can be read").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                next.push(format!("{folder}/{name}"));
            }
            let is_rust = Path::new(&name).extension().is_some_and(|ending| ending == "rs");
            names.insert(if is_rust { stem(&name).to_owned() } else { name });
        }
        let count = names.len();
        faults.extend((count > NAMES_MAX).then(|| (folder, vec![format!("has {count} names: group them by meaning")])));
    }
    report("1: at most 15 names in a folder of sources", &faults);
}
