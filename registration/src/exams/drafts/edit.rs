//! Changing `exam.toml` as a text: one value is set, one thing of a list is added, moved or taken out, and everything else
//! stays as somebody wrote it, comments and order among it.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// Things of a list are moved and taken out by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListAct {
    /// One place up.
    Up,
    /// One place down.
    Down,
    /// Out of the list.
    Remove,
}

/// The file cannot be changed value by value, or has nothing at that place: it is changed as a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be changed by a form: change the file")]
pub struct NoPlace;

/// The file as something that can be changed.
pub(super) struct Editing(DocumentMut);

impl Editing {
    /// Reads the text of the file.
    pub(super) fn of(text: &str) -> Result<Self, NoPlace> {
        text.parse().map(Self).map_err(|_| NoPlace)
    }

    /// The changed text.
    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }

    /// Sets the value at a place like `steps.0.title.zh`; `None` takes it out.
    pub(super) fn set(&mut self, path: &str, value: Option<Value>) -> Result<(), NoPlace> {
        let path: Vec<&str> = path.split('.').collect();
        set_in(self.0.as_table_mut(), &path, value)
    }

    /// Adds a thing at the end of a list, each of its fields as a line or as a pair of texts.
    pub(super) fn push(&mut self, list: &str, fields: InlineTable) -> Result<(), NoPlace> {
        let (table, name) = owner(self.0.as_table_mut(), list)?;
        if table.get(name).is_none() {
            table.insert(name, Item::ArrayOfTables(ArrayOfTables::new()));
        }
        match table.get_mut(name) {
            Some(Item::ArrayOfTables(all)) => {
                let mut added = Table::new();
                for (name, value) in fields {
                    added.insert(&name, Item::Value(value));
                }
                all.push(added);
                Ok(())
            }
            Some(Item::Value(Value::Array(all))) => {
                all.push_formatted(indented(all, fields));
                Ok(())
            }
            _ => Err(NoPlace),
        }
    }

    /// Moves a thing of a list, or takes it out.
    pub(super) fn act(&mut self, list: &str, index: usize, act: ListAct) -> Result<(), NoPlace> {
        let (table, name) = owner(self.0.as_table_mut(), list)?;
        let other = match act {
            ListAct::Up => index.checked_sub(1).ok_or(NoPlace)?,
            ListAct::Down => index + 1,
            ListAct::Remove => index,
        };
        match table.get_mut(name) {
            Some(Item::ArrayOfTables(all)) if index.max(other) < all.len() => {
                let mut places = Vec::new();
                all.iter().for_each(|table| gather(table, &mut places));
                let mut tables: Vec<Table> = std::mem::take(all).into_iter().collect();
                if act == ListAct::Remove {
                    tables.remove(index);
                } else {
                    tables.swap(index, other);
                }
                // Tables are written in the order of their places, whoever has which.
                places.sort_unstable();
                let mut places = places.into_iter();
                tables.iter_mut().for_each(|table| scatter(table, &mut places));
                all.extend(tables);
                Ok(())
            }
            Some(Item::Value(Value::Array(all))) if index.max(other) < all.len() => {
                let taken = all.remove(index);
                if act != ListAct::Remove {
                    all.insert_formatted(other, taken);
                }
                Ok(())
            }
            _ => Err(NoPlace),
        }
    }
}

/// The table that has the list at a place like `refund.rates`, and the list's name in it; tables on the way are made.
fn owner<'t, 'p>(root: &'t mut Table, list: &'p str) -> Result<(&'t mut dyn TableLike, &'p str), NoPlace> {
    let mut names: Vec<&str> = list.split('.').collect();
    let name = names.pop().ok_or(NoPlace)?;
    let mut table: &mut dyn TableLike = root;
    for next in names {
        table = table.entry(next).or_insert_with(|| Item::Table(Table::new())).as_table_like_mut().ok_or(NoPlace)?;
    }
    Ok((table, name))
}

fn set_in(table: &mut dyn TableLike, path: &[&str], value: Option<Value>) -> Result<(), NoPlace> {
    let Some((name, rest)) = path.split_first() else { return Err(NoPlace) };
    if rest.is_empty() {
        put(table, name, value);
        return Ok(());
    }
    if let Some(index) = rest.first().and_then(|index| index.parse::<usize>().ok()) {
        let of_list: &mut dyn TableLike = match table.get_mut(name) {
            Some(Item::ArrayOfTables(all)) => all.get_mut(index).ok_or(NoPlace)?,
            Some(Item::Value(Value::Array(all))) => {
                all.get_mut(index).and_then(Value::as_inline_table_mut).ok_or(NoPlace)?
            }
            _ => return Err(NoPlace),
        };
        return set_in(of_list, &rest[1..], value);
    }
    if table.get(name).is_none() {
        if value.is_none() {
            return Ok(());
        }
        // A pair of texts stands on one line; anything larger has lines of its own.
        let is_pair = matches!(rest, ["zh" | "en"]);
        let made = if is_pair { Item::Value(InlineTable::new().into()) } else { Item::Table(Table::new()) };
        table.insert(name, made);
    }
    let inner = table.get_mut(name).and_then(Item::as_table_like_mut).ok_or(NoPlace)?;
    set_in(inner, rest, value)?;
    if inner.is_empty() {
        table.remove(name);
    }
    Ok(())
}

