//! Who candidates are: accounts, and the proof of who is behind one.

pub mod accounts;
pub mod faces;
pub mod identity;
pub(crate) mod store;
