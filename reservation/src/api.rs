//! The JSON API on plain hyper: `/api/v1/…`, `/healthz`, `/readyz`, `/metrics`.
//!
//! A request meets [`router`], [`auth`], then one file under `routes`, then the engine.

pub mod auth;
mod call;
mod counted;
pub mod events;
pub mod json;
pub mod namespace;
pub mod openapi;
pub mod problem;
pub mod router;
pub mod routes;
pub mod wire;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{Either, Full};
use httpkit::limits::{ClientAddress, Limits};
use httpkit::rendered::Shared;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::engine::Engine;
use crate::ids::ExamId;
use auth::{Denied, KeyRing, Wanted};
use call::Call;
use counted::Counted;
use events::{EventStream, Streams};
use namespace::Namespace;
use problem::Problem;
use router::{ROUTES, Route};

/// What an answer is made of: one piece, or a stream of events.
pub type ApiBody = Either<Full<Bytes>, EventStream>;

/// Most event streams of one process unless it says otherwise.
const STREAMS_MAX: usize = 10_000;

/// Longest work on one request, its body included; then its caller is told to ask again.
const DEADLINE: Duration = Duration::from_secs(12);

/// What an API is built with.
pub struct ApiConfig {
    /// The counters that `/metrics` renders; without them it answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// How often whom may ask; default: no limits.
    pub limits: Limits,
    /// Most event streams that are open at a time.
    pub streams_max: usize,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self { metrics: None, limits: Limits::default(), streams_max: STREAMS_MAX }
    }
}

/// The API. Cloning is a reference count.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    keys: KeyRing,
    metrics: Option<PrometheusHandle>,
    limits: Limits,
    counted: Counted,
    streams: Streams,
    /// Availability as text, rendered once per change for all who read it.
    rendered: Shared<ExamId, (i64, u64)>,
    /// The OpenAPI document.
    document: Bytes,
}

impl Api {
    /// An API in front of `engine`.
    pub fn new(engine: Engine, config: ApiConfig) -> Self {
        let ApiConfig { metrics, limits, streams_max } = config;
        let inner = Inner {
            keys: KeyRing::new(engine.clone()),
            engine,
            metrics,
            limits,
            counted: Counted::default(),
            streams: Streams::new(streams_max),
            rendered: Shared::default(),
            document: openapi::text(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The engine behind it.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Is this path the API's?
    pub fn serves(path: &str) -> bool {
        let plain = router::plain(path);
        matches!(plain, "/healthz" | "/readyz" | "/metrics" | "/api") || path.starts_with("/api/")
    }

    /// Does this request bring a key that may hold seats? Told from memory, at once: whoever has none, or one that is not
    /// known yet, is asked about it when the request is answered.
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        self.inner.keys.knows(headers)
    }

    /// Ends all event streams, which would otherwise keep a stopping server waiting.
    pub fn end_streams(&self) {
        self.inner.streams.close();
    }

    /// Answers a request from an address that no limit holds for. Every failure is a problem document.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        self.handle_from(None, request).await
    }

    /// Answers a request from an address. Every failure is a problem document.
    pub async fn handle_from<B>(&self, from: Option<ClientAddress>, request: Request<B>) -> Response<ApiBody>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let (parts, body) = request.into_parts();
        let (number, outcome) = match router::find(&parts.method, parts.uri.path()) {
            Ok((number, parameters)) => {
                let answering = self.admit_and_answer(&ROUTES[number], parameters, from, &parts, body);
                // What was begun is finished or undone without whoever asked; they ask again.
                let outcome = tokio::time::timeout(DEADLINE, answering).await;
                (Some(number), outcome.unwrap_or_else(|_| Err(Problem::overdue())))
            }
            Err(problem) => (None, Err(problem)),
        };
        let response = outcome.unwrap_or_else(Problem::into_response);
        self.inner.counted.count(number, response.status());
        if parts.method == Method::HEAD { head_of(response) } else { response }
    }

    async fn admit_and_answer<B>(
        &self,
        route: &Route,
        path: [&str; 2],
        from: Option<ClientAddress>,
        asked: &Parts,
        body: B,
    ) -> Result<Response<ApiBody>, Problem>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let names = self.admit(route, route.exam_in(path), from, &asked.headers).await?;
        json::check_coding(&asked.headers)?;
        route.answer(Call { api: self, path, names, asked, body }).await
    }

    /// Who has no key is counted by the address, and so is who has a wrong one. Answers whose candidates are meant.
    async fn admit(
        &self,
        route: &Route,
        exam: Option<&str>,
        from: Option<ClientAddress>,
        headers: &HeaderMap,
    ) -> Result<Namespace, Problem> {
        let Inner { keys, limits, engine, .. } = &*self.inner;
        // Whoever watches the server must see it when it is asked too much.
        let by_address = || from.map_or(Ok(()), |from| limits.address(from));
        let Some(scope) = route.scope else {
            if !route.is_watched() {
                by_address()?;
            }
            return Ok(Namespace::Whole);
        };
        match keys.check(headers, Wanted { scope, exam }).await {
            Ok(good) => {
                let key = headers.get(header::AUTHORIZATION).map_or(&b""[..], |key| key.as_bytes());
                if !route.is_watched() {
                    limits.key(key)?;
                }
                Ok(good.into())
            }
            Err(Denied::NoKey) => {
                by_address()?;
                Err(Problem::unauthorized())
            }
            Err(Denied::Refused(why)) => {
                engine.note_refused_key(why, from);
                let problem = Problem::from(why);
                if problem.status == StatusCode::UNAUTHORIZED {
                    by_address()?;
                }
                Err(problem)
            }
            Err(Denied::Unread(error)) => Err(error.into()),
        }
    }
}

/// The answer to HEAD: as to GET, its length too, without the body.
fn head_of(response: Response<ApiBody>) -> Response<ApiBody> {
    let length = response.body().size_hint().exact();
    let mut response = response.map(|_| Either::Left(Full::default()));
    if let Some(length) = length.filter(|length| *length > 0) {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<F: Future>(_: fn(&'static Api, Request<Full<Bytes>>) -> F) -> usize {
        size_of::<F>()
    }

    /// It is moved several times on its way into a connection: the ways that are hardly ever gone have to be boxed.
    #[test]
    fn what_answers_a_request_is_small() {
        assert!(size_of_future(|api, request| api.handle_from(None, request)) < 1_600);
    }
}
