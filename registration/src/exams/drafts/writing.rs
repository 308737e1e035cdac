//! What was entered into forms, written into a draft's files. Only what was changed is touched.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use toml::de::{DeTable, DeValue};
use toml_edit::{Array, InlineTable, Value};

use super::edit::{Editing, ListAct, NoPlace};
use super::fields::{DraftPart, Field, FieldKind};
use super::table::SheetText;
use super::{moments, written};
use crate::exams::definition::DefinitionTexts;

/// Most lines of a table of sittings that a form shows; longer ones are changed as texts, or brought as files.
pub const SITTINGS_IN_A_FORM_MAX: usize = 200;
/// The columns of sittings that a form shows.
pub const SITTING_FIELDS: [&str; 11] = super::SITTING_COLUMNS;

/// Why what was entered could not be written. Nothing was, then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Some of it is of no kind that the field takes: which fields, and what they should be.
    #[error("{} fields cannot be read", .0.len())]
    Fields(Vec<(String, FieldKind)>),
    /// The file cannot be changed by a form.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
}

/// Writes what was entered into the form of a part, by the places of its values.
pub(super) fn write(
    texts: &DefinitionTexts,
    part: DraftPart,
    entered: &HashMap<String, String>,
) -> Result<DefinitionTexts, WriteError> {
    let groups = part.read(&texts.exam).ok_or(NoPlace)?;
    let mut editing = Editing::of(&texts.exam)?;
    let mut wrong = Vec::new();
    for field in groups.iter().flat_map(|group| &group.fields) {
        let now = match (entered.get(&field.path), field.kind) {
            (Some(now), _) => now.trim(),
            // A box without a tick is not sent.
            (None, FieldKind::Tick) => "false",
            (None, _) => continue,
        };
        if is_same(field, now) {
            continue;
        }
        match value(field.kind, now) {
            Ok(value) => editing.set(&field.path, value)?,
            Err(kind) => wrong.push((field.path.clone(), kind)),
        }
    }
    if !wrong.is_empty() {
        return Err(WriteError::Fields(wrong));
    }
    Ok(DefinitionTexts { exam: editing.text(), ..texts.clone() })
}

/// Adds a thing to a list of a part; what it says is written afterwards.
pub(super) fn add(texts: &DefinitionTexts, part: DraftPart, list: &str) -> Result<DefinitionTexts, WriteError> {
    let blank = part.blank(list).ok_or(NoPlace)?;
    let mut editing = Editing::of(&texts.exam)?;
    let mut thing = InlineTable::new();
    for Field { path, kind, language, .. } in &blank {
        let name = path.strip_prefix(list).unwrap_or(path).trim_matches('.');
        match (name.split_once('.'), language) {
            // What has to be there is there, empty, so that the checker tells what to enter.
            (Some((name @ ("title" | "label"), of)), Some(_)) => {
                let pair = thing.entry(name).or_insert_with(|| InlineTable::new().into());
                let pair = pair.as_inline_table_mut().ok_or(NoPlace)?;
                pair.insert(of, "".into());
            }
            (None, Some(of)) => {
                thing.insert(*of, "".into());
            }
            (None, None) if matches!(name, "id" | "name") => {
                thing.insert(name, "".into());
            }
            (None, None) if *kind == FieldKind::Words && name == "tasks" => {
                thing.insert(name, Array::new().into());
            }
            _ => {}
        }
    }
    if list == "form.fields" {
        thing.insert("kind", "text".into());
    }
    if list == "refund.rates" {
        thing.insert("percent", 0.into());
        let until = moments_after(&texts.exam).ok_or(NoPlace)?;
        thing.insert("until", until);
    }
    editing.push(list, thing)?;
    Ok(DefinitionTexts { exam: editing.text(), ..texts.clone() })
}

/// The end of the registration, as a first guess of until when something comes back.
fn moments_after(text: &str) -> Option<Value> {
    let table: toml::Table = text.parse().ok()?;
    table.get("closes_at")?.to_string().parse().ok()
}

/// Moves a thing of a list of a part, or takes it out.
pub(super) fn act(
    texts: &DefinitionTexts,
    part: DraftPart,
    (list, index, act): (&str, usize, ListAct),
) -> Result<DefinitionTexts, WriteError> {
    if !part.list_names().any(|name| name == list) {
        return Err(NoPlace.into());
    }
    let mut editing = Editing::of(&texts.exam)?;
    editing.act(list, index, act)?;
    Ok(DefinitionTexts { exam: editing.text(), ..texts.clone() })
}

