//! One key: what it may do, who made it, and replacing or ending it.

use axum::Form;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::permits::Right;
use registration::desk::staff::By;
use registration::secrets::api_keys::ApiKeyError;
use reservation::api::auth::FRESH;
use reservation::ids::ExamId;
use reservation::ledger::api_keys::{KeyId, ListedKey, Named, Scope};
use serde::Deserialize;

use super::words::{not_alone, refusal, replaced, state};
use super::{Shown, all, exams, scopes, shown_end, shown_once};
use crate::desk::message::{Message, said};
use crate::finance::parts::{fact, moment, select};
use crate::request::failure::Failure;
use crate::request::two;
use crate::request::visit::Visit;
use crate::staff::frame::answer;

/// For how many hours a key goes on beside the one that replaces it, with the words for it.
const OVERLAPS: [(u16, &str); 4] = [
    (0, key("api-key-overlap-none")),
    (1, key("api-key-overlap-hour")),
    (24, key("api-key-overlap-day")),
    (168, key("api-key-overlap-week")),
];
const USUAL_OVERLAP: &str = "24";

/// What was done last, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// How a key is to be replaced.
#[derive(Default, Deserialize)]
pub(crate) struct Overlap {
    #[serde(default)]
    hours: u16,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) one: &'a ListedKey,
    /// Exams with what they are called.
    pub(crate) exams: &'a [(ExamId, String)],
    pub(crate) made: Option<&'a Shown<'a>>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) may_read_audit: bool,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(visit: Visit, Path(id): Path<i64>, Query(done): Query<Done>) -> Result<Response, Failure> {
    let word = (done.done == "revoked").then_some(key("api-key-did-revoke"));
    let seconds = [("seconds", FRESH.as_secs().into())];
    let message = word.map(|word| Message::new(Tone::Good, visit.words.with(word, &seconds)));
    draw(&visit, id, StatusCode::OK, None, message.as_ref()).await
}

/// Makes another key in its place, which is shown once.
pub(crate) async fn rotate(
    visit: Visit,
    Path(id): Path<i64>,
    Form(overlap): Form<Overlap>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageKeys)?;
    visit.demand_fresh()?;
    let overlap = SignedDuration::from_hours(i64::from(overlap.hours));
    let is_admin = |one: &ListedKey| one.id == KeyId(id) && one.scopes.has(Scope::Admin);
    if two::needs_two(&visit) && all(&visit).await?.iter().any(is_admin) {
        let (status, message) = not_alone(visit.words);
        return draw(&visit, id, status, None, Some(&message)).await;
    }
    let keys = &visit.app.outside.registration.outward.api_keys;
    match keys.rotate(By::Administrator(&visit.staff), KeyId(id), overlap).await {
        Ok(made) => draw(&visit, made.id.0, StatusCode::OK, Some(&Shown::from(&made)), None).await,
        Err(error) => refused(&visit, id, error).await,
    }
}

/// Ends the key.
pub(crate) async fn revoke(visit: Visit, Path(id): Path<i64>) -> Result<Response, Failure> {
    visit.demand(Right::ManageKeys)?;
    visit.demand_fresh()?;
    let keys = &visit.app.outside.registration.outward.api_keys;
    match keys.revoke(By::Administrator(&visit.staff), Named::Id(KeyId(id))).await {
        Ok(_) => Ok(Redirect::to(&format!("/api-keys/{id}?done=revoked")).into_response()),
        Err(error) => refused(&visit, id, error).await,
    }
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back(Path(id): Path<i64>) -> Redirect {
    Redirect::to(&format!("/api-keys/{id}"))
}

async fn refused(visit: &Visit, id: i64, error: ApiKeyError) -> Result<Response, Failure> {
    let (status, message) = refusal(visit.words, error)?;
    draw(visit, id, status, None, Some(&message)).await
}

async fn draw(
    visit: &Visit,
    id: i64,
    status: StatusCode,
    made: Option<&Shown<'_>>,
    message: Option<&Message>,
) -> Result<Response, Failure> {
    visit.demand(Right::ManageKeys)?;
    let keys = all(visit).await?;
    let one = keys.iter().find(|key| key.id == KeyId(id)).ok_or(Failure::NotFound)?;
    let may_read_audit = visit.demand(Right::ReadAudit).is_ok();
    let view = View { one, exams: &visit.exams(), made, message, may_read_audit, now: visit.now };
    answer(visit, status, one.name.clone(), &body(visit.words, &view)).await
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let (one, text) = (view.one, |text: &str| html! { (text) });
    let used = one.last_used_at.map_or_else(|| w.t("api-key-not-used").into_owned(), |at| moment(w, at));
    let by = one.made_by.clone().unwrap_or_else(|| w.t("api-key-by-operator").into_owned());
    html! {
        main class="finance" {
            p { a href="/api-keys" { (w.t("api-keys-back")) } }
            h1 { (one.name) " " (shown_end(one)) }
            (said(view.message))
            @if let Some(made) = view.made { (shown_once(w, made)) }
            div class="beside" {
                section {
                    dl class="facts" {
                        (fact(&w.t("api-key-number"), &text(&one.id.0.to_string())))
                        (fact(&w.t("api-key-state"), &state(w, one, view.now)))
                        (fact(&w.t("api-key-scopes"), &scopes(w, one)))
                        (fact(&w.t("api-key-exams"), &exams(w, one, view.exams)))
                        (fact(&w.t("api-key-made"), &text(&moment(w, one.created_at))))
                        (fact(&w.t("api-key-made-by"), &text(&by)))
                        (fact(&w.t("api-key-used"), &text(&used)))
                    }
                    @if view.may_read_audit {
                        p { a href={ "/audit?subject=api-key." (one.id.0) } { (w.t("api-key-history")) } }
                    }
                }
                @if one.is_good(view.now) { section { h2 { (w.t("staff-acts")) } (acts(w, one)) } }
            }
        }
    }
}

fn acts(w: Words, one: &ListedKey) -> Markup {
    let overlaps = OVERLAPS.iter().map(|(hours, word)| (hours.to_string(), w.t(word).into_owned()));
    let hint = w.with("api-key-revoke-hint", &[("seconds", FRESH.as_secs().into())]);
    html! {
        div class="fields" {
            @if let Some(next) = one.replaced_by {
                p { a href={ "/api-keys/" (next.0) } { (replaced(w, next)) } }
            } @else {
                form method="post" action={ "/api-keys/" (one.id.0) "/rotate" } {
                    (select("hours", &w.t("api-key-overlap"), None, USUAL_OVERLAP, overlaps))
                    button class="button second" type="submit" { (w.t("api-key-rotate")) }
                    p class="hint" { (w.t("api-key-rotate-hint")) }
                }
            }
            form method="post" action={ "/api-keys/" (one.id.0) "/revoke" } {
                button class="button danger" type="submit" { (w.t("api-key-revoke")) }
                p class="hint" { (hint) }
            }
        }
    }
}
