//! The desks without pictures, from made-up values.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::accommodations::{AccommodationCase, AccommodationKey};
use registration::desk::case::Subject;
use registration::desk::forms::{FormCase, FormKey};
use registration::desk::queue::{Line, Note};
use registration::desk::scores::{FoundScore, ScoreCase, ScoreKey};
use registration::eligibility::ScoreReview;
use registration::exams::definition;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::{AccommodationKind, FieldName};
use registration::model::facts::ScoreReviewState;
use registration::model::facts::accommodation::{
    Accommodation, AccommodationRequest, AccommodationState, Verdict, Verdicts,
};
use registration::model::ids::AccountId;
use registration::model::roster::RosterRecord;
use registration::pictures::kept::PictureId;
use registration::rules::details::Answers;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::{line, now};
use crate::desk::lines::Queue;
use crate::desk::message::Message;
use crate::desk::reason::texts;
use crate::desks::accommodations::{self, ACCOMMODATIONS, Shown, Typed};
use crate::desks::forms::{self, FORMS};
use crate::desks::plain::{Case, Desk, Kind, Whose, body};
use crate::desks::scores::{self, SCORES};

pub(super) fn shipped(name: &str) -> registration::model::exam::Exam {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
    definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn queue(kind: &Kind, subject: impl Fn(AccountId) -> Subject, note: Option<Note>) -> Queue {
    let names = ["张伟", "阿卜杜热西提·买买提依明·艾合买提江", "欧阳晓彤", "Aleksandra Wiśniewska"];
    let waiting = |(index, name): (u32, &str)| {
        let since = now() - SignedDuration::from_mins(i64::from(index * index * 40));
        Line { note, ..line(subject(account(u128::from(index))), name.parse().ok(), since) }
    };
    super::queue(kind.kinds, (0..).zip(names).map(waiting).collect())
}

fn desk(w: Words, kind: &Kind, queue: &Queue, case: Option<(Subject, Markup)>) -> Markup {
    let message = Message::new(Tone::Good, w.t("plain-done-passed"));
    let whose = Whose { exam: "ce".parse().unwrap(), account: account(1) };
    let case = case.map(|(subject, markup)| Case {
        whose,
        subject,
        work: super::queues::differing(),
        reasons: texts(kind.reasons),
        seen: 1,
        markup,
        decision: None,
    });
    let titles = &|_: &ExamId| "继续教育外语水平考试".to_owned();
    body(w, &Desk { kind, queue, titles, message: Some(&message), case: case.as_ref(), is_attended: true, now: now() })
}

pub(super) fn forms(w: Words) -> Markup {
    let exam = shipped("continuing-education");
    let school: FieldName = "school".parse().unwrap();
    let record = RosterRecord {
        document: Document::parse(DocumentKind::ResidentId, "11010519491231002X").unwrap(),
        name: "张伟".parse().unwrap(),
        subjects: Vec::new(),
        barred: Vec::new(),
        columns: [("school".parse().unwrap(), "tongpu-ce".to_owned())].into(),
    };
    let case = FormCase {
        key: FormKey { exam: exam.id.clone(), account: AccountId(Uuid::from_u128(7)), version: 1 },
        answers: Answers([("school".parse().unwrap(), "shenjiang-ce".to_owned())].into()),
        since: now(),
        differences: Some(vec![school.clone()]),
        before: Some(Answers([(school, "tongpu-ce".to_owned())].into())),
        is_confirmed: true,
    };
    let case = forms::body(w, &exam, &case, None, Some(&record));
    let subject = |account| Subject::Form(exam.id.clone(), account);
    let queue = queue(&FORMS, subject, Some(Note::Differences(1)));
    desk(w, &FORMS, &queue, Some((subject(account(1)), case)))
}

pub(super) fn scores(w: Words) -> Markup {
    let exam = shipped("cet");
    let review = ScoreReview {
        state: ScoreReviewState::Waiting { since: now() },
        name: "罗海安".parse().unwrap(),
        document: Document::parse(DocumentKind::MacauId, "1234567(8)").unwrap(),
        past_number: "430000201106002".parse().unwrap(),
        grants: vec!["cet6-written".parse().unwrap(), "cet6-oral".parse().unwrap()],
    };
    let key = ScoreKey { exam: exam.id.clone(), account: AccountId(Uuid::from_u128(7)), requested_at: now() };
    let found = Some(FoundScore { score: 468, year: 2025, document: "12345676".to_owned().into() });
    let case = scores::body(w, Some(&exam), &ScoreCase { key, review, found });
    let subject = |account| Subject::Score(exam.id.clone(), account);
    desk(w, &SCORES, &queue(&SCORES, subject, None), Some((subject(account(1)), case)))
}

/// A request with something of everything, and what was said before.
pub(super) fn accommodations(w: Words) -> Markup {
    let exam = shipped("degree-english");
    let verdicts = Verdicts(vec![
        (AccommodationKind::ExtraTime, Verdict::Granted),
        (AccommodationKind::OwnRoom, Verdict::More("请补充医院诊断证明或残疾人证".to_owned())),
    ]);
    let asked = Accommodation {
        state: AccommodationState::Waiting { since: now() },
        request: AccommodationRequest {
            kinds: vec![AccommodationKind::ExtraTime, AccommodationKind::OwnRoom, AccommodationKind::Other],
            details: "右手骨折，需要助写员和可以调节高度的桌子。".to_owned(),
        },
        verdicts,
    };
    let key = AccommodationKey { exam: exam.id.clone(), account: account(7), version: 2 };
    let proof = Some(PictureId(Uuid::from_u128(1)));
    let case = AccommodationCase { key, asked, since: now(), proofs: [proof, proof] };
    let (subject, reasons) = (case.key.subject(), texts(ACCOMMODATIONS.reasons));
    let shown = Shown {
        exam: Some(&exam),
        case: &case,
        claim: super::queues::theirs().token(),
        reasons: &reasons,
        account: None,
        path: "/accommodations/ce/1".to_owned(),
        typed: &Typed::default(),
        history: &[],
        now: now(),
    };
    let (markup, decision) = (accommodations::body(w, &shown), accommodations::decision(w, &shown));
    let queue = queue(&ACCOMMODATIONS, |account| Subject::Accommodation(exam.id.clone(), account), None);
    let whose = Whose { exam: exam.id.clone(), account: account(7) };
    let case = Case {
        whose,
        subject,
        work: super::queues::theirs(),
        reasons: Vec::new(),
        seen: 2,
        markup,
        decision: Some(decision),
    };
    let (titles, message) =
        (&|_: &ExamId| "学位外语".to_owned(), Message::new(Tone::Bad, w.t("accommodation-undecided")));
    let (kind, message) = (&ACCOMMODATIONS, Some(&message));
    body(w, &Desk { kind, queue: &queue, titles, message, case: Some(&case), is_attended: true, now: now() })
}

pub(super) fn nothing(w: Words) -> Markup {
    desk(w, &SCORES, &super::queue(SCORES.kinds, Vec::new()), None)
}
