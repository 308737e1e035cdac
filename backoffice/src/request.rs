//! Who asks: the session of a member of staff, and the visit that every handler takes.

pub(crate) mod session;
pub(crate) mod visit;
