//! `sittings.csv`: a line of column names, then one sitting a line.

use std::collections::HashSet;
use std::fmt::Display;
use std::str::FromStr;

use csv::StringRecord;
use jiff::Timestamp;
use reservation::ids::{GroupId, SittingId};
use reservation::sitting::CAPACITY_MAX;

use super::{DefinitionError, SITTINGS_FILE, text_fault};
use crate::exams::{Group, SittingPage};
use crate::fen::Fen;
use crate::text::Text;

/// Most sittings of one exam.
const SITTINGS_MAX: usize = 10_000;
/// More faults than these help nobody.
const FAULTS_MAX: usize = 100;
/// The columns, in any order; the last two may be missing.
const COLUMNS: [&str; 9] =
    ["id", "title_zh", "title_en", "venue_zh", "venue_en", "starts_at", "capacity", "group", "fee"];
const COLUMNS_NEEDED: usize = 7;

/// Reads the file. `known` is the exam's fee and groups, when its own file could be read.
pub(super) fn parse(text: &str, known: Option<(Fen, &[Group])>) -> (Vec<(SittingPage, u32)>, Vec<DefinitionError>) {
    let mut faults = Vec::new();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let columns = match reader.headers().map_err(|error| error.to_string()).and_then(Columns::find) {
        Ok(columns) => columns,
        Err(message) => return (Vec::new(), vec![fault(1, message)]),
    };
    let mut rows: Vec<(SittingPage, u32)> = Vec::new();
    let mut ids = HashSet::new();
    for record in reader.records() {
        if faults.len() >= FAULTS_MAX {
            break;
        }
        let row = match record {
            Ok(record) => Row { line: record.position().map_or(0, csv::Position::line), columns: &columns, record },
            Err(error) => {
                faults.push(fault(error.position().map_or(1, csv::Position::line), error.to_string()));
                break;
            }
        };
        let Some(read) = row.read(known, &mut faults) else { continue };
        if !ids.insert(read.0.id.clone()) {
            faults.push(fault(row.line, format!("the sitting `{}` is there twice", read.0.id)));
        } else if rows.len() == SITTINGS_MAX {
            faults.push(fault(row.line, format!("an exam has at most {SITTINGS_MAX} sittings")));
            break;
        } else {
            rows.push(read);
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push(fault(1, "there is no sitting".to_owned()));
    }
    (rows, faults)
}

fn fault(line: u64, message: String) -> DefinitionError {
    DefinitionError { file: SITTINGS_FILE, line, message }
}

/// Where each of [`COLUMNS`] stands in this file.
struct Columns {
    places: [Option<usize>; COLUMNS.len()],
    count: usize,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, String> {
        let mut places = [None; COLUMNS.len()];
        for (place, name) in header.iter().enumerate() {
            let column = COLUMNS.iter().position(|known| *known == name);
            let column = column.ok_or_else(|| format!("`{name}` is no column; they are {}", COLUMNS.join(", ")))?;
            if places[column].replace(place).is_some() {
                return Err(format!("the column `{name}` is there twice"));
            }
        }
        match places[..COLUMNS_NEEDED].iter().position(Option::is_none) {
            Some(missing) => Err(format!("the column `{}` is missing", COLUMNS[missing])),
            None => Ok(Self { places, count: header.len() }),
        }
    }
}

/// One line of the file.
struct Row<'a> {
    line: u64,
    columns: &'a Columns,
    record: StringRecord,
}

impl Row<'_> {
    fn read(&self, known: Option<(Fen, &[Group])>, faults: &mut Vec<DefinitionError>) -> Option<(SittingPage, u32)> {
        if self.record.len() != self.columns.count {
            let message = format!("has {} fields instead of {}", self.record.len(), self.columns.count);
            faults.push(fault(self.line, message));
            return None;
        }
        let id: Option<SittingId> = self.parsed("id", faults);
        let title = self.text("title_zh", "title_en", faults);
        let venue = self.text("venue_zh", "venue_en", faults);
        let starts_at: Option<Timestamp> = self.parsed("starts_at", faults);
        let capacity = self.parsed("capacity", faults);
        let capacity = capacity.filter(|capacity| {
            let fits = *capacity <= CAPACITY_MAX;
            if !fits {
                faults.push(fault(self.line, format!("capacity: at most {CAPACITY_MAX}")));
            }
            fits
        });
        let group = self.group(known.map(|(_, groups)| groups), faults);
        let fee = match self.field("fee") {
            "" => Some(known.map_or(Fen(0), |(fee, _)| fee)),
            _ => self.parsed("fee", faults),
        };
        let page =
            SittingPage { id: id?, title: title?, group: group?, venue: venue?, starts_at: starts_at?, fee: fee? };
        Some((page, capacity?))
    }

    /// A field's text; empty when the column is missing.
    fn field(&self, column: &str) -> &str {
        let column = COLUMNS.iter().position(|known| *known == column);
        let place = column.and_then(|column| self.columns.places[column]);
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    fn parsed<T: FromStr<Err: Display>>(&self, column: &str, faults: &mut Vec<DefinitionError>) -> Option<T> {
        let parsed = self.field(column).parse();
        parsed.map_err(|error: T::Err| faults.push(fault(self.line, format!("{column}: {error}")))).ok()
    }

    fn text(&self, zh: &str, en: &str, faults: &mut Vec<DefinitionError>) -> Option<Text> {
        let text = Text { zh: self.field(zh).to_owned(), en: self.field(en).to_owned() };
        if let Some(message) = text_fault(&text) {
            faults.push(fault(self.line, format!("{zh}, {en}: {message}")));
            return None;
        }
        Some(text)
    }

    fn group(&self, known: Option<&[Group]>, faults: &mut Vec<DefinitionError>) -> Option<Option<GroupId>> {
        if self.field("group").is_empty() {
            return Some(None);
        }
        let group: GroupId = self.parsed("group", faults)?;
        if known.is_some_and(|groups| !groups.iter().any(|known| known.id == group)) {
            faults.push(fault(self.line, format!("group: `{group}` is not among the groups of exam.toml")));
            return None;
        }
        Some(Some(group))
    }
}
