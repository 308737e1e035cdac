//! A sign-in that is over is spoken of once: the page that says it takes its cookie away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Comes with each request, and remembers whether it brought a cookie that is good no more.
#[derive(Clone, Default)]
pub(crate) struct LastWord(Arc<AtomicBool>);

impl LastWord {
    /// A page that is drawn now says it.
    pub(crate) fn say(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Does the page say it?
    pub(crate) fn is_said(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
