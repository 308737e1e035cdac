//! The desks without pictures, from made-up values.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::application::{ApplicationCase, CaseKey};
use registration::eligibility::{FoundScore, ScoreReview, ScoreReviewCase, ScoreReviewKey};
use registration::exams::definition;
use registration::model::document::{Document, DocumentKind};
use registration::model::facts::ScoreReviewState;
use registration::model::ids::AccountId;
use registration::model::roster::RosterRecord;
use registration::rules::details::Answers;
use uuid::Uuid;

use super::now;
use crate::desk::message::Message;
use crate::desk::queue::Waiting;
use crate::desks::forms::{self, FORMS};
use crate::desks::plain::{Case, Desk, Kind, Whose, body};
use crate::desks::scores::{self, SCORES};

fn shipped(name: &str) -> registration::model::exam::Exam {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
    definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

fn queue(note: &str) -> Vec<Waiting> {
    let names = ["张伟", "阿卜杜热西提·买买提依明·艾合买提江", "欧阳晓彤", "Aleksandra Wiśniewska"];
    let waiting = |(index, name): (usize, &str)| Waiting {
        href: format!("/forms/ce/{index}"),
        name: name.to_owned(),
        about: "继续教育外语水平考试".to_owned(),
        note: note.to_owned(),
        since: now() - SignedDuration::from_mins(i64::try_from(index * index * 40).unwrap()),
        is_here: index == 1,
    };
    names.into_iter().enumerate().map(waiting).collect()
}

fn desk(w: Words, kind: &Kind, queue: &[Waiting], case: Option<Markup>) -> Markup {
    let message = Message::new(Tone::Good, w.t("plain-done-passed"));
    let whose = Whose { exam: "ce".parse().unwrap(), account: AccountId(Uuid::from_u128(1)) };
    let case = case.map(|markup| Case { whose, seen: 1, markup });
    let waiting = queue.len() as u64;
    body(w, &Desk { kind, queue, waiting, message: Some(&message), case: case.as_ref(), now: now() })
}

pub(super) fn forms(w: Words) -> Markup {
    let exam = shipped("continuing-education");
    let school = "school".parse().unwrap();
    let record = RosterRecord {
        document: Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap(),
        name: "张伟".parse().unwrap(),
        subjects: Vec::new(),
        barred: Vec::new(),
        columns: [("school".parse().unwrap(), "tongpu-ce".to_owned())].into(),
    };
    let case = ApplicationCase {
        key: CaseKey { exam: exam.id.clone(), account: AccountId(Uuid::from_u128(7)), version: 1 },
        answers: Answers([("school".parse().unwrap(), "shenjiang-ce".to_owned())].into()),
        since: now(),
        differences: Some(vec![school]),
    };
    let case = forms::body(w, &exam, &case, None, Some(&record));
    let note = w.with("form-differences", &[("count", 1.into())]);
    desk(w, &FORMS, &queue(&note), Some(case))
}

pub(super) fn scores(w: Words) -> Markup {
    let exam = shipped("cet");
    let review = ScoreReview {
        state: ScoreReviewState::Waiting { since: now() },
        name: "罗海安".parse().unwrap(),
        document: Document::parse(DocumentKind::MacauId, "1234567(8)").unwrap(),
        ticket: "430000201106002".parse().unwrap(),
        grants: vec!["cet6-written".parse().unwrap(), "cet6-oral".parse().unwrap()],
    };
    let key = ScoreReviewKey { exam: exam.id.clone(), account: AccountId(Uuid::from_u128(7)), requested_at: now() };
    let found = Some(FoundScore { score: 468, year: 2025, document: "12345676".to_owned().into() });
    let case = scores::body(w, Some(&exam), &ScoreReviewCase { key, review, found });
    desk(w, &SCORES, &queue(""), Some(case))
}

pub(super) fn nothing(w: Words) -> Markup {
    desk(w, &SCORES, &[], None)
}
