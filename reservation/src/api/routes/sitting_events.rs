//! `GET /api/v1/exams/{exam}/events`: availability whenever it changes, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Response, header};
use http_body::Frame;
use http_body_util::{Either, StreamBody};
use tokio::time::timeout;

use crate::api::problem::Problem;
use crate::api::routes::{exam_of, list_sittings};
use crate::api::{Api, ApiBody};

/// No viewer gets more than this many changes: one per pause.
const PAUSE: Duration = Duration::from_millis(300);
/// Silence after which a comment shows that the line still stands.
const BEAT: Duration = Duration::from_secs(15);

/// Streams an exam's availability: at once, and after each change.
#[utoipa::path(
    get, path = "/api/v1/exams/{exam}/events", operation_id = "sitting_events",
    params(("exam" = String, Path, description = "The exam")),
    responses(
        (status = 200, description = "Each message's data is the list of GET sittings", content_type = "text/event-stream", body = String),
        (status = 404, description = "`unknown_exam`", body = Problem),
    )
)]
pub(in crate::api) fn sitting_events(api: &Api, exam: &str) -> Result<Response<ApiBody>, Problem> {
    let exam = exam_of(exam)?;
    let mut changes = api.inner.engine.watch(&exam)?;
    changes.mark_changed();
    let events = stream::unfold((api.clone(), exam, changes, false), |(api, exam, mut changes, is_later)| async move {
        if is_later {
            tokio::time::sleep(PAUSE).await;
        }
        let frame = match timeout(BEAT, changes.changed()).await {
            Err(_) => Bytes::from_static(b":\n\n"),
            Ok(Err(_)) => return None,
            Ok(Ok(())) => message(&list_sittings::availability(&api, &exam).ok()?),
        };
        Some((Ok::<_, Infallible>(Frame::data(frame)), (api, exam, changes, true)))
    });
    let mut response = Response::new(Either::Right(StreamBody::new(events.boxed())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would collect messages before it passes them on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn message(text: &Bytes) -> Bytes {
    let mut message = BytesMut::with_capacity(text.len() + 8);
    message.put_slice(b"data: ");
    message.put_slice(text);
    message.put_slice(b"\n\n");
    message.freeze()
}
