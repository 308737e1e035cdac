//! Looking people up, confirming them, and the review of an earlier score, in every state.

use jiff::SignedDuration;
use registration::eligibility::{RosterPerson, ScoreReview, SeenPerson};
use registration::model::document::{Document, DocumentKind};
use registration::model::exam::Exam;
use registration::model::exam_rules::SubjectId;
use registration::model::facts::ScoreReviewState;
use registration::model::facts::{EligibilityState, Facts};
use registration::model::roster::RosterRecord;
use registration::rules::steps::{StepView, steps};

use super::super::{DOCUMENT, Studio, account, now};
use crate::pages::eligibility::person::{taken_body, view as person_view};
use crate::pages::eligibility::score_review::view as score_review_view;
use crate::pages::eligibility::{Entered, View, body};
use crate::view::form::FieldError;
use crate::view::layout::Visitor;

fn ids(texts: &[&str]) -> Vec<SubjectId> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn record(name: &str, note: &str) -> RosterRecord {
    let columns = [
        ("school", "99101"),
        ("campus", "991010"),
        ("level", "本科"),
        ("years", "4"),
        ("entry_year", "2024"),
        ("grade", "03"),
        ("department", "继续教育与国际交流学院"),
        ("major", "工商管理（人力资源方向）"),
        ("class", "01"),
        ("student_number", "2024090010"),
        ("note", note),
        ("tutor", "李老师"),
    ];
    RosterRecord {
        document: Document::parse(DocumentKind::ResidentId, DOCUMENT).unwrap(),
        name: name.parse().unwrap(),
        subjects: ids(&["cet4-written", "ja4-written", "de4-written", "cet4-oral"]),
        barred: Vec::new(),
        columns: columns.iter().map(|(name, value)| (name.parse().unwrap(), (*value).to_owned())).collect(),
    }
}

pub(super) fn person(name: &str, is_bound: bool) -> RosterPerson {
    let record = record(name, "");
    let eligible = record.eligible(&[]);
    RosterPerson { record, eligible, bound_at: is_bound.then(|| now() - SignedDuration::from_hours(3)) }
}

fn review(state: ScoreReviewState) -> ScoreReview {
    ScoreReview {
        state,
        name: "罗海安".parse().unwrap(),
        document: Document::parse(DocumentKind::MacauId, "1234567(8)").unwrap(),
        past_number: "430000201106002".parse().unwrap(),
        grants: ids(&["cet6-written", "cet6-oral"]),
    }
}

/// The steps of somebody who has agreed, bound or not.
fn way(exam: &Exam, is_bound: bool) -> Vec<StepView> {
    let at = now() - SignedDuration::from_hours(3);
    let eligibility = match is_bound {
        true => EligibilityState::Bound { at, subjects: ids(&["cet4-written"]), campus: None },
        false => EligibilityState::None,
    };
    steps(exam, &Facts { notice_agreed_at: Some(at), eligibility, ..Facts::default() }, now())
}

impl Studio {
    pub(super) fn eligibility(&mut self) {
        let (w, open) = (self.w, super::shipped("cet"));
        let mut soon = open.clone();
        soon.opens_at = now() + SignedDuration::from_hours(20);
        let mut over = open.clone();
        over.closes_at = now() - SignedDuration::from_hours(20);
        let typed = Entered { kind: "taiwan_permit".into(), number: "WW1".into(), name: "张三·李四".into() };
        let error = |field: &'static str, text: String| FieldError { field: field.into(), text };
        let wrong = [
            error("kind", w.t("eligibility-error-kind").into()),
            error("number", w.t("eligibility-error-number-form").into()),
        ];
        let unknown = [error("number", w.t("eligibility-error-unknown").into())];
        let nothing = Entered::default();
        for (name, exam, typed, errors, is_expired) in [
            ("eligibility", &open, &nothing, &[][..], false),
            ("eligibility-error", &open, &typed, &wrong, false),
            ("eligibility-unknown", &open, &typed, &unknown, true),
            ("eligibility-early", &soon, &nothing, &[], false),
            ("eligibility-over", &over, &nothing, &[], false),
        ] {
            let steps = way(exam, false);
            let view = View { exam, steps: &steps, typed, errors, is_expired, now: now() };
            self.add(name, "eligibility", None, Visitor::SignedIn, &body(w, &view));
        }
        self.people(&open, &soon);
        self.score_reviews(&open);
    }

    fn people(&mut self, open: &Exam, soon: &Exam) {
        let w = self.w;
        let seen: SeenPerson = "AAAA".parse().unwrap();
        let waiting = review(ScoreReviewState::Waiting { since: now() });
        let tick = FieldError { field: "agree".into(), text: w.t("person-tick-error").into() };
        let other = FieldError { field: "".into(), text: w.t("person-error-not-themselves").into() };
        let long = "阿卜杜热西提·买买提依明·艾合买提江";
        for (name, exam, who, is_bound, errors) in [
            ("person", open, "颜冬儿", false, &[][..]),
            ("person-error", open, long, false, &[tick][..]),
            ("person-other", open, "颜冬儿", false, &[other][..]),
            ("person-early", soon, "张三·李四", false, &[][..]),
            ("person-bound", open, "颜冬儿", true, &[][..]),
        ] {
            let (steps, person) = (way(exam, is_bound), person(who, is_bound));
            let view = person_view::View {
                exam,
                steps: &steps,
                person: &person,
                seen: (!is_bound).then_some(&seen),
                review: is_bound.then_some(&waiting),
                is_offered: !is_bound,
                errors,
                has_changed: name == "person-other",
                now: now(),
            };
            self.add(name, "person", None, Visitor::SignedIn, &person_view::body(w, &view));
        }
        let number = account("颜冬儿").number.to_string();
        self.add("person-taken", "person", None, Visitor::SignedIn, &taken_body(w, open, &number));
    }

    fn score_reviews(&mut self, exam: &Exam) {
        let w = self.w;
        let rules = exam.rules.eligibility.score_review.as_ref().unwrap();
        let (steps, person) = (way(exam, true), person("罗海安", true));
        let none = FieldError { field: "ticket".into(), text: w.t("score-review-error-none").into() };
        let tick = FieldError { field: "agree".into(), text: w.t("score-review-tick-error").into() };
        let reason = "准考证照片与成绩记录不是同一个人".to_owned();
        for (name, state, is_offered, errors) in [
            ("score-review", None, true, &[][..]),
            ("score-review-error", None, true, &[none, tick][..]),
            ("score-review-not", None, false, &[][..]),
            ("score-review-waiting", Some(ScoreReviewState::Waiting { since: now() }), true, &[][..]),
            ("score-review-refused", Some(ScoreReviewState::Refused { reason: reason.clone() }), true, &[][..]),
            ("score-review-expired", Some(ScoreReviewState::Refused { reason }), false, &[][..]),
            ("score-review-passed", Some(ScoreReviewState::Passed { at: now() }), false, &[][..]),
        ] {
            let review = state.map(review);
            let view = score_review_view::View {
                exam,
                steps: &steps,
                rules,
                person: (name != "score-review-expired").then_some(&person),
                seen: None,
                review: review.as_ref(),
                is_offered,
                past_number: if errors.is_empty() { "" } else { "43000020110600" },
                has_agreed: false,
                errors,
                now: now(),
            };
            self.add(name, "review", None, Visitor::SignedIn, &score_review_view::body(w, &view));
        }
    }
}
