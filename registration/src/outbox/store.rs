//! The tables of what must leave.

pub(crate) mod notices;
