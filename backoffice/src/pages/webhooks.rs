//! Webhooks: the endpoints that are told what has happened, entering one, and its secret, this once.

pub(crate) mod form;
pub(crate) mod one;
pub(crate) mod words;

use axum::Form;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::webhooks::{Endpoint, WebhookError};
use reservation::ids::ExamId;

use crate::desk::message::{Message, said};
use crate::finance::parts::table;
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::staff::frame::answer;
use form::{Typed, form};
use words::{kinds, refusal, state};

const HEADS: [&str; 5] = [
    key("webhook-description"),
    key("webhook-kinds"),
    key("api-key-exams"),
    key("webhook-waiting"),
    key("api-key-state"),
];

/// What the page shows.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) endpoints: &'a [Endpoint],
    /// Exams with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) typed: &'a Typed,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    draw(&visit, StatusCode::OK, &Typed::default(), None).await
}

/// Enters an endpoint; its secret is shown once, on its own page.
pub(crate) async fn make(visit: Visit, Form(pairs): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    visit.demand(Right::ManageWebhooks)?;
    visit.demand_fresh()?;
    let typed = Typed::of(pairs);
    let webhooks = &visit.app.outside.registration.outward.webhooks;
    match webhooks.make(&visit.staff, &typed.wanted()).await {
        Ok((id, secret)) => one::draw(&visit, id, None, (StatusCode::OK, Some(&secret.shown()), None)).await,
        Err(error) => {
            let (status, message) = refusal(visit.words, error)?;
            draw(&visit, status, &typed, Some(&message)).await
        }
    }
}

async fn draw(
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageWebhooks)?;
    let webhooks = &visit.app.outside.registration.outward.webhooks;
    let endpoints = webhooks.list(&visit.staff).await.map_err(failure)?;
    let view = View { endpoints: &endpoints, exams: &visit.exams(), typed, message, now: visit.now };
    answer(visit, status, visit.words.t("webhooks").into_owned(), &body(visit.words, &view)).await
}

/// Where nothing of its own is said.
fn failure(error: WebhookError) -> Failure {
    match error {
        WebhookError::Forbidden(_) => Failure::Forbidden,
        WebhookError::Unknown => Failure::NotFound,
        WebhookError::Fault(_) | WebhookError::TooMany => Failure::Bad,
        WebhookError::Off => Failure::Unavailable,
        WebhookError::Store(error) => error.into(),
    }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let rows: Vec<Vec<Markup>> = view.endpoints.iter().map(|one| row(w, one, view)).collect();
    let ended: Vec<&Endpoint> = view.endpoints.iter().filter(|one| words::was_ended(one)).collect();
    html! {
        main class="finance" {
            h1 { (w.t("webhooks")) }
            p class="hint" { (w.t("webhooks-lead")) }
            (said(view.message))
            @if !ended.is_empty() {
                (callout(Tone::Care, &w.t("webhooks-ended"), &html! {
                    ul { @for one in ended { li { a href={ "/webhooks/" (one.id.0) } { (one.description) } } } }
                }))
            }
            @if rows.is_empty() { p class="nothing" { (w.t("webhooks-none")) } }
            @else { (table(w, &w.t("webhooks"), &HEADS, &rows)) }
            section {
                h2 { (w.t("webhook-make-title")) }
                (form(w, "/webhooks", &w.t("webhook-make-submit"), view.exams, view.typed))
            }
        }
    }
}

fn row(w: Words, one: &Endpoint, view: &View<'_>) -> Vec<Markup> {
    vec![
        // One element: on phones what is in a cell stands side by side.
        html! { span { a href={ "/webhooks/" (one.id.0) } { (one.description) } br; span class="id hint" { (one.url) } } },
        kinds(w, &one.kinds),
        crate::pages::api_keys::named(w, one.exams.as_deref(), view.exams),
        html! { @if one.waiting > 0 { (one.waiting) @if one.waiting >= 1_000 { "+" } } @else { "0" } },
        html! {
            (state(w, one))
            @if let Some(since) = one.failing_since { " " (w.with("webhook-failing-since", &[("time", when::near(w.language, since, view.now).into())])) }
        },
    ]
}
