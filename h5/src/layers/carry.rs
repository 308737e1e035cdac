//! A form whose sender's session has ended: it goes with them through signing in, and on. What a browser sends is read
//! to its end first, whoever refused it: one that is cut off shows a broken connection in place of the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, Form, FromRequest, FromRequestParts, Multipart, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;
use pagekit::local_path::query_value;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::pages::sign::sign_in;
use crate::request::sent::picture::{UPLOAD_BYTES_MAX, is_picture};
use crate::request::visit::Visit;

/// Longest wait for what is still to come of a body that was refused: a phone in a lift.
const READ_ON: Duration = Duration::from_secs(20);
/// Most parts of a form that are carried.
const PARTS_MAX: usize = 80;
/// What is typed anew: no password goes into a page again.
const SECRETS: [&str; 4] = ["password", "again", "old", "own"];

/// Marks the answer to a form whose sender is not signed in any more.
#[derive(Debug, Clone, Copy)]
struct Ended;

/// Sends who was signed in a moment ago to sign in again and back to `path`. A form's address shows its page, too.
pub(crate) fn to_sign_in_again(path: &str) -> Response {
    let mut response = Redirect::to(&format!("/sign-in?next={}&ended=1", query_value(path))).into_response();
    response.extensions_mut().insert(Ended);
    response
}

/// A form that waits until its sender has signed in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Carried {
    pub(crate) path: String,
    pub(crate) is_multipart: bool,
    /// It had a file, which is not carried.
    pub(crate) had_file: bool,
    pub(crate) pairs: Vec<(String, String)>,
}

impl Carried {
    /// As the page for signing in has it, sealed.
    pub(crate) fn open(app: &App, token: &str) -> Option<Self> {
        app.outside.registration.accounts.kept("form", token)
    }

    fn seal(&self, app: &App) -> Option<String> {
        app.outside.registration.accounts.keep("form", self)
    }

    async fn read(app: &App, mut request: Request) -> Option<Self> {
        let path = request.uri().path_and_query()?.as_str().to_owned();
        let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.to_owned();
        DefaultBodyLimit::max(UPLOAD_BYTES_MAX).apply(&mut request);
        let is_multipart = kind.starts_with("multipart/form-data");
        let (pairs, had_file) = if is_multipart {
            texts(Multipart::from_request(request, app).await.ok()?).await?
        } else {
            (Form::<Vec<(String, String)>>::from_request(request, app).await.ok()?.0, false)
        };
        let is_told = |(name, value): &(String, String)| !value.is_empty() && !SECRETS.contains(&name.as_str());
        let pairs: Vec<_> = pairs.into_iter().filter(is_told).collect();
        let is_form = !pairs.is_empty() && pairs.len() <= PARTS_MAX;
        is_form.then_some(Self { path, is_multipart, had_file, pairs })
    }
}

/// The texts of a form, and whether a file came with them.
async fn texts(mut form: Multipart) -> Option<(Vec<(String, String)>, bool)> {
    let (mut pairs, mut had_file) = (Vec::new(), false);
    while let Some(mut field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = is_picture(&name) || field.file_name().is_some();
        let (mut text, mut bytes) = (Vec::new(), 0);
        while let Some(chunk) = field.chunk().await.ok()? {
            bytes += chunk.len();
            if !is_file {
                text.extend_from_slice(&chunk);
            }
            if text.len() > registration::accounts::KEPT_BYTES_MAX {
                return None;
            }
        }
        if is_file {
            had_file |= bytes > 0;
        } else if pairs.len() <= PARTS_MAX {
            pairs.push((name, String::from_utf8(text).ok()?));
        }
    }
    Some((pairs, had_file))
}

/// Middleware: draws the page for signing in around a form whose sender is signed out, and reads what was not read.
pub(crate) async fn carry(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (again, rest) = (parts.clone(), Rest(Arc::new(Mutex::new(body))));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    let has_ended = response.extensions().get::<Ended>().is_some();
    let reading = async {
        let page = if has_ended && is_form(&again) { sign_in_with(&app, again, rest.clone()).await } else { None };
        rest.clone().read_on().await;
        page
    };
    // Whoever sends no more is not waited for.
    tokio::time::timeout(READ_ON, reading).await.ok().flatten().unwrap_or(response)
}

/// Is it a form of a page? What a script sends is the script's to keep.
fn is_form(parts: &Parts) -> bool {
    let is_script = |headers: &HeaderMap| headers.get("sec-fetch-mode").is_some_and(|mode| mode != "navigate");
    parts.method == Method::POST && !is_script(&parts.headers)
}

async fn sign_in_with(app: &App, mut parts: Parts, rest: Rest) -> Option<Response> {
    let visit = Visit::from_request_parts(&mut parts, app).await.ok()?;
    let carried = Carried::read(app, Request::from_parts(parts, Body::new(rest))).await?;
    let page = sign_in::around(&visit, &carried.path, &carried.seal(app)?);
    Some((StatusCode::UNAUTHORIZED, page).into_response())
}

/// A request's body, of which somebody else may read on.
#[derive(Clone)]
struct Rest(Arc<Mutex<Body>>);

impl Rest {
    /// Reads to the end, or as far as any upload goes.
    async fn read_on(mut self) {
        let mut bytes = 0;
        while bytes <= UPLOAD_BYTES_MAX {
            match std::future::poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await {
                Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => return,
            }
        }
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().expect("nothing panics while reading");
        if body.is_end_stream() { Poll::Ready(None) } else { Pin::new(&mut *body).poll_frame(cx) }
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().expect("nothing panics while reading").is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.0.lock().expect("nothing panics while reading").size_hint()
    }
}
