//! Payments, the newest first: found by a number, or by what they have in common.

use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::Fen;
use registration::desk::finance::PAGE;
use registration::model::payment::listed::{Bookmark, Listed, Sought, Wanted};
use registration::model::payment::{Method, PaymentId, PaymentState};
use reservation::ids::ExamId;
use serde::Deserialize;
use strum::VariantArray;

use crate::finance::frame::{Tab, Telling, answer};
use crate::finance::parts::{self, number, select, table};
use crate::finance::words;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Longest number that is looked for.
const SOUGHT_CHARS_MAX: u16 = 64;
const HEADS: [&str; 8] = [
    key("money-begun"),
    key("money-order"),
    key("money-exam"),
    key("money-method"),
    key("money-amount"),
    key("money-state"),
    key("money-refunded"),
    key("money-reference"),
];

/// What was asked for, as it stands in the address. What cannot be read is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) q: String,
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) exam: String,
    #[serde(default)]
    pub(crate) day: String,
    /// Where the list goes on: microseconds, a dot, our number.
    #[serde(default)]
    pub(crate) after: String,
}

impl Asked {
    /// Which payments are wanted.
    pub(crate) fn wanted(&self) -> Wanted {
        let sought = self.q.chars().take(SOUGHT_CHARS_MAX.into()).collect::<String>();
        Wanted {
            sought: Sought::read(&sought),
            method: self.method.parse().ok(),
            state: self.state.parse().ok(),
            exam: self.exam.parse().ok(),
            day: self.day.parse().ok(),
        }
    }

    fn bookmark(&self) -> Option<Bookmark> {
        let (micros, id) = self.after.split_once('.')?;
        let created_at = Timestamp::from_microsecond(micros.parse().ok()?).ok()?;
        Some(Bookmark { created_at, id: PaymentId::of_number(id)? })
    }

    /// The same as a query of an address, which goes on after `bookmark`.
    pub(crate) fn query(&self, bookmark: Option<Bookmark>) -> String {
        let after =
            bookmark.map(|bookmark| format!("{}.{}", bookmark.created_at.as_microsecond(), bookmark.id.number()));
        parts::query(&[
            ("q", &self.q),
            ("method", &self.method),
            ("state", &self.state),
            ("exam", &self.exam),
            ("day", &self.day),
            ("after", after.as_deref().unwrap_or_default()),
        ])
    }

    fn is_of_all(&self) -> bool {
        self.wanted() == Wanted::default()
    }
}

pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    draw(&visit, &asked, &Telling::nothing()).await
}

/// Draws the list, with why something else was not done.
pub(crate) async fn draw(visit: &Visit, asked: &Asked, telling: &Telling) -> Result<Response, Failure> {
    let registration = &visit.app.outside.registration;
    let found = registration.finance.list(&visit.staff, &asked.wanted(), asked.bookmark()).await?;
    let exams = visit.exams();
    let inside = {
        let titles = |exam: &ExamId| visit.exam_title(exam);
        body(visit.words, &View { asked, found: &found, exams: &exams, titles: &titles, now: visit.now })
    };
    let title = visit.words.t("finance-payments").into_owned();
    answer(visit, (Tab::Payments, title), telling, &inside).await
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) found: &'a [Listed],
    /// Exams that can be chosen, with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) titles: &'a dyn Fn(&ExamId) -> String,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let next = view.found.last().filter(|_| view.found.len() >= PAGE).map(Listed::bookmark);
    html! {
        (search(w, view))
        @if view.found.is_empty() {
            p class="nothing" { @if view.asked.is_of_all() { (w.t("money-none")) } @else { (w.t("money-not-found")) } }
        } @else {
            @let rows: Vec<Vec<Markup>> = view.found.iter().map(|listed| row(w, view, listed)).collect();
            (table(w, &w.t("finance-payments"), &HEADS, &rows))
            (take_out(w, view.asked))
        }
        @if let Some(bookmark) = next {
            p { a class="button second" href={ "/finance?" (view.asked.query(Some(bookmark))) } { (w.t("money-older")) } }
        }
    }
}

/// The files with what was asked for.
fn take_out(w: Words, asked: &Asked) -> Markup {
    let query = asked.query(None);
    html! {
        p class="take-out" {
            (w.t("money-export"))
            a href={ "/finance/payments.xlsx?" (query) } { (w.t("money-xlsx")) }
            a href={ "/finance/payments.csv?" (query) } { (w.t("money-csv")) }
        }
    }
}

fn search(w: Words, view: &View<'_>) -> Markup {
    let asked = view.asked;
    html! {
        form class="search" method="get" action="/finance" {
            div class="wide" {
                label for="q" { (w.t("money-sought")) }
                input id="q" name="q" type="search" value=(asked.q) maxlength=(SOUGHT_CHARS_MAX) autocomplete="off"
                    spellcheck="false";
            }
            (select("method", &w.t("money-method"), Some(&w.t("money-all")), &asked.method,
                Method::VARIANTS.iter().map(|method| (method.to_string(), words::method(w, *method)))))
            (select("state", &w.t("money-state"), Some(&w.t("money-all")), &asked.state,
                PaymentState::VARIANTS.iter().map(|state| (state.to_string(), words::state(w, *state).1))))
            (select("exam", &w.t("money-exam"), Some(&w.t("money-all")), &asked.exam,
                view.exams.iter().map(|(id, title)| (id.to_string(), title.clone()))))
            div {
                label for="day" { (w.t("money-day")) }
                input id="day" name="day" type="date" value=(asked.day);
            }
            button class="button" type="submit" { (w.t("money-find")) }
        }
    }
}

fn row(w: Words, view: &View<'_>, listed: &Listed) -> Vec<Markup> {
    let payment = &listed.payment;
    let (tone, word) = words::state_of(w, payment);
    let more = payment.orders.len().saturating_sub(1);
    let back = Fen(listed.refunded.0 + listed.refunding.0);
    vec![
        html! {
            a href={ "/finance/payments/" (payment.id.number()) } {
                time datetime=(when::machine(payment.created_at)) { (when::near(w.language, payment.created_at, view.now)) }
            }
        },
        html! {
            @if let Some((order, _)) = payment.orders.first() { (number(&order.to_string())) }
            @if more > 0 { " " (w.with("money-more-orders", &[("count", more.into())])) }
        },
        html! { @if let Some(exam) = &listed.exam { ((view.titles)(exam)) } },
        html! { (words::method(w, payment.method)) },
        html! {
            span class="fen" { (payment.received.unwrap_or(payment.amount)) }
            @if payment.received.is_some_and(|came| came != payment.amount) {
                " " span class="hint" { (w.with("money-in-place-of", &[("amount", payment.amount.to_string().into())])) }
            }
        },
        html! {
            (tag(tone, &word))
            @if listed.stuck_at.is_some() { " " strong class="care" { (w.t("money-see-to")) } }
        },
        html! {
            @if back.0 > 0 {
                span class="fen" { (back) }
                @if listed.refunding.0 > 0 { " " span class="hint" { (w.t("money-under-way")) } }
            }
        },
        html! { @if let Some(reference) = &payment.reference { (number(reference)) } },
    ]
}
