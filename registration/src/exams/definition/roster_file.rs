//! `roster.csv`: who may register, one person a line. Columns of the exam's own may follow.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};
use std::path::Path;

use super::people_file::{Line, PEOPLE_MAX, PeopleRead, Seen, name_file, open, read_people};
use super::table::{Row, Shape};
use super::wrong::Wrong;
use super::{DefinitionError, ROSTER_FILE, cells, words};
use crate::model::document::DocumentKind;
use crate::model::exam::Exam;
use crate::model::exam_rules::SubjectId;
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::person::PersonName;
use crate::model::roster::RosterRecord;

const SHAPE: Shape = Shape {
    file: ROSTER_FILE,
    columns: &["document_number", "name", "document_kind", "subjects", "barred"],
    needed: 2,
    rows_max: PEOPLE_MAX,
    is_open: true,
    words: &words::ROSTER,
};

/// Reads the file of an exam's directory and keeps nothing. How many people it has.
pub(super) fn check(dir: &Path, exam: &Exam, faults: &mut Vec<DefinitionError>) -> u64 {
    let Some(file) = open(dir, ROSTER_FILE, faults) else { return 0 };
    let lines = read(file, exam, faults, |_| true).lines;
    name_file(dir, ROSTER_FILE, faults);
    lines
}

/// Reads a table and hands on each line; `take` says whether to go on.
pub(crate) fn read(
    source: impl Read + Seek,
    exam: &Exam,
    faults: &mut Vec<DefinitionError>,
    take: impl FnMut(Line<'_, RosterRecord>) -> bool,
) -> PeopleRead {
    // A campus is looked up for every line.
    let places: HashMap<&str, &Organisation> =
        exam.organisations.iter().map(|organisation| (organisation.code.as_str(), organisation)).collect();
    let person = |row: &Row<'_>, faults: &mut Vec<DefinitionError>, seen: &mut Seen| {
        check_places(row, &places, faults);
        let record = person(row, exam, faults)?;
        if !seen.is_new(&record.document.keyed()) {
            faults.push(row.wrong("document_number", Wrong::PersonTwice));
        }
        Some(record)
    };
    read_people(source, &SHAPE, faults, person, take)
}

fn person(row: &Row<'_>, exam: &Exam, faults: &mut Vec<DefinitionError>) -> Option<RosterRecord> {
    // A sheet that says no kind is one of residents: its column is called 身份证号.
    let kind = match row.has("document_kind") {
        true => row.meant("document_kind", faults, words::kind),
        false => Some(DocumentKind::ResidentId),
    };
    let name = row.meant("name", faults, |cell| Ok(cell.parse::<PersonName>()?));
    let subjects = read_subjects(row, "subjects", exam, faults);
    let barred = read_subjects(row, "barred", exam, faults);
    let kind = kind?;
    let document = row.meant("document_number", faults, |cell| cells::document(kind, cell));
    let mut columns = BTreeMap::new();
    for (column, value) in row.fields().filter(|(column, value)| !SHAPE.columns.contains(column) && !value.is_empty()) {
        columns.insert(column.parse().expect("the header was checked to have names only"), value.to_owned());
    }
    Some(RosterRecord { document: document?, name: name?, subjects, barred, columns })
}

/// Subjects of the exam, parted by blanks, commas or the like.
fn read_subjects(row: &Row<'_>, column: &str, exam: &Exam, faults: &mut Vec<DefinitionError>) -> Vec<SubjectId> {
    let is_between = |c: char| c.is_whitespace() || [',', '，', '、', ';', '；'].contains(&c);
    let mut found: Vec<SubjectId> = Vec::new();
    for word in row.field(column).split(is_between).filter(|word| !word.is_empty()) {
        match word.parse::<SubjectId>().ok().filter(|id| exam.rules.subject(id).is_some()) {
            Some(id) if found.contains(&id) => {}
            Some(id) => found.push(id),
            None => faults.push(row.wrong(column, Wrong::Subject { subject: word.to_owned() })),
        }
    }
    found
}

/// Where the exam has organisations, a campus is one of them, and belongs to the school that the line names by its code.
fn check_places(row: &Row<'_>, places: &HashMap<&str, &Organisation>, faults: &mut Vec<DefinitionError>) {
    let (school, campus) = (row.field("school"), row.field("campus"));
    if places.is_empty() || campus.is_empty() {
        return;
    }
    let Some(found) = places.get(campus).filter(|one| one.level == OrganisationLevel::Campus) else {
        faults.push(row.wrong("campus", Wrong::Campus { campus: campus.to_owned() }));
        return;
    };
    let is_known = places.contains_key(school);
    if is_known && found.parent.as_ref().is_none_or(|parent| parent.as_str() != school) {
        let wrong = Wrong::CampusOfOther { campus: campus.to_owned(), school: school.to_owned() };
        faults.push(row.wrong("campus", wrong));
    }
}
