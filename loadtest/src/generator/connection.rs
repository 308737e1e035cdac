//! One keep-alive connection to the server: plain hyper over a TCP stream without delay.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};

use crate::server::target::Target;

/// Longest answer that is read: a page, or a list of a few thousand sittings.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest head of an answer, and how much is read ahead.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There was no connection.
    #[error("cannot connect: {0}")]
    Connect(#[source] std::io::Error),
    /// The connection broke or spoke no HTTP.
    #[error("the connection failed: {0}")]
    Http(#[from] hyper::Error),
    /// The body broke off or is longer than [`BODY_BYTES_MAX`].
    #[error("the answer could not be read: {0}")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body of the answer.
    pub body: Bytes,
}

impl Answer {
    /// After how long to come again, if it said so in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// A connection that has carried nothing but whole answers so far.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    /// Connects to the server.
    pub async fn open(target: &Target) -> Result<Self, CallError> {
        let stream = connect(target).await.map_err(CallError::Connect)?;
        let (sender, driver) =
            http1::Builder::new().max_buf_size(BUFFER_BYTES_MAX).handshake(TokioIo::new(stream)).await?;
        // It ends with the connection; what goes wrong is told to the request under way.
        tokio::spawn(driver);
        Ok(Self { sender })
    }

    /// Has the server closed it?
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a request and reads the whole answer. A call that is dropped half way breaks the connection.
    pub async fn call(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
        let (status, headers, body) = self.begin(request).await?;
        let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(CallError::Body)?.to_bytes();
        Ok(Answer { status, headers, body })
    }

    /// Sends a request and answers as soon as the head is there; for streams.
    pub async fn begin(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, HeaderMap, Incoming), CallError> {
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        Ok((head.status, head.headers, body))
    }
}

/// Connects from the target's next source address, if it names any: an address has only some 28,000 ports to
/// connect from, so more connections than that need more addresses.
async fn connect(target: &Target) -> std::io::Result<TcpStream> {
    let stream = match target.next_source() {
        None => TcpStream::connect(target.address).await?,
        Some(source) => {
            let socket = if source.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            socket.bind(SocketAddr::new(source, 0))?;
            socket.connect(target.address).await?
        }
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn connections_come_from_as_many_addresses_as_were_named() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = Target::resolve(&url, false).await.unwrap().with_sources(3).unwrap();
        let mut seen = std::collections::BTreeMap::new();
        for _ in 0..9 {
            let (opened, accepted) = tokio::join!(Connection::open(&target), listener.accept());
            opened.unwrap();
            *seen.entry(accepted.unwrap().1.ip().to_string()).or_insert(0) += 1;
        }
        let each = |last: u8| (format!("127.0.0.{last}"), 3);
        assert_eq!(seen, [each(1), each(2), each(3)].into());
    }

    #[test]
    fn retry_after_is_read_in_seconds_only() {
        let answer = |headers| Answer { status: StatusCode::OK, headers, body: Bytes::new() };
        let read = |value: &'static str| {
            answer(HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static(value))])).retry_after()
        };
        assert_eq!(read("2"), Some(Duration::from_secs(2)));
        assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(read("-1"), None);
        assert_eq!(answer(HeaderMap::new()).retry_after(), None);
    }
}