/// Writes the table of sittings: each line that was entered by its number from 0, a line behind the last one is new, and a
/// line whose id is empty goes.
pub(super) fn write_sittings(
    texts: &DefinitionTexts,
    entered: &HashMap<String, String>,
) -> Result<DefinitionTexts, WriteError> {
    let mut sheet = SheetText::of_sittings(&texts.sittings).ok_or(NoPlace)?;
    let before = sheet.len();
    if before > SITTINGS_IN_A_FORM_MAX {
        return Err(NoPlace.into());
    }
    let of = |row: usize, column: &str| entered.get(&format!("{column}.{row}")).map(|cell| cell.trim());
    if SITTING_FIELDS.iter().any(|column| of(before, column).is_some_and(|cell| !cell.is_empty())) {
        sheet.push(Vec::new());
    }
    for row in 0..sheet.len() {
        for column in SITTING_FIELDS {
            if let Some(cell) = of(row, column)
                && cell != sheet.cell(row, column)
                // A moment is shown in another way than it may be written.
                && !(column == "starts_at" && moments::entered(cell).is_some_and(|at| at_cell(&sheet, row) == Some(at)))
            {
                let at = (column == "starts_at").then(|| moments::entered(cell)).flatten();
                sheet.set(row, column, &at.map_or_else(|| cell.to_owned(), written::moment));
            }
        }
    }
    let goes: Vec<bool> = (0..sheet.len()).map(|row| entered.contains_key(&format!("remove.{row}"))).collect();
    let mut goes = goes.into_iter();
    sheet.rows.retain(|_| !goes.next().unwrap_or_default());
    Ok(DefinitionTexts { sittings: sheet.to_string(), ..texts.clone() })
}

fn at_cell(sheet: &SheetText, row: usize) -> Option<jiff::Timestamp> {
    moments::entered(sheet.cell(row, "starts_at"))
}

/// A moment of the table as a form shows it; what is none as it is written.
pub fn shown_moment(cell: &str) -> String {
    moments::entered(cell).map_or_else(|| cell.to_owned(), moments::shown)
}

/// Does the field say that already?
fn is_same(field: &Field, now: &str) -> bool {
    match field.kind {
        FieldKind::Tick => (field.value == "true") == (now == "true"),
        FieldKind::Paragraphs => lines(&field.value).eq(lines(now)),
        FieldKind::Words => words(&field.value).eq(words(now)),
        FieldKind::Line | FieldKind::Moment | FieldKind::Whole | FieldKind::OneOf(_) => field.value == now,
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '，', '、', '\n']).map(str::trim).filter(|word| !word.is_empty())
}

/// What was entered as a value of the file; `None`: it is not there. A kind that it is not is the error.
fn value(kind: FieldKind, entered: &str) -> Result<Option<Value>, FieldKind> {
    if entered.is_empty() {
        return Ok(None);
    }
    Ok(Some(match kind {
        FieldKind::Line => entered.lines().next().unwrap_or_default().into(),
        FieldKind::OneOf(all) if !all.contains(&entered) => return Err(kind),
        FieldKind::OneOf(_) => entered.into(),
        FieldKind::Tick => (entered == "true").into(),
        FieldKind::Whole => entered.parse::<i64>().map_err(|_| kind)?.into(),
        FieldKind::Moment => {
            let at = moments::entered(entered).ok_or(kind)?;
            written::moment(at).parse::<Value>().map_err(|_| kind)?
        }
        FieldKind::Words => Value::Array(words(entered).collect()),
        FieldKind::Paragraphs => {
            let mut all: Array = lines(entered).collect();
            // One a line, as people read them.
            all.iter_mut().for_each(|paragraph| paragraph.decor_mut().set_prefix("\n  "));
            all.set_trailing("\n");
            all.set_trailing_comma(true);
            Value::Array(all)
        }
    }))
}

/// Where the values of a form stand in the file, by line: found once for all faults of it.
pub struct Places<'f>(Vec<(RangeInclusive<u64>, &'f str)>);

impl<'f> Places<'f> {
    /// Of these places those that are there; none where the file cannot be read.
    pub fn of(text: &str, fields: impl Iterator<Item = &'f str>) -> Self {
        let Ok(table) = DeTable::parse(text) else { return Self(Vec::new()) };
        let ends: Vec<usize> = text.match_indices('\n').map(|(place, _)| place).collect();
        let line = |place: usize| 1 + ends.partition_point(|end| *end < place) as u64;
        let lines_of = |path: &'f str| {
            let range = span(&table, path)?;
            Some((line(range.start)..=line(range.end), path))
        };
        Self(fields.filter_map(lines_of).collect())
    }

    /// Beside which place a fault of a line stands: the innermost whose value includes the line. `None`: beside none.
    pub fn beside(&self, line: u64) -> Option<&'f str> {
        let around = self.0.iter().filter(|(lines, _)| lines.contains(&line));
        let found =
            around.min_by_key(|(lines, path)| (lines.end() - lines.start(), std::cmp::Reverse(path.len()), *path));
        found.map(|(_, path)| *path)
    }
}

