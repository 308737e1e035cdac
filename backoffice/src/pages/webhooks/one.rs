//! One endpoint: what it was told, what it answered, and what can be done: change it, give it another secret, try it, tell it again.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::webhooks::{Delivery, Endpoint, EndpointId, PAGE, WebhookError};
use reservation::ids::ExamId;
use serde::Deserialize;
use uuid::Uuid;

use super::failure;
use super::form::{Typed, form};
use super::words::{kinds, outcome, refusal, standing, state, told};
use crate::desk::message::{Message, said};
use crate::finance::parts::{fact, moment, select, table};
use crate::pages::api_keys::named;
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::staff::frame::answer;

const HEADS: [&str; 5] =
    [key("webhook-event"), key("webhook-happened"), key("webhook-standing"), key("webhook-last"), key("webhook-act")];
/// Since how many hours what was given up is sent again, with the words for it.
const SINCE: [(u16, &str); 4] = [
    (1, key("webhook-since-hour")),
    (24, key("webhook-since-day")),
    (72, key("webhook-since-three-days")),
    (720, key("webhook-since-month")),
];
const USUAL_SINCE: &str = "24";

/// What was done last, and where the list goes on, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    count: u64,
    before: Option<i64>,
}

/// What is to be sent again: one delivery, or all that were given up within so many hours.
#[derive(Default, Deserialize)]
pub(crate) struct Again {
    delivery: Option<i64>,
    #[serde(default)]
    hours: u16,
}

/// What the page shows.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) one: &'a Endpoint,
    /// One more than a page where there are more.
    pub(crate) deliveries: &'a [Delivery],
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) typed: &'a Typed,
    /// A secret that is shown once.
    pub(crate) secret: Option<&'a str>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<Uuid>, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let count = [("count", asked.count.into())];
    let text = match asked.done.as_str() {
        "change" => Some(visit.words.t("webhook-did-change")),
        "test" => Some(visit.words.t("webhook-did-test")),
        "again" => Some(visit.words.with("webhook-did-again", &count)),
        "stop" => Some(visit.words.t("webhook-did-stop")),
        "start" => Some(visit.words.t("webhook-did-start")),
        _ => None,
    };
    let message = text.map(|text| Message::new(Tone::Good, text));
    draw(&visit, EndpointId(id), asked.before, (StatusCode::OK, None, message.as_ref())).await
}

/// Changes where it is and what it is told.
pub(crate) async fn change(
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageWebhooks)?;
    visit.demand_fresh()?;
    let typed = Typed::of(pairs);
    let webhooks = &visit.app.outside.registration.outward.webhooks;
    match webhooks.change(&visit.staff, EndpointId(id), &typed.wanted()).await {
        Ok(()) => Ok(Redirect::to(&format!("/webhooks/{id}?done=change")).into_response()),
        Err(error) => {
            let (status, message) = refusal(visit.words, error)?;
            drawn(&visit, EndpointId(id), None, Some(&typed), (status, None, Some(&message))).await
        }
    }
}

/// Does one of the other things.
pub(crate) async fn act(
    visit: Visit,
    Path((id, act)): Path<(Uuid, String)>,
    Form(again): Form<Again>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageWebhooks)?;
    let (webhooks, staff) = (&visit.app.outside.registration.outward.webhooks, &visit.staff);
    let endpoint = EndpointId(id);
    let mut count = 0;
    let done = match act.as_str() {
        // Telling nobody anything needs no more than being here.
        "stop" => webhooks.set_told(staff, endpoint, false).await.map(drop),
        "start" => {
            visit.demand_fresh()?;
            webhooks.set_told(staff, endpoint, true).await.map(drop)
        }
        "test" => webhooks.test(staff, endpoint).await,
        "again" => {
            let since = visit.now - SignedDuration::from_hours(i64::from(again.hours));
            let sent = webhooks.again(staff, endpoint, again.delivery.ok_or(since).map_or_else(Err, Ok)).await;
            sent.map(|sent| count = sent)
        }
        "secret" => {
            visit.demand_fresh()?;
            let renewed = webhooks.renew_secret(staff, endpoint).await.map_err(failure)?;
            return draw(&visit, endpoint, None, (StatusCode::OK, Some(&renewed.shown()), None)).await;
        }
        _ => return Err(Failure::NotFound),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/webhooks/{id}?done={act}&count={count}")).into_response()),
        Err(error) => refused(&visit, endpoint, error).await,
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path((id, _)): Path<(Uuid, String)>) -> Redirect {
    Redirect::to(&format!("/webhooks/{id}"))
}

/// The same where the form has an address of its own.
pub(crate) async fn back_to(Path(id): Path<Uuid>) -> Redirect {
    Redirect::to(&format!("/webhooks/{id}"))
}

async fn refused(visit: &Visit, id: EndpointId, error: WebhookError) -> Result<Response, Failure> {
    let (status, message) = refusal(visit.words, error)?;
    draw(visit, id, None, (status, None, Some(&message))).await
}

/// The page: its status, a secret to show, and what was done.
pub(super) async fn draw(
    visit: &Visit,
    id: EndpointId,
    before: Option<i64>,
    with: (StatusCode, Option<&str>, Option<&Message>),
) -> Result<Response, Failure> {
    drawn(visit, id, before, None, with).await
}

