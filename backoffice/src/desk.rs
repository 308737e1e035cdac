//! What every desk shares.

pub(crate) mod frame;
pub(crate) mod parts;
pub(crate) mod reason;
