//! A line between a program and its Redis or Postgres that a test can stall, cut, and lead elsewhere. What it stalled it
//! still delivers, also after the program has hung up: as a kernel does that sends again what got lost.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::stores::TestStores;

const POLL: Duration = Duration::from_millis(5);
const CHUNK_BYTES: usize = 16 * 1024;

/// Where a line leads.
#[derive(Debug, Clone)]
pub enum LineEnd {
    /// The line leads to this Unix socket.
    Socket(PathBuf),
    /// The line leads to this port of loopback.
    Port(u16),
}

/// What happens on the line. Connections are numbered from 1 in the order in which they are made.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    /// Up to this connection, nothing gets to the server.
    questions_stalled: u64,
    /// Up to this one, nothing comes from the server.
    answers_stalled: u64,
    /// Up to this one, nothing gets either way, for ever.
    silent: u64,
    /// Up to this one, both ends are hung up on.
    cut: u64,
}

/// What the line's connections share.
#[derive(Debug)]
struct State {
    end: LineEnd,
    /// Connections made so far.
    made: u64,
    /// What cuts the connection on which the program says it, before it is passed on.
    cut_at: Option<Vec<u8>>,
}

/// A line of one test.
#[derive(Debug)]
pub struct FaultyLine {
    port: u16,
    state: Arc<Mutex<State>>,
    faults: watch::Sender<Faults>,
    accepting: JoinHandle<()>,
}

impl FaultyLine {
    /// A line to `end` on which nothing is wrong yet.
    pub async fn to(end: LineEnd) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has free ports");
        let port = listener.local_addr().expect("it listens").port();
        let state = Arc::new(Mutex::new(State { end, made: 0, cut_at: None }));
        let faults = watch::Sender::default();
        let accepting = tokio::spawn(accept(listener, state.clone(), faults.clone()));
        Self { port, state, faults, accepting }
    }

    /// A line to the test's Postgres on which nothing is wrong yet.
    pub async fn to_postgres(stores: &TestStores) -> Self {
        Self::to(LineEnd::Socket(stores.postgres_socket())).await
    }

    /// The port of loopback that the line listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How Postgres is reached by a line [to it](Self::to_postgres).
    pub fn postgres_url(&self) -> String {
        format!("host=127.0.0.1 port={} user=seathold dbname=seathold", self.port)
    }

    /// How Redis is reached by a line to it, `redis://127.0.0.1:…`.
    pub fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// `http://127.0.0.1:…`, of a line to what is served there.
    pub fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// New connections lead there.
    pub fn lead_to(&self, end: LineEnd) {
        self.state().end = end;
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

    /// Nothing gets either way on any connection, those to come too; nothing is closed either.
    pub fn silence(&self) {
        self.faults.send_modify(|faults| (faults.questions_stalled, faults.answers_stalled) = (u64::MAX, u64::MAX));
    }

    /// The connections that stand fall silent for ever; new ones work.
    pub fn silence_standing(&self) {
        let made = self.made();
        self.faults.send_modify(|faults| faults.silent = made);
    }

    /// Hangs up on the connection on which the program next says this, before the server hears it.
    pub fn cut_at(&self, word: &str) {
        self.state().cut_at = Some(word.as_bytes().to_vec());
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
        self.state().made
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FaultyLine {
    fn drop(&mut self) {
        self.accepting.abort();
        self.faults.send_modify(|faults| faults.cut = u64::MAX);
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>, faults: watch::Sender<Faults>) {
    while let Ok((near, _)) = listener.accept().await {
        let _ = near.set_nodelay(true);
        let (number, end) = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.made += 1;
            (state.made, state.end.clone())
        };
        let line = Connection { number, state: state.clone(), faults: faults.subscribe() };
        tokio::spawn(async move {
            let (from_near, to_near) = near.into_split();
            match end {
                LineEnd::Socket(path) => {
                    if let Ok(far) = UnixStream::connect(path).await {
                        let (from_far, to_far) = far.into_split();
                        line.carry((from_near, to_near), (from_far, to_far)).await;
                    }
                }
                LineEnd::Port(port) => {
                    if let Ok(far) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
                        let (from_far, to_far) = far.into_split();
                        line.carry((from_near, to_near), (from_far, to_far)).await;
                    }
                }
            }
        });
    }
}

/// One connection through the line.
struct Connection {
    number: u64,
    state: Arc<Mutex<State>>,
    faults: watch::Receiver<Faults>,
}

/// The program said what cuts its connection.
struct Cut;

impl Connection {
    /// Carries both ways until both have ended, or the connection is cut.
    async fn carry(
        &self,
        near: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
        far: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    ) {
        let is_stalled = |faults: &Faults, until: u64| until.max(faults.silent) >= self.number;
        let questions = self.one_way(
            near.0,
            far.1,
            |said| self.is_cut(said),
            |faults| is_stalled(faults, faults.questions_stalled),
        );
        let answers = self.one_way(far.0, near.1, |_| false, |faults| is_stalled(faults, faults.answers_stalled));
        let mut faults = self.faults.clone();
        tokio::select! {
            _ = async { tokio::try_join!(questions, answers) } => {}
            _ = faults.wait_for(|faults| faults.cut >= self.number) => {}
        }
    }

    /// Carries one way: reads on while it stalls, and delivers all of it before it hangs up.
    async fn one_way(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        is_cut: impl Fn(&[u8]) -> bool,
        is_stalled: impl Fn(&Faults) -> bool,
    ) -> Result<(), Cut> {
        let (mut waiting, mut chunk, mut has_ended) = (Vec::new(), vec![0; CHUNK_BYTES], false);
        loop {
            tokio::select! {
                read = from.read(&mut chunk), if !has_ended => match read {
                    Ok(0) | Err(_) => has_ended = true,
                    Ok(bytes) if is_cut(&chunk[..bytes]) => return Err(Cut),
                    Ok(bytes) => waiting.extend_from_slice(&chunk[..bytes]),
                },
                () = tokio::time::sleep(POLL), if !waiting.is_empty() || has_ended => {}
            }
            if !is_stalled(&self.faults.borrow()) {
                if !waiting.is_empty() && to.write_all(&waiting).await.is_err() {
                    return Ok(());
                }
                waiting.clear();
                if has_ended {
                    let _ = to.shutdown().await;
                    return Ok(());
                }
            }
        }
    }

    fn is_cut(&self, said: &[u8]) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_said = |word: &mut Vec<u8>| said.windows(word.len()).any(|part| part == word);
        state.cut_at.take_if(is_said).is_some()
    }
}
