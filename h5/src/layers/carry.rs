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
use http_body::Frame as Piece;
use httpkit::limits::TooMany;
use pagekit::language::Language;
use tokio::time::Instant;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::{too_often, with_wait};
use crate::pages::sign::{resume, sign_in};
use crate::request::cookies::display::display;
use crate::request::cookies::session;
use crate::request::sent::carried::Carried;
use crate::request::sent::picture::UPLOAD_BYTES_MAX;
use crate::request::signing_in::signed_out::Ended;
use crate::request::visit::Visit;
use crate::view::layout::{Frame, page};

/// Longest wait for the next piece of a body that was refused: a phone in a lift. How long all of them may take is the
/// listener's to say, by their size, as for an upload that is taken.
const READ_ON: Duration = Duration::from_secs(20);

/// Middleware: draws the page for signing in around a form whose sender is signed out, and reads what was not read.
pub(crate) async fn carry(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (again, rest) = (parts.clone(), Rest::new(body));
    let response = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    let has_ended = response.extensions().get::<Ended>().is_some();
    let reading = Box::pin(async {
        let page = if has_ended && is_form(&again) { sign_in_with(&app, again, rest.clone()).await } else { None };
        rest.clone().read_on().await;
        page
    });
    rest.while_it_comes(reading).await.flatten().unwrap_or(response)
}

/// The same form once more, for a sender who must wait so long: what was typed is not lost by that.
pub(super) async fn form_again(app: &App, request: Request, wait: TooMany) -> Option<Response> {
    let (parts, body) = request.into_parts();
    // Who was never here gets no more than a sentence: refusing must cost less than serving.
    if !is_form(&parts) || !session::is_there(&parts.headers) {
        return None;
    }
    let (w, path, rest) = (words(Language::of(&parts.headers)), parts.uri.path().to_owned(), Rest::new(body));
    let display = display(&parts.headers);
    let carried = Box::pin(Carried::read(app, Request::from_parts(parts, Body::new(rest.clone()))));
    let carried = rest.while_it_comes(carried).await.flatten()?;
    let title = w.t("error-too-many-title");
    let frame = Frame::bare(app, w, display, title.to_string(), &path);
    let body = resume::form_again(w, &carried, &title, &too_often(w, wait));
    Some(with_wait(wait, page(&frame, &body)))
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
struct Rest(Arc<Mutex<Arriving>>);

struct Arriving {
    body: Body,
    /// When its last piece came.
    last: Instant,
}

impl Rest {
    fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Arriving { body, last: Instant::now() })))
    }

    /// What `reading` of it comes to. Whoever sends no more is not waited for.
    async fn while_it_comes<T>(&self, reading: impl Future<Output = T>) -> Option<T> {
        let stands_still = async {
            loop {
                let until = self.0.lock().expect("nothing panics while reading").last + READ_ON;
                if until <= Instant::now() {
                    return;
                }
                tokio::time::sleep_until(until).await;
            }
        };
        tokio::select! {
            read = reading => Some(read),
            () = stands_still => None,
        }
    }

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

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Piece<Bytes>, axum::Error>>> {
        let mut arriving = self.0.lock().expect("nothing panics while reading");
        if arriving.body.is_end_stream() {
            return Poll::Ready(None);
        }
        let frame = Pin::new(&mut arriving.body).poll_frame(cx);
        if frame.is_ready() {
            arriving.last = Instant::now();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().expect("nothing panics while reading").body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.0.lock().expect("nothing panics while reading").body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt, stream};

    use super::*;

    /// So many pieces, one each second.
    fn slow(pieces: u32, pause: Duration) -> Rest {
        let piece = move |_| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, Infallible>(Bytes::from_static(&[7; 1024]))
        };
        Rest::new(Body::from_stream(stream::iter(0..pieces).then(piece)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_is_waited_for_and_a_silent_one_is_not() {
        let large = slow(10 * 60, Duration::from_secs(1));
        assert_eq!(large.while_it_comes(large.clone().read_on()).await, Some(()), "ten minutes of pieces");
        let silent = slow(2, READ_ON + Duration::from_secs(1));
        let began = Instant::now();
        assert_eq!(silent.while_it_comes(silent.clone().read_on()).await, None);
        assert_eq!(began.elapsed(), READ_ON);
    }
}
