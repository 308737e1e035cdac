//! What leaves the house: what candidates are told.

pub(crate) mod letters;
pub(crate) mod messages;
pub(crate) mod messenger;
pub(crate) mod post;
mod reminder_words;
pub(crate) mod reminders;
pub(crate) mod store;
pub(crate) mod words;
