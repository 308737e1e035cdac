//! The tables of staff and of what they did.

pub(crate) mod audit;
pub(crate) mod staff;
