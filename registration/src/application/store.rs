//! The table of applications.

pub(crate) mod accommodations;
pub(crate) mod applications;
