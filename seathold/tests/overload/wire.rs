//! HTTP as bytes, from a loopback address of one's choice: what a client library would hide or refuse to send.

use std::net::SocketAddr;

use testkit::ServedApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::WAIT;

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Seconds in Retry-After.
    pub(crate) fn wait(&self) -> u64 {
        self.header("retry-after").unwrap_or_default().parse().unwrap_or_default()
    }
}

pub(crate) fn address(app: &ServedApp) -> SocketAddr {
    app.url().trim_start_matches("http://").parse().unwrap()
}

pub(crate) async fn connect(server: SocketAddr, source: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(source.parse().unwrap(), 0)).unwrap();
    socket.connect(server).await.unwrap()
}

/// One request from a loopback address, over a connection of its own.
pub(crate) async fn ask(server: SocketAddr, source: &str, request: &str, headers: &[&str], body: &str) -> Reply {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nhost: exam.example.edu\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n{body}"
    );
    let mut stream = connect(server, source).await;
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(WAIT, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: answer[end + 4..].to_vec() }
}

pub(crate) async fn get(app: &ServedApp, source: &str, path: &str, headers: &[&str]) -> Reply {
    ask(address(app), source, &format!("GET {path}"), headers, "").await
}
