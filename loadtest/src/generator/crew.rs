//! A thread's connections, shared by its candidates in turn: first come, first served.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::generator::connection::{CallError, Connection};
use crate::server::target::Target;

/// How many connections are opened at once.
const OPEN_AT_ONCE: usize = 32;

/// A bounded number of connections. They take turns, so that all of them are in use.
pub struct Crew {
    target: Target,
    turns: Semaphore,
    /// As many as there are permits; `None` is a connection that broke and is opened anew when its turn comes.
    idle: Mutex<VecDeque<Option<Connection>>>,
    waiting: AtomicUsize,
}

/// A connection for one request.
pub struct Turn<'a> {
    crew: &'a Crew,
    /// Put back when the turn ends, unless a call broke it.
    connection: Option<Connection>,
    _permit: SemaphorePermit<'a>,
}

/// Counts who waits, also when the waiting is given up.
struct Waiting<'a>(&'a AtomicUsize);

impl Crew {
    /// Opens `connections` connections, a few at a time.
    pub async fn open(target: Target, connections: usize) -> Result<Self, CallError> {
        let opening = stream::iter(0..connections).map(|_| Connection::open(&target)).buffer_unordered(OPEN_AT_ONCE);
        let idle: VecDeque<_> = opening.map_ok(Some).try_collect().await?;
        let (turns, waiting) = (Semaphore::new(connections), AtomicUsize::new(0));
        Ok(Self { target, turns, idle: Mutex::new(idle), waiting })
    }

    /// At whom it is aimed.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// How many requests wait for a connection.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for a connection.
    pub async fn turn(&self) -> Turn<'_> {
        let waiting = Waiting::new(&self.waiting);
        let permit = self.turns.acquire().await.expect("the semaphore is never closed");
        drop(waiting);
        let connection = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop_front().flatten();
        Turn { crew: self, connection, _permit: permit }
    }
}

impl Turn<'_> {
    /// Takes the connection out, opened anew if need be. Give it back with [`Turn::give_back`] after
    /// a whole answer; a call that failed or was given up leaves an empty place.
    pub async fn connection(&mut self) -> Result<Connection, CallError> {
        match self.connection.take() {
            Some(connection) if !connection.is_closed() => Ok(connection),
            _ => Connection::open(&self.crew.target).await,
        }
    }

    /// Gives the connection back.
    pub fn give_back(&mut self, connection: Connection) {
        self.connection = Some(connection);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Before the permit is: who gets it finds something to pop.
        self.crew.idle.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.connection.take());
    }
}

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
