//! An order whose money, or the picture of it, came when its seats had gone: another sitting of the same price. With
//! money it is confirmed at once, or the money goes back; with a picture it waits for review.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::Form;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::order::{Order, OrderState};
use registration::payments::{Looking, PaymentPage};
use registration::seats::{ChooseOtherError, Instead};
use registration::store::StoreError;
use reservation::ids::SittingId;

use crate::failure::Failure;
use crate::request::order::find_now;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::facts::moment;
use crate::view::form::{FieldError, error_of, error_summary, of};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};
use crate::view::order::lines;
use crate::view::order::money::money_lines;

pub(crate) async fn show(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let picture_until = picture_until(&candidate, &order).await?;
    if !is_owed(&order) && picture_until.is_none() {
        return Ok(to_order(&order));
    }
    Ok(render(&candidate, &order, &exam, &[]).await?.into_response())
}

/// What answers a picture that came when the seat had gone, once it is kept: the sittings to choose from. Nothing where
/// it was not kept.
pub(super) async fn for_picture(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
) -> Result<Option<Response>, Failure> {
    if picture_until(candidate, order).await?.is_none() {
        return Ok(None);
    }
    let page = render(candidate, order, exam, &[]).await?;
    Ok(Some((StatusCode::CONFLICT, page).into_response()))
}

/// Until when a choice can be made for the picture that waits, if one does.
pub(super) async fn picture_until(candidate: &Candidate, order: &Order) -> Result<Option<Timestamp>, StoreError> {
    candidate.visit.app.outside.registration.orders.picture_waits_until(candidate.account.id, order.id).await
}

fn is_owed(order: &Order) -> bool {
    matches!(order.state, OrderState::Owed { .. })
}

/// Takes what was chosen, a sitting for each seat in the order of the seats.
pub(crate) async fn choose(
    candidate: Candidate,
    Path(order): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let wish = |index: usize| pairs.iter().find(|(name, _)| *name == field(index)).and_then(|(_, id)| id.parse().ok());
    let wanted: Option<Vec<SittingId>> = (0..order.sittings.len()).map(wish).collect();
    let w = candidate.visit.words;
    let Some(wanted) = wanted else {
        return again(&candidate, &order, &exam, StatusCode::UNPROCESSABLE_ENTITY, w.t("instead-error-none")).await;
    };
    let orders = &candidate.visit.app.outside.registration.orders;
    let chosen = match is_owed(&order) {
        true => orders.choose_other(candidate.account.id, order.id, &wanted).await,
        false => orders.choose_with_picture(candidate.account.id, order.id, &wanted).await,
    };
    match chosen {
        Ok(chosen) if chosen.state == OrderState::WaitingReview => Ok(to(&order, "/receipt")),
        Ok(_) => Ok(to_order(&order)),
        Err(error) => refused(&candidate, &order, &exam, error).await,
    }
}

/// The candidate wants no other sitting.
pub(crate) async fn none(candidate: Candidate, Path(order): Path<String>) -> Result<Response, Failure> {
    let (order, exam) = find_now(&candidate.visit.app, &candidate.account, &order).await?;
    let orders = &candidate.visit.app.outside.registration.orders;
    match orders.choose_none(candidate.account.id, order.id).await {
        Ok(_) => Ok(to_order(&order)),
        Err(error) => refused(&candidate, &order, &exam, error).await,
    }
}

async fn refused(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    error: ChooseOtherError,
) -> Result<Response, Failure> {
    let w = candidate.visit.words;
    let (status, text) = match error {
        ChooseOtherError::NotOwed(_) => return Ok(to_order(order)),
        ChooseOtherError::Store(error) => return Err(error.into()),
        ChooseOtherError::Full(_) => (StatusCode::CONFLICT, w.t("instead-error-full")),
        ChooseOtherError::Choice => (StatusCode::CONFLICT, w.t("instead-error-choice")),
        ChooseOtherError::OtherOrder if !is_owed(order) => (StatusCode::CONFLICT, w.t("instead-picture-other")),
        ChooseOtherError::OtherOrder => (StatusCode::CONFLICT, w.t("instead-error-other")),
        ChooseOtherError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, w.t("hold-error-unavailable")),
    };
    again(candidate, order, exam, status, text).await
}

async fn again(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    status: StatusCode,
    text: impl Into<String>,
) -> Result<Response, Failure> {
    let page = render(candidate, order, exam, &[of("seats", text)]).await?;
    Ok((status, page).into_response())
}

/// Where it stands now, the order's page knows.
fn to_order(order: &Order) -> Response {
    to(order, "")
}

fn to(order: &Order, page: &str) -> Response {
    Redirect::to(&format!("/orders/{}{page}", order.id)).into_response()
}

fn field(index: usize) -> String {
    format!("seat-{index}")
}

