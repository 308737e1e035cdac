//! What leaves the house: what candidates are told, and staff who are invited, and other systems.

pub(crate) mod letters;
pub(crate) mod messages;
pub(crate) mod messenger;
pub(crate) mod outward;
pub(crate) mod post;
mod reminder_words;
pub(crate) mod reminders;
pub(crate) mod staff_letters;
pub(crate) mod store;
pub mod webhooks;
pub(crate) mod words;
