//! Lines to Postgres that do not wait for ever: one on which an answer is due and nothing comes is given up.
//!
//! Postgres's own limits end on its side, and the system's on whether packets arrive. Neither notices a server that
//! hangs, or whatever stands in between and has fallen silent. Every query of the process goes over such a line, so
//! every query has a limit.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use deadpool_postgres::Connect;
use embedded::postgres_said;
#[cfg(target_os = "linux")]
use nix::sys::socket::{setsockopt, sockopt};
use reservation::tls::end_point_of;
use reservation::tls::postgres::{Agreed, Encrypted, Encryption};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_postgres::config::{Host, SslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::tls::{ChannelBinding, TlsConnect};
use tokio_postgres::{Client, Config, Error};

/// How Postgres ends each answer: it is ready for the next query, and in which state of a transaction.
const READY: [u8; 5] = [b'Z', 0, 0, 0, 5];
/// That, and the state.
const END_BYTES: usize = READY.len() + 1;
const PORT: u16 = 5432;
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// What was sent and is not acknowledged for so long was sent into the void.
#[cfg(target_os = "linux")]
const UNHEARD_MS: u32 = 8_000;

/// How long an answer may take, as it is now; it may be changed for all lines at once.
#[derive(Debug, Clone)]
pub(super) struct Patience(Arc<AtomicU64>);

impl Patience {
    /// So long from now on.
    pub(super) fn new(patience: Duration) -> Self {
        let patience_of = Self(Arc::default());
        patience_of.set(patience);
        patience_of
    }

    /// Changes it, for what is asked from now on.
    pub(super) fn set(&self, patience: Duration) {
        self.0.store(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Connects lines of this patience.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// How long an answer may take.
    pub(super) patience: Patience,
    /// How they are encrypted where they leave the machine.
    pub(super) encryption: Encryption,
}

type Connected = Result<(Client, JoinHandle<()>), Error>;

impl Connect for Lines {
    fn connect(&self, config: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        let config = config.clone();
        Box::pin(async move { self.first_that_answers(&config).await })
    }
}

impl Lines {
    /// Tries the hosts in their order, as the library does.
    async fn first_that_answers(&self, config: &Config) -> Connected {
        let hosts = config.get_hosts().len().max(config.get_hostaddrs().len()).max(1);
        let mut outcome = self.connect_to(config, 0).await;
        for nth in 1..hosts {
            if outcome.is_ok() {
                break;
            }
            outcome = self.connect_to(config, nth).await;
        }
        outcome
    }

    async fn connect_to(&self, config: &Config, nth: usize) -> Connected {
        let (client, driver) = self.over(config, self.open_in_time(config, nth).await).await?;
        let wanted = config.get_target_session_attrs();
        if wanted == TargetSessionAttrs::Any {
            return Ok((client, driver));
        }
        let is_read_only = client.query_one("SHOW transaction_read_only", &[]).await?.get::<_, &str>(0) == "on";
        if is_read_only == (wanted == TargetSessionAttrs::ReadOnly) {
            return Ok((client, driver));
        }
        let other = io::Error::new(io::ErrorKind::PermissionDenied, "the server is not of the kind that was asked for");
        self.over(config, Socket::Broken(Some(other))).await
    }

    async fn over(&self, config: &Config, socket: Socket) -> Connected {
        let mut config = config.clone();
        if matches!(socket, Socket::Encrypted(_)) {
            // What was agreed on is not asked for again.
            config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
        }
        let line = Line::new(socket, self.patience.clone());
        let (client, connection) = config.connect_raw(line, Made).await?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(error = postgres_said(&error), "a connection to Postgres has ended");
            }
        });
        Ok((client, driver))
    }

    async fn open_in_time(&self, config: &Config, nth: usize) -> Socket {
        let wait = config.get_connect_timeout().copied().unwrap_or(CONNECT_WAIT);
        match timeout(wait, self.open(config, nth)).await {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) => Socket::Broken(Some(error)),
            Err(_) => Socket::Broken(Some(io::Error::new(io::ErrorKind::TimedOut, "no connection in time"))),
        }
    }

    async fn open(&self, config: &Config, nth: usize) -> io::Result<Socket> {
        let ports = config.get_ports();
        let port = ports.get(nth).or_else(|| ports.first()).copied().unwrap_or(PORT);
        let (stream, name) = match (config.get_hostaddrs().get(nth), config.get_hosts().get(nth)) {
            (Some(address), Some(Host::Tcp(host))) => (TcpStream::connect((*address, port)).await?, host.clone()),
            (Some(address), _) => (TcpStream::connect((*address, port)).await?, address.to_string()),
            (None, Some(Host::Tcp(host))) => (TcpStream::connect((host.as_str(), port)).await?, host.clone()),
            (None, Some(Host::Unix(directory))) => {
                return Ok(Socket::Unix(UnixStream::connect(directory.join(format!(".s.PGSQL.{port}"))).await?));
            }
            (None, None) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "the address names no host")),
        };
        stream.set_nodelay(true)?;
        watch_over(&stream)?;
        Ok(match self.encryption.agree(&name, stream).await? {
            Agreed::Clear(stream) => Socket::Tcp(stream),
            Agreed::Encrypted(encrypted) => Socket::Encrypted(encrypted),
        })
    }
}

