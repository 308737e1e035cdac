//! A line between a program and its Redis that a test can stall, cut, and lead elsewhere. What it stalled it still
//! delivers, also after the program has hung up: as a kernel does that sends again what got lost.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const POLL: Duration = Duration::from_millis(5);
const CHUNK_BYTES: usize = 16 * 1024;

/// Where a line leads.
#[derive(Debug, Clone)]
pub enum LineEnd {
    /// A Unix socket.
    Socket(PathBuf),
    /// A port on loopback.
    Port(u16),
}

/// What happens on the line. Connections are numbered from 1 in the order in which they are made.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    /// Up to this connection, nothing gets to the server.
    questions_stalled: u64,
    /// Up to this one, nothing comes from the server.
    answers_stalled: u64,
    /// Up to this one, both ends are hung up on.
    cut: u64,
}

/// A line of one test.
#[derive(Debug)]
pub struct FaultyLine {
    port: u16,
    end: Arc<Mutex<LineEnd>>,
    made: Arc<Mutex<u64>>,
    faults: watch::Sender<Faults>,
    accepting: JoinHandle<()>,
}

impl FaultyLine {
    /// A line to `end` on which nothing is wrong yet.
    pub async fn to(end: LineEnd) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
        let port = listener.local_addr().expect("it listens").port();
        let (end, made, faults) = (Arc::new(Mutex::new(end)), Arc::new(Mutex::new(0)), watch::Sender::default());
        let accepting = tokio::spawn(accept(listener, end.clone(), made.clone(), faults.clone()));
        Self { port, end, made, faults, accepting }
    }

    /// `redis://127.0.0.1:…`.
    pub fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// New connections lead there.
    pub fn lead_to(&self, end: LineEnd) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    /// Stalls what goes to the server on the connections that stand; new ones work.
    pub fn stall_questions(&self) {
        let made = self.made();
        self.faults.send_modify(|faults| faults.questions_stalled = made);
    }

    /// Stalls what comes from the server on the connections that stand; new ones work.
    pub fn stall_answers(&self) {
        let made = self.made();
        self.faults.send_modify(|faults| faults.answers_stalled = made);
    }

    /// Stalls what goes to the server on all connections, those to come too.
    pub fn stall_all(&self) {
        self.faults.send_modify(|faults| faults.questions_stalled = u64::MAX);
    }

    /// Delivers what was stalled, and stalls nothing.
    pub fn deliver(&self) {
        self.faults.send_modify(|faults| (faults.questions_stalled, faults.answers_stalled) = (0, 0));
    }

    /// Hangs up on both ends of the connections that stand; what was stalled on them is lost.
    pub fn cut(&self) {
        let made = self.made();
        self.faults.send_modify(|faults| faults.cut = made);
    }

    fn made(&self) -> u64 {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FaultyLine {
    fn drop(&mut self) {
        self.accepting.abort();
        self.faults.send_modify(|faults| faults.cut = u64::MAX);
    }
}

async fn accept(listener: TcpListener, end: Arc<Mutex<LineEnd>>, made: Arc<Mutex<u64>>, faults: watch::Sender<Faults>) {
    while let Ok((near, _)) = listener.accept().await {
        let number = {
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            *made += 1;
            *made
        };
        let end = end.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let faults = faults.subscribe();
        tokio::spawn(async move {
            let (from_near, to_near) = near.into_split();
            match end {
                LineEnd::Socket(path) => {
                    if let Ok(far) = UnixStream::connect(path).await {
                        let (from_far, to_far) = far.into_split();
                        connect(number, faults, (from_near, to_near), (from_far, to_far)).await;
                    }
                }
                LineEnd::Port(port) => {
                    if let Ok(far) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
                        let (from_far, to_far) = far.into_split();
                        connect(number, faults, (from_near, to_near), (from_far, to_far)).await;
                    }
                }
            }
        });
    }
}

/// Carries both ways until both have ended, or the line is cut.
async fn connect(
    number: u64,
    faults: watch::Receiver<Faults>,
    near: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    far: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
) {
    let questions = carry(near.0, far.1, faults.clone(), move |faults| faults.questions_stalled >= number);
    let answers = carry(far.0, near.1, faults.clone(), move |faults| faults.answers_stalled >= number);
    let mut cut = faults;
    tokio::select! {
        _ = async { tokio::join!(questions, answers) } => {}
        _ = cut.wait_for(|faults| faults.cut >= number) => {}
    }
}

/// Carries one way: reads on while it stalls, and delivers all of it before it hangs up.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    faults: watch::Receiver<Faults>,
    is_stalled: impl Fn(&Faults) -> bool,
) {
    let (mut waiting, mut chunk, mut has_ended) = (Vec::new(), vec![0; CHUNK_BYTES], false);
    loop {
        tokio::select! {
            read = from.read(&mut chunk), if !has_ended => match read {
                Ok(0) | Err(_) => has_ended = true,
                Ok(bytes) => waiting.extend_from_slice(&chunk[..bytes]),
            },
            () = tokio::time::sleep(POLL), if !waiting.is_empty() || has_ended => {}
        }
        if !is_stalled(&faults.borrow()) {
            if !waiting.is_empty() && to.write_all(&waiting).await.is_err() {
                return;
            }
            waiting.clear();
            if has_ended {
                let _ = to.shutdown().await;
                return;
            }
        }
    }
}
