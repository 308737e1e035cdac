//! A list of sittings or of organisations, read and merged into the files of its exam: the cells that it has are set, and
//! whatever it does not name stays. Pure.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Seek};

use super::Table;
use crate::exams::definition::people_file::{Line, PeopleRead};
use crate::exams::definition::table::stream;
use crate::exams::definition::wrong::Wrong;
use crate::exams::definition::{DefinitionError, DefinitionTexts, ORGANISATIONS_FILE, SITTINGS_FILE, words};
use crate::exams::drafts::standing::Standing;
use crate::exams::drafts::table::SheetText;
use crate::exams::drafts::written;

/// Where notices stand, whose lines are paragraphs.
const NOTICES: [&str; 2] = ["notice_zh", "notice_en"];

/// A line of such a list that is right by itself.
pub(in crate::exams::imports) struct TableLine {
    /// Its number in the file.
    pub(super) line: u64,
    /// What it is about: the id of a sitting, the code of an organisation.
    pub(super) key: String,
    /// The cells by our names of their columns.
    cells: Vec<(String, String)>,
}

/// A list as it was read.
#[derive(Default)]
pub(super) struct Lines {
    /// Our names of its columns.
    pub(super) heads: Vec<String>,
    pub(super) lines: Vec<TableLine>,
}

