//! `sittings.csv`: one sitting a line. A sitting of a subject may leave out title and group, one of a campus the venue.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use reservation::ids::{GroupId, SittingId};
use reservation::sitting::CAPACITY_MAX;

use super::exam_file::ExamFile;
use super::table::{Row, Shape, code, parse as parse_table};
use super::wrong::Wrong;
use super::{DefinitionError, SITTINGS_FILE, cells, words};
use crate::model::exam::{Exam, ExamSitting};
use crate::model::exam_rules::{OrganisationCode, Subject, SubjectId};
use crate::model::fen::Fen;
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::text::Text;
use crate::rules::tickets;

/// The columns that the file may have.
pub(crate) const COLUMNS: [&str; 11] = [
    "id",
    "starts_at",
    "capacity",
    "title_zh",
    "title_en",
    "venue_zh",
    "venue_en",
    "group",
    "fee",
    "subject",
    "campus",
];

pub(crate) const SHAPE: Shape = Shape {
    file: SITTINGS_FILE,
    columns: &COLUMNS,
    needed: 3,
    rows_max: 50_000,
    is_open: false,
    words: &words::SITTINGS,
};

/// More warnings than these help nobody.
const WARNINGS_MAX: usize = 20;

/// What the other files say, when they could be read.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) exam: &'a ExamFile,
    pub(super) campuses: &'a HashMap<&'a OrganisationCode, &'a Organisation>,
}

/// The campuses by their codes: a large exam has thousands, and each sitting names one.
pub(super) fn campuses(organisations: &[Organisation]) -> HashMap<&OrganisationCode, &Organisation> {
    // Of two with one code the first counts; that there are two is told where they are read.
    let campuses = organisations.iter().rev().filter(|one| one.level == OrganisationLevel::Campus);
    campuses.map(|one| (&one.code, one)).collect()
}

/// One line of the file.
pub(super) struct SittingRow {
    pub(super) line: u64,
    pub(super) page: ExamSitting,
    pub(super) capacity: u32,
}

