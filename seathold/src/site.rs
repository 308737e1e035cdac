//! Which crate answers which path: the JSON API and the candidates' pages on one address, the staff console on the
//! other.

use std::net::IpAddr;

use axum::Router;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body_util::{Either, Full};
use httpkit::limits::ClientAddress;
use hyper::body::Incoming;
use reservation::api::{Api, ApiBody};
use tower::ServiceExt;

use crate::listener::{Answers, Arriving, Claim};

const BUSY: &str = r#"{"type":"urn:seathold:problem:unavailable","title":"Service Unavailable","status":503,"code":"unavailable","detail":"Too many requests are under way. Nothing was changed. Ask again after the time in Retry-After."}"#;
const NO_HOST: &str = r#"{"type":"urn:seathold:problem:malformed","title":"Bad Request","status":400,"code":"malformed","detail":"A request names the host that it is for, once: send one Host header."}"#;

/// The candidates' address.
pub struct Site {
    /// The JSON API.
    pub api: Api,
    /// The pages: everything else.
    pub pages: Router,
    /// The page that says that too much is under way.
    pub busy: h5::Busy,
    /// Does the world reach it by https?
    pub is_https: bool,
}

impl Answers for Site {
    type Body = Either<ApiBody, axum::body::Body>;

    fn claim(&self, request: &Request<Incoming>) -> Claim {
        let (path, headers) = (request.uri().path(), request.headers());
        match claim(request.method(), path) {
            // News of money has a bound of its own.
            Claim::Reserved if is_news(path) => Claim::Reserved,
            // An address is asked for by whoever likes: a place is kept for who brings a key, or has signed in.
            Claim::Reserved if Api::serves(path) && !self.api.knows(headers) => Claim::Common,
            Claim::Reserved if !Api::serves(path) && !self.busy.knows(headers) => Claim::Common,
            claim => claim,
        }
    }

    async fn answer(&self, request: Request<Arriving>, from: IpAddr) -> Response<Self::Body> {
        if !names_one_host(&request) {
            problem(StatusCode::BAD_REQUEST, NO_HOST).map(|body| Either::Left(Either::Left(body)))
        } else if Api::serves(request.uri().path()) {
            self.api.handle_from(Some(ClientAddress(from)), request).await.map(Either::Left)
        } else {
            page(&self.pages, request, from).await.map(Either::Right)
        }
    }

    fn is_https(&self) -> bool {
        self.is_https
    }

    fn logged<'a>(&self, path: &'a str) -> &'a str {
        h5::logged(path)
    }

    fn busy(&self, request: &Request<Incoming>) -> Response<Self::Body> {
        if Api::serves(request.uri().path()) {
            problem(StatusCode::SERVICE_UNAVAILABLE, BUSY).map(|body| Either::Left(Either::Left(body)))
        } else {
            self.busy.answer(request.method(), request.headers()).map(|body| Either::Right(body.into()))
        }
    }
}

/// Who has a hold or an order has been let in already and is not sent away by those who are still coming: what an address
/// can claim, if whoever asks is known.
fn claim(method: &Method, path: &str) -> Claim {
    let has_seat = match path.strip_prefix("/api/v1/exams/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => rest.starts_with("holds/"),
        None => {
            path.starts_with("/orders/") || path.starts_with("/static/") || (path == "/me" && method == Method::GET)
        }
    };
    match path {
        "/healthz" | "/readyz" | "/metrics" => Claim::Always,
        _ if has_seat || is_news(path) => Claim::Reserved,
        _ => Claim::Common,
    }
}

/// Is it where payment channels tell what became of payments? They have no session.
fn is_news(path: &str) -> bool {
    path.starts_with("/pay/") && path.ends_with("/notify")
}

/// The staff's address.
pub struct Console {
    /// The pages of staff.
    pub pages: Router,
    /// Do candidates come by https? Then whoever has TLS in front of staff, too, has browsers stay there.
    pub is_https: bool,
}

impl Answers for Console {
    type Body = Either<Full<Bytes>, axum::body::Body>;

    fn claim(&self, _: &Request<Incoming>) -> Claim {
        Claim::Reserved
    }

