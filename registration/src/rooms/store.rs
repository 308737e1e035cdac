//! One file of SQL per table.

pub(crate) mod seat_assignments;
