//! What is wrong with a file of people or of rooms, cell by cell, as values: the command line says it in English, pages in their own
//! words.

use seating::LayoutError;
use sheets::{CellFault, SheetError};

use crate::exams::rooms::form::RoomFault;
use crate::model::document::DocumentError;
use crate::model::person::NameError;
use crate::model::roster::PastNumberError;

/// One thing that is wrong with a table, a line or a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The table cannot be read, or no further.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// What the cell should say is lost.
    #[error(transparent)]
    Cell(#[from] CellFault),
    /// The number of a document is none.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The number of an earlier admission ticket is none.
    #[error(transparent)]
    PastNumber(#[from] PastNumberError),
    /// There is a line of names, and nothing below it; or not even that.
    #[error("there is nothing in it")]
    Nothing,
    /// A column that must be there is not.
    #[error("the column `{column}` is missing")]
    MissingColumn {
        /// Our name of it.
        column: String,
    },
    /// A column that no such table has.
    #[error("`{column}` is no column; they are {all}")]
    UnknownColumn {
        /// As the table calls it.
        column: String,
        /// Our names of all of them.
        all: String,
    },
    /// A column of somebody's own, whose name can be none.
    #[error("`{column}` is no column: a name is 1 to 64 characters out of A-Z a-z 0-9 _ -")]
    ColumnName {
        /// As the table calls it.
        column: String,
    },
    /// Two columns have one name, or two names of one thing.
    #[error("the column `{column}` is there twice")]
    ColumnTwice {
        /// Our name of it.
        column: String,
    },
    /// More lines than are read.
    #[error("there are at most {max} lines")]
    Lines {
        /// How many are.
        max: usize,
    },
    /// A quotation mark that was never closed.
    #[error("a quotation mark is opened here and never closed: close it, or delete it")]
    OpenQuote,
    /// The line has another number of cells than the first.
    #[error("has {cells} fields instead of {names}: look for a stray quotation mark or comma")]
    Fields {
        /// How many the line has.
        cells: usize,
        /// How many the first one has.
        names: usize,
    },
    /// A cell below a column without a name.
    #[error("has a value in a column without a name")]
    NoColumn,
    /// A character was lost before the file came here.
    #[error("has a character that could not be read: save the sheet as `CSV UTF-8`, and correct the cell")]
    Unreadable,
    /// The cell is too long.
    #[error("at most {max} characters")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// The cell has several lines.
    #[error("has a line break: write it on one line")]
    LineBreak,
    /// A character that cannot be seen and does something.
    #[error("U+{:04X} cannot be in it: delete it", u32::from(*.character))]
    Control {
        /// The character that is meant.
        character: char,
    },
    /// A kind of document that is not known.
    #[error("`{kind}`: there is no such kind of document")]
    Kind {
        /// As the cell says it.
        kind: String,
    },
    /// A spreadsheet has shown a number as a power of ten.
    #[error("the spreadsheet made `{shown}` of the number: give the column the format Text and enter it again")]
    Scientific {
        /// What is left.
        shown: String,
    },
    /// The number ends as if a spreadsheet had rounded it.
    #[error("{fault}: a spreadsheet keeps 15 digits; give the column the format Text and enter it again")]
    Rounded {
        /// What is wrong with the number as it is.
        fault: DocumentError,
    },
    /// A subject that the exam does not have.
    #[error("`{subject}` is not among the subjects of exam.toml")]
    Subject {
        /// As the cell says it.
        subject: String,
    },
    /// A campus that the exam does not have.
    #[error("`{campus}` is no campus of organisations.csv")]
    Campus {
        /// As the cell says it.
        campus: String,
    },
    /// A campus of another school.
    #[error("`{campus}` does not belong to the school `{school}`")]
    CampusOfOther {
        /// As the cell says it.
        campus: String,
        /// As the cell beside it says.
        school: String,
    },
    /// Somebody stands in two lines.
    #[error("this person is there twice")]
    PersonTwice,
    /// A result stands in two lines.
    #[error("this result is there twice")]
    ResultTwice,
    /// A document's number of no known kind that is too short or too long.
    #[error("must be a number")]
    NoNumber,
    /// No whole number.
    #[error("`{cell}` is no whole number: write digits only, such as 30")]
    NotWhole {
        /// As it is written.
        cell: String,
    },
    /// No year of which there can be results.
    #[error("must be a year of four digits")]
    Year,
    /// No score that there can be.
    #[error("must be from 0 to {max}")]
    Score {
        /// The highest score there is.
        max: u16,
    },
    /// What a cell says of a room or of its site cannot be.
    #[error(transparent)]
    Room(#[from] RoomFault),
    /// None of the words that the cell may have.
    #[error("`{cell}` is none of {all}")]
    Choice {
        /// As the cell says it.
        cell: String,
        /// All of them.
        all: String,
    },
    /// A room stands in two lines.
    #[error("the room `{room}` is there twice")]
    RoomTwice {
        /// What it is called.
        room: String,
    },
    /// No site is called so.
    #[error("there is none of this name: make it first, or give its `address`")]
    NoSite {
        /// As the cell says it.
        site: String,
    },
    /// There are so many sites that this one is not found among them.
    #[error("there are too many to find this one; make its rooms on its page")]
    ManySites,
    /// Candidates were told seats in this room.
    #[error("places in this room are published, and its seats stay until that sitting")]
    SatIn,
}

impl Wrong {
    /// All words that [`Self::told`] has.
    pub const ALL_WORDS: &[&str] = &[
        "long-number",
        "formula",
        "rounded",
        "name-empty",
        "name-long",
        "name-character",
        "past-number",
        "nothing",
        "missing-column",
        "unknown-column",
        "column-name",
        "column-twice",
        "lines",
        "open-quote",
        "fields",
        "no-column",
        "unreadable",
        "too-long",
        "line-break",
        "control",
        "kind",
        "scientific",
        "subject",
        "campus",
        "campus-of-other",
        "person-twice",
        "result-twice",
        "no-number",
        "not-whole",
        "year",
        "score",
        "choice",
        "room-twice",
        "no-site",
        "many-sites",
        "sat-in",
        "no-text",
        "broken",
        "locked",
        "old",
        "no-sheet",
        "bytes",
        "unpacked",
        "columns",
        "cell-chars",
        "io",
        "document-length",
        "document-character",
        "document-place",
        "document-birth",
        "document-foreign",
        "document-check",
        "document-form",
        "room-site",
        "room-address",
        "room-way",
        "room-position",
        "room-name",
        "room-floor",
        "room-prefix",
        "room-plan",
        "room-letter",
        "room-no-seat",
        "room-too-large",
        "room-spare",
        "room-taken",
    ];

    /// By what pages find their words for it: one word of small letters and hyphens, and what stands in them, in order.
    pub fn told(&self) -> (&'static str, Vec<String>) {
        let none = Vec::new;
        match self {
            Self::Sheet(error) => sheet(error),
            Self::Cell(CellFault::LongNumber) => ("long-number", none()),
            Self::Cell(CellFault::Formula(shown)) => ("formula", vec![shown.clone()]),
            Self::Document(error) => document(*error),
            Self::Rounded { .. } => ("rounded", none()),
            Self::Name(NameError::Empty) => ("name-empty", none()),
            Self::Name(NameError::TooLong) => ("name-long", none()),
            Self::Name(NameError::Character(c)) => ("name-character", vec![shown(*c)]),
            Self::PastNumber(PastNumberError) => ("past-number", none()),
            Self::Nothing => ("nothing", none()),
            Self::MissingColumn { column } => ("missing-column", vec![column.clone()]),
            Self::UnknownColumn { column, .. } => ("unknown-column", vec![column.clone()]),
            Self::ColumnName { column } => ("column-name", vec![column.clone()]),
            Self::ColumnTwice { column } => ("column-twice", vec![column.clone()]),
            Self::Lines { max } => ("lines", vec![max.to_string()]),
            Self::OpenQuote => ("open-quote", none()),
            Self::Fields { cells, names } => ("fields", vec![cells.to_string(), names.to_string()]),
            Self::NoColumn => ("no-column", none()),
            Self::Unreadable => ("unreadable", none()),
            Self::TooLong { max } => ("too-long", vec![max.to_string()]),
            Self::LineBreak => ("line-break", none()),
            Self::Control { character } => ("control", vec![format!("U+{:04X}", u32::from(*character))]),
            Self::Kind { kind } => ("kind", vec![kind.clone()]),
            Self::Scientific { shown } => ("scientific", vec![shown.clone()]),
            Self::Subject { subject } => ("subject", vec![subject.clone()]),
            Self::Campus { campus } => ("campus", vec![campus.clone()]),
            Self::CampusOfOther { campus, school } => ("campus-of-other", vec![campus.clone(), school.clone()]),
            Self::PersonTwice => ("person-twice", none()),
            Self::ResultTwice => ("result-twice", none()),
            Self::NoNumber => ("no-number", none()),
            Self::NotWhole { cell } => ("not-whole", vec![cell.clone()]),
            Self::Year => ("year", none()),
            Self::Score { max } => ("score", vec![max.to_string()]),
            Self::Room(fault) => room(fault),
            Self::Choice { cell, all } => ("choice", vec![cell.clone(), all.clone()]),
            Self::RoomTwice { room } => ("room-twice", vec![room.clone()]),
            Self::NoSite { site } => ("no-site", vec![site.clone()]),
            Self::ManySites => ("many-sites", none()),
            Self::SatIn => ("sat-in", none()),
        }
    }
}

fn shown(c: char) -> String {
    if c.is_control() { format!("U+{:04X}", u32::from(c)) } else { format!("{c} (U+{:04X})", u32::from(c)) }
}

fn sheet(error: &SheetError) -> (&'static str, Vec<String>) {
    match error {
        SheetError::NoText => ("no-text", Vec::new()),
        SheetError::Broken => ("broken", Vec::new()),
        SheetError::Locked => ("locked", Vec::new()),
        SheetError::Old => ("old", Vec::new()),
        SheetError::NoSheet => ("no-sheet", Vec::new()),
        SheetError::Bytes(max) => ("bytes", vec![max.to_string()]),
        SheetError::Unpacked(max) => ("unpacked", vec![max.to_string()]),
        SheetError::Columns { address, .. } => ("columns", vec![address.to_string()]),
        SheetError::CellChars(address, max) => ("cell-chars", vec![address.to_string(), max.to_string()]),
        SheetError::Io(_) => ("io", Vec::new()),
    }
}

fn document(error: DocumentError) -> (&'static str, Vec<String>) {
    match error {
        DocumentError::Length => ("document-length", Vec::new()),
        DocumentError::Character => ("document-character", Vec::new()),
        DocumentError::Place => ("document-place", Vec::new()),
        DocumentError::BirthDate => ("document-birth", Vec::new()),
        DocumentError::ForeignResident => ("document-foreign", Vec::new()),
        DocumentError::Check => ("document-check", Vec::new()),
        DocumentError::Form(_) => ("document-form", Vec::new()),
    }
}

fn room(fault: &RoomFault) -> (&'static str, Vec<String>) {
    match fault {
        RoomFault::SiteName => ("room-site", Vec::new()),
        RoomFault::Address => ("room-address", Vec::new()),
        RoomFault::Way => ("room-way", Vec::new()),
        RoomFault::Position => ("room-position", Vec::new()),
        RoomFault::RoomName => ("room-name", Vec::new()),
        RoomFault::Floor => ("room-floor", Vec::new()),
        RoomFault::Prefix => ("room-prefix", Vec::new()),
        RoomFault::Plan => ("room-plan", Vec::new()),
        RoomFault::Layout(LayoutError::Letter { row, letter }) => {
            ("room-letter", vec![row.to_string(), letter.to_string()])
        }
        RoomFault::Layout(LayoutError::NoSeat) => ("room-no-seat", Vec::new()),
        RoomFault::Layout(LayoutError::TooLarge) => ("room-too-large", Vec::new()),
        RoomFault::Spare => ("room-spare", Vec::new()),
        RoomFault::NameTaken => ("room-taken", Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list is kept by hand: a word that is told stands in it.
    #[test]
    fn words_stand_in_the_list() {
        let source = include_str!("wrong.rs");
        let told = source.split_once("pub fn told").expect("it is there").1;
        let told = told.split_once("#[cfg(test)]").expect("this is behind it").0;
        let words: Vec<&str> = told.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.contains(['{', '}'])).collect();
        assert_eq!(words, Wrong::ALL_WORDS);
    }
}
