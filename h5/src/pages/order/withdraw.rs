//! Giving up seats that were paid for (退考): what comes back and what is kept is shown, and only that is agreed to.

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::fen::Fen;
use registration::model::order::{Order, OrderState};
use registration::model::payment::Method;
use registration::seats::{WithdrawError, Withdrawal};
use registration::store::StoreError;
use serde::Deserialize;

use crate::failure::Failure;
use crate::paths::path_of;
use crate::request::order::find_now;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::error;
use crate::view::facts::facts;
use crate::view::form::{FieldError, error_of, error_summary, of, whole};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::order::lines;
use crate::words::choice::subject;
use crate::words::pay::method;

/// What is sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    /// Was the box ticked?
    agree: String,
    /// What was to come back as the page said, in fen.
    back: String,
}

/// Has the receipt of this order a link to here?
pub(super) async fn is_offered(candidate: &Candidate, order: &Order, exam: &Exam) -> Result<bool, StoreError> {
    if order.state != OrderState::Confirmed || exam.rules.refund.rates.is_empty() {
        return Ok(false);
    }
    let orders = &candidate.visit.app.outside.registration.orders;
    match orders.withdrawal(candidate.account.id, order.id).await {
        Ok(_) => Ok(true),
        Err(WithdrawError::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    answer(&candidate, &order, &exam, StatusCode::OK, &[]).await
}

pub(crate) async fn give_up(
    candidate: Candidate,
    Path(order): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let w = candidate.visit.words;
    let orders = &candidate.visit.app.outside.registration.orders;
    let agreed = sent.back.parse().ok().filter(|_| !sent.agree.is_empty()).map(Fen);
    let Some(agreed) = agreed else {
        let errors = [of("agree", w.t("withdraw-error-agree"))];
        return answer(&candidate, &order, &exam, StatusCode::UNPROCESSABLE_ENTITY, &errors).await;
    };
    match orders.withdraw(candidate.account.id, order.id, agreed).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{}/ended", order.id)).into_response()),
        Err(WithdrawError::Changed(terms)) => {
            let text = w.with("withdraw-error-changed", &[("amount", terms.back.to_string().into())]);
            answer(&candidate, &order, &exam, StatusCode::CONFLICT, &[whole(text)]).await
        }
        Err(error) => refused(&candidate, &order, &exam, error),
    }
}

/// The page with what would come back now, or why nothing can be given up.
async fn answer(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    status: StatusCode,
    errors: &[FieldError],
) -> Result<Response, Failure> {
    let visit = &candidate.visit;
    let told = match visit.app.outside.registration.orders.withdrawal(candidate.account.id, order.id).await {
        Ok(told) => told,
        Err(error) => return refused(candidate, order, exam, error),
    };
    let progress = visit.progress(exam).await?;
    let view = View { exam, order, told: &told, errors, now: visit.now };
    let frame = visit.frame_of(visit.words.t("withdraw-title"), exam, &progress);
    Ok((status, page(&frame, &body(visit.words, &view))).into_response())
}

fn refused(candidate: &Candidate, order: &Order, exam: &Exam, error: WithdrawError) -> Result<Response, Failure> {
    let (visit, w) = (&candidate.visit, candidate.visit.words);
    let text = match error {
        WithdrawError::Store(error) => return Err(error.into()),
        WithdrawError::UnknownOrder => return Err(Failure::NotFound),
        // Given up already, on another device perhaps, or never paid for: its page says how it stands.
        WithdrawError::NotPaid(_) => return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response()),
        WithdrawError::NotOffered | WithdrawError::Changed(_) => w.t("withdraw-not-offered"),
        WithdrawError::Needed(id) => w.with("withdraw-needed", &[("subject", subject(w, exam, &id).into())]),
    };
    let title = w.t("withdraw-refused-title");
    let body = error::sentence(w, &title, &text, &path_of(exam));
    Ok((StatusCode::CONFLICT, page(&visit.frame(title), &body)).into_response())
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// What would come back now.
    pub(crate) told: &'a Withdrawal,
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, .. } = view;
    let receipt = format!("/orders/{}/receipt", order.id);
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("withdraw-title")))
            (callout(Tone::Care, &w.t("withdraw-care-title"), &html! { p { (w.t("withdraw-care-text")) } }))
            (lines(w, exam, order, Some(view.now)))
            p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
            (sums(w, view))
            @if let Some(note) = &exam.rules.refund.note { p { (w.pick(&note.zh, &note.en)) } }
            (form(w, view))
            p class="beside" { a href=(receipt) { (w.t("withdraw-keep")) } }
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

/// What comes back, what is kept, until when, and by which way.
fn sums(w: Words, view: &View<'_>) -> Markup {
    let terms = &view.told.terms;
    let labels =
        [w.t("withdraw-back"), w.t("withdraw-kept"), w.t("withdraw-rate"), w.t("withdraw-until"), w.t("withdraw-way")];
    let mut rows: Vec<(&str, Markup)> = vec![
        (&labels[0], html! { b { (terms.back) } }),
        (&labels[1], html! { (terms.kept) }),
        (&labels[2], html! { (terms.percent) "%" }),
        (&labels[3], html! { (when::dated(w.language, terms.until, view.now)) }),
    ];
    rows.extend(view.told.method.filter(|_| terms.back > Fen(0)).map(|by| (&*labels[4], way(w, view.order, by))));
    html! { div class="slip" { (facts(&rows)) } }
}

fn way(w: Words, order: &Order, by: Method) -> Markup {
    if order.is_paid_by_school() {
        return html! { (w.t("withdraw-way-school")) };
    }
    match by.has_channel() {
        true => html! { (w.with("withdraw-way-channel", &[("channel", method(w, by).into())])) },
        false => html! { (w.t("withdraw-way-hand")) },
    }
}

fn form(w: Words, view: &View<'_>) -> Markup {
    let back = view.told.terms.back;
    let error = error_of(view.errors, "agree");
    let submit = match back > Fen(0) {
        true => w.with("withdraw-submit", &[("amount", back.to_string().into())]),
        false => w.t("withdraw-submit-nothing"),
    };
    html! {
        form class="stack" method="post" action={ "/orders/" (view.order.id) "/withdraw" } data-busy=(w.t("form-busy")) novalidate {
            input type="hidden" name="back" value=(back.0);
            @if let Some(error) = error { p class="error" id="agree-error" { (icon(Icon::Cross)) span { (error) } } }
            label class="tick" for="agree" {
                input type="checkbox" id="agree" name="agree" value="on" required
                    aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "agree-error")];
                span { (w.t("withdraw-agree")) }
            }
            button class="button second" type="submit" { (submit) }
        }
    }
}
