//! Who asks, and what waits until they are signed in again: the session of a member of staff, the visit that every
//! handler takes, forms with files; the words of pages, what stands around every answer, and answers to what failed; what two people do.

pub(crate) mod at_provider;
pub(crate) mod carried;
pub(crate) mod catalogue;
pub(crate) mod failure;
pub(crate) mod layers;
pub(crate) mod session;
pub(crate) mod two;
pub(crate) mod upload;
pub(crate) mod visit;