async fn drawn(
    visit: &Visit,
    id: EndpointId,
    before: Option<i64>,
    typed: Option<&Typed>,
    (status, secret, message): (StatusCode, Option<&str>, Option<&Message>),
) -> Result<Response, Failure> {
    let webhooks = &visit.app.outside.registration.outward.webhooks;
    let (one, deliveries) = webhooks.one(&visit.staff, id, before).await.map_err(failure)?;
    let there = Typed::from(&one);
    let typed = typed.unwrap_or(&there);
    let (deliveries, exams) = (&deliveries, visit.exams());
    let view = View { one: &one, deliveries, exams: &exams, typed, secret, message, now: visit.now };
    answer(visit, status, one.description.clone(), &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let one = view.one;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let shown = &view.deliveries[..view.deliveries.len().min(page)];
    let rows: Vec<Vec<Markup>> = shown.iter().map(|delivery| row(w, delivery, view)).collect();
    let more = shown.last().filter(|_| view.deliveries.len() > page);
    html! {
        main class="finance" {
            p { a href="/webhooks" { (w.t("webhooks-back")) } }
            h1 { (one.description) }
            (said(view.message))
            @if let Some(secret) = view.secret { (shown_once(w, secret)) }
            div class="beside" {
                section { (facts(w, view)) }
                section { h2 { (w.t("staff-acts")) } (acts(w, one)) }
            }
            section {
                h2 { (w.t("webhook-deliveries")) }
                @if rows.is_empty() { p class="nothing" { (w.t("webhook-no-deliveries")) } }
                @else { (table(w, &w.t("webhook-deliveries"), &HEADS, &rows)) }
                @if let Some(last) = more {
                    p { a href={ "/webhooks/" (one.id.0) "?before=" (last.id) } { (w.t("webhook-older")) } }
                }
            }
            details class="refuse" open[view.typed != &Typed::from(one)] {
                summary { (w.t("webhook-change")) }
                (form(w, &format!("/webhooks/{}/change", one.id.0), &w.t("save"), view.exams, view.typed))
            }
        }
    }
}

/// A secret that is passed on now or never. A tap selects the whole of it, without a script too.
fn shown_once(w: Words, secret: &str) -> Markup {
    let body = html! {
        p { (w.t("webhook-secret-how")) }
        p { code class="secret" id="secret" { (secret) } }
        p { button class="button second" type="button" hidden data-copy="secret" data-done=(w.t("api-key-copied")) { (w.t("api-key-copy")) } }
    };
    html! { div role="status" { (callout(Tone::Good, &w.t("webhook-secret-title"), &body)) } }
}

fn facts(w: Words, view: &View<'_>) -> Markup {
    let (one, text) = (view.one, |text: &str| html! { (text) });
    let near = |at| when::near(w.language, at, view.now);
    html! {
        dl class="facts" {
            (fact(&w.t("webhook-url"), &html! { span class="id" { (one.url) } }))
            (fact(&w.t("api-key-state"), &html! {
                (state(w, one))
                @if let Some((at, _)) = one.disabled { " " (near(at)) }
                @if let Some(since) = one.failing_since { " " (w.with("webhook-failing-since", &[("time", near(since).into())])) }
            }))
            (fact(&w.t("webhook-kinds"), &kinds(w, &one.kinds)))
            (fact(&w.t("api-key-exams"), &named(w, one.exams.as_deref(), view.exams)))
            (fact(&w.t("webhook-waiting"), &text(&one.waiting.to_string())))
            (fact(&w.t("api-key-made"), &text(&format!("{} · {}", moment(w, one.made_at), one.made_by))))
            @if let Some(until) = one.old_until {
                (fact(&w.t("webhook-old-secret"), &text(&w.with("api-key-until", &[("time", moment(w, until).into())]))))
            }
        }
    }
}

fn acts(w: Words, one: &Endpoint) -> Markup {
    let at = |act: &str| format!("/webhooks/{}/{act}", one.id.0);
    let since = SINCE.iter().map(|(hours, word)| (hours.to_string(), w.t(word).into_owned()));
    let act = |name: &str, word: &'static str, hint: &'static str, class: &str| {
        html! {
            form method="post" action=(at(name)) {
                button class=(class) type="submit" { (w.t(word)) }
                p class="hint" { (w.t(hint)) }
            }
        }
    };
    let second = "button second";
    html! {
        div class="fields" {
            @if one.disabled.is_some() {
                (act("start", key("webhook-start"), key("webhook-start-hint"), second))
            } @else {
                (act("test", key("webhook-test"), key("webhook-test-hint"), second))
            }
            form method="post" action=(at("again")) {
                (select("hours", &w.t("webhook-again-since"), None, USUAL_SINCE, since))
                button class=(second) type="submit" { (w.t("webhook-again-submit")) }
            }
            (act("secret", key("webhook-secret"), key("webhook-secret-hint"), second))
            @if one.disabled.is_none() {
                (act("stop", key("webhook-stop"), key("webhook-stop-hint"), "button danger"))
            }
        }
    }
}

fn row(w: Words, delivery: &Delivery, view: &View<'_>) -> Vec<Markup> {
    let near = |at| when::near(w.language, at, view.now);
    vec![
        html! { (told(w, &delivery.kind)) br; span class="id hint" { (delivery.subject) } },
        html! { (near(delivery.at)) },
        html! {
            (standing(w, delivery))
            @if delivery.done.is_none() && delivery.tries > 0 { " " (near(delivery.next_try_at)) }
        },
        html! {
            @if let Some(last) = &delivery.last {
                (outcome(w, last)) " · " (last.took_ms) " ms"
                @if !last.answer.is_empty() {
                    details { summary class="plain" { (w.t("webhook-answer")) } pre class="answer" { (last.answer) } }
                }
            }
        },
        html! {
            @if delivery.done.is_some() {
                form method="post" action={ "/webhooks/" (view.one.id.0) "/again" } {
                    input type="hidden" name="delivery" value=(delivery.id);
                    button class="plain" type="submit" { (w.t("webhook-again-one")) }
                }
            }
        },
    ]
}
