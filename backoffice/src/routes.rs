//! Every staff page, on one screen.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::accounts::{correct, rebind};
use crate::app::{App, BackofficeState};
use crate::desks::{accommodations, forms, payments, people, scores};
use crate::failure::Failure;
use crate::finance::{books, day, days, export, groups, import, invoices, list, open, payment};
use crate::layers::with_layers;
use crate::pages::{files, language, sign_in, sign_out};
use crate::request::carried::FORM_BYTES_MAX;

/// The staff's pages, for a listener of their own.
pub fn router(state: BackofficeState) -> Router {
    let app = App::new(state);
    let pages = Router::new()
        .route("/", get(payments::first))
        .route("/orders/{order}", get(payments::show))
        .route("/orders/{order}/screenshot.jpg", get(payments::screenshot::show))
        .route("/orders/{order}/doubles/{picture}", get(payments::screenshot::double))
        .route("/orders/{order}/confirm", post(payments::confirm::confirm).get(payments::back))
        .route("/orders/{order}/refuse", post(payments::refuse::refuse).get(payments::back))
        .route("/accounts/rebind", get(rebind::show).post(rebind::rebind))
        .route("/accounts/correct", get(correct::show).post(correct::correct))
        .route("/accounts/find", get(correct::back).post(correct::find))
        .route("/accounts/code", get(correct::back).post(correct::code))
        .route("/people", get(people::first))
        .route("/people/{case}", get(people::show))
        .route("/people/{case}/handed-in.jpg", get(people::handed_in))
        .route("/people/{case}/verified.jpg", get(people::verified))
        .route("/people/{case}/confirm", post(people::confirm).get(people::back))
        .route("/people/{case}/refuse", post(people::refuse).get(people::back))
        .route("/forms", get(forms::first))
        .route("/forms/{exam}/{account}", get(forms::show))
        .route("/forms/{exam}/{account}/decide", post(forms::decide).get(forms::back))
        .route("/forms/{exam}/{account}/photo.jpg", get(forms::photo))
        .route("/score-reviews", get(scores::first))
        .route("/score-reviews/{exam}/{account}", get(scores::show))
        .route("/score-reviews/{exam}/{account}/decide", post(scores::decide).get(scores::back))
        .route("/accommodations", get(accommodations::first))
        .route("/accommodations/{exam}/{account}", get(accommodations::show))
        .route("/accommodations/{exam}/{account}/decide", post(accommodations::decide).get(accommodations::back))
        .route("/accommodations/{exam}/{account}/proofs/{proof}", get(accommodations::proof))
        .merge(money())
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/language", get(language::switch))
        .route("/sign-out", post(sign_out::leave).get(sign_out::back))
        .route("/static/{hash}/{file}", get(files::serve))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .fallback(|| async { Failure::NotFound });
    with_layers(pages, &app).with_state(app)
}

/// Payments, reconciliation, the books, lists that schools pay for, invoices.
fn money() -> Router<App> {
    // Forms with files bring more than others.
    let upload = |bytes: usize| DefaultBodyLimit::max(bytes);
    Router::new()
        .route("/finance", get(list::show))
        .route("/finance/payments.csv", get(export::payments::csv))
        .route("/finance/payments.xlsx", get(export::payments::xlsx))
        .route("/finance/payments/{payment}", get(payment::show))
        .route("/finance/payments/{payment}/refund", post(payment::acts::refund).get(payment::back))
        .route("/finance/payments/{payment}/ask", post(payment::acts::ask).get(payment::back))
        .route("/finance/refunds/{refund}/by-hand", post(payment::by_hand::note).get(open::back))
        .route("/finance/refunds/{refund}/{act}", post(payment::acts::decide).get(open::back))
        .route("/finance/open", get(open::show))
        .route("/finance/books", get(books::show))
        .route("/finance/journal.csv", get(export::journal::csv))
        .route("/finance/journal.xlsx", get(export::journal::xlsx))
        .route("/finance/findings.csv", get(export::findings::csv))
        .route("/finance/findings.xlsx", get(export::findings::xlsx))
        .route("/finance/import", post(import::take).get(import::back).layer(upload(import::FORM_BYTES_MAX)))
        .route("/finance/days", get(days::show))
        .route("/finance/days/{channel}/{day}", get(day::show))
        .route("/finance/days/{channel}/{day}/fetch", post(day::fetch).get(day::back))
        .route("/finance/days/{channel}/{day}/close", post(day::close).get(day::back))
        .route("/finance/groups", get(groups::show).post(groups::preview::begin))
        .route("/finance/groups/new", get(groups::choose::show))
        .route("/finance/groups/preview", post(groups::preview::ticked).get(groups::preview::back))
        .route(
            "/finance/groups/read",
            post(groups::preview::read).get(groups::preview::back).layer(upload(groups::preview::FORM_BYTES_MAX)),
        )
        .route("/finance/groups/{group}", get(groups::one::show))
        .route("/finance/groups/{group}/leave-out", post(groups::one::acts::leave_out).get(groups::one::back))
        .route("/finance/groups/{group}/release", post(groups::one::acts::release).get(groups::one::back))
        .route("/finance/groups/{group}/receive", post(groups::one::acts::receive).get(groups::one::back))
        .route("/finance/groups/{group}/pay", post(groups::one::acts::pay).get(groups::one::back))
        .route("/finance/groups/{group}/paying", get(groups::paying::show))
        .route("/finance/groups/{group}/code.png", get(groups::paying::picture))
        .route("/finance/invoices", get(invoices::show))
        .route("/finance/invoices.csv", get(export::invoices::csv))
        .route("/finance/invoices.xlsx", get(export::invoices::xlsx))
        .route(
            "/finance/invoices/documents",
            post(invoices::many::take).get(invoices::many::back).layer(upload(invoices::many::FORM_BYTES_MAX)),
        )
        .route("/finance/invoices/{order}", get(invoices::one::show))
        .route(
            "/finance/invoices/{order}/document",
            post(invoices::one::take).get(invoices::one::back).layer(upload(invoices::one::FORM_BYTES_MAX)),
        )
        .route("/finance/invoices/{order}/{file}", get(invoices::one::document))
}
