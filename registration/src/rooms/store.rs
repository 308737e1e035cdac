//! One file of SQL per table.

pub(crate) mod proofs;
pub(crate) mod seat_assignments;
pub(crate) mod ticket_keys;
pub(crate) mod tickets;
