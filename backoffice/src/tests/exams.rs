//! The pages of exams and drafts, from made-up values and the exams that ship: none yet, right and wrong, with long names.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::drafts::effect::{Difference, Effect, EffectRefusal, Seats, SittingEffect, SittingFate};
use registration::drafts::fields::FieldKind;
use registration::drafts::{DraftPart, ExamLine, SeenDraft, shipped};
use registration::exams::definition::{DefinitionTexts, Imported};
use registration::model::actor::Actor;
use registration::model::exam::Exam;
use registration::model::exam::draft::{Draft, DraftId, DraftOrigin, DraftState};
use registration::model::ids::StaffId;
use uuid::Uuid;

use super::now;
use crate::desk::message::Message;
use crate::pages::exams::frame::body;
use crate::pages::exams::part::Entered;
use crate::pages::exams::window::Asked;
use crate::pages::exams::{draft, effect, file, list, one, part, sittings, window};

fn texts(name: &str) -> DefinitionTexts {
    shipped::find(name).unwrap()
}

fn exam(name: &str) -> Exam {
    texts(name).check().unwrap().page
}

fn a_draft(number: u128, state: DraftState) -> Draft {
    Draft {
        id: DraftId(Uuid::from_u128(number)),
        exam: (number != 2).then(|| "cet".parse().unwrap()),
        base: None,
        origin: if number == 2 { DraftOrigin::Shipped } else { DraftOrigin::Exam },
        state,
        version: 3,
        made_at: now() - SignedDuration::from_hours(3),
        made_by: "li.min".to_owned(),
        changed_at: now() - SignedDuration::from_mins(4),
        changed_by: "chief".to_owned(),
    }
}

fn history() -> Vec<AuditEntry> {
    let entry = |minutes, action, detail: Option<&str>| AuditEntry {
        at: now() - SignedDuration::from_mins(minutes),
        actor: Actor::Staff(StaffId(Uuid::from_u128(9))),
        staff_name: Some("li.min".to_owned()),
        action,
        seen: None,
        detail: detail.map(str::to_owned),
    };
    let digest = "0192f3c4-0000-7000-8000-000000000001 · sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    vec![
        entry(1, AuditAction::AppliedDraft, Some(digest)),
        entry(20, AuditAction::ClosedExam, Some("2027-04-16T09:00:00Z → 2026-11-20T06:12:00Z")),
        entry(40, AuditAction::ChangedDraft, Some("windows")),
        entry(90, AuditAction::BeganDraft, Some("cet")),
    ]
}

fn seen(number: u128, texts: DefinitionTexts, state: DraftState) -> SeenDraft {
    SeenDraft {
        draft: a_draft(number, state),
        checked: texts.check(),
        texts,
        has_begun: false,
        history: history()[2..].to_vec(),
    }
}

/// With something wrong in each file.
fn wrong() -> SeenDraft {
    let texts = texts("campus-english");
    let exam = texts.exam.replace("hold_seconds = 900", "hold_seconds = 0").replace("\"120.00\"", "\"many\"");
    let sittings = texts.sittings.replacen(",240,", ",许多,", 1).replacen(",language,", ",none,", 2);
    seen(2, DefinitionTexts { exam, sittings, ..texts }, DraftState::Open)
}

fn line(exam: Exam, sold: i64, held: i64, capacity: i64) -> ExamLine {
    ExamLine { exam: Arc::new(exam), capacity, seats: Seats { held, sold } }
}

fn lines() -> Vec<ExamLine> {
    let mut closed = exam("continuing-education");
    closed.closes_at = now() - SignedDuration::from_hours(5);
    let mut not_yet = exam("campus-english");
    not_yet.opens_at = now() + SignedDuration::from_hours(30);
    vec![line(exam("cet"), 18_204, 317, 42_000), line(not_yet, 0, 0, 1_024), line(closed, 344, 0, 344)]
}

