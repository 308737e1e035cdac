//! The payment: how much, the code to scan, whose name to give, and the screenshot afterwards.

pub(crate) mod channels;
pub(crate) mod drop_seat;
pub(crate) mod ended;
pub(crate) mod instead;
pub(crate) mod invoice;
pub(crate) mod pay;
pub(crate) mod payer;
pub(crate) mod paying;
pub(crate) mod payment_code;
pub(crate) mod receipt;
mod refused;
pub(crate) mod release;
pub(crate) mod screenshot;
pub(crate) mod upload;
pub(crate) mod withdraw;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::{SubjectId, TaskKind};
use registration::model::order::{Order, OrderState};
use registration::payments::{Looking, PaymentPage, Surface};
use registration::people::accounts::Account;
use registration::rules::choosing;
use registration::rules::choosing::DropRefusal;
use registration::rules::steps::StepView;
use registration::seats::DropError;
use registration::store::StoreError;
use reservation::ids::SittingId;
use uuid::Uuid;

use crate::failure::Failure;
use crate::pages::order::channels::{channels_section, money_state};
use crate::pages::order::paying::payment_section;
use crate::paths::{is_simple, path_of};
use crate::request::order::find;
use crate::request::visit::{Candidate, Visit, WithOrders};
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::error;
use crate::view::form::{FieldError, error_of, error_summary, of, whole};
use crate::view::icons::{Icon, icon};
use crate::view::layout::hold_banner::while_held;
use crate::view::layout::{heading, page};
use crate::view::order::late::{Late, late_box};
use crate::view::order::lock::{lapsed_box, locked_box};
use crate::view::order::money::{RELOADS_SECONDS, is_arriving, is_moving, wrong_amount_box};
use crate::view::order::{giving_back, lines, upload_form};
use crate::view::steps::progress_at;
use crate::words::choice::{drop_sentence, kept_sentence, subject};

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(order): Path<String>,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    let to = |part: &str| Redirect::to(&format!("/orders/{}/{part}", order.id)).into_response();
    Ok(match order.state {
        OrderState::Lapsed if instead::picture_until(&candidate, &order).await?.is_some() => to("instead"),
        OrderState::Unpaid | OrderState::Refused { .. } | OrderState::Lapsed => {
            render(&candidate, &order, &exam, &[]).await?.into_response()
        }
        OrderState::WaitingReview | OrderState::Confirmed => to("receipt"),
        OrderState::Owed { .. } => to("instead"),
        OrderState::Released | OrderState::Cancelled => to("ended"),
    })
}

/// The page after a refused picture: the order's, or the receipt while another one is looked at.
pub(crate) async fn refused(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    status: StatusCode,
    text: String,
) -> Result<Response, Failure> {
    // Where no picture is taken any more there is no form beside which it could be said.
    let has_form = order.by_school.is_none() && exam.rules.payment.takes_screenshots();
    let is_over = order.state == OrderState::Lapsed && Late::of(exam, order, candidate.visit.now) != Late::Same;
    let errors = [if has_form && !is_over { of("screenshot", text) } else { whole(text) }];
    let page = match order.state {
        OrderState::WaitingReview | OrderState::Confirmed => receipt::render(candidate, order, exam, &errors).await?,
        OrderState::Unpaid | OrderState::Refused { .. } | OrderState::Lapsed => {
            render(candidate, order, exam, &errors).await?
        }
        // There is no form any more beside which it could be said.
        OrderState::Released | OrderState::Cancelled | OrderState::Owed { .. } => {
            let [FieldError { text, .. }] = errors;
            ended::render(candidate, order, exam, &[whole(text)]).await?
        }
    };
    Ok((status, page).into_response())
}

/// The page after a payment that was not begun, which says why.
async fn not_begun(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    (status, text): (StatusCode, String),
) -> Result<Response, Failure> {
    // A school may have locked it this very moment: then the ways to pay are gone from the page.
    let now = candidate.visit.app.outside.registration.orders.get(candidate.account.id, order.id).await?;
    let order = now.as_ref().unwrap_or(order);
    let error = if order.locked_until().is_some() { whole(text) } else { of("channels", text) };
    let page = render(candidate, order, exam, &[error]).await?;
    Ok((status, page).into_response())
}

/// Says why seats are kept.
fn seats_kept(visit: &Visit, exam: &Exam, refusal: &DropError) -> Response {
    let text = drop_sentence(visit.words, exam, refusal, visit.now);
    let title = visit.words.t("drop-refused-title");
    let body = error::sentence(visit.words, &title, &text, &path_of(exam));
    let page = page(&visit.frame(title), &body);
    (StatusCode::CONFLICT, page).into_response()
}

