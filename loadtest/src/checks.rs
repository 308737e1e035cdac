//! Whether the server kept its promises: seats given once, the line kept in order.

pub mod oversell;
pub mod seats;
pub mod waiting_room;
