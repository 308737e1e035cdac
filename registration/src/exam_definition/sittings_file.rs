//! `sittings.csv`: one sitting a line. A sitting of a subject may leave out title and group, one of a campus the venue.

use std::collections::HashSet;

use jiff::Timestamp;
use reservation::ids::{GroupId, SittingId};
use reservation::sitting::CAPACITY_MAX;

use super::exam_file::ExamFile;
use super::table::{Row, Shape, parse as parse_table};
use super::{DefinitionError, SITTINGS_FILE, cells, words};
use crate::exam_rules::{OrganisationCode, Subject, SubjectId};
use crate::exams::SittingPage;
use crate::fen::Fen;
use crate::organisation::{Organisation, OrganisationLevel};
use crate::text::Text;

const SHAPE: Shape = Shape {
    file: SITTINGS_FILE,
    columns: &[
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
    ],
    needed: 3,
    rows_max: 50_000,
    is_open: false,
    words: &words::SITTINGS,
};

/// What the other files say, when they could be read.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) exam: &'a ExamFile,
    pub(super) organisations: &'a [Organisation],
}

/// Reads the file.
pub(super) fn parse(
    text: &str,
    known: Option<Known<'_>>,
    faults: &mut Vec<DefinitionError>,
) -> Vec<(SittingPage, u32)> {
    let before = faults.len();
    let mut ids = HashSet::new();
    let rows = parse_table(&SHAPE, text, faults, |row, faults| {
        let read = read(row, known, faults)?;
        if !ids.insert(read.0.id.clone()) {
            faults.push(row.fault(format!("the sitting `{}` is there twice", read.0.id)));
            return None;
        }
        Some(read)
    });
    if rows.is_empty() && faults.len() == before {
        faults.push(DefinitionError { file: SITTINGS_FILE, line: 1, message: "there is no sitting".to_owned() });
    }
    rows
}

fn read(row: &Row<'_>, known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Option<(SittingPage, u32)> {
    let id: Option<SittingId> = row.parsed("id", faults);
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
    let starts_at: Option<Timestamp> = row.read("starts_at", faults, cells::moment);
    let capacity = row.read("capacity", faults, cells::whole::<u32>).filter(|capacity| {
        let fits = *capacity <= CAPACITY_MAX;
        if !fits {
            faults.push(row.fault(format!("capacity: at most {CAPACITY_MAX}")));
        }
        fits
    });
    let of_subject = subject.as_ref()?.as_ref().and_then(|(_, subject)| subject.as_ref()?.group.clone());
    let group = if row.field("group").is_empty() { Some(of_subject) } else { group(row, known, faults) };
    let fee = match row.field("fee") {
        "" => Some(known.map_or(Fen(0), |known| known.exam.page.fee)),
        _ => row.read("fee", faults, cells::money),
    };
    let page = SittingPage {
        id: id?,
        title: title.unwrap_or_else(unknown),
        group: group?,
        venue: venue.unwrap_or_else(unknown),
        starts_at: starts_at?,
        fee: fee?,
        subject: subject?.map(|(id, _)| id),
        campus: campus?.map(|(code, _)| code),
    };
    Some((page, capacity?))
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
    let Some(id) = row.optional::<SubjectId>("subject", faults)? else { return Some(None) };
    let Some(known) = known else { return Some(Some((id, None))) };
    let Some(subject) = known.exam.page.rules.subject(&id) else {
        faults.push(row.fault(format!("subject: `{id}` is not among the subjects of exam.toml")));
        return None;
    };
    Some(Some((id, Some(subject))))
}

fn campus<'a>(
    row: &Row<'_>,
    known: Option<Known<'a>>,
    faults: &mut Vec<DefinitionError>,
) -> Found<OrganisationCode, &'a Organisation> {
    let Some(code) = row.optional::<OrganisationCode>("campus", faults)? else { return Some(None) };
    let Some(known) = known else { return Some(Some((code, None))) };
    let is_it = |one: &&Organisation| one.code == code && one.level == OrganisationLevel::Campus;
    let Some(campus) = known.organisations.iter().find(is_it) else {
        faults.push(row.fault(format!("campus: `{code}` is no campus of organisations.csv")));
        return None;
    };
    Some(Some((code, Some(campus))))
}

fn group(row: &Row<'_>, known: Option<Known<'_>>, faults: &mut Vec<DefinitionError>) -> Option<Option<GroupId>> {
    let group: GroupId = row.parsed("group", faults)?;
    if known.is_some_and(|known| !known.exam.page.groups.iter().any(|known| known.id == group)) {
        faults.push(row.fault(format!("group: `{group}` is not among the groups of exam.toml")));
        return None;
    }
    Some(Some(group))
}
