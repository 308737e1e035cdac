//! What staff do: who they are, what waits for them, what they decide.

pub mod payments;
pub mod people;
pub mod staff;
pub(crate) mod store;
