//! Which crate answers which path: the JSON API and the candidates' pages on one address, the staff console on the
//! other.

use std::net::IpAddr;

use axum::Router;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use reservation::api::limits::ClientAddress;
use reservation::api::{Api, ApiBody};
use tower::ServiceExt;

use crate::listener::{Answers, Arriving, Claim};

const BUSY: &str = r#"{"type":"urn:seathold:problem:unavailable","title":"Service Unavailable","status":503,"code":"unavailable","detail":"Too many requests are under way. Nothing was changed. Ask again after the time in Retry-After."}"#;

/// Browsers that were here by https come by nothing else for a year.
const HTTPS_ONLY: &str = "max-age=31536000";

/// The candidates' address.
pub struct Site {
    /// The JSON API.
    pub api: Api,
    /// Everything else.
    pub pages: Router,
    /// The page that says that too much is under way.
    pub busy: h5::Busy,
    /// Does the world reach it by https?
    pub is_https: bool,
}

impl Answers for Site {
    type Body = Either<ApiBody, axum::body::Body>;

    fn claim(&self, request: &Request<Incoming>) -> Claim {
        claim(request.method(), request.uri().path())
    }

    async fn answer(&self, request: Request<Arriving>, from: IpAddr) -> Response<Self::Body> {
        let mut response = if Api::serves(request.uri().path()) {
            self.api.handle_from(Some(ClientAddress(from)), request).await.map(Either::Left)
        } else {
            page(&self.pages, request, from).await.map(Either::Right)
        };
        if self.is_https {
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
        }
        response
    }

    fn busy(&self, request: &Request<Incoming>) -> Response<Self::Body> {
        if Api::serves(request.uri().path()) {
            problem().map(|body| Either::Left(Either::Left(body)))
        } else {
            self.busy.answer(request.method(), request.headers()).map(|body| Either::Right(body.into()))
        }
    }
}

/// Who has a hold or an order has been let in already and is not sent away by those who are still coming.
fn claim(method: &Method, path: &str) -> Claim {
    let has_seat = match path.strip_prefix("/api/v1/exams/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => rest.starts_with("holds/"),
        None => {
            path.starts_with("/orders/") || path.starts_with("/static/") || (path == "/me" && method == Method::GET)
        }
    };
    match path {
        "/healthz" | "/readyz" | "/metrics" => Claim::Always,
        _ if has_seat => Claim::Reserved,
        _ => Claim::Common,
    }
}

/// The staff's address.
pub struct Console {
    /// Its pages.
    pub pages: Router,
}

impl Answers for Console {
    type Body = Either<Full<Bytes>, axum::body::Body>;

    fn claim(&self, _: &Request<Incoming>) -> Claim {
        Claim::Reserved
    }

    async fn answer(&self, request: Request<Arriving>, from: IpAddr) -> Response<Self::Body> {
        page(&self.pages, request, from).await.map(Either::Right)
    }

    fn busy(&self, _: &Request<Incoming>) -> Response<Self::Body> {
        problem().map(Either::Left)
    }
}

async fn page(pages: &Router, mut request: Request<Arriving>, from: IpAddr) -> Response<axum::body::Body> {
    request.extensions_mut().insert(ClientAddress(from));
    match pages.clone().oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    }
}

/// Made of what is there already: saying no must cost less than saying yes.
fn problem() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(BUSY.as_bytes())));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_seat_goes_before_who_wants_one() {
        let get = |path| claim(&Method::GET, path);
        assert_eq!(get("/readyz"), Claim::Always);
        assert_eq!(claim(&Method::POST, "/api/v1/exams/cet/holds"), Claim::Common);
        assert_eq!(claim(&Method::POST, "/api/v1/exams/cet/holds/c.1.2/confirm"), Claim::Reserved);
        assert_eq!(claim(&Method::POST, "/orders/7/screenshot"), Claim::Reserved);
        assert_eq!(claim(&Method::POST, "/exams/cet/hold"), Claim::Common);
        assert_eq!(get("/"), Claim::Common);
    }
}
