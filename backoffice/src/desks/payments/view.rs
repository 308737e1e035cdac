//! The desk as markup: queue, picture, what to compare it with, the decision, the record.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, tag};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::case::{CaseKind, Subject};
use registration::desk::payments::{Double, Reading, Review};
use registration::model::exam::Exam;
use registration::model::exam_rules::FieldKind;
use registration::model::order::OrderState;
use registration::model::person::PersonName;
use registration::model::text::Text;
use registration::rules::details::Answers;

use crate::desk::claim::Work;
use crate::desk::decision::{Choice, decision};
use crate::desk::frame::{follows, keycap};
use crate::desk::lines::{Queue, Titles};
use crate::desk::message::{Message, said_of_decision};
use crate::desk::queue::came;
use crate::desk::record::{of_cases, record};
use crate::desk::words::answer_words;
use crate::desks::payments::pictured::{self, Read};

/// The usual reasons to refuse where an exam has no list of its own, as keys of the catalogue.
pub(crate) const REASONS: [&str; 4] = [key("reason-1"), key("reason-2"), key("reason-3"), key("reason-4")];

/// What the desk shows.
pub(crate) struct Desk<'a> {
    pub(crate) queue: &'a Queue,
    /// What exams are called.
    pub(crate) titles: &'a Titles<'a>,
    pub(crate) case: &'a Review,
    /// Does the case wait for a decision?
    pub(crate) is_waiting: bool,
    /// Who works on it.
    pub(crate) work: &'a Work,
    /// The usual reasons to refuse; number keys choose them.
    pub(crate) reasons: &'a [Text],
    pub(crate) exam: Option<&'a Exam>,
    /// What the form says, where nobody else reviews it.
    pub(crate) answers: &'a Answers,
    pub(crate) history: &'a [AuditEntry],
    /// What the machine read on the picture.
    pub(crate) reading: &'a Reading,
    /// Other pictures of the same payment.
    pub(crate) doubles: &'a [Double],
    /// The one of them that is looked at beside it.
    pub(crate) beside: Option<&'a Double>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

/// The whole desk.
pub(crate) fn desk(w: Words, view: &Desk<'_>) -> Markup {
    let Desk { case, exam, reading, doubles, .. } = *view;
    let read = Read { order: &case.order, exam, reading, doubles };
    html! {
        main class="desk" data-case=[view.work.case()] data-claim=[view.work.token()] data-ahead="payments" {
            (view.queue.draw(w, &w.t("queue-title"), &Subject::Payment(view.case.order.id), view.titles, view.now))
            section class=(if view.beside.is_some() { "picture people" } else { "picture" }) aria-label=(w.t("picture-title")) {
                (picture(w, view))
                @if let Some(double) = view.beside { (pictured::beside(w, view.case.order.id, double)) }
            }
            section class="case" tabindex="0" aria-label=(w.t("case-title")) {
                (said_of_decision(w, view.message))
                @if view.is_waiting { (view.work.said(w)) }
                (pictured::doubles(w, &read))
                (head(w, view))
                (pictured::read(w, &read))
                (compare(w, view))
                (view.queue.candidate(w, view.case.order.account))
                @if view.is_waiting && view.work.token().is_some() {
                    (decision(w, &choice(w, view)))
                    (view.work.leave(w))
                }
                @let picture = view.case.look.map(|look| look.picture());
                (record(w, view.history, picture.as_deref(), view.now, action))
            }
        }
    }
}

/// The page when no payment waits, or somebody else has each of the `waiting` ones.
pub(crate) fn empty(w: Words, message: Option<&Message>, waiting: u64, is_attended: bool) -> Markup {
    html! {
        main class="alone calm" data-empty=(follows(&[CaseKind::Payment])) {
            (said_of_decision(w, message))
            h1 {
                @match (waiting, is_attended) {
                    (0, _) => (w.t("empty-title")),
                    (_, true) => (w.t("queue-all-taken")),
                    (_, false) => (w.t("queue-title")),
                }
            }
            (came(w, "/", waiting, is_attended))
            p { (w.t("empty-text")) }
            p { a class="plain" href="/queues" { (w.t("queues-title")) } }
        }
    }
}

fn picture(w: Words, view: &Desk<'_>) -> Markup {
    let href = picture_at(view.case);
    let shown = html! {
        a href=(href) target="_blank" rel="noopener" data-key="z" { img src=(href) alt=(w.t("picture-alt")) data-picture; }
    };
    let hint = html! { (keycap("Z")) (w.t("picture-hint")) };
    html! {
        @if view.case.order.submitted_at.is_none() {
            p class="hint" { (w.t("picture-none")) }
        } @else if view.beside.is_some() {
            figure { (shown) figcaption { (hint) } }
        } @else {
            (shown)
            p class="hint" { (hint) }
        }
    }
}

/// Where the picture of a case is.
pub(crate) fn picture_at(case: &Review) -> String {
    format!("/orders/{}/screenshot.jpg?{}", case.order.id, seen(case))
}

/// What a decision has to be about.
fn seen(case: &Review) -> String {
    case.look.map(|look| look.to_string()).unwrap_or_default()
}

