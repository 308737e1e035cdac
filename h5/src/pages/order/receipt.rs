//! After handing in and after the decision: a page worth a screenshot.

pub(crate) mod answers;
pub(crate) mod places;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::eligibility::RosterPerson;
use registration::model::exam::Exam;
use registration::model::exam_rules::TaskKind;
use registration::model::facts::EligibilityState;
use registration::model::fen::Fen;
use registration::model::order::{Order, OrderState};
use registration::model::payment::invoice::Invoice;
use registration::model::payment::{Method, Payment};
use registration::model::room::SeatPlace;
use registration::payments::{Looking, PaymentPage};
use registration::people::accounts::Account;
use registration::rules::standing::{Standing, State};
use registration::rules::steps::StepView;
use uuid::Uuid;

use crate::failure::Failure;
use crate::layers::kept::kept;
use crate::pages::order::invoice::section::{Asked, invoice_section};
use crate::pages::order::receipt::answers::answer_rows;
use crate::pages::order::receipt::places::place_lines;
use crate::pages::order::{invoice, withdraw};
use crate::request::order::find;
use crate::request::visit::{Candidate, WithOrders};
use crate::view::contact::ask;
use crate::view::exam::person::person_rows;
use crate::view::facts::{facts, person_name, pieces};
use crate::view::form::{FieldError, error_summary};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{page, phrases};
use crate::view::order::money::{RELOADS_SECONDS, is_arriving, is_moving, money_lines, money_waits};
use crate::view::order::{lines, upload_form};
use crate::view::standing::standing_box;
use crate::view::steps::progress_of;
use crate::view::waits::order_waits;
use crate::words::pay::method;
use crate::words::standing::{Reader, waiting};
use crate::words::ticket::over_at;

pub(crate) async fn show(
    WithOrders(candidate): WithOrders<Candidate>,
    Path(order): Path<String>,
) -> Result<Response, Failure> {
    let (order, exam) = find(&candidate, &order).await?;
    if !matches!(order.state, OrderState::WaitingReview | OrderState::Confirmed) {
        return Ok(Redirect::to(&format!("/orders/{}", order.id)).into_response());
    }
    let page = render(&candidate, &order, &exam, &[]).await?;
    let is_kept = order.state == OrderState::Confirmed;
    Ok(kept(page, candidate.account.id, over_at(&exam, &order).filter(|_| is_kept)))
}

/// The receipt, with what was wrong with a picture that was sent from it.
pub(crate) async fn render(
    candidate: &Candidate,
    order: &Order,
    exam: &Exam,
    errors: &[FieldError],
) -> Result<Markup, Failure> {
    let (visit, account) = (&candidate.visit, &candidate.account);
    let w = visit.words;
    let progress = visit.progress(exam).await?;
    let registration = &visit.app.outside.registration;
    let answers = registration.applications.get(account.id, &exam.id).await?.details;
    let answers = answers.map(|answers| answer_rows(w, exam, account, &answers)).unwrap_or_default();
    let person = match &progress.eligibility {
        EligibilityState::Bound { .. } => registration.eligibility.person(account.id, &exam.id, None).await?,
        EligibilityState::None => None,
    };
    let payments = &registration.payments;
    let takes_channels = exam.rules.payment.takes_channels();
    let looking = if takes_channels { Looking::Person } else { Looking::Nobody };
    // While a picture waits for staff there is neither money nor anything to be invoiced.
    let is_paid = order.state == OrderState::Confirmed;
    let has_money = takes_channels || is_paid;
    let money = if has_money { payments.page(account.id, order.id, looking).await? } else { None };
    let money = money.as_ref();
    let invoice = if is_paid { payments.invoice(account.id, order.id).await? } else { None };
    let mut frame = visit.frame_of(title(w, order, money), exam, &progress);
    let mut arrived = None;
    if order.state == OrderState::Confirmed {
        frame.script = Some("kept.js");
    } else {
        frame.script = Some("upload.js");
        arrived = registration.orders.arrived(account.id, order.id).await?;
    }
    let places = if is_paid { registration.rooms.places_of(order.id).await? } else { Vec::new() };
    let withdraws = withdraw::is_offered(candidate, order, exam).await?;
    frame.reload_seconds = money.filter(|money| is_moving(order, money)).map(|_| RELOADS_SECONDS);
    let view = View {
        exam,
        order,
        money,
        orders: &progress.orders,
        account,
        person: person.as_ref(),
        answers: &answers,
        steps: &progress.steps,
        standing: &progress.standing,
        reader: visit.reader(),
        places: &places,
        arrived,
        withdraws,
        invoice: invoice.as_ref(),
        can_print: visit.app.outside.printing.is_some(),
        errors,
    };
    Ok(page(&frame, &body(w, &view)))
}

