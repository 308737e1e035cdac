//! Who asks, and what waits until they are signed in again: the session of a member of staff, and the visit that every handler takes.

pub(crate) mod carried;
pub(crate) mod session;
pub(crate) mod visit;
