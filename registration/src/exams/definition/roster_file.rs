//! `roster.csv`: who may register, one person a line. Columns of the exam's own may follow.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::people_file::{PEOPLE_MAX, read_people};
use super::table::{Row, Shape};
use super::{DefinitionError, ROSTER_FILE, cells, words};
use crate::model::exam::Exam;
use crate::model::exam_rules::SubjectId;
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::roster::RosterRecord;

const SHAPE: Shape = Shape {
    file: ROSTER_FILE,
    columns: &["document_kind", "document_number", "name", "subjects", "barred"],
    needed: 3,
    rows_max: PEOPLE_MAX,
    is_open: true,
    words: &words::ROSTER,
};

/// Reads the file and keeps nothing. How many people it has.
pub(super) fn check(dir: &Path, exam: &Exam, faults: &mut Vec<DefinitionError>) -> u64 {
    read(dir, exam, faults, |_| true)
}

/// Reads the file if it is there and hands on each person who is right; `take` says whether to go on. How many lines
/// it has.
pub(super) fn read(
    dir: &Path,
    exam: &Exam,
    faults: &mut Vec<DefinitionError>,
    mut take: impl FnMut(RosterRecord) -> bool,
) -> u64 {
    // A campus is looked up for every line.
    let places: HashMap<&str, &Organisation> =
        exam.organisations.iter().map(|organisation| (organisation.code.as_str(), organisation)).collect();
    read_people(dir, &SHAPE, faults, |row, faults, seen| {
        let before = faults.len();
        check_places(row, &places, faults);
        let Some(record) = person(row, exam, faults) else { return true };
        if !seen.is_new(&record.document.keyed()) {
            faults.push(row.fault("document_number: this person is there twice".to_owned()));
        }
        faults.len() > before || take(record)
    })
}

fn person(row: &Row<'_>, exam: &Exam, faults: &mut Vec<DefinitionError>) -> Option<RosterRecord> {
    let kind = row.read("document_kind", faults, words::kind);
    let name = row.parsed("name", faults);
    let subjects = read_subjects(row, "subjects", exam, faults);
    let barred = read_subjects(row, "barred", exam, faults);
    let kind = kind?;
    let document = row.read("document_number", faults, |cell| cells::document(kind, cell));
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
            None => {
                faults.push(row.fault(format!("{column}: `{word}` is not among the subjects of exam.toml")));
            }
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
        faults.push(row.fault(format!("campus: `{campus}` is no campus of organisations.csv")));
        return;
    };
    let is_known = places.contains_key(school);
    if is_known && found.parent.as_ref().is_none_or(|parent| parent.as_str() != school) {
        faults.push(row.fault(format!("campus: `{campus}` does not belong to the school `{school}`")));
    }
}
