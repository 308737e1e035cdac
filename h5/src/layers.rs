//! Every layer of the site, outermost last, each with its reason.

mod carry;
pub(crate) mod front;
pub(crate) mod kept;

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, REFRESH, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use httpkit::limits::ClientAddress;
use pagekit::guard::same_site_only;
use pagekit::headers::with_headers;
use pagekit::language::Language;
use pagekit::refused_form::{RefusedForms, Sent};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use self::carry::{carry, form_again};
use self::front::{Draw, front};
use crate::app::App;
use crate::catalogue::words;
use crate::failure::{Failure, again_in_seconds};
use crate::request::cookies::display::display;
use crate::request::cookies::session;
use crate::request::kind::{is_waiting_room, is_wechat};
use crate::request::signing_in::last_word::LastWord;
use crate::view::layout::Frame;
use crate::view::{error, wechat};

/// Longest time that a page may take.
pub(crate) const PAGE_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest time that an upload may take, however long it is; one that is too slow for its length the listener ends.
pub(crate) const UPLOAD_TIMEOUT: Duration = Duration::from_secs(900);

/// Longest time for a notification of a channel, which sends it again: WeChat Pay waits 5 s.
pub(crate) const NOTIFICATION_TIMEOUT: Duration = Duration::from_secs(10);

/// Forms of candidates that were refused.
static REFUSED: RefusedForms = RefusedForms::at("candidates");

/// Ends a request that takes longer.
pub(crate) fn timeout(limit: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit)
}

/// `draw` draws the pages that are the same for everybody who is not signed in.
pub(crate) fn with_layers(router: Router<App>, app: &App, draw: Draw) -> Router<App> {
    let router = router
        // A form that another site posted goes no further.
        .layer(from_fn_with_state(app.own_origin(), same_site_only))
        // Who asks too often is told so before anything is looked up.
        .layer(from_fn_with_state(app.clone(), limited))
        // WeChat's browser can neither keep a file nor return here after paying.
        .layer(from_fn_with_state(app.clone(), not_in_wechat))
        // Whoever was signed out under a form signs in and goes on with it.
        .layer(from_fn_with_state(app.clone(), carry))
        // That a sign-in is over is said once.
        .layer(from_fn_with_state(app.clone(), last_word))
        .layer(timeout(UPLOAD_TIMEOUT))
        // A panic is a page too.
        .layer(CatchPanicLayer::new())
        // Bare statuses, of handlers and of layers, become pages in the visitor's language.
        .layer(from_fn_with_state(app.clone(), failures));
    // Pages repeat neither secrets nor tokens, so compression tells an eavesdropper nothing. What is made for one
    // visitor is compressed for speed: brotli costs eight times what drawing the page does. It is behind the headers, because it
    // adds to their `Vary`, and they would take its word there for the whole.
    let router = with_headers(router).layer(CompressionLayer::new().no_br().quality(CompressionLevel::Fastest));
    // What is the same for all is answered before any of this.
    let router = router.layer(from_fn_with_state((app.clone(), draw), front));
    // What a site is written in is its own word, before any page is picked.
    router.layer(from_fn_with_state(app.clone(), one_language))
}

/// Has a site that is there in Chinese alone answer in Chinese.
async fn one_language(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if app.outside.registration.imprints.current().imprint.is_chinese_only {
        Language::Zh.force(request.headers_mut());
    }
    next.run(request).await
}

/// Counts requests by address. Files are not counted: browsers keep them.
async fn limited(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let from = request.extensions().get::<ClientAddress>().filter(|_| !path.starts_with("/static/"));
    if let Some(too_many) = from.and_then(|from| app.outside.limits.address(*from).err()) {
        // These draw the form again with what was typed.
        let keeps_form = matches!(
            path,
            "/sign-in" | "/sign-up" | "/sign-up/code" | "/forgotten" | "/forgotten/code" | "/forgotten/account"
        ) || (path.starts_with("/exams/") && path.ends_with("/hold"));
        if !keeps_form || *request.method() != Method::POST {
            let again = Box::pin(form_again(&app, request, too_many)).await;
            return again.unwrap_or_else(|| Failure::from(too_many).into_response());
        }
        request.extensions_mut().insert(too_many);
    }
    next.run(request).await
}

/// Takes the cookie of a sign-in away that is over, with the page that says so. What a script asks for shows nobody a page.
async fn last_word(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let word = LastWord::default();
    request.extensions_mut().insert(word.clone());
    let is_script = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // Whoever has just signed in is not signed out again.
    let goes = word.is_said() && is_page && !is_script && !response.headers().contains_key(SET_COOKIE);
    if goes { (session::end(&app.seal()), response).into_response() } else { response }
}

/// Draws the page of a failure, and tells the log of forms that no page of ours sends.
async fn failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let words = words(Language::of(request.headers()));
    let display = display(request.headers());
    let path = match *request.method() {
        Method::GET => request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        _ => "/".to_owned(),
    };
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let sent = Sent::of(&request);
    let mut response = next.run(request).await;
    // A form that says that something is busy says when to come back, as every other answer does.
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(RETRY_AFTER).or_insert_with(|| HeaderValue::from(again_in_seconds()));
    }
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let failure = response.extensions().get::<Failure>().copied().or_else(|| Failure::of_status(response.status()));
    let Some(failure) = failure.filter(|_| !is_page) else { return response };
    if let (Some(sent), Some(fault)) = (&sent, failure.form_fault()) {
        REFUSED.note(fault, sent);
    }
    let bare = Frame::bare(&app, words, display, error::title(words, failure), &path);
    let frame = Frame { request: id, ..bare };
    let mut page = (failure.status(), error::page(&frame, failure)).into_response();
    if let Some(after) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, after.clone());
        if is_waiting_room(&path) {
            page.headers_mut().insert(REFRESH, after.clone());
        }
    }
    page
}

/// In WeChat every page says how to open it in a browser, and nothing else works but the poster, for another device.
async fn not_in_wechat(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    const LET_IN: [&str; 7] = [
        "/language",
        "/display",
        "/poster",
        "/poster/code.png",
        "/manifest.webmanifest",
        "/favicon.ico",
        "/robots.txt",
    ];
    let is_let_in = path.starts_with("/static/") || LET_IN.contains(&path);
    if !is_wechat(request.headers()) || is_let_in {
        return next.run(request).await;
    }
    let status =
        if matches!(*request.method(), Method::GET | Method::HEAD) { StatusCode::OK } else { StatusCode::FORBIDDEN };
    (status, wechat::page(&app, &request)).into_response()
}
