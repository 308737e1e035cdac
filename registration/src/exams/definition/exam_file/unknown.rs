//! Fields of `exam.toml` that mean nothing here. Rules that are kept may have some, of a later version, and are read all the
//! same; in the file such a field is a slip of the pen, which must not pass for what was meant.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_ignored::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

/// With this begin the names under which values with their place in the text are read.
const INNER: &str = "$__";

/// A field that nothing reads.
pub(super) struct Unknown {
    /// Its name with those of all above it: `form.fields.0.labels`.
    pub(super) path: String,
    /// Where its value stands.
    pub(super) span: Range<usize>,
}

/// Reads a text, and says which of its fields were not read: also where others are missing, whose names they may be
/// meant to have.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> (Result<T, Error>, Vec<Unknown>) {
    let mut unknown = Vec::new();
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return (Err(error), unknown),
    };
    let read = serde_ignored::deserialize(Deserializer::from(table.clone()), |path| {
        let mut names = Vec::new();
        gather(&path, &mut names);
        let span = find(&names, table.get_ref()).map(Spanned::span).unwrap_or_default();
        unknown.push(Unknown { path: names.join("."), span });
    });
    (read, unknown)
}

/// The names and numbers on the way to a value, the outermost first.
fn gather(path: &Path<'_>, names: &mut Vec<String>) {
    let (parent, name) = match path {
        Path::Root => return,
        Path::Seq { parent, index } => (parent, Some(index.to_string())),
        Path::Map { parent, key } => (parent, Some(key.clone()).filter(|key| !key.starts_with(INNER))),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => (parent, None),
    };
    gather(parent, names);
    names.extend(name);
}

/// The value at the end of that way.
fn find<'t, 'i>(names: &[String], root: &'t DeTable<'i>) -> Option<&'t Spanned<DeValue<'i>>> {
    let (first, rest) = names.split_first()?;
    rest.iter().try_fold(root.get(first.as_str())?, |value, name| match value.get_ref() {
        DeValue::Array(values) => values.get(name.parse::<usize>().ok()?),
        DeValue::Table(table) => table.get(name.as_str()),
        _ => None,
    })
}