fn title(w: Words, order: &Order, money: Option<&PaymentPage>) -> String {
    let title = match order.state {
        OrderState::Confirmed => w.t("receipt-confirmed-title"),
        _ if is_in(order, money) => w.t("pay-arrived-title"),
        _ => w.t("receipt-review-title"),
    };
    title.into_owned()
}

/// Has the money come by a channel, and the seat is about to be confirmed?
fn is_in(order: &Order, money: Option<&PaymentPage>) -> bool {
    money.is_some_and(|money| is_arriving(order, money))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) order: &'a Order,
    /// What came and what goes back.
    pub(crate) money: Option<&'a PaymentPage>,
    /// All of the candidate's orders of the exam.
    pub(crate) orders: &'a [Order],
    pub(crate) account: &'a Account,
    /// Who is registered, where the exam binds the account to a person of its roster.
    pub(crate) person: Option<&'a RosterPerson>,
    /// What was handed in with the form, labelled.
    pub(crate) answers: &'a [(String, Markup)],
    pub(crate) steps: &'a [StepView],
    /// Where the registration stands, and to whom it is said.
    pub(crate) standing: &'a Standing,
    pub(crate) reader: Reader,
    /// Where to sit, for each sitting whose places are published.
    pub(crate) places: &'a [SeatPlace],
    /// A picture that is here and was not handed in yet.
    pub(crate) arrived: Option<Uuid>,
    /// Can the candidate give the paid seats up now?
    pub(crate) withdraws: bool,
    /// The invoice that was asked for.
    pub(crate) invoice: Option<&'a Invoice>,
    /// Can a proof of it be had as a file?
    pub(crate) can_print: bool,
    /// What was wrong with the one that was sent from here.
    pub(crate) errors: &'a [FieldError],
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let order = view.order;
    let is_confirmed = order.state == OrderState::Confirmed;
    let is_in = is_in(order, view.money);
    let text = match is_confirmed {
        true if order.is_paid_by_school() => w.t("receipt-school-text"),
        true if order.amount == Fen(0) => w.t("receipt-free-text"),
        true => w.t("receipt-confirmed-text"),
        false if is_in => w.t("pay-arrived-text"),
        false => w.t("receipt-review-text"),
    };
    let is_offered = view.money.is_some_and(|money| invoice::is_offered(order, money));
    let asked = Asked { invoice: view.invoice, is_offered, now: view.reader.now };
    html! {
        div class="column" {
            (error_summary(w, view.errors))
            div class="outcome" data-tone=(if is_confirmed { "good" } else { "plain" }) {
                span class="outcome-mark" { (icon(if is_confirmed { Icon::Tick } else { Icon::Clock })) }
                h1 { (title(w, order, view.money)) }
                p { (text) }
                @if !is_confirmed && !is_in {
                    p { (waiting(w, view.exam, order.submitted_at.unwrap_or(order.created_at), &view.reader)) }
                    (order_waits(w, order))
                }
            }
            @if says_more(view) { (standing_box(w, view.exam, view.standing, &view.reader, &html! {})) }
            (progress_of(w, view.steps, view.reader.now))
            (slip(w, view))
            @if let Some(money) = view.money.filter(|money| says_more_than_slip(view, money)) {
                (money_lines(w, money, view.reader.now))
                (money_waits(w, order, money, view.reader.now))
            }
            (invoice_section(w, order, &asked))
            (next_part(w, view, is_confirmed, is_in))
            @if !is_confirmed && !is_in {
                details class="release-part" open[!view.errors.is_empty() || view.arrived.is_some()] {
                    summary { (w.t("receipt-again")) (icon(Icon::Chevron)) }
                    p { (w.t("receipt-again-text")) }
                    (upload_form(w, order, view.arrived, view.errors))
                }
            }
        }
    }
}

/// Is there more to say of the money than the slip does: what a channel calls it, that it goes back, that a school paid?
fn says_more_than_slip(view: &View<'_>, money: &PaymentPage) -> bool {
    view.exam.rules.payment.takes_channels() || !money.refunds.is_empty() || !money.by_school.is_empty()
}

/// Does the registration have more to say than this receipt: another part to pay for, a form that was refused?
fn says_more(view: &View<'_>) -> bool {
    match &view.standing.state {
        State::Registered { change, .. } => change.is_some() && view.order.state == OrderState::Confirmed,
        State::Waiting { task, .. } => *task != TaskKind::Payment(view.order.part.clone()),
        _ => true,
    }
}

