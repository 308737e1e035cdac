//! The code by which a list is paid for, on a page that looks by itself whether the money has come.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::qr_code::code;
use pagekit::when;
use pagekit::words::Words;
use registration::model::payment::group::{GroupId, GroupPayment, GroupState};
use registration::model::payment::{Method, PaymentState};
use registration::payments::{Attempt, Start};
use serde::Deserialize;

use crate::finance::frame::{Tab, Telling, answer_again};
use crate::finance::numbered::{Numbered, Of, done};
use crate::finance::words as money;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Seconds after which the page looks again: a channel is asked no more often than every three.
const RELOAD_SECONDS: u32 = 5;

/// By which channel.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct By {
    #[serde(default)]
    by: String,
}

pub(crate) async fn show(visit: Visit, Of(id): Of<GroupId>, Query(by): Query<By>) -> Result<Response, Failure> {
    let (group, attempts) = visit.app.outside.registration.payments.group_attempts(&visit.staff, id).await?;
    if let GroupState::Paid(_) = group.state {
        return Ok(done(id, "paid"));
    }
    let Some(attempt) = chosen(&attempts, &by.by) else { return Ok(Redirect::to(&id.path()).into_response()) };
    let title = visit.words.t("group-paying").into_owned();
    let inside = body(visit.words, &View { group: &group, attempt, now: visit.now });
    answer_again(&visit, (Tab::Groups, title), &Telling::nothing(), &inside, Some(RELOAD_SECONDS)).await
}

/// The code as a picture.
pub(crate) async fn picture(visit: Visit, Of(id): Of<GroupId>, Query(by): Query<By>) -> Result<Response, Failure> {
    let (_, attempts) = visit.app.outside.registration.payments.group_attempts(&visit.staff, id).await?;
    let Some(Start::Scan { code: said, .. }) = chosen(&attempts, &by.by).and_then(|attempt| attempt.start.as_ref())
    else {
        return Err(Failure::NotFound);
    };
    let picture = code(said).ok_or(Failure::Broken)?;
    Ok(([(CONTENT_TYPE, "image/png")], picture).into_response())
}

/// The attempt by that channel.
fn chosen<'a>(attempts: &'a [Attempt], by: &str) -> Option<&'a Attempt> {
    let by: Method = by.parse().ok()?;
    attempts.iter().rev().find(|attempt| attempt.method == by)
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) group: &'a GroupPayment,
    pub(crate) attempt: &'a Attempt,
    pub(crate) now: Timestamp,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { group, attempt, now } = view;
    let channel = money::method(w, attempt.method);
    let is_good = |until: Option<Timestamp>| until.is_none_or(|until| *now < until);
    html! {
        p { a href={ "/finance/groups/" (group.id.number()) } { (group.title) } }
        @if attempt.state == PaymentState::Unknown {
            (callout(Tone::Care, &w.t("group-unknown"), &html! { p { (w.t("group-unknown-act")) } }))
        }
        section class="paying" {
            p class="amount" {
                span { (w.with("group-sum-of", &[("count", group.orders.len().into())])) }
                strong { (group.amount()) }
            }
            @match &attempt.start {
                Some(Start::Scan { until, .. }) if is_good(*until) => {
                    img class="code" width="260" height="260" alt=(w.with("group-code", &[("channel", channel.clone().into())]))
                        src={ "/finance/groups/" (group.id.number()) "/code.png?by=" (attempt.method) };
                    p { (w.with("group-scan", &[("channel", channel.into())])) }
                }
                Some(Start::Go { url, until }) if is_good(*until) => {
                    p { a class="button" href=(url) rel="noreferrer" { (w.with("group-go", &[("channel", channel.into())])) } }
                }
                _ => p { (w.t("group-code-old")) },
            }
            @if let Some(until) = attempt.expires_at {
                p class="hint" { (w.with("group-code-until", &[("when", when::near(w.language, until, *now).into())])) }
            }
            p class="hint" { (w.with("group-looks-again", &[("seconds", RELOAD_SECONDS.into())])) }
        }
    }
}
