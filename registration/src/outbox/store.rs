//! The tables of what must leave.

pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod outbox_attempts;
