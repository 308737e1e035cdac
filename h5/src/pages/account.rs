//! 个人中心: my registrations, who I am here, and how I sign in.

pub(crate) mod devices;
pub(crate) mod display;
pub(crate) mod email;
pub(crate) mod face;
pub(crate) mod inquiries;
pub(crate) mod link;
pub(crate) mod mobile;
pub(crate) mod name;
pub(crate) mod password;
pub(crate) mod reminders;
pub(crate) mod session_left;
pub(crate) mod summary;

use axum::extract::Query;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::IdentityState;
use registration::model::order::{Order, OrderState};
use registration::people::accounts::{Account, Display, Hears};
use registration::people::candidates::inquiries::Inquiry;
use registration::people::consents::FaceConsent;
use registration::rules::steps::{StepView, TaskState, task};
use serde::Deserialize;

use super::account::summary::summary;
use crate::failure::Failure;
use crate::request::begun::{Begun, begun};
use crate::request::visit::{Candidate, WithOrders};
use crate::view::callout::{Tone, tag};
use crate::view::icons::{Icon, icon};
use crate::view::layout::said::done;
use crate::view::layout::{heading, page, phrases};
use crate::view::order::late::Late;
use crate::view::order::lines;
use crate::view::order::lock::school_line;
use crate::words::order::state_word;

/// What was just done, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    said: String,
}

/// One exam of the candidate: where it stands, what is live of it, and what was before.
pub(crate) struct Mine {
    pub(crate) begun: Begun,
    pub(crate) live: Vec<Order>,
    pub(crate) past: Vec<Order>,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) mine: &'a [Mine],
    pub(crate) account: &'a Account,
    pub(crate) sends_letters: bool,
    pub(crate) said: &'a str,
    pub(crate) identity: &'a IdentityState,
    /// Did they agree to having their face looked at?
    pub(crate) face: FaceConsent,
    /// Does the candidate want no reminders, and how would they be told?
    pub(crate) reminders: (bool, Hears),
    pub(crate) display: Display,
    /// What they asked in writing, the newest first.
    pub(crate) inquiries: &'a [Inquiry],
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Query(said): Query<Said>,
) -> Result<Markup, Failure> {
    let visit = &candidate.visit;
    let (begun, orders) = (begun(visit).await?, visit.orders().await?);
    let mine: Vec<Mine> = begun.into_iter().map(|begun| of_exam(orders, begun)).collect();
    let sends_letters = visit.app.outside.registration.accounts.ways().mail;
    let identity = visit.app.outside.registration.identity.state(candidate.account.id).await?;
    let registration = &visit.app.outside.registration;
    let reminders =
        (registration.reminders.is_off(candidate.account.id).await?, registration.accounts.hears(&candidate.account));
    let inquiries = registration.candidates.inquiries().of(candidate.account.id).await?;
    let view = View {
        mine: &mine,
        account: &candidate.account,
        sends_letters,
        said: &said.said,
        identity: &identity,
        face: registration.face_consents().state(candidate.account.id).await?,
        reminders,
        display: visit.display,
        inquiries: &inquiries,
        now: visit.now,
    };
    Ok(page(&visit.frame(visit.words.t("me-title")), &body(visit.words, &view)))
}

pub(crate) fn of_exam(orders: &[Order], begun: Begun) -> Mine {
    let own = orders.iter().filter(|order| order.exam == begun.exam.id).cloned();
    // What is still to be chosen for is not past, though its seat is gone.
    let is_open = |order: &Order| matches!(order.state, OrderState::Owed { .. }) || order.late_picture_at.is_some();
    let (live, past) = own.partition(|order| order.state.is_live() || is_open(order));
    Mine { begun, live, past }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let is_verified = matches!(view.identity, IdentityState::Verified { .. });
    html! {
        div class="column" {
            (heading(None, &w.t("me-title")))
            (done(w, view.said))
            h2 class="part" { (w.t("me-orders")) }
            @if view.mine.is_empty() {
                div class="empty" {
                    h3 { (w.t("me-empty-title")) }
                    p { (w.t("me-empty-text")) }
                    p { a class="button second" href="/" { (w.t("me-empty-next")) } }
                }
            } @else {
                ul class="orders" { @for mine in view.mine { (card(w, mine, view.now)) } }
            }
            (identity_line(w, view.identity))
            (face::section(w, view.face, view.now))
            (reminders::section(w, view.reminders.0, view.reminders.1))
            (inquiries::section(w, view.inquiries))
            (display::section(w, view.display))
            (summary(w, view.account, is_verified, view.sends_letters))
        }
    }
}