/// Reads the file.
pub(super) fn parse(table: &[u8], known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Vec<SittingRow> {
    let before = faults.len();
    let mut ids = HashSet::new();
    let rows = parse_table(&SHAPE, table, faults, |row, faults| {
        let read = read(row, known, faults)?;
        if !ids.insert(read.page.id.clone()) {
            faults.push(row.wrong("id", Wrong::SittingTwice { sitting: read.page.id.to_string() }));
            return None;
        }
        Some(read)
    });
    if rows.is_empty() && faults.len() == before {
        faults.push(DefinitionError::new(SITTINGS_FILE, 1, "there is no sitting"));
    }
    rows
}

/// Sittings whose tickets would have no numbers, or the same as those of another one: `lines` are those of the exam's
/// sittings.
pub(super) fn numbers(lines: &[u64], exam: &Exam) -> Vec<DefinitionError> {
    if exam.rules.ticket.number.is_random() {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let fault = |(line, sitting): (&u64, &ExamSitting)| {
        let id = &sitting.id;
        let sitting_id = || id.to_string();
        // All rooms and seats are numbered from 1, so that two sittings differ in their first seats or not at all.
        let wrong = match tickets::number(exam, sitting, (1, 1), &[]) {
            None => Wrong::TicketCode { sitting: sitting_id() },
            Some(number) if !seen.insert(number.clone()) => Wrong::TicketNumber { sitting: sitting_id() },
            Some(_) => return None,
        };
        Some(DefinitionError::of_cell(SITTINGS_FILE, *line, None, wrong))
    };
    lines.iter().zip(&exam.sittings).filter_map(fault).take(WARNINGS_MAX).collect()
}

/// Sittings that are over, or whose seats are given out for a part of the registration only, because they begin so early.
pub(super) fn warnings(rows: &[SittingRow], exam: &Exam, now: Timestamp) -> Vec<DefinitionError> {
    let warning = |row: &SittingRow| {
        let id = &row.page.id;
        let message = if row.page.has_begun(now) {
            format!("starts_at: the sitting `{id}` has begun, and nobody can register for it any more")
        } else if exam.is_too_late(&row.page, exam.closes_at) {
            format!(
                "starts_at: nobody can register for `{id}` from one hold_seconds before it on, though closes_at is later"
            )
        } else {
            return None;
        };
        Some(DefinitionError::new(SITTINGS_FILE, row.line, message))
    };
    rows.iter().filter_map(warning).take(WARNINGS_MAX).collect()
}

fn read(row: &Row<'_>, known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Option<SittingRow> {
    let id: Option<SittingId> = row.named("id", faults);
    let subject = subject(row, known, faults);
    let campus = campus(row, known, faults);
    let title = match (row.field("title_zh"), subject.as_ref()?) {
        ("", Some((_, Some(subject)))) => Some(subject.title.clone()),
        ("", Some((_, None))) => None,
        _ => row.text("title_zh", "title_en", faults),
    };
    let venue = match (row.field("venue_zh"), campus.as_ref()?) {
        ("", Some((_, Some(campus)))) => Some(campus.name.clone()),
        ("", Some((_, None))) => None,
        _ => row.text("venue_zh", "venue_en", faults),
    };
    let starts_at = starts_at(row, known, faults);
    let capacity = row.meant("capacity", faults, |cell| cells::whole(cell, CAPACITY_MAX));
    let of_subject = subject.as_ref()?.as_ref().and_then(|(_, subject)| subject.as_ref()?.group.clone());
    let group = if row.field("group").is_empty() { Some(of_subject) } else { group(row, known, faults) };
    let fee = match row.field("fee") {
        "" => Some(known.map_or(Fen(0), |known| known.exam.page.fee)),
        _ => row.meant("fee", faults, cells::money),
    };
    let page = ExamSitting {
        id: id?,
        title: title.unwrap_or_else(unknown),
        group: group?,
        venue: venue.unwrap_or_else(unknown),
        starts_at: starts_at?,
        fee: fee?,
        subject: subject?.map(|(id, _)| id),
        campus: campus?.map(|(code, _)| code),
    };
    Some(SittingRow { line: row.line, page, capacity: capacity? })
}

/// When it begins: some hold must be over by then, or nobody could ever register for it.
fn starts_at(row: &Row<'_>, known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Option<Timestamp> {
    let starts_at: Timestamp = row.meant("starts_at", faults, cells::moment)?;
    let first = known.map(|known| known.exam.page.opens_at + known.exam.page.hold);
    if first.is_some_and(|first| starts_at <= first) {
        faults.push(row.wrong("starts_at", Wrong::TooEarly));
        return None;
    }
    Some(starts_at)
}

/// Stands for a text that another file has, which could not be read: its faults are told already.
fn unknown() -> Text {
    Text { zh: "?".to_owned(), en: "?".to_owned() }
}

type Found<Id, T> = Option<Option<(Id, Option<T>)>>;

fn subject<'a>(
    row: &Row<'_>,
    known: Option<Known<'a>>,
    faults: &mut Vec<DefinitionError>,
) -> Found<SubjectId, &'a Subject> {
    let Some(id) = row.meant_or_empty("subject", faults, code::<SubjectId>)? else { return Some(None) };
    let Some(known) = known else { return Some(Some((id, None))) };
    let Some(subject) = known.exam.page.rules.subject(&id) else {
        faults.push(row.wrong("subject", Wrong::Subject { subject: id.to_string() }));
        return None;
    };
    Some(Some((id, Some(subject))))
}

fn campus<'a>(
    row: &Row<'_>,
    known: Option<Known<'a>>,
    faults: &mut Vec<DefinitionError>,
) -> Found<OrganisationCode, &'a Organisation> {
    let Some(code) = row.meant_or_empty("campus", faults, code::<OrganisationCode>)? else { return Some(None) };
    let Some(known) = known else { return Some(Some((code, None))) };
    let Some(&campus) = known.campuses.get(&code) else {
        faults.push(row.wrong("campus", Wrong::Campus { campus: code.to_string() }));
        return None;
    };
    Some(Some((code, Some(campus))))
}

fn group(row: &Row<'_>, known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Option<Option<GroupId>> {
    let group: GroupId = row.named("group", faults)?;
    if known.is_some_and(|known| !known.exam.page.groups.iter().any(|known| known.id == group)) {
        faults.push(row.wrong("group", Wrong::Group { group: group.to_string() }));
        return None;
    }
    Some(Some(group))
}
