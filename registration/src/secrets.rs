//! What keeps personal data unreadable and robots out.

pub(crate) mod attempts;
pub mod captcha;
pub(crate) mod gate;
pub mod passwords;
pub mod vault;
