//! A caller of the served app whose connections may be cut at any moment: no answer is an answer here.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest wait for one answer.
const WAIT: Duration = Duration::from_secs(60);

/// Where to call, and with which key. Every request has a connection of its own.
#[derive(Debug, Clone)]
pub struct Caller {
    address: String,
    key: String,
}

/// An answer as it came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Status line and headers as they came.
    pub head: String,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

impl Caller {
    /// A caller of `http://address` with an API key.
    pub fn new(url: &str, key: &str) -> Self {
        Self { address: url.trim_start_matches("http://").to_owned(), key: key.to_owned() }
    }

    /// One request over a connection of its own; `None` when the connection broke or nothing came.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        tokio::time::timeout(WAIT, self.exchange(method, path, body)).await.ok()?.ok()
    }

    /// Sends a request and leaves the answer to be read: for streams.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> std::io::Result<TcpStream> {
        let Self { address, key } = self;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        Ok(stream)
    }

    async fn exchange(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Answer> {
        let mut stream = self.send(method, path, body).await?;
        let mut answer = Vec::new();
        // A server that refuses a long head may reset the connection behind its answer.
        let end = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            end?;
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        };
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }
}
