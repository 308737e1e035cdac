//! By which words pages find their sentences for what is wrong with a table, and what stands in them.

use seating::LayoutError;
use sheets::{CellFault, SheetError};

use super::Wrong;
use crate::exams::rooms::form::RoomFault;
use crate::model::document::DocumentError;
use crate::model::person::NameError;
use crate::model::roster::PastNumberError;

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
        "code",
        "text",
        "moment",
        "too-early",
        "money",
        "too-large",
        "group",
        "sitting-twice",
        "ticket-code",
        "ticket-number",
        "level",
        "of-province",
        "parent",
        "organisation-twice",
        "fewer-than-sold",
        "needs-two",
        "fee-sold",
        "group-stays",
        "province-stays",
        "elsewhere",
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
            Self::Code { cell, .. } => ("code", vec![cell.clone()]),
            Self::Text { max, .. } => ("text", vec![max.to_string()]),
            Self::Moment { cell } => ("moment", vec![cell.clone()]),
            Self::TooEarly => ("too-early", none()),
            Self::Money { cell, .. } => ("money", vec![cell.clone()]),
            Self::TooLarge { max } => ("too-large", vec![max.to_string()]),
            Self::Group { group } => ("group", vec![group.clone()]),
            Self::SittingTwice { sitting } => ("sitting-twice", vec![sitting.clone()]),
            Self::TicketCode { sitting } => ("ticket-code", vec![sitting.clone()]),
            Self::TicketNumber { sitting } => ("ticket-number", vec![sitting.clone()]),
            Self::Level => ("level", none()),
            Self::OfProvince => ("of-province", none()),
            Self::Parent { level } => ("parent", vec![(*level).to_owned()]),
            Self::OrganisationTwice { code } => ("organisation-twice", vec![code.clone()]),
            Self::FewerThanSold { sold } => ("fewer-than-sold", vec![sold.to_string()]),
            Self::NeedsTwo => ("needs-two", none()),
            Self::FeeSold { sold } => ("fee-sold", vec![sold.to_string()]),
            Self::GroupStays => ("group-stays", none()),
            Self::ProvinceStays => ("province-stays", none()),
            Self::Elsewhere { file, id } => ("elsewhere", vec![(*file).to_owned(), id.clone()]),
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
        let source = include_str!("told.rs");
        let told = source.split_once("pub fn told").expect("it is there").1;
        let told = told.split_once("#[cfg(test)]").expect("this is behind it").0;
        let words: Vec<&str> = told.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.contains(['{', '}'])).collect();
        assert_eq!(words, Wrong::ALL_WORDS);
    }
}
