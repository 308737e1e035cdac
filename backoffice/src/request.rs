//! Who asks, and what waits until they are signed in again: the session of a member of staff, the visit that every
//! handler takes, and forms with files.

pub(crate) mod carried;
pub(crate) mod session;
pub(crate) mod upload;
pub(crate) mod visit;
