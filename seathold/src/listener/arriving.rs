//! A request's body as it arrives: slow is allowed, standing still is not, and neither takes a place among the work.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::work::Interval;

/// A body that is longer has its own clock; shorter ones have that of whoever reads them.
const LONG_BYTES: u64 = 16 * 1024;
/// Time that a body may take whatever its length: a phone in a lift.
const GRACE: Duration = Duration::from_secs(20);
/// Slowest mean speed, besides: GPRS.
const BYTES_PER_SECOND_MIN: u64 = 4 * 1024;

/// A body on its way.
#[derive(Debug)]
pub struct Arriving {
    body: Incoming,
    interval: Interval,
    received: u64,
    clock: Option<Clock>,
}

#[derive(Debug)]
struct Clock {
    begun: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, interval: Interval) -> Self {
        Self { body, interval, received: 0, clock: None }
    }

    fn is_long(&self) -> bool {
        self.body.size_hint().upper().is_none_or(|bytes| self.received + bytes > LONG_BYTES)
    }

    /// Ready when the body came too slowly.
    fn poll_clock(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_long() {
            return Poll::Pending;
        }
        let clock = self.clock.get_or_insert_with(|| {
            let begun = Instant::now();
            Clock { begun, sleep: Box::pin(sleep_until(begun)) }
        });
        let allowed = GRACE + Duration::from_secs(self.received / BYTES_PER_SECOND_MIN);
        let deadline = clock.begun + allowed;
        if clock.sleep.deadline() != deadline {
            clock.sleep.as_mut().reset(deadline);
        }
        clock.sleep.as_mut().poll(cx)
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        this.interval.set_away(polled.is_pending());
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                this.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                Poll::Ready(Some(Ok(frame)))
            }
            // Cut off, reset, or not what HTTP says: whoever sent it has broken off, and none of it is a failure of ours.
            Poll::Ready(Some(Err(error))) => {
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, error))))
            }
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                ready!(this.poll_clock(cx));
                this.interval.set_away(false);
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