/// Hands the library a line on which TLS is spoken already: below it, so that [`Line`] hears when an answer has ended.
#[derive(Debug, Clone, Copy)]
struct Made;

impl TlsConnect<Line> for Made {
    type Stream = Line;
    type Error = Infallible;
    type Future = Ready<Result<Line, Infallible>>;

    fn connect(self, line: Line) -> Self::Future {
        ready(Ok(line))
    }
}

impl tokio_postgres::tls::TlsStream for Line {
    fn channel_binding(&self) -> ChannelBinding {
        let Socket::Encrypted(encrypted) = &self.socket else { return ChannelBinding::none() };
        let (_, session) = encrypted.stream.get_ref();
        let shown = session.peer_certificates().and_then(|chain| chain.first());
        let end_point = shown.and_then(|certificate| end_point_of(certificate));
        end_point.map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

/// What a line goes over. One that could not be opened is one whose first use fails: the library's errors cannot be made
/// outside of it.
#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Encrypted(Encrypted),
    Unix(UnixStream),
    Broken(Option<io::Error>),
}

/// Whoever is gone without a word is noticed by the system, also while nothing is asked.
#[cfg(target_os = "linux")]
fn watch_over(stream: &TcpStream) -> io::Result<()> {
    setsockopt(stream, sockopt::KeepAlive, &true)?;
    setsockopt(stream, sockopt::TcpKeepIdle, &5)?;
    setsockopt(stream, sockopt::TcpKeepInterval, &2)?;
    setsockopt(stream, sockopt::TcpKeepCount, &3)?;
    setsockopt(stream, sockopt::TcpUserTimeout, &UNHEARD_MS)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn watch_over(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

/// A connection that fails once an answer has been due for longer than it is patient.
#[derive(Debug)]
struct Line {
    socket: Socket,
    patience: Patience,
    due: Pin<Box<Sleep>>,
    /// Was something asked that has no answer yet?
    waits: bool,
    /// The last bytes that were heard: the end of an answer may come in two pieces.
    last: [u8; END_BYTES],
}

impl Line {
    fn new(socket: Socket, patience: Patience) -> Self {
        Self { socket, patience, due: Box::pin(sleep_until(Instant::now())), waits: false, last: [0; END_BYTES] }
    }

    fn asks(&mut self) {
        // What ended the answer before must not end this one.
        self.last = [0; END_BYTES];
        self.wait_anew();
    }

    fn wait_anew(&mut self) {
        self.waits = true;
        self.due.as_mut().reset(Instant::now() + self.patience.get());
    }

    /// Something came: the end of the answer, or a part of it.
    fn hears(&mut self, heard: &[u8]) {
        let new = heard.len().min(END_BYTES);
        self.last.rotate_left(new);
        self.last[END_BYTES - new..].copy_from_slice(&heard[heard.len() - new..]);
        if self.last.starts_with(&READY) { self.waits = false } else { self.wait_anew() }
    }

    /// An error once the answer is overdue. Polled wherever something is, so that the timer wakes us.
    fn overdue(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.waits && self.due.as_mut().poll(cx).is_ready() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "Postgres has not answered in time"));
        }
        Ok(())
    }

    fn poll_socket_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Socket::Encrypted(encrypted) => {
                Pin::new(&mut encrypted.stream).poll_read(cx, buffer).map_err(|error| encrypted.told(error))
            }
            Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
            Socket::Broken(error) => Poll::Ready(Err(why(error))),
        }
    }
}

fn why(error: &mut Option<io::Error>) -> io::Error {
    error.take().unwrap_or_else(|| io::ErrorKind::NotConnected.into())
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let line = &mut *self;
        let before = buffer.filled().len();
        let outcome = line.poll_socket_read(cx, buffer);
        if outcome.is_pending() {
            line.overdue(cx)?;
        } else if line.waits {
            line.hears(&buffer.filled()[before..]);
        }
        outcome
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let line = &mut *self;
        if !line.waits {
            line.asks();
        }
        line.overdue(cx)?;
        match &mut line.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Socket::Encrypted(encrypted) => Pin::new(&mut encrypted.stream).poll_write(cx, bytes),
            Socket::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Socket::Broken(error) => Poll::Ready(Err(why(error))),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Socket::Encrypted(encrypted) => Pin::new(&mut encrypted.stream).poll_flush(cx),
            Socket::Unix(stream) => Pin::new(stream).poll_flush(cx),
            Socket::Broken(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Encrypted(encrypted) => Pin::new(&mut encrypted.stream).poll_shutdown(cx),
            Socket::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Broken(_) => Poll::Ready(Ok(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_has_ended_however_it_was_cut_into_pieces() {
        let mut line = Line::new(Socket::Broken(None), Patience::new(Duration::from_secs(1)));
        let answer = *b"D\0\0\0\x0bsomethingZ\0\0\0\x05I";
        for cut in 0..=answer.len() {
            line.asks();
            let (first, second) = answer.split_at(cut);
            for (piece, is_last) in [(first, second.is_empty()), (second, true)] {
                if !piece.is_empty() {
                    line.hears(piece);
                    assert_eq!(line.waits, !is_last, "cut at {cut}");
                }
            }
        }
        line.asks();
        line.hears(b"more");
        assert!(line.waits, "the end of the answer before is no end of this one");
    }
}
