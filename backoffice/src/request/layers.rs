//! Every layer of the staff's pages, outermost last, each with its reason.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use pagekit::guard::{OwnOrigin, same_site_only};
use pagekit::headers::with_headers;
use pagekit::language::Language;
use pagekit::refused_form::{RefusedForms, Sent};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};

use crate::app::App;
use crate::checkin::answer::is_json;
use crate::desk::ahead::told;
use crate::desk::frame::Frame;
use crate::pages::{error, sign_in};
use crate::request::carried::{Carried, FORM_BYTES_MAX};
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::{Arrival, Needs};
use crate::staff::factor;

/// Longest time that a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest time for what is brought over a network that may be thin: photos from doors, files of many lines.
const BRINGING_TIMEOUT: Duration = Duration::from_secs(120);

/// Forms of staff that were refused.
static REFUSED: RefusedForms = RefusedForms::at("staff");

pub(crate) fn with_layers(router: Router<App>, app: &App) -> Router<App> {
    let router = router
        // A form that another site posted goes no further. The listener's own address is the host asked for.
        .layer(from_fn_with_state(OwnOrigin::default(), same_site_only))
        // A script that shows the next case by itself is told where a page would have gone on.
        .layer(from_fn(told))
        // Whoever has to show something before a form counts shows it and goes on with the form.
        .layer(from_fn_with_state(app.clone(), carry))
        // A page that takes longer has lost its reader.
        .layer(from_fn(in_time))
        // A panic is a page too.
        .layer(CatchPanicLayer::new())
        // Bare statuses become pages.
        .layer(from_fn_with_state(app.clone(), failures));
    // Pages repeat neither secrets nor tokens. What is printed is compressed already. It is behind the headers, because it adds to
    // their `Vary`, and they would take its word there for the whole.
    with_headers(router).layer(
        CompressionLayer::new().compress_when(
            DefaultPredicate::new()
                .and(NotForContentType::const_new("application/pdf"))
                .and(NotForContentType::const_new("application/zip")),
        ),
    )
}

/// How long this may take.
fn timeout(method: &Method, path: &str) -> Duration {
    let is_brought = method == Method::POST && path.starts_with("/check-in/");
    let is_long = is_brought && ["/doubts", "/scans"].iter().any(|end| path.ends_with(end));
    let is_import = method == Method::POST && path == "/imports";
    if is_long || is_import { BRINGING_TIMEOUT } else { PAGE_TIMEOUT }
}

/// Answers that nobody can, where it takes longer.
async fn in_time(request: Request, next: Next) -> Response {
    let limit = timeout(request.method(), request.uri().path());
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// Draws the page for signing in around a form whose sender is signed out, and the one for a second factor around a form that
/// needs it.
async fn carry(State(app): State<App>, request: Request, next: Next) -> Response {
    // Files are sent anew by whoever has them; they are read part by part, behind the question who sends them.
    let is_upload = |kind: &HeaderValue| kind.as_bytes().starts_with(b"multipart/form-data");
    // Programs keep what they bring until it was taken.
    let is_carried = !request.headers().get(CONTENT_TYPE).is_some_and(is_upload) && !is_json(request.headers());
    // What is larger than a carried form goes by its own route's limit, and is not carried.
    let length = request.body().size_hint().exact();
    if request.method() != Method::POST || !is_carried || length.is_some_and(|length| length > FORM_BYTES_MAX as u64) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FORM_BYTES_MAX).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let again = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let response = next.run(again).await;
    let is_stale = response.extensions().get::<Failure>() == Some(&Failure::NotFresh);
    let needs = response.extensions().get::<Needs>().copied().or(is_stale.then_some(Needs::Factor));
    let Some(needs) = needs else { return response };
    let (words, path) = (words(Language::of(&parts.headers)), parts.uri.path().to_owned());
    let mut asking = parts.clone();
    // Whoever is signed out and filled in nothing loses nothing.
    if needs == Needs::SignIn && body.is_empty() {
        return response;
    }
    let carried = Carried::sealed(&app, Request::from_parts(parts, Body::from(body))).await;
    match (carried, needs) {
        (Some(carried), Needs::SignIn) => sign_in::around(&app, words, &path, &carried),
        (Some(carried), Needs::Factor) => match Arrival::from_request_parts(&mut asking, &app).await {
            Ok(arrival) => factor::around(&arrival, &path, &carried).await.into_response(),
            Err(ended) => ended,
        },
        (None, Needs::SignIn | Needs::Factor) => response,
    }
}

/// Draws the page of a failure; writes down who was refused what for want of a right, and which form no page of ours sends.
async fn failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let words = words(Language::of(request.headers()));
    let who = session::read(request.headers(), app.outside.cookie_key.clone()).map(|session| session.staff);
    // Addresses have names in them, which logs have not: the route says what was asked for.
    let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let sent = Sent::of(&request);
    let response = next.run(request).await;
    if response.extensions().get::<Failure>() == Some(&Failure::Forbidden) {
        let staff = who.map(|staff| staff.0.to_string()).unwrap_or_default();
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        tracing::info!(target: "security", event = "refused", staff, %method, route, "a member of staff");
    }
    let is_said = |kind: &HeaderValue| {
        [&b"text/html"[..], b"application/json"].iter().any(|known| kind.as_bytes().starts_with(known))
    };
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(is_said);
    let failure = response.extensions().get::<Failure>().copied().or_else(|| Failure::of_status(response.status()));
    let Some(failure) = failure.filter(|_| !is_page) else { return response };
    if let (Some(sent), Some(fault)) = (&sent, failure.form_fault()) {
        REFUSED.note(fault, sent);
    }
    let frame = Frame::bare(words, &app.assets, error::title(words, failure), "/", app.outside.demo);
    (failure.status(), crate::desk::frame::page(&frame, &error::body(words, failure))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d7_a_door_has_longer_to_bring_a_photo() {
        for (method, path, limit) in [
            (Method::POST, "/check-in/exam/morning/site/doubts", BRINGING_TIMEOUT),
            (Method::POST, "/check-in/exam/morning/site/scans", BRINGING_TIMEOUT),
            (Method::POST, "/imports", BRINGING_TIMEOUT),
            (Method::GET, "/check-in/exam/morning/site/doubts", PAGE_TIMEOUT),
            (Method::GET, "/imports", PAGE_TIMEOUT),
            (Method::POST, "/check-in/exam/morning/site/doubts/1/sign", PAGE_TIMEOUT),
            (Method::POST, "/doubts", PAGE_TIMEOUT),
        ] {
            assert_eq!(timeout(&method, path), limit, "{method} {path}");
        }
    }
}
