//! Viewers: processes of their own that hold event streams open, so that their memory is not the server's.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::options::View;

/// How long all streams of one process may take to say their first word.
const WAIT: Duration = Duration::from_secs(60);
/// Connections that are being opened at a time.
const AT_ONCE: usize = 256;

/// A process that holds streams open. Ends with this.
#[derive(Debug)]
pub(crate) struct Viewer(Child);

impl Viewer {
    /// Starts one with so many streams; returns when each has had its first event.
    pub(crate) async fn start(url: &str, streams: usize, from: Ipv4Addr) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["view", url, "--streams", &streams.to_string(), "--from", &from.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().context("its output was asked for")?;
        let mut line = String::new();
        tokio::time::timeout(WAIT * 2, BufReader::new(stdout).read_line(&mut line)).await??;
        ensure!(line.trim() == "ready", "a viewer with {streams} streams did not get them all: see above");
        Ok(Self(child))
    }

    /// Ends it, and with it the streams.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        Ok(self.0.kill().await?)
    }
}

/// What the process does: opens the streams, says `ready`, reads on until its standard input ends.
pub(crate) async fn view(view: &View) -> anyhow::Result<()> {
    let rest = view.url.strip_prefix("http://").context("plain HTTP")?;
    let (address, path) = rest.split_once('/').context("an address and a path")?;
    let address: SocketAddr = address.parse()?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n");
    let opened = tokio::time::timeout(WAIT, open_all(view, address, &request));
    let mut open = opened.await.context("not every stream had its first event in time")??;
    println!("ready");
    let mut input = tokio::io::stdin();
    let mut byte = [0];
    tokio::select! {
        // Ends when the parent is gone, however that came.
        _ = input.read(&mut byte) => {}
        () = async { while open.join_next().await.is_some() {} } => anyhow::bail!("the server closed the streams"),
    }
    Ok(())
}

async fn open_all(view: &View, address: SocketAddr, request: &str) -> anyhow::Result<JoinSet<()>> {
    let (mut opening, mut open) = (JoinSet::new(), JoinSet::new());
    for _ in 0..view.streams {
        if opening.len() >= AT_ONCE {
            keep(&mut opening, &mut open).await?;
        }
        opening.spawn(first_event(view.from, address, request.to_owned()));
    }
    while !opening.is_empty() {
        keep(&mut opening, &mut open).await?;
    }
    Ok(open)
}

async fn keep(opening: &mut JoinSet<anyhow::Result<TcpStream>>, open: &mut JoinSet<()>) -> anyhow::Result<()> {
    let Some(stream) = opening.join_next().await else { return Ok(()) };
    let mut stream = stream??;
    open.spawn(async move {
        let mut heard = [0; 4_096];
        // Read, or the server would have to keep what we do not take.
        while stream.read(&mut heard).await.is_ok_and(|bytes| bytes > 0) {}
    });
    Ok(())
}

/// A stream that has had its first event.
async fn first_event(from: Ipv4Addr, address: SocketAddr, request: String) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(from.into(), 0))?;
    let mut stream = socket.connect(address).await.with_context(|| format!("a stream from {from}"))?;
    stream.write_all(request.as_bytes()).await?;
    let mut heard = Vec::new();
    while !heard.windows(6).any(|word| word == b"data: ") {
        let bytes = stream.read_buf(&mut heard).await?;
        ensure!(bytes > 0, "the server closed a stream: {}", String::from_utf8_lossy(&heard));
    }
    ensure!(heard.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&heard));
    Ok(stream)
}
