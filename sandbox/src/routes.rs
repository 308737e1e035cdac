//! Every address of the sandbox.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::outbox::Message;
use crate::vendors::call::Call;
use crate::vendors::{alipay, aliyun, kyc, oidc, tencent, unionpay, wechat_pay};
use crate::{check, pages};

/// Two pictures in base64, and what is around them.
const BODY_BYTES_MAX: usize = 24 * 1024 * 1024;

pub(crate) fn router(desk: Arc<Desk>) -> Router {
    let pages = Router::new()
        .route("/", get(pages::outbox::show).post(call))
        .route("/control", get(pages::control::show).post(pages::control::set))
        .route("/specimens", get(pages::specimens::show))
        .route("/specimens/{file}", get(pages::specimens::picture))
        .route("/checks/{token}", get(check::page::show).post(check::page::decide))
        .route("/pay", get(pages::pay::list::show))
        .route("/pay/conduct", get(pages::pay::conduct::show).post(pages::pay::conduct::set))
        .route("/pay/{code}", get(pages::pay::cashier::show).post(pages::pay::cashier::decide))
        .route("/cgi-bin/mmpayweb-bin/checkmweb", get(wechat_pay::h5::open))
        .route("/gateway/api/frontTransReq.do", post(unionpay::front::open))
        .route("/api/web/login", get(kyc::login))
        .route("/oidc/authorize", get(oidc::authorize::show).post(oidc::authorize::decide));
    // The vendors' own answers carry no headers of pages, but these do no harm.
    let router = pagekit::headers::with_headers(pages)
        .route("/outbox.json", get(outbox))
        .route("/pay/books.json", get(books))
        .route("/gateway.do", any(alipay::gateway))
        .route("/pay/alipay-bills/{ticket}", get(alipay::bill::file))
        .route("/v3/{*path}", any(wechat_pay::call))
        .route("/gateway/api/{file}", post(unionpay::call))
        .route("/oidc/.well-known/openid-configuration", get(oidc::configuration))
        .route("/oidc/keys", get(oidc::keys))
        .route("/oidc/token", post(oidc::token::exchange))
        .route("/static/sandbox.css", get(pages::stylesheet))
        .route("/static/mark.svg", get(pages::mark))
        .route("/api/oauth2/access_token", get(kyc::access_token))
        .route("/api/oauth2/api_ticket", get(kyc::api_ticket))
        .route("/api/server/getAdvFaceId", post(kyc::register))
        .route("/api/server/h5/geth5faceid", post(kyc::register))
        .route("/api/v2/base/queryfacerecord", post(kyc::record));
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(from_fn(of_this_machine)).with_state(desk)
}

/// Only names of this machine are answered: a page of the web whose name leads here would read every code that was sent.
async fn of_this_machine(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.or(request.uri().authority().map(Authority::as_str)).is_some_and(is_own) {
        return next.run(request).await;
    }
    let why = "this sandbox answers to names of this machine only: open it at 127.0.0.1 or localhost\n";
    (StatusCode::MISDIRECTED_REQUEST, why).into_response()
}

fn is_own(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    let is_address = name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    is_address || name.eq_ignore_ascii_case("localhost")
}

async fn outbox(State(desk): State<Arc<Desk>>) -> Json<Vec<Message>> {
    Json(desk.outbox.all())
}

/// What the payment channels know, and what they told: to compare a journal with.
async fn books(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(json!({ "trades": desk.pay.trades(), "deliveries": desk.pay.deliveries(), "now": desk.pay.now() }))
}

/// The vendors' gateways tell products apart by a header, not by a path.
async fn call(State(desk): State<Arc<Desk>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let call = Call { method, uri, headers, body };
    if call.headers.contains_key("x-tc-action") {
        tencent::answer(&desk, &call).await
    } else if call.headers.contains_key("x-acs-action") {
        aliyun::answer(&desk, &call).await
    } else if call.header("content-type").starts_with("application/x-www-form-urlencoded") {
        // Another vendor's files are at the root of a host of their own.
        unionpay::answer(&desk, "/", &call.body).await
    } else {
        let answer = json!({ "Code": "MissingAction", "Message": "no X-TC-Action and no x-acs-action" });
        (StatusCode::BAD_REQUEST, Json(answer)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;
    use crate::Sandbox;

    #[tokio::test]
    async fn a_name_that_leads_here_is_not_answered() {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = sandbox.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        for (host, status) in [(address.as_str(), "200"), ("localhost", "200"), ("rebound.example", "421"), ("", "421")]
        {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            let request = format!("GET /outbox.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer.split(' ').nth(1), Some(status), "{host}: {answer}");
        }
        sandbox.stop().await;
        for own in ["127.0.0.1", "127.0.0.9:80", "[::1]:8090", "LOCALHOST:1", "[::ffff:127.0.0.1]:1"] {
            assert!(is_own(own), "{own}");
        }
        for other in ["192.0.2.1", "localhost.example", "127.0.0.1.example:80", "x y", "user@127.0.0.2@x"] {
            assert!(!is_own(other), "{other}");
        }
    }
}
