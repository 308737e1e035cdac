//! One listening address: accepts connections up to a bound, serves HTTP/1.1 on each, and stops gracefully.

mod crowd;
mod request;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crowd::Crowd;

/// Connections that the system keeps for us between two accepts: a rush comes within a second.
const BACKLOG: u32 = 4096;
/// Longest time for a request's head, and for a kept connection to be idle.
const HEAD_WAIT: Duration = Duration::from_secs(15);
/// Most bytes of a request's head; browsers send some 2 KiB with our cookies.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEADERS_MAX: usize = 64;
/// Longest wait for requests under way when we stop.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept (no file descriptor left): accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const _: () = assert!(2 * HEAD_BYTES_MAX >= 8192, "hyper refuses smaller buffers");

/// A bound address that does not answer yet.
#[derive(Debug)]
pub struct Listener {
    /// For metrics and logs.
    name: &'static str,
    socket: TcpListener,
}

impl Listener {
    /// Binds the address that `flag` named.
    pub fn bind(name: &'static str, flag: &str, address: SocketAddr) -> anyhow::Result<Self> {
        match listen(address) {
            Ok(socket) => Ok(Self { name, socket }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                bail!("{address} is in use: stop the other program, or choose another address with {flag}")
            }
            Err(error) => Err(error).with_context(|| format!("cannot listen at {address}, choose another with {flag}")),
        }
    }

    /// `http://127.0.0.1:8080`, with the real port when port 0 was asked for.
    pub fn url(&self) -> anyhow::Result<String> {
        Ok(format!("http://{}", self.socket.local_addr()?))
    }

    /// Answers requests until `stop`; returns when the last one is answered, or after `STOP_WAIT`.
    pub async fn serve<F, Fut, B>(self, connections_max: usize, stop: CancellationToken, answer: F)
    where
        F: Fn(Request<Incoming>) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Response<B>> + Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let places = Arc::new(Semaphore::new(connections_max));
        let crowd = Crowd::new(self.name);
        let graceful = GracefulShutdown::new();
        let http = http();
        loop {
            let Some(accepted) = stop.run_until_cancelled(self.socket.accept()).await else { break };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                crowd.turn_away(stream);
                continue;
            };
            metrics::gauge!("seathold_connections", "listener" => self.name).increment(1.0);
            let name = self.name;
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let answer = answer.clone();
                async move { Ok::<_, Infallible>(request::answered(request, answer).await) }
            });
            let connection = graceful.watch(http.serve_connection(prepare(stream), service));
            tokio::spawn(async move {
                // A caller that breaks off is its own affair.
                let _ = connection.await;
                metrics::gauge!("seathold_connections", "listener" => name).decrement(1.0);
                drop(place);
            });
        }
        // Closed first: who comes now is refused by the system, and a proxy takes the next server.
        drop(self.socket);
        if tokio::time::timeout(STOP_WAIT, graceful.shutdown()).await.is_err() {
            tracing::warn!(listener = self.name, "some requests were not answered before the stop");
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // The connections of a server that was killed a moment ago must not keep us out.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    // Without a timer hyper ignores the timeout without a word.
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT);
    http.max_buf_size(2 * HEAD_BYTES_MAX).max_header_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    http
}

fn prepare(stream: TcpStream) -> TokioIo<TcpStream> {
    // Answers are written whole: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    TokioIo::new(stream)
}

async fn pause_after(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