/// Sets a value, with the comment that stands behind the one before.
fn put(table: &mut dyn TableLike, name: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(name);
        return;
    };
    match table.get_mut(name) {
        Some(Item::Value(before)) => {
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        _ => {
            table.insert(name, Item::Value(value));
        }
    }
}

/// A thing as it stands in a list of one line each, where there is one.
fn indented(all: &Array, fields: InlineTable) -> Value {
    let mut value = Value::from(fields);
    if let Some(last) = all.iter().last() {
        *value.decor_mut() = last.decor().clone();
    }
    value
}

/// The places of a table and of all below it.
fn gather(table: &Table, places: &mut Vec<usize>) {
    places.extend(table.position());
    for (_, item) in table.iter() {
        match item {
            Item::Table(inner) => gather(inner, places),
            Item::ArrayOfTables(all) => all.iter().for_each(|inner| gather(inner, places)),
            _ => {}
        }
    }
}

/// Gives them to a table and to all below it, each before the next.
fn scatter(table: &mut Table, places: &mut impl Iterator<Item = usize>) {
    if table.position().is_some()
        && let Some(place) = places.next()
    {
        table.set_position(place);
    }
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(inner) => scatter(inner, places),
            Item::ArrayOfTables(all) => all.iter_mut().for_each(|inner| scatter(inner, places)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# The exam.
id = \"exam\" # its name
title = { zh = \"甲\", en = \"A\" }

[[steps]] # first
title = { zh = \"一\", en = \"One\" }

[steps.more]
of = 1

# The second one.
[[steps]]
title = { zh = \"二\", en = \"Two\" }

[reasons]
form = [
  { zh = \"丙\", en = \"C\" },
  { zh = \"丁\", en = \"D\" },
]
";

    #[test]
    fn a_value_is_set_and_everything_else_stays() {
        let mut editing = Editing::of(TEXT).unwrap();
        assert_eq!(editing.text(), TEXT);
        editing.set("id", Some("other".into())).unwrap();
        editing.set("steps.1.title.en", Some("Second".into())).unwrap();
        editing.set("reasons.form.0.en", Some("Third".into())).unwrap();
        let expected = TEXT.replace("\"exam\"", "\"other\"").replace("Two", "Second").replace("\"C\"", "\"Third\"");
        assert_eq!(editing.text(), expected);
        // What was not there stands above the first table, and is gone without a trace.
        let mut editing = Editing::of(TEXT).unwrap();
        editing.set("contact.zh", Some("电话".into())).unwrap();
        assert!(editing.text().contains("\ncontact = { zh = \"电话\" }\n"), "{}", editing.text());
        editing.set("refund.note.zh", Some("注".into())).unwrap();
        assert!(editing.text().contains("[refund]\nnote = { zh = \"注\" }\n"), "{}", editing.text());
        for path in ["contact.zh", "refund.note.zh", "nowhere.at.all"] {
            editing.set(path, None).unwrap();
        }
        assert_eq!(editing.text().trim_end(), TEXT.trim_end());
        assert_eq!(editing.set("steps.7.title.zh", Some("x".into())), Err(NoPlace));
        assert!(Editing::of("id =").is_err());
    }

    #[test]
    fn things_of_a_list_are_moved_taken_out_and_added() {
        let titles = |text: &str| {
            let table: toml::Table = text.parse().unwrap();
            let of = |step: &toml::Value| step["title"]["zh"].as_str().unwrap().to_owned();
            table["steps"].as_array().unwrap().iter().map(of).collect::<Vec<_>>().join("")
        };
        let mut editing = Editing::of(TEXT).unwrap();
        editing.act("steps", 1, ListAct::Up).unwrap();
        assert_eq!(titles(&editing.text()), "二一", "{}", editing.text());
        assert!(editing.text().contains("[steps.more]\nof = 1"));
        editing.act("steps", 0, ListAct::Down).unwrap();
        assert_eq!(titles(&editing.text()), "一二");
        let mut pair = InlineTable::new();
        pair.insert("zh", "三".into());
        let step: InlineTable = [("title", Value::from(pair))].into_iter().collect();
        editing.push("steps", step).unwrap();
        assert_eq!(titles(&editing.text()), "一二三", "{}", editing.text());
        editing.act("steps", 0, ListAct::Remove).unwrap();
        assert_eq!(titles(&editing.text()), "二三");
        editing.act("reasons.form", 1, ListAct::Up).unwrap();
        assert!(editing.text().find("丁") < editing.text().find("丙"), "{}", editing.text());
        for (list, index, act) in [("steps", 0, ListAct::Up), ("steps", 1, ListAct::Down), ("none", 0, ListAct::Remove)]
        {
            assert_eq!(editing.act(list, index, act), Err(NoPlace));
        }
    }
}
