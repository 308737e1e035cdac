//! Every layer of the staff's pages, outermost last, each with its reason.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use pagekit::guard::{OwnOrigin, same_site_only};
use pagekit::headers::with_headers;
use pagekit::language::Language;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::catalogue::words;
use crate::desk::frame::Frame;
use crate::failure::Failure;
use crate::pages::{error, sign_in};
use crate::request::carried::{Carried, FORM_BYTES_MAX};
use crate::request::visit::Ended;

/// Longest time that a page may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) fn with_layers(router: Router<App>, app: &App) -> Router<App> {
    let router = router
        // A form that another site posted goes no further. The listener's own address is the host asked for.
        .layer(from_fn_with_state(OwnOrigin::default(), same_site_only))
        // Whoever was signed out under a form signs in and goes on with it.
        .layer(from_fn_with_state(app.clone(), carry))
        // A page that takes longer has lost its reader.
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PAGE_TIMEOUT))
        // A panic is a page too.
        .layer(CatchPanicLayer::new())
        // Bare statuses become pages.
        .layer(from_fn_with_state(app.clone(), failures))
        // Pages repeat neither secrets nor tokens.
        .layer(CompressionLayer::new());
    with_headers(router)
}

/// Draws the page for signing in around a form whose sender is signed out.
async fn carry(State(app): State<App>, request: Request, next: Next) -> Response {
    // Files are sent anew by whoever has them; they are read part by part, behind the question who sends them.
    let is_upload = |kind: &HeaderValue| kind.as_bytes().starts_with(b"multipart/form-data");
    if request.method() != Method::POST || request.headers().get(CONTENT_TYPE).is_some_and(is_upload) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, FORM_BYTES_MAX).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let again = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let response = next.run(again).await;
    if response.extensions().get::<Ended>().is_none() {
        return response;
    }
    let (words, path) = (words(Language::of(&parts.headers)), parts.uri.path().to_owned());
    match Carried::sealed(&app, Request::from_parts(parts, Body::from(body))).await {
        Some(carried) => sign_in::around(&app, words, &path, &carried),
        None => response,
    }
}

/// Draws the page of a failure.
async fn failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let words = words(Language::of(request.headers()));
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let failure = response.extensions().get::<Failure>().copied().or_else(|| Failure::of_status(response.status()));
    let Some(failure) = failure.filter(|_| !is_page) else { return response };
    let frame = Frame {
        words,
        assets: &app.assets,
        title: error::title(words, failure),
        path: "/",
        staff: None,
        waiting: None,
        counts: None,
        is_demo: app.outside.demo,
        reload_seconds: None,
    };
    (failure.status(), crate::desk::frame::page(&frame, &error::body(words, failure))).into_response()
}
