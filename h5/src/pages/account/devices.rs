//! 登录设备: on which telephones and computers the account is signed in, and the way to sign each of them out.

use axum::Form;
use axum::extract::Query;
use axum::response::Redirect;
use http::HeaderMap;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::people::accounts::{OpenSession, SessionId, SessionLimits};
use serde::Deserialize;
use uuid::Uuid;

use super::Said;
use crate::failure::Failure;
use crate::request::cookies::session;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, tag};
use crate::view::layout::said::{done, lifetime};
use crate::view::layout::{heading, page};
use crate::words::account::device::device;

/// Which of them is to be signed out.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    session: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    /// The one used last first.
    pub(crate) open: &'a [OpenSession],
    /// The one that this page was asked for with.
    pub(crate) own: Option<SessionId>,
    pub(crate) limits: SessionLimits,
    pub(crate) said: &'a str,
    pub(crate) now: Timestamp,
}

pub(crate) async fn show(
    candidate: Candidate,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> Result<Markup, Failure> {
    let visit = &candidate.visit;
    let accounts = &visit.app.outside.registration.accounts;
    let open = accounts.open_sessions(&candidate.account).await?;
    let own = session::read(&headers, &visit.app.seal(), visit.now).and_then(|session| session.id);
    let view = View { open: &open, own, limits: accounts.limits(), said: &said.said, now: visit.now };
    // What was just done has its own place here.
    let frame = visit.frame(visit.words.t("devices-title"));
    Ok(page(&frame, &body(visit.words, &view)))
}

/// Signs one of them out. One that is over already, or somebody else's, changes nothing.
pub(crate) async fn end(candidate: Candidate, Form(chosen): Form<Chosen>) -> Result<Redirect, Failure> {
    let accounts = &candidate.visit.app.outside.registration.accounts;
    if let Ok(session) = Uuid::try_parse(&chosen.session) {
        accounts.end_session(candidate.account.id, SessionId(session)).await?;
    }
    Ok(Redirect::to("/me/devices?said=device"))
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let is_own = |session: &&OpenSession| Some(session.id) == view.own;
    let own = view.open.iter().find(is_own);
    let others: Vec<&OpenSession> = view.open.iter().filter(|session| !is_own(session)).collect();
    html! {
        div class="column narrow" {
            (heading(None, &w.t("devices-title")))
            (done(w, view.said))
            p class="lead" { (w.t("devices-lead")) }
            dl class="rows" {
                @for session in own.into_iter().chain(others.iter().copied()) {
                    (row(w, session, is_own(&session), view.now))
                }
            }
            @if others.is_empty() {
                p class="hint" { (w.t("devices-none")) }
            } @else {
                form method="post" action="/me/sign-out-everywhere" {
                    button class="button second" type="submit" { (w.t("me-sign-out-everywhere")) }
                }
            }
            p class="hint" {
                (w.with("devices-limits", &[
                    ("idle", lifetime(w, view.limits.idle).into()), ("hours", lifetime(w, view.limits.absolute).into()),
                ]))
            }
            p class="beside" { a href="/me#security" { (w.t("to-me")) } " · " a href="/me/password" { (w.t("change-password-title")) } }
        }
    }
}

fn row(w: Words, session: &OpenSession, is_own: bool, now: Timestamp) -> Markup {
    let name = device(w, session.machine);
    let at = |time| when::dated(w.language, time, now);
    html! {
        div {
            dt { (w.with("devices-since", &[("time", at(session.began_at).into())])) }
            dd {
                strong { (name) }
                @if is_own { (tag(Tone::Good, &w.t("devices-this"))) }
                @else { span class="hint" { (w.with("devices-seen", &[("time", at(session.seen_at).into())])) } }
            }
            @if !is_own {
                dd class="row-do" {
                    form method="post" action="/me/devices" {
                        input type="hidden" name="session" value=(session.id.0);
                        button class="text-button" type="submit" { (w.t("devices-end")) span class="unseen" { " " (name) } }
                    }
                }
            }
        }
    }
}
