//! The JSON API on plain hyper: `/api/v1/…`, `/healthz`, `/readyz`, `/metrics`.
//!
//! A request meets [`router`], [`auth`], then one file under `routes`, then the engine.

pub mod auth;
pub mod json;
pub mod openapi;
pub mod problem;
pub mod router;
pub mod routes;
pub mod wire;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use futures_util::stream::BoxStream;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{Either, Full, StreamBody};
use metrics::counter;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::engine::Engine;
use crate::ids::ExamId;
use auth::KeyRing;
use problem::Problem;
use router::Route;

/// What an answer is made of: one piece, or a stream of events.
pub type ApiBody = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Infallible>>>>;

/// What an API is built with.
pub struct ApiConfig {
    /// What `/metrics` renders; absent: 404.
    pub metrics: Option<PrometheusHandle>,
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
    /// Availability as text, rendered once per change for all who read it.
    rendered: DashMap<ExamId, ((i64, u64), Bytes)>,
}

impl Api {
    /// An API in front of `engine`.
    pub fn new(engine: Engine, config: ApiConfig) -> Self {
        let keys = KeyRing::new(engine.clone());
        let inner = Inner { engine, keys, metrics: config.metrics, rendered: DashMap::new() };
        Self { inner: Arc::new(inner) }
    }

    /// The engine behind it.
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Is this path the API's?
    pub fn serves(path: &str) -> bool {
        matches!(path, "/healthz" | "/readyz" | "/metrics" | "/api") || path.starts_with("/api/")
    }

    /// Answers a request. Every failure is a problem document.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let (route, outcome) = match router::find(request.method(), request.uri().path()) {
            Ok((route, parameters)) => {
                let parameters = parameters.map(str::to_owned);
                (route.operation, self.answer(route, parameters, request).await)
            }
            Err(problem) => ("none", Err(problem)),
        };
        let response = outcome.unwrap_or_else(Problem::into_response);
        counter!("seathold_api_requests_total", "operation" => route, "status" => response.status().as_str().to_owned())
            .increment(1);
        response
    }

    async fn answer<B>(
        &self,
        route: &Route,
        [first, second]: [String; 2],
        request: Request<B>,
    ) -> Result<Response<ApiBody>, Problem>
    where
        B: Body<Data = Bytes> + Send + Unpin,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        use router::Operation;
        if let Some(scope) = route.scope {
            self.inner.keys.check(request.headers(), scope).await?;
        }
        let body = request.into_body();
        match route.call {
            Operation::PutExam => routes::put_exam::put_exam(self, &first, body).await,
            Operation::PutSitting => routes::put_sitting::put_sitting(self, &first, &second, body).await,
            Operation::ListSittings => routes::list_sittings::list_sittings(self, &first),
            Operation::SittingEvents => routes::sitting_events::sitting_events(self, &first),
            Operation::GetWaitingRoom => routes::get_waiting_room::get_waiting_room(self, &first),
            Operation::PostPlace => routes::post_place::post_place(self, &first, body).await,
            Operation::PostHold => routes::post_hold::post_hold(self, &first, body).await,
            Operation::GetHold => routes::get_hold::get_hold(self, &first, &second).await,
            Operation::DeleteHold => routes::delete_hold::delete_hold(self, &first, &second).await,
            Operation::FreezeHold => routes::freeze_hold::freeze_hold(self, &first, &second).await,
            Operation::ConfirmHold => routes::confirm_hold::confirm_hold(self, &first, &second, body).await,
            Operation::OpenApi => Ok(openapi::answer()),
            Operation::Health => Ok(routes::health::health()),
            Operation::Ready => routes::health::ready(self).await,
            Operation::Metrics => routes::metrics::metrics(self),
        }
    }
}
