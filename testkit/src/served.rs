//! The real binary, serving, and who calls it.

pub(crate) mod app;
pub(crate) mod caller;
pub(crate) mod vendors;