fn card(w: Words, mine: &Mine, now: Timestamp) -> Markup {
    let Mine { begun: Begun { exam, said, steps, .. }, live, past } = mine;
    let here = format!("/exams/{}", exam.id);
    html! {
        li class="order" data-live[!live.is_empty()] {
            div class="order-head" { (tag(said.tone, &said.title)) }
            h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
            @if let Some(reason) = &said.reason {
                p class="order-note" { (w.with("exam-reason", &[("reason", reason.as_str().into())])) }
            }
            p class="order-note" { (said.text) }
            @for order in live { (live_part(w, exam, order, now)) }
            p class="order-do" {
                span class="acts" {
                    a class="link" href=(here) { (w.t("exam-look")) (icon(Icon::Chevron)) }
                    @if can_change(steps, now) {
                        a class="link" href={ (here) "/details" } { (w.t("change-details")) (icon(Icon::Chevron)) }
                    }
                }
                @if let Some((href, word)) = &said.button { a class="button" href=(href) { (word) } }
            }
            @if !past.is_empty() { (past_part(w, exam, past, now)) }
        }
    }
}

/// One order that is live: its sittings, sum and state, and the way to it.
fn live_part(w: Words, exam: &Exam, order: &Order, now: Timestamp) -> Markup {
    let (tone, word) = state_word(w, order);
    html! {
        div class="order-part" {
            (lines(w, exam, order, Some(now)))
            p class="order-head" { (tag(tone, &word)) span class="fee" { (order.amount) } }
            @if let Some(school) = school_line(w, order, now) { p class="line-venue" { (school) } }
            p class="order-head" {
                a href={ "/orders/" (order.id) } { (w.t("order-do-view")) }
                span class="number" { (w.t("pay-order")) " " (order.id) }
            }
        }
    }
}

/// What was before, folded: no sum of it is owed.
fn past_part(w: Words, exam: &Exam, past: &[Order], now: Timestamp) -> Markup {
    html! {
        details class="past" {
            summary { (w.with("me-past", &[("count", past.len().into())])) (icon(Icon::Chevron)) }
            @for order in past {
                @let (tone, word) = state_word(w, order);
                div class="order-part" {
                    p class="order-head" { (tag(tone, &word)) span class="number" { (order.id) } }
                    (lines(w, exam, order, Some(now)))
                    @if order.state == OrderState::Lapsed {
                        @let takes_channels = exam.rules.payment.takes_channels();
                        @let late = Late::of(exam, order, now);
                        @let note = match (late, takes_channels) {
                            (Late::Closed, _) => w.t("order-note-closed"),
                            (_, true) => w.t("order-note-channel"),
                            (Late::Begun | Late::Other, false) => w.t("order-note-begun"),
                            (Late::Same, false) => w.t("order-note-lapsed"),
                        };
                        @let has_form = late == Late::Same && !takes_channels;
                        p { a href={ "/orders/" (order.id) (if has_form { "#upload" } else { "" }) } { (note) } }
                    }
                }
            }
        }
    }
}

/// Can the form be changed now?
fn can_change(steps: &[StepView], now: Timestamp) -> bool {
    let of_form = |step: &&StepView| step.tasks.iter().any(|task| task.kind == TaskKind::Details);
    let is_open = |step: &StepView| step.closes_at.is_none_or(|closes_at| now < closes_at);
    let is_in = task(steps, &TaskKind::Details).is_some_and(|task| task.state == TaskState::Passed);
    is_in && steps.iter().find(of_form).is_some_and(is_open)
}

/// 已实名 or not, as a line of 个人中心.
pub(crate) fn identity_line(w: Words, state: &IdentityState) -> Markup {
    let (tone, word, go) = match state {
        IdentityState::None => (Tone::Care, w.t("me-identity-none"), w.t("me-identity-begin")),
        IdentityState::Waiting { .. } => (Tone::Plain, w.t("me-identity-waiting"), w.t("me-identity-look")),
        IdentityState::Refused { .. } => (Tone::Bad, w.t("me-identity-refused"), w.t("identity-refused-again")),
        IdentityState::Verified { .. } => (Tone::Good, w.t("me-identity-verified"), w.t("me-identity-look")),
    };
    html! {
        section id="identity" {
            h2 { (w.t("identity-title")) }
            dl class="rows" {
                div { dt { (w.t("me-identity-state")) } dd { (tag(tone, &word)) } dd class="row-do" { a href="/me/identity?next=/me" { (go) (icon(Icon::Chevron)) } } }
            }
        }
    }
}
