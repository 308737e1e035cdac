//! The server under test: which one it may be, what it has to know beforehand, and how it is spoken to.

pub mod accounts;
pub mod definition;
pub mod office;
pub mod target;
pub mod wire;
