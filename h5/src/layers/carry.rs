//! A form whose sender's session has ended: it goes with them through signing in, and on. What a browser sends is read
//! to its end first, whoever refused it: one that is cut off shows a broken connection in place of the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body::Frame;

use crate::app::App;
use crate::pages::sign::sign_in;
use crate::request::sent::carried::Carried;
use crate::request::sent::picture::UPLOAD_BYTES_MAX;
use crate::request::signing_in::signed_out::Ended;
use crate::request::visit::Visit;

/// Longest wait for what is still to come of a body that was refused: a phone in a lift.
const READ_ON: Duration = Duration::from_secs(20);

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
