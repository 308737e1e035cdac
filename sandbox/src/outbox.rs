//! What the sandbox was given to send: the last few hundred messages, newest first.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;

const MESSAGES_MAX: usize = 300;

/// A message that a real vendor would have sent.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    pub(crate) kind: Kind,
    pub(crate) vendor: &'static str,
    pub(crate) to: String,
    pub(crate) subject: Option<String>,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
    /// The template's values; the first is the code.
    pub(crate) values: Vec<String>,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Sms,
    Mail,
}

#[derive(Debug, Default)]
pub(crate) struct Outbox(Mutex<VecDeque<Message>>);

impl Outbox {
    pub(crate) fn put(&self, message: Message) {
        let mut messages = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        messages.push_front(message);
        messages.truncate(MESSAGES_MAX);
    }

    pub(crate) fn all(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned().collect()
    }
}
