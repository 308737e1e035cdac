//! The tables of orders.

pub(crate) mod order_sittings;
pub(crate) mod orders;
pub(crate) mod seat_networks;
