//! Which crate answers which path: the JSON API and the candidates' pages on one address, the staff console on the
//! other.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use http::{HeaderValue, Request, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Either;
use hyper::body::Incoming;
use reservation::api::{Api, ApiBody};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tower::ServiceExt;

/// What the candidates' address answers with.
pub type SiteBody = Either<UntilStop<ApiBody>, axum::body::Body>;

/// The candidates' address. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Site {
    /// The JSON API.
    pub api: Api,
    /// Everything else.
    pub pages: Router,
    /// Ends event streams, which would otherwise keep a stopping server waiting.
    pub stop: CancellationToken,
}

impl Site {
    /// Answers one request.
    pub async fn answer(self, request: Request<Incoming>) -> Response<SiteBody> {
        if !Api::serves(request.uri().path()) {
            return page(self.pages, request).await.map(Either::Right);
        }
        let response = self.api.handle(request).await;
        let is_stream = response.headers().get(header::CONTENT_TYPE) == Some(&EVENT_STREAM);
        let stop = is_stream.then(|| Box::pin(self.stop.cancelled_owned()));
        response.map(|body| Either::Left(UntilStop { body, stop }))
    }
}

/// Answers one request for a page.
pub async fn page(pages: Router, request: Request<Incoming>) -> Response<axum::body::Body> {
    match pages.oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    }
}

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

/// A body that ends early when the server stops.
pub struct UntilStop<B> {
    body: B,
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl<B: Body + Unpin> Body for UntilStop<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if let Some(stop) = &mut self.stop
            && stop.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
