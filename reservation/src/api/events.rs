//! Event streams: one task per exam makes each message once, every open stream gets the same bytes.
//!
//! A stream costs its connection, one place in its exam's list and nothing else: no task, no timer, no buffer of its
//! own. Who reads slowly misses messages in between and gets the newest.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use http_body::{Body, Frame};
use slab::Slab;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::api::Api;
use crate::api::routes::list_sittings;
use crate::engine::HoldError;
use crate::ids::ExamId;

/// No viewer gets more than this many changes: one per pause.
const PAUSE: Duration = Duration::from_millis(300);
/// Silence after which a comment shows that the line still stands.
const BEAT: Duration = Duration::from_secs(15);
const BEAT_MESSAGE: Bytes = Bytes::from_static(b":\n\n");
/// Streams that are woken together. A hold that comes meanwhile waits for so many writes at most.
const WOKEN_AT_ONCE: usize = 256;
/// Rest between two such groups: twenty thousand viewers get a change within a second, and leave room for holds.
const WAKE_REST: Duration = Duration::from_millis(5);
/// A stream begins with one of these: after how many milliseconds a browser comes back when the line breaks. They are
/// many, so that not all come back in one moment.
const COME_BACK: [&str; 8] = [
    "retry: 1000\n",
    "retry: 1500\n",
    "retry: 2000\n",
    "retry: 2500\n",
    "retry: 3000\n",
    "retry: 3500\n",
    "retry: 4000\n",
    "retry: 4500\n",
];

/// All open streams of this process.
#[derive(Debug)]
pub(super) struct Streams {
    exams: DashMap<ExamId, Arc<Viewers>>,
    open: Arc<AtomicUsize>,
    max: usize,
    is_closed: AtomicBool,
}

/// The streams of one exam.
#[derive(Debug, Default)]
struct Viewers {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The newest message; absent before the first.
    message: Bytes,
    /// The number of messages sent so far.
    messages: u64,
    /// The number of beats sent so far.
    beats: u64,
    is_over: bool,
    /// One place for each open stream; taken out when it is woken.
    places: Slab<Option<Waker>>,
}

/// One open stream: a body that ends when the server stops.
#[derive(Debug)]
pub struct EventStream {
    viewers: Arc<Viewers>,
    open: Arc<AtomicUsize>,
    place: usize,
    messages_seen: u64,
    beats_seen: u64,
    has_begun: bool,
}

impl Streams {
    /// At most `max` streams.
    pub(super) fn new(max: usize) -> Self {
        Self { exams: DashMap::new(), open: Arc::default(), max, is_closed: AtomicBool::new(false) }
    }

    /// Opens a stream of an exam; the exam's task begins with its first viewer.
    pub(super) fn open(&self, api: &Api, exam: &ExamId) -> Result<EventStream, HoldError> {
        if self.is_closed.load(Ordering::Acquire) || self.open.fetch_add(1, Ordering::AcqRel) >= self.max {
            self.open.fetch_sub(1, Ordering::AcqRel);
            return Err(HoldError::Unavailable("too many event streams are open".to_owned()));
        }
        // While the entry is held the exam's task cannot end for want of viewers.
        let entry = match self.exams.entry(exam.clone()) {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => match api.engine().watch(exam) {
                Ok(changes) => {
                    let viewers = Arc::<Viewers>::default();
                    tokio::spawn(feed(api.clone(), exam.clone(), viewers.clone(), changes));
                    entry.insert(viewers)
                }
                Err(error) => {
                    self.open.fetch_sub(1, Ordering::AcqRel);
                    return Err(error);
                }
            },
        };
        let viewers = entry.value().clone();
        let place = viewers.lock().places.insert(None);
        drop(entry);
        Ok(EventStream { viewers, open: self.open.clone(), place, messages_seen: 0, beats_seen: 0, has_begun: false })
    }

    /// Ends every stream; no other is opened.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        for viewers in &self.exams {
            viewers.end();
        }
    }

    /// Forgets the exam when nobody looks at it.
    fn forget(&self, exam: &ExamId) -> bool {
        self.exams.remove_if(exam, |_, viewers| viewers.lock().places.is_empty()).is_some()
    }
}

/// Sends a message whenever the exam's counts change, until nobody looks or the server stops.
async fn feed(api: Api, exam: ExamId, viewers: Arc<Viewers>, mut changes: watch::Receiver<u64>) {
    changes.mark_changed();
    loop {
        match timeout(BEAT, changes.changed()).await {
            Ok(Ok(())) => match list_sittings::availability(&api, &exam).await {
                Ok(now) => viewers.tell(message(now.plain())),
                Err(_) => break,
            },
            Ok(Err(_)) => break,
            Err(_) => viewers.beat(),
        }
        viewers.wake().await;
        sleep(PAUSE).await;
        if api.inner.streams.forget(&exam) || viewers.lock().is_over {
            return;
        }
    }
    viewers.end();
    // Who comes now finds no task: the next viewer begins another.
    api.inner.streams.exams.remove_if(&exam, |_, current| Arc::ptr_eq(current, &viewers));
}

fn message(text: &Bytes) -> Bytes {
    let mut message = BytesMut::with_capacity(text.len() + 8);
    message.put_slice(b"data: ");
    message.put_slice(text);
    message.put_slice(b"\n\n");
    message.freeze()
}

impl Viewers {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, message: Bytes) {
        let mut state = self.lock();
        state.message = message;
        state.messages += 1;
    }

    fn beat(&self) {
        self.lock().beats += 1;
    }

    fn end(&self) {
        let mut state = self.lock();
        state.is_over = true;
        state.places.iter_mut().filter_map(|(_, place)| place.take()).for_each(Waker::wake);
    }

    /// Wakes every stream, a group at a time.
    async fn wake(&self) {
        let mut next = 0;
        loop {
            let group: Vec<Waker> = {
                let mut state = self.lock();
                let end = (next + WOKEN_AT_ONCE).min(state.places.capacity());
                let group = (next..end).filter_map(|place| state.places.get_mut(place)?.take()).collect();
                next = end;
                group
            };
            group.into_iter().for_each(Waker::wake);
            if next >= self.lock().places.capacity() {
                return;
            }
            sleep(WAKE_REST).await;
        }
    }
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        if !this.has_begun {
            this.has_begun = true;
            return frame(Bytes::from_static(COME_BACK[this.place % COME_BACK.len()].as_bytes()));
        }
        let mut state = this.viewers.lock();
        if state.is_over {
            return Poll::Ready(None);
        }
        if this.messages_seen != state.messages {
            (this.messages_seen, this.beats_seen) = (state.messages, state.beats);
            return frame(state.message.clone());
        }
        if this.beats_seen != state.beats {
            this.beats_seen = state.beats;
            return frame(BEAT_MESSAGE);
        }
        if let Some(place) = state.places.get_mut(this.place)
            && !place.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *place = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

fn frame(data: Bytes) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
    Poll::Ready(Some(Ok(Frame::data(data))))
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.viewers.lock().places.try_remove(self.place);
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}
