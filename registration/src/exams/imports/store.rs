//! The table of imports.

pub(crate) mod imports;
