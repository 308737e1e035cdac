//! An answer of a payment channel on its way out, and the ways in which it does not arrive.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::pay::conduct::AnswerTwist;

const PROXY_SAYS: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
     </center>\r\n</body>\r\n</html>\r\n";

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    fn into_response(self, body: Body) -> Response {
        let response = Response::builder().status(self.status);
        let response = self.headers.into_iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(body).unwrap_or_else(|_| bare(StatusCode::INTERNAL_SERVER_ERROR, Body::empty()))
    }

    /// Sends it, or does not.
    pub(crate) async fn send(self, twist: Option<AnswerTwist>, silence: Duration) -> Response {
        match twist {
            Some(AnswerTwist::Silence) => {
                tokio::time::sleep(silence).await;
                bare(StatusCode::OK, broken(Bytes::new()))
            }
            Some(AnswerTwist::BadGateway) => bare(StatusCode::BAD_GATEWAY, Body::from(PROXY_SAYS)),
            Some(AnswerTwist::Empty) => bare(StatusCode::OK, Body::empty()),
            Some(AnswerTwist::CutOff) => {
                let half = self.body.slice(..self.body.len() / 2);
                self.into_response(broken(half))
            }
            _ => {
                let body = Body::from(self.body.clone());
                self.into_response(body)
            }
        }
    }
}

fn bare(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/html"));
    response
}

/// A body whose connection ends after this.
fn broken(start: Bytes) -> Body {
    Body::from_stream(stream::iter([Ok(start), Err(io::Error::other("the sandbox was told to cut this answer off"))]))
}
