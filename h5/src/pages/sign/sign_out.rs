//! Signs out: this sign-in, on whatever device a copy of its cookie is. Holds stay: they are the account's, not the
//! browser's. This browser is signed out even while no store can be told of it: the computer may be shared.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::HeaderName;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::words::Words;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;
use crate::request::cookies::display::display;
use crate::request::cookies::{phone_session, session};
use crate::view::layout::{Frame, heading, page};

/// The browser drops what it has kept of the site, tickets above all; scripts do so where it does not know this.
const FORGET: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
/// Longest wait for the store; nobody is kept signed in by it.
const STORE_WAIT: Duration = Duration::from_secs(5);

pub(crate) async fn leave(State(app): State<App>, headers: HeaderMap) -> Response {
    let seal = app.seal();
    let cookies = (session::end(&seal), phone_session::end(&seal));
    let session = session::read(&headers, &seal, Timestamp::now());
    if let Some((id, until)) = session.and_then(|session| Some((session.id?, session.until))) {
        let told = app.outside.registration.accounts.sign_out(id, until);
        let told = tokio::time::timeout(STORE_WAIT, told).await.map(|told| told.map_err(Failure::from));
        if !matches!(told, Ok(Ok(()))) {
            let w = words(Language::of(&headers));
            let frame = Frame::bare(&app, w, display(&headers), w.t("sign-out-here-title").into_owned(), "/");
            return (StatusCode::SERVICE_UNAVAILABLE, cookies, [FORGET], page(&frame, &body(w))).into_response();
        }
    }
    (cookies, [FORGET], Redirect::to("/")).into_response()
}

/// Here it is over; where else the same sign-in is, nobody could be told.
pub(crate) fn body(w: Words) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("sign-out-here-title")))
            p class="lead" { (w.t("sign-out-here-text")) }
            p { a class="button" href="/" { (w.t("error-home")) } }
        }
    }
}

/// A reload of what was refused for a moment: there is nothing to see here.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/me")
}