/// The slip: number, who, what, when, how much.
fn slip(w: Words, view: &View<'_>) -> Markup {
    let View { exam, order, account, answers, .. } = *view;
    let moment = |at: Timestamp| pieces(w, &when::pieces_full(w.language, at));
    let labels = [
        w.t("receipt-number"),
        w.t("receipt-exam"),
        w.t("receipt-sittings"),
        w.t("receipt-candidate"),
        w.t("receipt-document"),
        w.t("receipt-amount"),
        w.t("receipt-submitted"),
        w.t("receipt-decided"),
        w.t("receipt-unpaid"),
        w.t("receipt-paid-by"),
        w.t("receipt-places"),
    ];
    let mut rows: Vec<(&str, Markup)> = vec![
        (&labels[0], html! { b class="number" { (order.id) } }),
        (&labels[1], phrases(w.pick(&exam.title.zh, &exam.title.en))),
        (&labels[2], lines(w, exam, order, None)),
    ];
    if order.state == OrderState::Confirmed {
        rows.push((&labels[10], place_lines(w, exam, view.places)));
    }
    let person = view.person.map(|person| person_rows(w, exam, person)).unwrap_or_default();
    rows.extend(person.iter().map(|(label, value)| (label.as_str(), value.clone())));
    if person.is_empty() {
        rows.extend(account.name.as_ref().map(|name| (&*labels[3], person_name(name.expose()))));
        rows.extend(account.document.as_ref().map(|document| (&*labels[4], html! { (document.masked()) })));
    }
    rows.extend(answers.iter().map(|(label, value)| (label.as_str(), value.clone())));
    rows.push((&labels[5], html! { @if order.amount == Fen(0) { (w.t("receipt-free")) } @else { (order.amount) } }));
    rows.extend(paid_by(view).map(|by| (&*labels[9], html! { (method(w, by)) })));
    rows.extend(order.submitted_at.map(|at| (&*labels[6], moment(at))));
    rows.extend(order.decided_at.filter(|_| order.state == OrderState::Confirmed).map(|at| (&*labels[7], moment(at))));
    let unpaid: Fen =
        view.orders.iter().filter(|other| other.state == OrderState::Unpaid).map(|other| other.amount).sum();
    if exam.is_many(&order.part) {
        rows.push((&labels[8], html! { (unpaid) }));
    }
    html! { div class="slip" { (facts(&rows)) } }
}

/// By which way a confirmed seat was paid for; nothing where nothing was.
fn paid_by(view: &View<'_>) -> Option<Method> {
    let money = view.money.filter(|_| view.order.state == OrderState::Confirmed)?;
    let has_gone = |payment: &&Payment| money.refunds.iter().any(|refund| refund.payment == payment.id);
    let kept = money.received.iter().find(|payment| !has_gone(payment));
    let paid = kept.or_else(|| money.received.first())?;
    Some(if money.school_part(paid.id).is_some() { Method::School } else { paid.method })
}

fn next_part(w: Words, view: &View<'_>, is_confirmed: bool, is_in: bool) -> Markup {
    html! {
        section {
            h2 { (w.t("receipt-next")) }
            ul class="plain-list" {
                @if is_confirmed { (next_ticket(w, view)) } @else if !is_in { li { (w.t("receipt-next-refused")) } }
                li { (w.t("receipt-next-keep")) }
            }
            p class="acts" {
                @if is_confirmed && has_tickets(view) {
                    a class="button" href={ "/orders/" (view.order.id) "/ticket" } { (w.t("go-ticket")) }
                }
                @if is_confirmed {
                    a class="button second" href={ "/orders/" (view.order.id) "/exam.ics" } { (w.t("ticket-calendar")) }
                    @if view.can_print {
                        a class="button second" href={ "/orders/" (view.order.id) "/proof.pdf" } { (w.t("proof-pdf")) }
                    }
                }
                a class="button second" href={ "/exams/" (view.exam.id) } { (w.t("exam-look")) }
                a class="button second" href="" { (w.t("receipt-update")) }
                a class="button second" href="/me" { (w.t("receipt-me")) }
            }
            (ask(w, view.exam.rules.contact.as_ref()))
            @if view.withdraws {
                p class="beside" { a href={ "/orders/" (view.order.id) "/withdraw" } { (w.t("withdraw-link")) } }
            }
        }
    }
}

/// Can tickets be printed by now?
fn has_tickets(view: &View<'_>) -> bool {
    view.exam.tickets_from().is_some_and(|from| from <= view.reader.now)
}

/// What comes next for whoever has a seat: the ticket, now or from when on.
fn next_ticket(w: Words, view: &View<'_>) -> Markup {
    let text = match view.exam.tickets_from() {
        None => w.t("receipt-next-ticket"),
        Some(from) if view.reader.now < from => {
            w.with("exam-ticket-from", &[("when", when::dated(w.language, from, view.reader.now).into())])
        }
        Some(_) => w.t("lead-ticket"),
    };
    html! { li { (text) } }
}