fn an_effect(refusals: Vec<EffectRefusal>) -> Effect {
    let difference = |path: &str, before: Option<&str>, after: Option<&str>| Difference {
        path: path.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let page = exam("campus-english");
    let sitting = |place: usize, fate, before, after, seats| SittingEffect {
        id: page.sittings[place].id.clone(),
        title: page.sittings[place].title.clone(),
        starts_at: page.sittings[place].starts_at,
        fate,
        capacity_before: before,
        capacity_after: after,
        changes: match fate {
            SittingFate::Changed => vec![difference("starts_at", Some("2027-05-22 09:00"), Some("2027-05-22 10:00"))],
            SittingFate::Added | SittingFate::Stays => Vec::new(),
        },
        seats,
    };
    Effect {
        exam: page.id.clone(),
        fields: vec![
            difference("closes_at", Some("2027-05-07 17:00"), Some("2027-05-10 17:00")),
            difference("contact.zh", None, Some("外语教学部 0731-0000-0001（示例），工作日 8:30–17:00")),
            difference(
                "notice.zh",
                Some("报名对象：本校在籍学生。\n每位考生限报一个场次。"),
                Some("报名对象：本校学生。"),
            ),
            difference("steps.00.title.zh", Some("选择场次"), Some("选场次")),
            difference("form.photo.bytes_max", Some("200000"), None),
        ],
        sittings: vec![
            sitting(0, SittingFate::Changed, Some(240), 260, Seats { held: 7, sold: 201 }),
            sitting(1, SittingFate::Added, None, 60, Seats::default()),
            sitting(2, SittingFate::Stays, Some(160), 160, Seats { held: 0, sold: 31 }),
        ],
        organisations: [2, 1, 0],
        capacity: (1_024, 1_104),
        affected: Seats { held: 7, sold: 232 },
        refusals,
        goes_on: false,
        imported: Imported {
            exam: page.id.clone(),
            is_new: false,
            sittings: 8,
            warnings: Vec::new(),
            kept: vec![page.sittings[2].id.clone()],
            roster: None,
            past_scores: None,
        },
    }
}

fn refusals() -> Vec<EffectRefusal> {
    let sitting = || "en-0522-am-lakeside".parse().unwrap();
    vec![
        EffectRefusal::Stale,
        EffectRefusal::OtherId("other".parse().unwrap()),
        EffectRefusal::IdTaken("cet".parse().unwrap()),
        EffectRefusal::Capacity { sitting: sitting(), wanted: 100, sold: 201 },
        EffectRefusal::Fee { sitting: sitting(), sold: 201 },
        EffectRefusal::Group(sitting()),
        EffectRefusal::Pool(sitting()),
        EffectRefusal::Organisations,
        EffectRefusal::NeedsTwo,
    ]
}

pub(super) fn all_pages(w: Words) -> Vec<(&'static str, Markup)> {
    let (lines, drafts) = (lines(), [a_draft(1, DraftState::Open), a_draft(2, DraftState::Open)]);
    let view = |lines, drafts, may_begin| list::View { lines, drafts, may_begin, now: now() };
    let listed = |view: &list::View<'_>| body(&w.t("exams"), None, &list::body(w, view));
    let history = history();
    let shown = |line: &ExamLine, may_edit| {
        let view =
            one::View { line, drafts: &drafts[..1], history: &history[..2], may_edit, may_open: true, now: now() };
        let done = Message::new(Tone::Good, w.t("exam-applied-done"));
        body(w.pick(&line.exam.title.zh, &line.exam.title.en), Some(&done), &one::body(w, &view))
    };
    let asked = |line: &ExamLine, asked| body(&w.t("exam-window"), None, &window::body(w, &line.exam, asked, now()));
    let title = w.t("exam-draft");
    let of_draft = |inside: Markup| body(&title, None, &inside);
    let (right, wrong) = (seen(1, texts("cet"), DraftState::Open), wrong());
    let begun = SeenDraft { has_begun: true, ..right.clone() };
    let going_on = Effect { goes_on: true, fields: Vec::new(), sittings: Vec::new(), ..an_effect(Vec::new()) };
    let over = seen(1, texts("degree-english"), DraftState::Applied);
    let entered: HashMap<String, String> = [("opens_at".to_owned(), "明天".to_owned())].into_iter().collect();
    let misread = [("opens_at".to_owned(), FieldKind::Moment), ("grace_seconds".to_owned(), FieldKind::Whole)];
    let kept = Entered { values: Some(&entered), wrong: &misread };
    let plain = Entered::default();
    let unreadable = DefinitionTexts { exam: "id = ".to_owned(), sittings: String::new(), organisations: None };
    let unreadable = seen(2, unreadable, DraftState::Open);
    vec![
        ("exams", listed(&view(&lines, &drafts, true))),
        ("exams-empty", listed(&view(&[], &[], true))),
        ("exam", shown(&lines[0], true)),
        ("exam-operator", shown(&lines[1], false)),
        ("exam-close", asked(&lines[0], Asked::Close)),
        ("exam-reopen", asked(&lines[2], Asked::Reopen)),
        ("exam-draft-wrong", of_draft(draft::body(w, &wrong, now()))),
        ("exam-draft-over", of_draft(draft::body(w, &over, now()))),
        ("exam-texts", of_draft(part::body(w, &right, DraftPart::Texts, &plain))),
        ("exam-windows", of_draft(part::body(w, &wrong, DraftPart::Windows, &kept))),
        ("exam-steps", of_draft(part::body(w, &right, DraftPart::Steps, &plain))),
        ("exam-refund", of_draft(part::body(w, &right, DraftPart::Refund, &plain))),
        ("exam-unreadable", of_draft(part::body(w, &unreadable, DraftPart::Ticket, &plain))),
        ("exam-sittings", of_draft(sittings::body(w, &wrong, None))),
        ("exam-file", of_draft(file::body(w, &wrong, "exam.toml", None).unwrap())),
        ("exam-effect", of_draft(effect::body(w, &right, Some(&an_effect(Vec::new()))))),
        ("exam-effect-begun", of_draft(effect::body(w, &begun, Some(&going_on)))),
        ("exam-effect-refused", of_draft(effect::body(w, &right, Some(&an_effect(refusals()))))),
    ]
}
