//! A proxy in front of a test's Postgres that falls silent, or breaks a line off at a chosen moment.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::stores::TestStores;

/// Bytes that travel at a time.
const CHUNK_BYTES: usize = 16 * 1024;

/// One connection through the proxy.
#[derive(Debug)]
struct Line {
    silent: watch::Sender<bool>,
    end: CancellationToken,
}

impl Line {
    fn set(&self, silent: bool) {
        self.silent.send_replace(silent);
    }
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Arc<Line>>,
    /// Are new lines silent from their beginning?
    is_silent: bool,
    /// What ends the line on which a client says it, before it is passed on.
    cut_at: Option<Vec<u8>>,
}

/// The proxy; gone with its handle.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
    end: CancellationToken,
}

impl Proxy {
    /// A proxy on a port of its own, in front of the test's Postgres.
    pub async fn before_postgres(stores: &TestStores) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = socket.local_addr().expect("it is bound").port();
        let proxy = Self { port, state: Arc::default(), end: CancellationToken::new() };
        let (state, end, target) = (proxy.state.clone(), proxy.end.clone(), stores.postgres_socket());
        tokio::spawn(end.clone().run_until_cancelled_owned(accept(socket, target, state, end)));
        proxy
    }

    /// The address of Postgres behind it.
    pub fn postgres_url(&self) -> String {
        format!("host=127.0.0.1 port={} user=seathold dbname=seathold", self.port)
    }

    /// Nothing arrives any more, on lines that stand or on new ones; nothing is closed either.
    pub fn silence(&self) {
        self.change(|state| {
            state.is_silent = true;
            state.lines.iter().for_each(|line| line.set(true));
        });
    }

    /// The lines that stand fall silent for ever; new ones work.
    pub fn silence_standing(&self) {
        self.change(|state| {
            // Their own tasks keep them from now on: no later word reaches them.
            state.lines.drain(..).for_each(|line| line.set(true));
        });
    }

    /// Everything goes on, what was kept back included.
    pub fn pass(&self) {
        self.change(|state| {
            state.is_silent = false;
            state.lines.iter().for_each(|line| line.set(false));
        });
    }

    /// Breaks off the line on which a client next says this, before Postgres hears it.
    pub fn cut_at(&self, word: &str) {
        self.change(|state| state.cut_at = Some(word.as_bytes().to_vec()));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

async fn accept(socket: TcpListener, target: PathBuf, state: Arc<Mutex<State>>, end: CancellationToken) {
    while let Ok((client, _)) = socket.accept().await {
        let _ = client.set_nodelay(true);
        let line = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            let line = Arc::new(Line { silent: watch::Sender::new(state.is_silent), end: end.child_token() });
            state.lines.push(line.clone());
            line
        };
        let (target, state) = (target.clone(), state.clone());
        tokio::spawn(async move {
            let Ok(server) = UnixStream::connect(target).await else { return };
            let (client_in, client_out) = client.into_split();
            let (server_in, server_out) = server.into_split();
            let both = async {
                tokio::select! {
                    () = pump(client_in, server_out, &line, Some(&*state)) => {}
                    () = pump(server_in, client_out, &line, None) => {}
                }
            };
            line.end.run_until_cancelled(both).await;
        });
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    line: &Line,
    state: Option<&Mutex<State>>,
) {
    let mut silent = line.silent.subscribe();
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        if state.is_some_and(|state| is_cut(state, &chunk[..length])) {
            return;
        }
        if silent.wait_for(|silent| !silent).await.is_err() || to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
    // A silent line does not tell that the other side has gone.
    let _ = silent.wait_for(|silent| !silent).await;
}

fn is_cut(state: &Mutex<State>, said: &[u8]) -> bool {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let is_said = state.cut_at.as_ref().is_some_and(|word| said.windows(word.len()).any(|part| part == word));
    if is_said {
        state.cut_at = None;
    }
    is_said
}
