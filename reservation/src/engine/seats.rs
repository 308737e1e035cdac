//! What callers do with seats: a verb a file.

mod asked_again;
pub(super) mod confirm;
pub(super) mod exchange;
pub(super) mod hold;
