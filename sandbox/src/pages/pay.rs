//! Pages about money that is none: to pay on, what the channels know, and how they are to behave.

pub(crate) mod cashier;
pub(crate) mod conduct;
pub(crate) mod list;