fn head(w: Words, view: &Desk<'_>) -> Markup {
    let (tone, word) = state_word(w, &view.case.order.state);
    html! {
        header class="case-head" {
            div { h1 { (view.case.order.id) } (tag(tone, &word)) }
            p class="amount" { span { (w.t("amount")) } strong { (view.case.order.amount) } }
        }
    }
}

/// Whom the order is of; nothing when the account gives no name.
fn name_of(review: &Review) -> &str {
    review.name.as_ref().map_or("", PersonName::expose)
}

/// What the picture must agree with.
fn compare(w: Words, view: &Desk<'_>) -> Markup {
    let (order, language) = (&view.case.order, w.language);
    let exam = view.exam.map_or(order.exam.as_str(), |exam| w.pick(&exam.title.zh, &exam.title.en));
    html! {
        dl class="facts" {
            div { dt { (w.t("candidate")) } dd { b { (name_of(view.case)) } } }
            @if let Some(document) = &view.case.document_masked { div { dt { (w.t("document")) } dd { (document) } } }
            @if let Some(mobile) = &view.case.mobile_masked { div { dt { (w.t("mobile")) } dd { (mobile) } } }
            div { dt { (w.t("exam")) } dd { (exam) } }
            @for (label, said) in said_in_form(w, view) { div { dt { (label) } dd { (said) } } }
            div {
                dt { (w.t("sittings")) }
                dd { @for one in &order.sittings { p { (sitting_words(w, view.exam, one)) } } }
            }
            div { dt { (w.t("held")) } dd { (when::moment(language, order.created_at)) } }
            @if let Some(at) = order.submitted_at { div { dt { (w.t("submitted")) } dd { (when::moment(language, at)) } } }
            @if order.refusals > 0 { div { dt { (w.t("refusals")) } dd { (refusals(w, view)) } } }
            @if let OrderState::Refused { reason, until } = &order.state {
                div { dt { (w.t("reason")) } dd { (reason) } }
                div { dt { (w.t("until")) } dd { (when::moment(language, *until)) } }
            }
        }
    }
}

/// How often the picture was refused, and what the next time would do.
fn refusals(w: Words, view: &Desk<'_>) -> String {
    let order = &view.case.order;
    let count = w.with("refusals-count", &[("count", order.refusals.into())]);
    let is_last = view.is_waiting && view.exam.is_some_and(|exam| exam.resubmits_left(order) <= 1);
    let then = if is_last { w.t("refusals-last") } else { "".into() };
    format!("{count}{then}")
}

/// The form's answers, as candidates read them.
fn said_in_form<'a>(w: Words, view: &'a Desk<'_>) -> Vec<(&'a str, String)> {
    let fields = view.exam.into_iter().flat_map(|exam| &exam.rules.form.fields);
    let answered = fields.filter(|field| field.kind != FieldKind::Photo && !view.answers.get(&field.name).is_empty());
    answered
        .map(|field| (w.pick(&field.label.zh, &field.label.en), answer_words(w, field, view.answers.get(&field.name))))
        .collect()
}

/// A sitting of an order: when, what and where.
pub(crate) fn sitting_words(w: Words, exam: Option<&Exam>, one: &registration::model::order::OrderSitting) -> String {
    match exam.and_then(|exam| exam.sitting(&one.sitting)) {
        Some(sitting) => {
            let (title, venue) =
                (w.pick(&sitting.title.zh, &sitting.title.en), w.pick(&sitting.venue.zh, &sitting.venue.en));
            format!("{} · {title} · {venue}", when::moment(w.language, sitting.starts_at))
        }
        None => one.sitting.to_string(),
    }
}

fn choice<'a>(w: Words, view: &Desk<'a>) -> Choice<'a> {
    let order = view.case.order.id;
    Choice {
        hint: Some(w.t("decide-hint")),
        confirm: w.t("confirm"),
        confirm_at: format!("/orders/{order}/confirm"),
        refuse_at: format!("/orders/{order}/refuse"),
        seen: seen(view.case),
        claim: view.work.token(),
        undo: view.work.undo_at(),
        done: [
            w.with("done-confirmed", &[("order", order.to_string().into())]),
            w.with("done-refused", &[("order", order.to_string().into())]),
        ],
        needs_picture: true,
        reasons: view.reasons,
        message: view.message,
    }
}

fn action(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::LookedAtPicture => Some(key("action-looked")),
        AuditAction::Confirmed => Some(key("action-confirmed")),
        AuditAction::Refused => Some(key("action-refused")),
        other => of_cases(other),
    }
}

/// The tone and the word of a state.
pub(crate) fn state_word(w: Words, state: &OrderState) -> (Tone, String) {
    let (tone, word) = match state {
        OrderState::Unpaid => (Tone::Plain, w.t("state-unpaid")),
        OrderState::WaitingReview => (Tone::Plain, w.t("state-review")),
        OrderState::Refused { .. } => (Tone::Bad, w.t("state-refused")),
        OrderState::Confirmed => (Tone::Good, w.t("state-confirmed")),
        OrderState::Lapsed => (Tone::Bad, w.t("state-lapsed")),
        OrderState::Owed { .. } => (Tone::Bad, w.t("state-owed")),
        OrderState::Released => (Tone::Bad, w.t("state-released")),
        OrderState::Cancelled => (Tone::Bad, w.t("state-cancelled")),
    };
    (tone, word.into_owned())
}