async fn render(candidate: &Candidate, order: &Order, exam: &Exam, errors: &[FieldError]) -> Result<Markup, Failure> {
    render_with(candidate, order, exam, errors, false).await
}

/// The same, with or without the payer's whole number.
pub(crate) async fn render_with(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    errors: &[FieldError],
    shows_payer: bool,
) -> Result<Markup, Failure> {
    let visit: &Visit = &candidate.visit;
    let progress = visit.progress(exam).await?;
    let live: Vec<&Order> = progress.orders.iter().filter(|other| other.state.is_live()).collect();
    let is_live = order.state.is_live();
    // What channels say is asked for where the exam takes money by one.
    let has_money = exam.rules.payment.takes_channels() || order.by_school.is_some();
    let payments = &visit.app.outside.registration.payments;
    let money = if has_money { payments.page(candidate.account.id, order.id, Looking::Person).await? } else { None };
    let arrived = visit.app.outside.registration.orders.arrived(candidate.account.id, order.id).await?;
    let view = View {
        order,
        exam,
        steps: &progress.steps,
        account: &candidate.account,
        first: is_live.then(|| choosing::pay_first(exam, &live, order)).flatten(),
        kept: kept(exam, &live, order),
        shows_payer,
        arrived,
        late: late(candidate, order, exam).await?,
        money: money.as_ref(),
        surface: visit.surface,
        errors,
        visit_now: visit.now,
    };
    let mut frame = visit.frame_of(visit.words.t("pay-title"), exam, &progress);
    frame.script = exam.rules.payment.takes_screenshots().then_some("upload.js");
    frame.reload_seconds = money.as_ref().filter(|money| is_moving(order, money)).map(|_| RELOADS_SECONDS);
    Ok(page(&frame, &body(visit.words, &view)))
}

/// What money for an order whose time is up could still buy; nothing while its time is not up.
async fn late(candidate: &Candidate, order: &Order, exam: &Exam) -> Result<Option<Late>, StoreError> {
    if order.state != OrderState::Lapsed {
        return Ok(None);
    }
    let orders = &candidate.visit.app.outside.registration.orders;
    Ok(Some(match Late::of(exam, order, candidate.visit.now) {
        Late::Begun if orders.would_offer(candidate.account.id, order.id).await? => Late::Other,
        late => late,
    }))
}

/// Why the seats of this order cannot be given back, if they cannot.
fn kept(exam: &Exam, live: &[&Order], order: &Order) -> Option<DropRefusal> {
    let seats: Vec<SittingId> = order.sittings.iter().map(|seat| seat.sitting.clone()).collect();
    choosing::check_drop(exam, live, &seats).err()
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) order: &'a Order,
    pub(crate) exam: &'a Exam,
    pub(crate) steps: &'a [StepView],
    pub(crate) account: &'a Account,
    /// The subject to pay for before this order.
    pub(crate) first: Option<SubjectId>,
    /// A picture that is here and was not handed in yet.
    pub(crate) arrived: Option<Uuid>,
    /// What money for it could still buy, once its time is up.
    pub(crate) late: Option<Late>,
    /// What came and what is under way, where the exam takes money by a channel or a school pays.
    pub(crate) money: Option<&'a PaymentPage>,
    /// Where one pays from this browser.
    pub(crate) surface: Surface,
    /// Why its seats cannot be given back.
    pub(crate) kept: Option<DropRefusal>,
    /// Is the payer's whole number shown? That look is written down.
    pub(crate) shows_payer: bool,
    pub(crate) errors: &'a [FieldError],
    pub(crate) visit_now: jiff::Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let order = view.order;
    let exam_title = w.pick(&view.exam.title.zh, &view.exam.title.en);
    let task = TaskKind::Payment(order.part.clone());
    // What a school pays for, or has paid for, is nobody else's to pay for or to change.
    let must_pay = order.state == OrderState::Unpaid && order.by_school.is_none();
    let is_free = order.by_school.is_none() && view.first.is_none();
    let is_in = view.money.is_some_and(|money| is_arriving(order, money));
    // Who shall not pay is not told that something is due.
    let amount_label =
        if view.late.is_some() || order.by_school.is_some() { w.t("exam-fee") } else { w.t("pay-amount") };
    html! {
        div class="wide paying" {
            div class="wide-head" {
                (error_summary(w, view.errors))
                (heading(Some(exam_title), &w.t("pay-title")))
                (progress_at(w, view.steps, &task, view.visit_now))
                (standing(w, view))
                @if let Some(money) = view.money {
                    (wrong_amount_box(w, order, money))
                    (money_state(w, view, money))
                }
            }
            div class="wide-main" {
                @if let Some(money) = view.money.filter(|_| must_pay && is_free) { (channels_section(w, view, money)) }
                @if is_free && !is_in { (by_screenshot(w, view)) }
                @if must_pay && !view.exam.is_many(&order.part) {
                    p class="beside while-held" { a href=(change_path(view.exam, order)) { (w.t("change-sitting")) } }
                }
                @if must_pay { (give_back(w, view)) }
                @if order.by_school.is_some() {
                    p class="beside" { a href={ "/exams/" (order.exam) } { (w.t("exam-back")) } }
                }
            }
            // On a phone the code to scan comes first, and what it is for is said above it in a line.
            aside class="side" {
                p class="amount" { span { (amount_label) } strong { (order.amount) } }
                (lines(w, view.exam, order, Some(view.visit_now)))
                p class="order-number" { (w.t("pay-order")) " " b { (order.id) } }
                (ask(w, view.exam.rules.contact.as_ref()))
            }
        }
    }
}

