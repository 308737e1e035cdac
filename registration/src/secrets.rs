//! What keeps personal data unreadable and robots out.

pub(crate) mod attempts;
pub(crate) mod bulkhead;
pub mod captcha;
pub mod passwords;
pub mod vault;