    async fn answer(&self, request: Request<Arriving>, from: IpAddr) -> Response<Self::Body> {
        match names_one_host(&request) {
            true => page(&self.pages, request, from).await.map(Either::Right),
            false => problem(StatusCode::BAD_REQUEST, NO_HOST).map(Either::Left),
        }
    }

    fn is_https(&self) -> bool {
        self.is_https
    }

    /// The console's addresses let nobody in.
    fn logged<'a>(&self, path: &'a str) -> &'a str {
        without_name(path)
    }

    fn busy(&self, _: &Request<Incoming>) -> Response<Self::Body> {
        problem(StatusCode::SERVICE_UNAVAILABLE, BUSY).map(Either::Left)
    }
}

/// A path of the console, where the login name of a member of staff is told by the route.
fn without_name(path: &str) -> &str {
    if path.starts_with("/staff/") { "/staff/{name}" } else { path }
}

async fn page(pages: &Router, mut request: Request<Arriving>, from: IpAddr) -> Response<axum::body::Body> {
    request.extensions_mut().insert(ClientAddress(from));
    match pages.clone().oneshot(request).await {
        Ok(response) => response,
        Err(infallible) => match infallible {},
    }
}

/// Does the request name the host that it is for, and one only? RFC 9112, 3.2: else it is refused, because proxies and
/// we might each believe another one. HTTP/1.0 knows no hosts.
fn names_one_host<B>(request: &Request<B>) -> bool {
    let mut named = request.headers().get_all(header::HOST).iter();
    match (named.next(), named.next()) {
        (Some(host), None) => is_host(host.as_bytes()),
        (None, _) => request.version() == Version::HTTP_10 || request.uri().host().is_some(),
        (Some(_), Some(_)) => false,
    }
}

/// Is it one host, perhaps with a port? Neither nothing nor a list of them, nor with somebody's name in front.
fn is_host(value: &[u8]) -> bool {
    let is_of_host = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%:[]".contains(byte);
    !value.is_empty() && value.iter().all(is_of_host)
}

/// Made of what is there already: saying no must cost less than saying yes.
fn problem(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_host() {
        let asked = |version, hosts: &[&'static str]| {
            let mut request = Request::builder().version(version).uri("/").body(()).unwrap();
            hosts.iter().for_each(|host| {
                request.headers_mut().append(header::HOST, HeaderValue::from_static(host));
            });
            names_one_host(&request)
        };
        assert!(asked(Version::HTTP_11, &["a"]) && asked(Version::HTTP_10, &[]));
        assert!(!asked(Version::HTTP_11, &[]) && !asked(Version::HTTP_11, &["a", "a"]));
        for host in ["exam.example.edu", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(asked(Version::HTTP_11, &[host]), "{host}");
        }
        for odd in ["", "a, b", "a,b", "a b", "me@a", "a/b", "a#b", "a?b"] {
            assert!(!asked(Version::HTTP_11, &[odd]), "{odd}");
        }
    }

    #[test]
    fn who_has_a_seat_goes_before_who_wants_one() {
        let get = |path| claim(&Method::GET, path);
        assert_eq!(get("/readyz"), Claim::Always);
        assert_eq!(claim(&Method::POST, "/api/v1/exams/cet/holds"), Claim::Common);
        assert_eq!(claim(&Method::POST, "/api/v1/exams/cet/holds/c.1.2/confirm"), Claim::Reserved);
        assert_eq!(claim(&Method::POST, "/orders/7/screenshot"), Claim::Reserved);
        assert_eq!(claim(&Method::POST, "/pay/alipay/notify"), Claim::Reserved);
        assert_eq!(claim(&Method::POST, "/exams/cet/hold"), Claim::Common);
        assert_eq!(get("/"), Claim::Common);
    }

    #[test]
    fn no_log_has_the_name_of_a_member_of_staff() {
        for path in ["/staff/li.min", "/staff/li.min/duty"] {
            assert_eq!(without_name(path), "/staff/{name}");
        }
        assert_eq!(without_name("/staff"), "/staff");
        assert_eq!(without_name("/cases/7/keep"), "/cases/7/keep");
    }
}
