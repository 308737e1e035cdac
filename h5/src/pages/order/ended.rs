//! An order that is over: given back, or cancelled. What the registration is now stands above it.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use registration::model::payment::invoice::Invoice;
use registration::payments::{Looking, PaymentPage};
use registration::rules::standing::{Standing, State};

use crate::failure::Failure;
use crate::pages::order::invoice::section::{Asked, invoice_section};
use crate::request::order::{find, instead};
use crate::request::visit::{Candidate, WithOrders};
use crate::view::form::{FieldError, error_summary};
use crate::view::layout::{heading, page};
use crate::view::order::lines;
use crate::view::order::money::{RELOADS_SECONDS, arriving_box, is_arriving, is_moving, money_lines, money_waits};
use crate::view::standing::standing_box;
use crate::words::exam::reason as reason_words;
use crate::words::standing::Reader;

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(order): Path<String>,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    if !matches!(order.state, OrderState::Released | OrderState::Cancelled) {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    Ok(render(&candidate, &order, &exam, &[]).await?.into_response())
}

/// The page; `errors` are of what was sent for the order although it is over.
pub(super) async fn render(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    errors: &[FieldError],
) -> Result<Markup, Failure> {
    let visit = &candidate.visit;
    let progress = visit.progress(exam).await?;
    let shows_money = exam.rules.payment.takes_channels() || order.paid_at.is_some();
    let payments = &visit.app.outside.registration.payments;
    let money = if shows_money { payments.page(candidate.account.id, order.id, Looking::Person).await? } else { None };
    let invoice = payments.invoice(candidate.account.id, order.id).await?;
    let view = View {
        exam,
        order,
        money: money.as_ref(),
        invoice: invoice.as_ref(),
        instead: instead(exam, &progress.orders, order),
        standing: &progress.standing,
        reader: visit.reader(),
        errors,
        now: visit.now,
    };
    let mut frame = visit.frame_of(title(visit.words, &view), exam, &progress);
    frame.reload_seconds = money.as_ref().filter(|money| is_moving(order, money)).map(|_| RELOADS_SECONDS);
    Ok(page(&frame, &body(visit.words, &view)))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// What came and what goes back, where the exam takes money by a channel, or the seats were paid for.
    pub(crate) money: Option<&'a PaymentPage>,
    /// The invoice that was asked for while it was paid for.
    pub(crate) invoice: Option<&'a Invoice>,
    /// The live order of the same part.
    pub(crate) instead: Option<&'a Order>,
    pub(crate) standing: &'a Standing,
    pub(crate) reader: Reader,
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

fn title(w: Words, view: &View<'_>) -> String {
    let title = match view.instead {
        _ if is_withdrawn(view.order) => w.t("ended-withdrawn-title"),
        Some(_) => w.t("ended-instead-title"),
        None => w.t("ended-title"),
    };
    title.into_owned()
}

/// Did the candidate give up seats that were paid for?
fn is_withdrawn(order: &Order) -> bool {
    order.state == OrderState::Released && order.paid_at.is_some()
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, .. } = view;
    let text = match (view.instead, &order.state) {
        _ if is_withdrawn(order) => w.t("ended-withdrawn"),
        (Some(_), _) => w.t("ended-instead"),
        (None, OrderState::Cancelled) => w.t("ended-cancelled"),
        (None, _) => w.t("ended-text"),
    };
    let is_said = matches!(view.standing.state, State::Lost { is_cancelled: true, .. } | State::Owed { .. });
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &title(w, view)))
            @if !is_said { p class="lead" { (text) } }
            @if order.state == OrderState::Cancelled && view.instead.is_none() {
                @if let Some(reason) = &order.reason {
                    p class="reason" { (w.with("exam-reason", &[("reason", reason_words(w, exam, reason).into())])) }
                }
                (money(w, exam))
            }
            @if let Some(money) = view.money {
                @if is_arriving(order, money) { (arriving_box(w)) }
                (money_waits(w, order, money, view.now))
                (money_lines(w, money, view.now))
            }
            (invoice_section(w, order, &Asked { invoice: view.invoice, is_offered: false, now: view.now }))
            @if let Some(order) = view.instead {
                section {
                    h2 { (w.t("ended-now")) }
                    (lines(w, exam, order, Some(view.now)))
                    p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
                }
            }
            (standing_box(w, exam, view.standing, &view.reader, &html! {}))
            section class="past" {
                h2 { (w.t("ended-was")) }
                (lines(w, exam, order, Some(view.now)))
                p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
            }
            p class="beside" { a href={ "/exams/" (exam.id) } { (w.t("exam-back")) } " · " a href="/me" { (w.t("error-me")) } }
        }
    }
}

/// What becomes of money that was really paid: nothing here decides that, so whom to ask.
fn money(w: Words, exam: &Exam) -> Markup {
    html! {
        p { (w.t("ended-money")) }
        @if let Some(contact) = &exam.rules.contact { p { (w.t("exam-contact")) " " (w.pick(&contact.zh, &contact.en)) } }
    }
}
