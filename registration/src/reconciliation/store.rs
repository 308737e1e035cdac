//! The tables of reconciliation.

pub(crate) mod bill_lines;
pub(crate) mod bills;
pub(crate) mod findings;
