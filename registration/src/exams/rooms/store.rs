//! One file of SQL per table.

pub(crate) mod arrangements;
pub(crate) mod proofs;
pub(crate) mod rooms;
pub(crate) mod seat_assignments;
pub(crate) mod sites;
pub(crate) mod sitting_rooms;
pub(crate) mod ticket_keys;
pub(crate) mod tickets;
