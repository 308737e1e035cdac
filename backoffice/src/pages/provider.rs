//! Signing in by the identity provider: the way there, the way back, and what is said when nobody was signed in. What exactly was
//! wrong stands in the audit and in the log.

pub(crate) mod link;

use axum::extract::{Extension, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use httpkit::limits::ClientAddress;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::local_path::query_value;
use pagekit::words::{Words, key};
use registration::desk::staff::{Arrived, Back, Errand, Origin, ProviderError};
use serde::Deserialize;

use crate::app::{App, SecondFactor};
use crate::desk::frame::{Frame, page};
use crate::finance::parts::fact;
use crate::request::at_provider;
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::agent;
use crate::staff::parts::Next;

/// What the provider sends a browser back with.
#[derive(Default, Deserialize)]
pub(crate) struct Brought {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    error: Option<String>,
    iss: Option<String>,
}

/// Why nobody was signed in, as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told<'a> {
    /// The way has to be gone anew.
    Stale,
    /// They did not sign in there.
    Denied,
    /// It cannot be believed.
    Refused,
    /// Nobody is linked to who they are there, which is this.
    Unlinked(&'a str),
    /// Too many have failed.
    TooMany,
    /// The provider does not answer.
    Silent,
}

impl Told<'_> {
    fn status(self) -> StatusCode {
        match self {
            Self::Stale => StatusCode::BAD_REQUEST,
            Self::Denied | Self::Refused | Self::Unlinked(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Silent => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Goes to the provider.
pub(crate) async fn leave(
    State(app): State<App>,
    Query(next): Query<Next>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    depart(&app, words(Language::of(&headers)), Errand::SignIn, next.path()).await
}

/// Comes back from there.
pub(crate) async fn back(
    State(app): State<App>,
    from: Option<Extension<ClientAddress>>,
    Query(brought): Query<Brought>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (staff, cookie_key) = (&app.outside.registration.staff, app.outside.cookie_key.clone());
    let address = from.map(|Extension(from)| from.0);
    let origin = Origin { address, agent: agent(&headers), device: None };
    let kept = at_provider::kept(&headers, cookie_key.clone());
    let back = Back {
        kept: kept.as_deref(),
        state: &brought.state,
        code: &brought.code,
        error: brought.error.as_deref(),
        issuer: brought.iss.as_deref(),
    };
    match staff.back_from_provider(&back, &origin).await {
        Ok(Arrived::SignedIn { member, token, is_all_in, next }) => {
            let is_secure = is_secure(&app);
            let cookies = session::begin_over(cookie_key.clone(), member.id, &token, is_secure);
            let forgotten = at_provider::forget(cookie_key.clone());
            if app.outside.second_factor == SecondFactor::Required && !is_all_in {
                let to = format!("/factor?next={}", query_value(&next));
                return Ok((cookies, forgotten, Redirect::to(&to)).into_response());
            }
            let known = session::remember_over(cookie_key, &member.name, &headers, is_secure);
            Ok((cookies, known, forgotten, Redirect::to(&next)).into_response())
        }
        Ok(Arrived::ToBeLinked(proof)) => {
            let kept = at_provider::keep(cookie_key, &proof, is_secure(&app));
            Ok((kept, Redirect::to("/my/provider")).into_response())
        }
        Err(error) => {
            // The answer to another question, which any page can send: the one under way is still to be answered.
            let is_another = matches!(error, ProviderError::Stale("state"));
            let answer = refused(&app, words(Language::of(&headers)), error)?;
            Ok(if is_another { answer } else { (at_provider::forget(cookie_key), answer).into_response() })
        }
    }
}

/// Sends a browser to the provider, and has it keep what it brings back.
async fn depart(app: &App, w: Words, errand: Errand<'_>, next: &str) -> Result<Response, Failure> {
    match app.outside.registration.staff.leave_for_provider(errand, next).await {
        Ok(departure) => {
            let kept = at_provider::keep(app.outside.cookie_key.clone(), &departure.kept, is_secure(app));
            Ok((kept, Redirect::to(&departure.url)).into_response())
        }
        Err(error) => refused(app, w, error),
    }
}

/// Do browsers reach these pages over TLS, as far as the provider knows?
fn is_secure(app: &App) -> bool {
    app.outside.registration.staff.provider_site().is_some_and(|site| site.starts_with("https://"))
}

fn refused(app: &App, w: Words, error: ProviderError) -> Result<Response, Failure> {
    let subject;
    let told = match error {
        ProviderError::NotThere => return Err(Failure::NotFound),
        ProviderError::Store(error) => return Err(error.into()),
        ProviderError::Stale(_) => Told::Stale,
        ProviderError::Denied => Told::Denied,
        ProviderError::Refused(_) => Told::Refused,
        ProviderError::Unlinked { subject: theirs } | ProviderError::Disabled { subject: theirs, .. } => {
            subject = theirs;
            Told::Unlinked(&subject)
        }
        ProviderError::TooMany { .. } => Told::TooMany,
        ProviderError::Silent(_) => Told::Silent,
    };
    let frame = Frame::bare(w, &app.assets, w.t("provider-title").into_owned(), "/sign-in", app.outside.demo);
    Ok((told.status(), page(&frame, &body(w, told))).into_response())
}

pub(crate) fn body(w: Words, told: Told<'_>) -> Markup {
    let text = match told {
        Told::Stale => key("provider-stale"),
        Told::Denied => key("provider-denied"),
        Told::Refused => key("provider-refused"),
        Told::Unlinked(_) => key("provider-unlinked"),
        Told::TooMany => key("sign-in-too-many"),
        Told::Silent => key("provider-silent"),
    };
    html! {
        main class="alone" {
            h1 { (w.t("provider-title")) }
            p role="alert" { (w.t(text)) }
            @if let Told::Unlinked(subject) = told {
                dl class="facts" { (fact(&w.t("provider-subject"), &html! { (subject) })) }
            }
            p { a class="button" href="/" { (w.t("provider-again")) } }
        }
    }
}
