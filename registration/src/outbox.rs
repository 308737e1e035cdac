//! What leaves the house, and what time brings.

pub(crate) mod jobs;
pub(crate) mod letters;
pub(crate) mod messages;
pub(crate) mod messenger;
pub(crate) mod post;
pub(crate) mod store;
pub(crate) mod words;
