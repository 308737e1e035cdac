//! One listening address: accepts connections up to a bound, serves HTTP/1.1 on each, and stops gracefully.

mod arriving;
mod client;
mod crowd;
mod neighbours;
mod request;
mod wire;
mod work;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
#[cfg(target_os = "linux")]
use nix::sys::socket::{setsockopt, sockopt::TcpUserTimeout};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use arriving::Arriving;
pub use client::{AddressHeader, Network, Proxies};
use crowd::Crowd;
use neighbours::Neighbours;
use request::Desk;
use wire::{Rest, Wire};
pub use work::Claim;
use work::Work;

/// Connections that the system keeps for us between two accepts: a rush comes within a second.
const BACKLOG: u32 = 4096;
/// Longest time for a request's head, and for a kept connection to be idle.
const HEAD_WAIT: Duration = Duration::from_secs(15);
/// Most bytes of a request's head; browsers send some 2 KiB with our cookies.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEADERS_MAX: usize = 64;
/// How long kept lines still get answers when we stop, each the last on its line.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Longest wait for requests under way when we stop.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// What the system keeps for one client that does not read: more than a page, and than what travels at a time on a
/// mobile network.
const SEND_BUFFER_BYTES: u32 = 128 * 1024;
/// A connection whose other side acknowledges nothing for so long is closed: a phone that is out of reach, or off.
#[cfg(target_os = "linux")]
const GONE_AFTER_MS: u32 = 60_000;
/// Pause after a failed accept (no file descriptor left): accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const _: () = assert!(2 * HEAD_BYTES_MAX >= 8192, "hyper refuses smaller buffers");

/// What answers at an address.
pub trait Answers: Send + Sync + 'static {
    /// What its answers are made of.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static;

    /// What a request may claim when much is under way.
    fn claim(&self, request: &Request<Incoming>) -> Claim;

    /// Answers a request that came from this address.
    fn answer(&self, request: Request<Arriving>, from: IpAddr) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Does the world reach it by https? Then browsers are told to come by nothing else.
    fn is_https(&self) -> bool;

    /// A request's path as the log may have it: without what somebody is let in by, and without names.
    fn logged<'a>(&self, path: &'a str) -> &'a str;

    /// Turns a request away because too much is under way; it is told elsewhere when to come back.
    fn busy(&self, request: &Request<Incoming>) -> Response<Self::Body>;
}

/// What an address bears.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Most connections; more are turned away.
    pub connections: usize,
    /// Most of them from one address that is no proxy of ours; an IPv6 network of 64 bits counts as one.
    pub connections_per_address: usize,
    /// Most requests that are worked on at a time; more are refused.
    pub requests: usize,
    /// Whose word on the client's address is believed.
    pub proxies: Proxies,
}

/// What a request meets first.
struct Door {
    name: &'static str,
    work: Arc<Work>,
    proxies: Proxies,
}

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
    pub async fn serve<A: Answers>(self, bounds: Bounds, stop: CancellationToken, answers: A) {
        let places = Arc::new(Semaphore::new(bounds.connections));
        let crowd = Crowd::new(self.name);
        let graceful = GracefulShutdown::new();
        let http = http();
        let connections = metrics::gauge!("seathold_connections", "listener" => self.name);
        let refused = metrics::counter!("seathold_requests_refused_total", "listener" => self.name);
        let door = Door { name: self.name, work: Work::new(bounds.requests), proxies: bounds.proxies };
        let neighbours = Neighbours::new(bounds.connections_per_address);
        let desk = Arc::new(Desk { answers, door, refused, last_words: AtomicBool::new(false) });
        loop {
            let Some(accepted) = stop.run_until_cancelled(self.socket.accept()).await else { break };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            };
            let is_proxy = desk.door.proxies.are(peer.ip());
            let neighbour = if is_proxy { None } else { neighbours.come(peer.ip()) };
            let place = Arc::clone(&places).try_acquire_owned().ok().filter(|_| is_proxy || neighbour.is_some());
            let Some(place) = place else {
                crowd.turn_away(stream);
                continue;
            };
            connections.increment(1.0);
            let (desk, rest) = (desk.clone(), Rest::default());
            let wire = prepare(stream, rest.clone());
            let service = service_fn(move |request| {
                let (desk, rest) = (desk.clone(), rest.clone());
                async move { Ok::<_, Infallible>(request::answered(&desk, peer.ip(), &rest, request).await) }
            });
            let connection = graceful.watch(http.serve_connection(wire, service));
            let connections = connections.clone();
            tokio::spawn(async move {
                // A caller that breaks off is its own affair.
                let _ = connection.await;
                connections.decrement(1.0);
                drop((place, neighbour));
            });
        }
        // Closed first: who comes now is refused by the system, and a proxy takes the next server.
        drop(self.socket);
        // A kept line is closed without a word, also one on which a request is just arriving: so that few are, each
        // answer says for a moment that it is the last on its line.
        desk.last_words.store(true, Ordering::Relaxed);
        tokio::time::sleep(LAST_WORDS).await;
        if tokio::time::timeout(STOP_WAIT, graceful.shutdown()).await.is_err() {
            tracing::warn!(listener = self.name, "some requests were not answered before the stop");
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // The connections of a server that was killed a moment ago must not keep us out.
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit both: who does not read fills little of our memory, and who is gone is noticed.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    #[cfg(target_os = "linux")]
    setsockopt(&socket, TcpUserTimeout, &GONE_AFTER_MS)?;
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

fn prepare(stream: TcpStream, rest: Rest) -> TokioIo<Wire> {
    // Answers are written whole: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    TokioIo::new(Wire::new(stream, rest))
}

async fn pause_after(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