/// Reads such a list; `take` gets every line, wrong ones among them, and says whether to go on.
pub(in crate::exams::imports) fn read(
    table: Table,
    source: impl Read + Seek,
    faults: &mut Vec<DefinitionError>,
    mut take: impl FnMut(Line<'_, TableLine>) -> bool,
) -> PeopleRead {
    let (mut seen, mut lines) = (HashSet::new(), 0);
    let key = table.key();
    let found = stream(table.shape(), source, faults, |row, faults| {
        lines += 1;
        let before = faults.len();
        if !row.is_odd {
            let is_broken = |(name, cell): &(&str, &str)| cell.contains(['\n', '\r']) && !NOTICES.contains(name);
            faults.extend(row.fields().filter(is_broken).map(|(name, _)| row.wrong(name, Wrong::LineBreak)));
            // An empty key is told by whoever reads it.
            if !row.field(key).is_empty() && !seen.insert(row.field(key).to_owned()) {
                faults.push(row.wrong(key, table.twice(row.field(key))));
            }
        }
        let is_right = !row.is_odd && faults.len() == before;
        let found = is_right.then(|| TableLine {
            line: row.line,
            key: row.field(key).to_owned(),
            cells: row.fields().map(|(name, cell)| (name.to_owned(), on_one_line(cell))).collect(),
        });
        take(Line { row, found, faults })
    });
    let (sheet, other_sheets) = found.map_or((None, 0), |table| (table.sheet, table.others.len() as u64));
    PeopleRead { lines, sheet, other_sheets }
}

/// Paragraphs parted as files part them that have one line for each thing.
fn on_one_line(cell: &str) -> String {
    let parts: Vec<&str> = cell.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join("|")
}

/// The files of an exam with a list merged into them.
pub(super) struct Merged {
    pub(super) texts: DefinitionTexts,
    table: Table,
    sheet: SheetText,
    /// Which line of the list says a row of the sheet; `None`: it stands as it was.
    said_by: Vec<Option<usize>>,
}

/// Merges the list; `goes` are those that go.
pub(super) fn merge(
    table: Table,
    (texts, standing): (DefinitionTexts, &Standing),
    list: &Lines,
    goes: &HashSet<String>,
) -> Merged {
    let kept = match table {
        Table::Sittings => SheetText::of(&texts.sittings, table.shape()),
        // Its lines may be longer than one, and the faults of a list are told by its lines.
        Table::Organisations => None,
    };
    let written = || match table {
        Table::Sittings => written::sittings(&standing.page, &standing.capacities),
        Table::Organisations => written::organisations(&standing.page.organisations),
    };
    let sheet = kept.or_else(|| SheetText::of(&written(), table.shape()));
    let mut sheet = sheet.unwrap_or_else(|| SheetText::new(table.shape().columns));
    let mut said_by: Vec<Option<usize>> = vec![None; sheet.len()];
    let mut rows: HashMap<String, usize> =
        (0..sheet.len()).map(|row| (sheet.cell(row, table.key()).to_owned(), row)).collect();
    for (place, line) in list.lines.iter().enumerate() {
        let row = *rows.entry(line.key.clone()).or_insert_with(|| {
            sheet.push(Vec::new());
            said_by.push(None);
            said_by.len() - 1
        });
        said_by[row] = Some(place);
        for (name, cell) in &line.cells {
            sheet.set(row, name, cell);
        }
    }
    let mut order: Vec<usize> = (0..sheet.len()).filter(|row| !goes.contains(sheet.cell(*row, table.key()))).collect();
    if table == Table::Organisations && !stands_in_order(&sheet, &order) {
        // Lists come in any order; what something belongs to stands further up.
        order.sort_by_key(|row| words::level(sheet.cell(*row, "level")).map_or(3, |level| level as usize));
    }
    let said_by = order.iter().map(|row| said_by[*row]).collect();
    sheet.rows = order.iter().map(|row| std::mem::take(&mut sheet.rows[*row])).collect();
    let text = sheet.to_string();
    let texts = match table {
        Table::Sittings => DefinitionTexts { sittings: text, ..texts },
        Table::Organisations => DefinitionTexts { organisations: Some(text), ..texts },
    };
    Merged { texts, table, sheet, said_by }
}

/// Does everything stand below what it belongs to?
fn stands_in_order(sheet: &SheetText, order: &[usize]) -> bool {
    let mut above: HashSet<&str> = HashSet::new();
    order.iter().all(|row| {
        let parent = sheet.cell(*row, "parent");
        above.insert(sheet.cell(*row, "code"));
        parent.is_empty() || above.contains(parent)
    })
}

impl TableLine {
    /// What stands in a column; empty where the list has none of it.
    pub(super) fn cell(&self, column: &str) -> &str {
        self.cells.iter().find(|(name, _)| name == column).map_or("", |(_, cell)| cell)
    }
}

impl Merged {
    /// Is it a list of sittings?
    pub(super) fn is_of_sittings(&self) -> bool {
        self.table == Table::Sittings
    }

    /// Faults of the files as faults of the list: by its lines and columns, or of what contradicts it elsewhere.
    pub(super) fn told_of(&self, list: &Lines, faults: &[DefinitionError]) -> Vec<DefinitionError> {
        let mut told = Vec::new();
        for fault in faults {
            let row = usize::try_from(fault.line).ok().and_then(|line| line.checked_sub(2));
            let line = row.and_then(|row| *self.said_by.get(row)?).filter(|_| fault.file == self.table.file());
            told.push(match (line, &fault.wrong) {
                (Some(place), Some(wrong)) => {
                    let name = fault.column.and_then(|column| self.sheet.names().get(usize::from(column)));
                    let column = name.map(String::as_str).or_else(|| self.column_in(&fault.message));
                    list.fault(place, column, wrong.clone())
                }
                _ => list.fault_of_all(Wrong::Elsewhere { file: fault.file, id: self.named(fault) }),
            });
        }
        told.dedup();
        told
    }

    /// The column that a fault names of which the table has none.
    fn column_in(&self, message: &str) -> Option<&'static str> {
        let (name, _) = message.split_once(": ")?;
        self.table.shape().columns.iter().copied().find(|column| *column == name)
    }

    /// What a fault of another file, or of a line that nobody changes, is about.
    fn named(&self, fault: &DefinitionError) -> String {
        let row = usize::try_from(fault.line).unwrap_or_default().saturating_sub(2);
        let of_sittings = || SheetText::of(&self.texts.sittings, Table::Sittings.shape());
        let id = match fault.file {
            file if file == self.table.file() => Some(self.sheet.cell(row, self.table.key()).to_owned()),
            SITTINGS_FILE => of_sittings().map(|sheet| sheet.cell(row, Table::Sittings.key()).to_owned()),
            _ => None,
        };
        id.filter(|id| !id.is_empty()).unwrap_or_else(|| fault.line.to_string())
    }
}

impl Lines {
    /// A fault of a line, in a column that it has; in one that it has not, the column is what is missing.
    pub(super) fn fault(&self, place: usize, column: Option<&str>, wrong: Wrong) -> DefinitionError {
        let line = self.lines.get(place).map_or(1, |line| line.line);
        let Some(name) = column else { return DefinitionError::of_cell("", line, None, wrong) };
        let at = self.heads.iter().position(|head| head == name).and_then(|at| u16::try_from(at).ok());
        match at {
            Some(at) => DefinitionError::of_cell("", line, Some((at, name)), wrong),
            None => DefinitionError::of_cell("", line, None, Wrong::MissingColumn { column: name.to_owned() }),
        }
    }

    /// A fault of the list as a whole.
    pub(super) fn fault_of_all(&self, wrong: Wrong) -> DefinitionError {
        DefinitionError::of_cell("", 1, None, wrong)
    }
}

/// The file that a list is merged into.
impl Table {
    /// What it is called.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Sittings => SITTINGS_FILE,
            Self::Organisations => ORGANISATIONS_FILE,
        }
    }
}
