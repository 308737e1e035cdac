//! What leaves the house, and what time brings.

pub(crate) mod letters;
pub(crate) mod notices;
pub(crate) mod post;
pub(crate) mod send_notices;
pub(crate) mod store;
pub(crate) mod sweep;
