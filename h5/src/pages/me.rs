//! 个人中心: my registrations, who I am here, and how I sign in.

use std::sync::Arc;

use axum::extract::Query;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::accounts::Account;
use registration::exams::ExamPage;
use registration::order::{Order, OrderState};
use registration::steps::IdentityState;
use reservation::ids::ExamId;
use serde::Deserialize;

use super::account::summary::summary;
use super::home::{Mine, begun};
use super::identity::parts::identity_part;
use super::order_parts::{lines, state_word};
use crate::failure::Failure;
use crate::view::layout::{heading, page, phrases};
use crate::view::notice::{Tone, tag};
use crate::view::said::done;
use crate::visit::Candidate;

/// What was just done, carried over the redirect.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    said: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    /// What was begun and has no live order yet, and how far it is.
    pub(crate) begun: &'a [(Arc<ExamPage>, Mine)],
    pub(crate) orders: &'a [(&'a Order, Arc<ExamPage>)],
    pub(crate) account: &'a Account,
    pub(crate) sends_letters: bool,
    pub(crate) said: &'a str,
    pub(crate) identity: &'a IdentityState,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(candidate: Candidate, Query(said): Query<Said>) -> Result<Markup, Failure> {
    let visit = &candidate.visit;
    let exams = &visit.app.outside.registration.exams;
    let orders: Vec<(&Order, Arc<ExamPage>)> =
        visit.orders.iter().filter_map(|order| Some((order, exams.get(&order.exam)?))).collect();
    let has_live = |id: &ExamId| visit.orders.iter().any(|order| order.exam == *id && order.state.is_live());
    let begun: Vec<(Arc<ExamPage>, Mine)> = begun(visit)
        .await?
        .into_iter()
        .filter(|begun| !has_live(&begun.exam))
        .filter_map(|begun| Some((exams.get(&begun.exam)?, begun.mine)))
        .collect();
    let sends_letters = visit.app.outside.registration.accounts.ways().mail;
    let identity = visit.app.outside.registration.identity.state(candidate.account.id).await?;
    let view = View {
        begun: &begun,
        orders: &orders,
        account: &candidate.account,
        sends_letters,
        said: &said.said,
        identity: &identity,
        now: visit.now,
    };
    Ok(page(&visit.frame(visit.words.t("me-title")), &body(visit.words, &view)))
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let is_verified = matches!(view.identity, IdentityState::Verified { .. });
    html! {
        div class="column" {
            (heading(None, &w.t("me-title")))
            (done(w, view.said))
            h2 class="part" { (w.t("me-orders")) }
            @if !view.begun.is_empty() {
                ul class="orders" { @for (exam, mine) in view.begun { (begun_card(w, exam, mine)) } }
            }
            @if view.orders.is_empty() && view.begun.is_empty() {
                div class="empty" {
                    h3 { (w.t("me-empty-title")) }
                    p { (w.t("me-empty-text")) }
                    p { a class="button second" href="/" { (w.t("me-empty-next")) } }
                }
            }
            @if !view.orders.is_empty() {
                ul class="orders" { @for (order, exam) in view.orders { (card(w, order, exam, is_replaced(view, order, exam), view.now)) } }
            }
            (identity_part(w, view.identity))
            (summary(w, view.account, is_verified, view.sends_letters))
        }
    }
}

/// An exam without a seat yet: what comes next.
fn begun_card(w: Words, exam: &ExamPage, (tone, word): &Mine) -> Markup {
    html! {
        li class="order" data-live {
            div class="order-head" { (tag(*tone, word)) }
            h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
            p class="order-do" {
                span {}
                a class="button second" href={ "/exams/" (exam.id) } { (w.t("me-go-on")) }
            }
        }
    }
}

/// Was its seat given for the one of another order?
fn is_replaced(view: &View<'_>, order: &Order, exam: &ExamPage) -> bool {
    let is_its_place = |other: &Order| other.exam == order.exam && other.part == order.part && other.state.is_live();
    order.state == OrderState::Released
        && !exam.is_many(&order.part)
        && view.orders.iter().any(|(other, _)| is_its_place(other))
}

fn card(w: Words, order: &Order, exam: &ExamPage, is_replaced: bool, now: Timestamp) -> Markup {
    let mut look = look(w, order, now);
    if order.state == OrderState::Lapsed && exam.has_begun(order, now) {
        look.note = Some(w.t("order-note-begun").into_owned());
    }
    if is_replaced {
        // There is nothing to choose anew.
        (look.word, look.action) = (w.t("order-replaced").into_owned(), w.t("order-do-view").into_owned());
        look.href = format!("/orders/{}/ended", order.id);
    }
    html! {
        li class="order" data-live[order.state.is_live()] {
            div class="order-head" { (tag(look.tone, &look.word)) span class="number" { (order.id) } }
            h3 { (phrases(w.pick(&exam.title.zh, &exam.title.en))) }
            (lines(w, exam, order))
            @if let Some(note) = &look.note { p class="order-note" { (note) } }
            p class="order-do" {
                span class="fee" { (order.amount) }
                a class=(if look.is_urgent { "button" } else { "button second" }) href=(look.href) { (look.action) }
            }
        }
    }
}

/// How a state looks on the list.
struct Look {
    tone: Tone,
    word: String,
    note: Option<String>,
    action: String,
    href: String,
    is_urgent: bool,
}

fn look(w: Words, order: &Order, now: Timestamp) -> Look {
    let near = |at: Timestamp| when::near(w.language, at, now);
    let here = format!("/orders/{}", order.id);
    let exam = format!("/exams/{}", order.exam);
    let noted = |key, at: Option<Timestamp>| at.map(|at| w.with(key, &[("when", near(at).into())]).into_owned());
    let (tone, word) = state_word(w, &order.state);
    let (note, action, href, is_urgent) = match &order.state {
        OrderState::Unpaid => {
            (noted(key("order-note-unpaid"), Some(order.expires_at)), w.t("order-do-pay"), here, true)
        }
        OrderState::WaitingReview => {
            (noted(key("order-note-review"), order.submitted_at), w.t("order-do-view"), here, false)
        }
        OrderState::Refused { reason, until } => {
            let facts = [("reason", reason.as_str().into()), ("when", near(*until).into())];
            let note = w.with("order-note-refused", &facts).into_owned();
            (Some(note), w.t("order-do-again"), here, true)
        }
        OrderState::Confirmed => {
            (noted(key("order-note-confirmed"), order.decided_at), w.t("order-do-view"), here, false)
        }
        OrderState::Lapsed => (Some(w.t("order-note-lapsed").into_owned()), w.t("order-do-view"), here, false),
        OrderState::Released | OrderState::Cancelled => (None, w.t("order-do-choose"), exam, false),
    };
    Look { tone, word, note, action: action.into_owned(), href, is_urgent }
}
