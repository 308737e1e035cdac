//! What forms and scripts send: texts and pictures, bounded in memory.

pub(crate) mod captcha;
pub(crate) mod carried;
pub(crate) mod form;
pub(crate) mod once;
pub(crate) mod picture;
pub(crate) mod upload;
