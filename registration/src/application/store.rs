//! The table of applications.

pub(crate) mod applications;
