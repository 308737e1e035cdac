//! `past_scores.csv`: results of earlier exams, one a line, for the review of an earlier score.

use std::path::Path;

use super::people_file::{PEOPLE_MAX, read_people};
use super::table::{Row, Shape};
use super::{DefinitionError, PAST_SCORES_FILE, cells, words};
use crate::model::exam::Exam;
use crate::model::exam_rules::SubjectId;
use crate::model::person::PersonName;
use crate::model::roster::{PastNumber, PastScore, number_of_any_kind};

const SHAPE: Shape = Shape {
    file: PAST_SCORES_FILE,
    columns: &["ticket_number", "document_number", "name", "subject", "year", "score", "document_kind"],
    needed: 6,
    rows_max: PEOPLE_MAX,
    is_open: false,
    words: &words::PAST_SCORES,
};
/// The years of which there can be results, and the scores that there can be.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2200;
const SCORE_MAX: u16 = 1000;

/// Reads the file and keeps nothing. How many results it has.
pub(super) fn check(dir: &Path, exam: &Exam, faults: &mut Vec<DefinitionError>) -> u64 {
    read(dir, exam, faults, |_| true)
}

/// Reads the file if it is there and hands on each result that is right; `take` says whether to go on. How many lines
/// it has.
pub(super) fn read(
    dir: &Path,
    exam: &Exam,
    faults: &mut Vec<DefinitionError>,
    mut take: impl FnMut(PastScore) -> bool,
) -> u64 {
    read_people(dir, &SHAPE, faults, |row, faults, seen| {
        let before = faults.len();
        let Some(score) = result(row, exam, faults) else { return true };
        if !seen.is_new(&format!("{}\n{}\n{}\n{}", score.past_number, score.document, score.subject, score.year)) {
            faults.push(row.fault("this result is there twice".to_owned()));
        }
        faults.len() > before || take(score)
    })
}

fn result(row: &Row<'_>, exam: &Exam, faults: &mut Vec<DefinitionError>) -> Option<PastScore> {
    let past_number: Option<PastNumber> = row.parsed("ticket_number", faults);
    let kind = row.read_optional("document_kind", faults, words::kind);
    let name: Option<PersonName> = row.parsed("name", faults);
    let subject: Option<SubjectId> = row.parsed("subject", faults);
    if let Some(unknown) = subject.as_ref().filter(|id| exam.rules.subject(id).is_none()) {
        faults.push(row.fault(format!("subject: `{unknown}` is not among the subjects of exam.toml")));
    }
    let year = row.read("year", faults, cells::whole::<u16>);
    let score = row.read("score", faults, cells::whole::<u16>);
    if year.is_some_and(|year| !YEARS.contains(&year)) {
        faults.push(row.fault("year: must be a year of four digits".to_owned()));
    }
    if score.is_some_and(|score| score > SCORE_MAX) {
        faults.push(row.fault(format!("score: must be from 0 to {SCORE_MAX}")));
    }
    let kind = kind?;
    let document = row.read("document_number", faults, |cell| match kind {
        Some(kind) => cells::document(kind, cell).map(|document| document.expose().to_owned()),
        None => number_of_any_kind(cell).ok_or_else(|| "must be a number".to_owned()),
    });
    Some(PastScore {
        past_number: past_number?.expose().to_owned(),
        document: document?,
        name: name?.expose().to_owned(),
        subject: subject?.to_string(),
        year: year?,
        score: score?,
    })
}