/// Where the value at a place stands; where it is not there, the innermost thing of a list around it.
fn span(table: &toml::Spanned<DeTable<'_>>, path: &str) -> Option<Range<usize>> {
    let mut names = path.split('.');
    let mut value = table.get_ref().get(names.next()?)?;
    for name in names {
        value = match value.get_ref() {
            DeValue::Table(table) => table.get(name)?,
            DeValue::Array(values) => values.get(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value.span())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exams::drafts::shipped;

    fn texts(name: &str) -> DefinitionTexts {
        shipped::find(name).unwrap()
    }

    #[test]
    fn what_is_not_changed_is_not_touched_and_what_is_stands_in_its_place() {
        use strum::VariantArray as _;
        for name in shipped::names() {
            let texts = texts(name);
            for part in DraftPart::VARIANTS {
                let groups = part.read(&texts.exam).unwrap();
                let fields = groups.iter().flat_map(|group| &group.fields);
                let same = fields.map(|field| (field.path.clone(), field.value.clone())).collect();
                assert_eq!(write(&texts, *part, &same).unwrap(), texts, "{name} {part:?}");
            }
        }
        let texts = texts("campus-english");
        let entered = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect::<HashMap<_, _>>()
        };
        let changed = write(
            &texts,
            DraftPart::Windows,
            &entered(&[("opens_at", "2026-12-01 10:30"), ("fee", "90.00"), ("waiting_list.per", "group")]),
        );
        let text = changed.unwrap().exam;
        assert!(
            text.contains("opens_at = 2026-12-01T10:30:00+08:00\n") && text.contains("fee = \"90.00\"\n"),
            "{text}"
        );
        assert_eq!(text.matches('#').count(), texts.exam.matches('#').count(), "comments stay");
        let wrong = write(&texts, DraftPart::Windows, &entered(&[("opens_at", "soon"), ("hold_seconds", "x")]));
        let Err(WriteError::Fields(wrong)) = wrong else { panic!("{wrong:?}") };
        assert_eq!(wrong, [("opens_at".to_owned(), FieldKind::Moment), ("hold_seconds".to_owned(), FieldKind::Whole)]);
        let notice = write(&texts, DraftPart::Texts, &entered(&[("notice.zh", "一\n\n 二 \n")])).unwrap();
        assert!(notice.exam.contains("zh = [\n  \"一\",\n  \"二\",\n]\n"), "{}", notice.exam);
        assert!(notice.check().is_ok());
    }

    #[test]
    fn sittings_are_changed_added_and_taken_out() {
        let texts = texts("campus-english");
        let count = SheetText::of_sittings(&texts.sittings).unwrap().len();
        let pairs = [
            ("capacity.0", "300"),
            ("starts_at.0", "2027-05-22 09:00"),
            ("remove.1", "on"),
            (&format!("id.{count}"), "late"),
            (&format!("title_zh.{count}"), "补考"),
            (&format!("title_en.{count}"), "Late"),
            (&format!("venue_zh.{count}"), "一教"),
            (&format!("venue_en.{count}"), "Hall 1"),
            (&format!("starts_at.{count}"), "2027-06-22 09:00"),
            (&format!("capacity.{count}"), "30"),
        ];
        let entered = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let changed = write_sittings(&texts, &entered).unwrap();
        let definition = changed.check().unwrap();
        assert_eq!((definition.capacities[0], definition.capacities.len()), (300, count));
        assert_eq!(definition.page.sittings.last().unwrap().id.as_str(), "late");
        let first = |texts: &DefinitionTexts| texts.sittings.lines().nth(1).unwrap().to_owned();
        assert_eq!(first(&changed), first(&texts).replace(",240,", ",300,"), "the moment was the same");
    }

    #[test]
    fn a_fault_stands_beside_the_innermost_field() {
        let texts = texts("campus-english");
        let wrong = texts.exam.replace("fee = \"120.00\"", "fee = \"a lot\"");
        let faults = DefinitionTexts { exam: wrong.clone(), ..texts }.check().unwrap_err();
        let groups = DraftPart::Windows.read(&wrong).unwrap();
        let paths = || groups.iter().flat_map(|group| &group.fields).map(|field| field.path.as_str());
        let places = Places::of(&wrong, paths());
        assert_eq!((places.beside(faults[0].line), places.beside(1)), (Some("fee"), None));
        assert_eq!(Places::of("fee = ", paths()).beside(1), None, "of a file that cannot be read");
    }
}
