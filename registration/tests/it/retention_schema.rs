//! docs/privacy.md says of every table and column whether it goes with a candidate or stays: what is new must be said.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::World;

const PAGE: &str = include_str!("../../../docs/privacy.md");
/// Parts of the page whose tables go, or are nobody's, as a whole.
const WHOLE: [&str; 4] =
    ["Goes with the account", "Goes with the exam", "Goes by itself, sooner", "Nobody's, or staff's"];
/// Parts that name columns.
const BY_COLUMN: [&str; 2] = ["Is emptied", "Stays"];

/// The rows of a part of the page: a table, and the names in its second cell.
pub(crate) fn part(title: &str) -> BTreeMap<String, Vec<String>> {
    let text = PAGE.split(&format!("### {title}\n")).nth(1).unwrap_or_else(|| panic!("no {title}"));
    let text = text.split("\n### ").next().unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let mut cells = line.split('|').skip(1);
        let named = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let table = named(cells.next().unwrap()).remove(0);
        (table, cells.next().map(named).unwrap_or_default())
    });
    let rows: Vec<_> = rows.collect();
    let by_table: BTreeMap<_, _> = rows.iter().cloned().collect();
    assert_eq!(by_table.len(), rows.len(), "a table twice in {title}");
    by_table
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_is_said_to_go_or_to_stay() {
    let world = World::usual().await;
    let mut schema: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let columns = "SELECT c.table_name::text AS of_table, c.column_name::text AS of_column
        FROM information_schema.columns c
        JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
        WHERE c.table_schema = 'registration' AND t.table_type = 'BASE TABLE'";
    for row in world.sql().await.query(columns, &[]).await.unwrap() {
        schema.entry(row.get("of_table")).or_default().insert(row.get("of_column"));
    }
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for title in BY_COLUMN {
        for (table, columns) in part(title) {
            said.entry(table).or_default().extend(columns);
        }
    }
    let mut whole: BTreeMap<String, &str> = BTreeMap::new();
    for title in WHOLE {
        for table in part(title).into_keys() {
            assert!(!said.contains_key(&table), "docs/privacy.md says of columns of {table}, and of all of it");
            assert_eq!(whole.insert(table.clone(), title), None, "docs/privacy.md has {table} twice");
        }
    }
    for (table, columns) in &schema {
        if let Some(title) = whole.get(table) {
            let is_somebodys = ["account", "order_id", "serial"].iter().any(|name| columns.contains(*name));
            assert!(!(*title == WHOLE[3] && is_somebodys), "{table} is somebody's");
            continue;
        }
        let named = said.get(table).unwrap_or_else(|| panic!("docs/privacy.md says nothing of {table}"));
        let unique: BTreeSet<String> = named.iter().cloned().collect();
        assert_eq!(unique.len(), named.len(), "docs/privacy.md has a column of {table} twice");
        assert_eq!(&unique, columns, "docs/privacy.md says of {table}");
    }
    let known: BTreeSet<&String> = said.keys().chain(whole.keys()).collect();
    let gone: Vec<_> = known.into_iter().filter(|table| !schema.contains_key(*table)).collect();
    assert!(gone.is_empty(), "docs/privacy.md has tables that are not there: {gone:?}");
    world.finish().await;
}
