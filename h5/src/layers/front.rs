//! Answers whoever is not signed in with the pages that are the same for all, before anything else is done. Nothing on
//! them is about the visitor but the language, and how large they are drawn.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method};
use httpkit::limits::ClientAddress;
use httpkit::rendered::Rendered;
use jiff::Timestamp;
use maud::Markup;
use pagekit::headers::add_headers;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::people::accounts::Display;

use crate::app::App;
use crate::catalogue::words;
use crate::paths::path_of;
use crate::request::cookies::display::display;
use crate::request::cookies::session;
use crate::request::kind::is_wechat;
use crate::request::visit::Visit;
use crate::shared_pages::Version;

/// A page may be so old. Numbers on it move by themselves, and a hold asks the engine and not the page.
const AGE_MAX: Duration = Duration::from_millis(100);

/// Draws the page of an exam, without one the list of all, for somebody whom we do not know.
pub(crate) type Draw = fn(guest: &Visit, exam: Option<&Exam>) -> Markup;

/// Which page, in which language, and how large.
struct Wanted {
    exam: Option<Arc<Exam>>,
    words: Words,
    display: Display,
}

/// Answers whoever is not signed in and asks for a page that is the same for all; the rest is passed on.
pub(crate) async fn front(State((app, draw)): State<(App, Draw)>, request: Request, next: Next) -> Response {
    if let Some(wanted) = wanted(&app, &request) {
        answer(&app, draw, &wanted, request.headers()).await
    } else {
        next.run(request).await
    }
}

fn wanted(app: &App, request: &Request) -> Option<Wanted> {
    let (path, headers) = (request.uri().path(), request.headers());
    if *request.method() != Method::GET || request.uri().query().is_some() {
        return None;
    }
    let exam = match path {
        "/" => None,
        path => Some(app.outside.registration.exams.get(&path.strip_prefix("/exams/")?.parse().ok()?)?),
    };
    // WeChat's browser gets another page from the layers within, and so does who asks too often.
    if session::is_there(headers) || is_wechat(headers) {
        return None;
    }
    if request.extensions().get::<ClientAddress>().is_some_and(|from| app.outside.limits.address(*from).is_err()) {
        return None;
    }
    Some(Wanted { exam, words: words(Language::of(headers)), display: display(headers) })
}

async fn answer(app: &App, draw: Draw, Wanted { exam, words, display }: &Wanted, asked: &HeaderMap) -> Response {
    let version = || Version {
        second: Timestamp::now().as_second(),
        texts: exam.as_ref().map_or(0, |exam| Arc::as_ptr(exam).addr()),
        seats: exam.as_ref().map(|exam| app.outside.engine.version(&exam.id)).unwrap_or_default(),
        has_waiting_room: exam.as_ref().is_some_and(|exam| app.outside.engine.is_waiting_room_on(&exam.id)),
    };
    // The exam's own path, not the one that was asked for: there is no more to keep than there are exams.
    let path = exam.as_ref().map_or_else(|| "/".to_owned(), |exam| path_of(exam));
    let render = || {
        let guest = Visit::of_guest(app.clone(), *words, *display, path.clone());
        let page = Bytes::from(draw(&guest, exam.as_deref()).into_string());
        Ok::<_, Infallible>(Rendered::new("text/html; charset=utf-8", "Accept-Language, Cookie, Accept-Encoding", page))
    };
    let name = (path.clone(), words.language.tag(), *display);
    let Ok(page) = app.shared.get_recent(&name, AGE_MAX, version, render).await;
    let mut response = page.answer(asked).map(Body::from);
    add_headers(response.headers_mut());
    response
}
