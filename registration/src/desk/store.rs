//! The tables of staff, of what waits for them and of what they did.

pub(crate) mod audit;
pub(crate) mod cases;
pub(crate) mod staff;
