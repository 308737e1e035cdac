//! What keeps personal data unreadable and robots out, and what programs are let in with.

pub mod api_keys;
pub(crate) mod attempts;
pub(crate) mod bulkhead;
pub mod captcha;
pub mod passwords;
pub mod vault;
