//! The cookies that only this site can read.

pub(crate) mod handover_code;
pub(crate) mod phone_session;
pub(crate) mod session;
