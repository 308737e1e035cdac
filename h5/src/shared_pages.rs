//! Pages that everybody sees who is not signed in: rendered and compressed once for all, and told apart by an `ETag`.
//! Nothing on them is about the visitor but the language.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, Method};
use httpkit::limits::ClientAddress;
use httpkit::rendered::{Rendered, Shared};
use jiff::Timestamp;
use pagekit::headers::add_headers;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::exams::ExamPage;
use reservation::ids::ExamId;

use crate::app::App;
use crate::catalogue::words;
use crate::layers::WECHAT;
use crate::pages::exam as exam_page;
use crate::pages::home;
use crate::session;
use crate::visit::Visit;

/// A page may be so old. Numbers on it move by themselves, and a hold asks the engine and not the page.
const AGE_MAX: Duration = Duration::from_millis(100);

/// What has been rendered, by exam (none: the list) and language.
pub(crate) type SharedPages = Shared<(Option<ExamId>, &'static str), Version>;

/// What a page was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// Windows open and close by the clock.
    second: i64,
    /// Where the texts are: another import is elsewhere.
    texts: usize,
    seats: (i64, u64),
    has_waiting_room: bool,
}

/// Which page, and in which language.
struct Wanted {
    exam: Option<Arc<ExamPage>>,
    words: Words,
}

/// Answers whoever is not signed in and asks for a page that is the same for all; the rest is passed on.
pub(crate) async fn front(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(wanted) = wanted(&app, &request) {
        answer(&app, &wanted, request.headers()).await
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
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // WeChat's browser gets another page from the layers within, and so does who asks too often.
    if session::is_there(headers) || text(USER_AGENT).contains(WECHAT) {
        return None;
    }
    if request.extensions().get::<ClientAddress>().is_some_and(|from| app.outside.limits.address(*from).is_err()) {
        return None;
    }
    Some(Wanted { exam, words: words(Language::of(headers)) })
}

async fn answer(app: &App, Wanted { exam, words }: &Wanted, asked: &HeaderMap) -> Response {
    let version = || Version {
        second: Timestamp::now().as_second(),
        texts: exam.as_ref().map_or(0, |exam| Arc::as_ptr(exam).addr()),
        seats: exam.as_ref().map(|exam| app.outside.engine.version(&exam.id)).unwrap_or_default(),
        has_waiting_room: exam.as_ref().is_some_and(|exam| app.outside.engine.is_waiting_room_on(&exam.id)),
    };
    let render = || {
        let path = exam.as_ref().map_or_else(|| "/".to_owned(), |exam| format!("/exams/{}", exam.id));
        let guest = Visit::of_guest(app.clone(), *words, path);
        let page = match exam {
            Some(exam) => exam_page::render_for_guests(&guest, exam),
            None => home::render(&guest, &[]),
        };
        let page = Bytes::from(page.into_string());
        Ok::<_, Infallible>(Rendered::new("text/html; charset=utf-8", "Accept-Language, Cookie, Accept-Encoding", page))
    };
    let name = (exam.as_ref().map(|exam| exam.id.clone()), words.language.tag());
    let Ok(page) = app.shared.get_recent(&name, AGE_MAX, version, render).await;
    let mut response = page.answer(asked).map(Body::from);
    add_headers(response.headers_mut());
    response
}
