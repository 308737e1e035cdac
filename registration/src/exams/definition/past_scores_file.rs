//! `past_scores.csv`: results of earlier exams, one a line, for the review of an earlier score.

use std::io::{Read, Seek};
use std::path::Path;

use super::people_file::{Line, PEOPLE_MAX, PeopleRead, Seen, name_file, open, read_people};
use super::table::{Row, Shape};
use super::wrong::Wrong;
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

/// Reads the file of an exam's directory and keeps nothing. How many results it has.
pub(super) fn check(dir: &Path, exam: &Exam, faults: &mut Vec<DefinitionError>) -> u64 {
    let Some(file) = open(dir, PAST_SCORES_FILE, faults) else { return 0 };
    let lines = read(file, exam, faults, |_| true).lines;
    name_file(dir, PAST_SCORES_FILE, faults);
    lines
}

/// Reads a table and hands on each line; `take` says whether to go on.
pub(crate) fn read(
    source: impl Read + Seek,
    exam: &Exam,
    faults: &mut Vec<DefinitionError>,
    take: impl FnMut(Line<'_, PastScore>) -> bool,
) -> PeopleRead {
    let score = |row: &Row<'_>, faults: &mut Vec<DefinitionError>, seen: &mut Seen| {
        let score = result(row, exam, faults)?;
        if !seen.is_new(&format!("{}\n{}\n{}\n{}", score.past_number, score.document, score.subject, score.year)) {
            faults.push(row.wrong_line(Wrong::ResultTwice));
        }
        Some(score)
    };
    read_people(source, &SHAPE, faults, score, take)
}

fn result(row: &Row<'_>, exam: &Exam, faults: &mut Vec<DefinitionError>) -> Option<PastScore> {
    let past_number = row.meant("ticket_number", faults, |cell| Ok(cell.parse::<PastNumber>()?));
    let kind = match row.field("document_kind") {
        "" => Some(None),
        _ => row.meant("document_kind", faults, words::kind).map(Some),
    };
    let name = row.meant("name", faults, |cell| Ok(cell.parse::<PersonName>()?));
    let subject = row.meant("subject", faults, |cell| subject(exam, cell));
    let year = row.meant("year", faults, |cell| whole(cell, |year| YEARS.contains(&year), Wrong::Year));
    let score =
        row.meant("score", faults, |cell| whole(cell, |score| score <= SCORE_MAX, Wrong::Score { max: SCORE_MAX }));
    let kind = kind?;
    let document = row.meant("document_number", faults, |cell| match kind {
        Some(kind) => cells::document(kind, cell).map(|document| document.expose().to_owned()),
        None => number_of_any_kind(cell).ok_or(Wrong::NoNumber),
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

fn subject(exam: &Exam, cell: &str) -> Result<SubjectId, Wrong> {
    let known = cell.parse::<SubjectId>().ok().filter(|id| exam.rules.subject(id).is_some());
    known.ok_or_else(|| Wrong::Subject { subject: cell.to_owned() })
}

/// A whole number that `fits`; otherwise `wrong`, or that it is none.
fn whole(cell: &str, fits: impl Fn(u16) -> bool, wrong: Wrong) -> Result<u16, Wrong> {
    let read = cells::whole(cell, u16::MAX.into()).ok().and_then(|number| u16::try_from(number).ok());
    let number = read.ok_or_else(|| Wrong::NotWhole { cell: cell.to_owned() })?;
    if fits(number) { Ok(number) } else { Err(wrong) }
}