async fn render(candidate: &Candidate, order: &Order, exam: &Exam, errors: &[FieldError]) -> Result<Markup, Failure> {
    let (visit, account) = (&candidate.visit, candidate.account.id);
    let registration = &visit.app.outside.registration;
    let offered = registration.orders.instead(account, order.id).await?;
    let money = registration.payments.page(account, order.id, Looking::Nobody).await?.ok_or(Failure::NotFound)?;
    let picture_until = picture_until(candidate, order).await?;
    let progress = visit.progress(exam).await?;
    let view = View { exam, order, offered: &offered, picture_until, money: &money, errors, now: visit.now };
    let frame = visit.frame_of(title(visit.words, &view), exam, &progress);
    Ok(page(&frame, &body(visit.words, &view)))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// What can be had instead, seat by seat; nothing where a seat has nothing.
    pub(crate) offered: &'a [Instead],
    /// Until when a picture waits for the choice; nothing where money does.
    pub(crate) picture_until: Option<Timestamp>,
    pub(crate) money: &'a PaymentPage,
    pub(crate) errors: &'a [FieldError],
    pub(crate) now: Timestamp,
}

fn title(w: Words, view: &View<'_>) -> Cow<'static, str> {
    if view.picture_until.is_some() { w.t("instead-picture-title") } else { w.t("stand-owed") }
}

/// What is kept, and until when.
fn kept(w: Words, view: &View<'_>) -> Markup {
    let dated = |until| when::dated(w.language, until, view.now);
    let text = match (&view.order.state, view.picture_until) {
        (_, Some(until)) => w.with("instead-picture-text", &[("when", dated(until).into())]),
        (OrderState::Owed { until }, None) => w.with("stand-owed-text", &[("when", dated(*until).into())]),
        // Decided while the page was being drawn: nothing is kept any more, and the next look says what became of it.
        _ => return html! {},
    };
    callout(Tone::Care, &title(w, view), &html! { p { (text) } })
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, .. } = view;
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            (heading(Some(w.pick(&exam.title.zh, &exam.title.en)), &w.t("order-owed")))
            (kept(w, view))
            @if view.offered.is_empty() {
                p class="lead" id="seats" { (w.t("instead-nothing")) }
                p { a class="button second" href="" { (w.t("receipt-update")) } }
            } @else {
                (choices(w, view))
            }
            @if view.picture_until.is_none() { (no_other(w, view)) }
            section class="past" {
                h2 { (w.t("instead-was")) }
                (lines(w, exam, order, Some(view.now)))
                p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
            }
            (money_lines(w, view.money, view.now))
            (ask(w, exam.rules.contact.as_ref()))
        }
    }
}

fn choices(w: Words, view: &View<'_>) -> Markup {
    let error = error_of(view.errors, "seats");
    let (next, submit) = match view.picture_until {
        Some(_) => (w.t("instead-picture-next"), w.t("instead-picture-submit")),
        None => (w.t("instead-at-once"), w.t("instead-submit")),
    };
    html! {
        form class="stack" method="post" action={ "/orders/" (view.order.id) "/instead" } data-busy=(w.t("form-busy")) id="seats" {
            @if let Some(error) = error { p class="error" id="seats-error" { (icon(Icon::Cross)) span { (error) } } }
            @for (index, seat) in view.offered.iter().enumerate() { (of_seat(w, view, index, seat)) }
            p class="hint" { (next) }
            button class="button wide-button" type="submit" { (submit) }
        }
    }
}

/// The sittings that can be had for one seat. Alone it is chosen already.
fn of_seat(w: Words, view: &View<'_>, index: usize, seat: &Instead) -> Markup {
    let exam = view.exam;
    let title = exam.sitting(&seat.sitting).map(|one| w.pick(&one.title.zh, &one.title.en).to_owned());
    let offered: BTreeSet<&str> = seat.offered.iter().map(SittingId::as_str).collect();
    let is_one = offered.len() == 1;
    html! {
        fieldset class="choice field" {
            legend { (title.unwrap_or_else(|| seat.sitting.to_string())) }
            @for one in exam.sittings.iter().filter(|one| offered.contains(one.id.as_str())) {
                @let id = format!("{}-{}", field(index), one.id);
                label class="tick" for=(id) {
                    input type="radio" id=(id) name=(field(index)) value=(one.id) required checked[is_one];
                    span class="lines" {
                        span class="line-title" { (w.pick(&one.title.zh, &one.title.en)) " · " (one.fee) }
                        (moment(w, one.starts_at, Some(view.now)))
                        span class="line-venue" { (w.pick(&one.venue.zh, &one.venue.en)) }
                    }
                }
            }
        }
    }
}

/// Taking the money back, behind a fold so that no thumb does it by accident.
fn no_other(w: Words, view: &View<'_>) -> Markup {
    html! {
        details class="release-part" open[view.offered.is_empty()] {
            summary { (w.t("instead-none-title")) (icon(Icon::Chevron)) }
            p { (w.with("instead-none-text", &[("amount", view.order.amount.to_string().into())])) }
            form method="post" action={ "/orders/" (view.order.id) "/instead/none" } data-busy=(w.t("form-busy")) {
                button class="button second" type="submit" { (w.t("instead-none-submit")) }
            }
        }
    }
}