/// Paying on the school's own page, and the picture of it; folded where there is a shorter way.
fn by_screenshot(w: Words, view: &View<'_>) -> Markup {
    let (order, rules) = (view.order, &view.exam.rules.payment);
    let is_over = view.late.is_some_and(|late| !late.takes_picture());
    let is_refused = matches!(order.state, OrderState::Refused { .. });
    // What was handed in before the exam's rules changed is mended all the same.
    if !rules.takes_screenshots() && !is_refused {
        return html! {};
    }
    let parts = html! {
        @if order.state == OrderState::Unpaid { (payment_section(w, view)) }
        @if is_refused && !is_over { (refused::picture(w, order)) }
        @if !is_over { (upload_form(w, order, view.arrived, view.errors)) }
        @if is_refused { (refused::rest(w, view)) }
    };
    let is_open = view.arrived.is_some() || view.shows_payer || error_of(view.errors, "screenshot").is_some();
    html! {
        @if rules.takes_channels() && order.state == OrderState::Unpaid {
            details class="by-screenshot" open[is_open] {
                summary { (w.t("by-screenshot-title")) (icon(Icon::Chevron)) }
                (parts)
            }
        } @else {
            (parts)
        }
    }
}

/// Giving the seats back, or why that is not offered.
fn give_back(w: Words, view: &View<'_>) -> Markup {
    match &view.kept {
        None => giving_back(w, view.exam, view.order),
        Some(refusal) => html! { p class="hint while-held" { (kept_sentence(w, view.exam, refusal)) } },
    }
}

/// Where another sitting is chosen in place of this one.
fn change_path(exam: &Exam, order: &Order) -> String {
    match is_simple(exam) {
        true => format!("/exams/{}", exam.id),
        false => format!("/exams/{}/sittings?part={}", exam.id, order.part),
    }
}

/// Why this page does not look as it did: the clock ran out, or staff said no.
fn standing(w: Words, view: &View<'_>) -> Markup {
    if let Some(first) = &view.first {
        let values = [("subject", subject(w, view.exam, first).into())];
        let text = match view.exam.rules.payment.takes_channels() {
            true => w.with("pay-first-channel", &values),
            false => w.with("pay-first-text", &values),
        };
        let mine = format!("/exams/{}#mine", view.exam.id);
        let body = html! { p { (text) } p { a class="button" href=(mine) { (w.t("pay-first-next")) } } };
        let first = callout(Tone::Care, &w.t("pay-first-title"), &body);
        return while_held(&first, &late_box(w, view.exam, Late::Same));
    }
    match &view.order.state {
        OrderState::Unpaid => match view.order.locked_until() {
            Some(until) => while_held(&locked_box(w, view.order, until, view.visit_now), &lapsed_box(w, view.exam)),
            None => while_held(&html! {}, &late_box(w, view.exam, Late::Same)),
        },
        OrderState::Lapsed if view.money.is_some_and(|money| is_arriving(view.order, money)) => html! {},
        OrderState::Lapsed => late_box(w, view.exam, view.late.unwrap_or(Late::Same)),
        OrderState::Refused { reason, until } => refused::why(w, view, reason, *until),
        _ => html! {},
    }
}
