//! The tables of payments.

pub(crate) mod payment_events;
pub(crate) mod payment_orders;
pub(crate) mod payments;
