//! The tables of payments.

pub(crate) mod bill_lines;
pub(crate) mod bills;
pub(crate) mod findings;
pub(crate) mod group_payment_orders;
pub(crate) mod group_payments;
pub(crate) mod invoices;
pub(crate) mod journal;
pub(crate) mod journal_lines;
pub(crate) mod payment_events;
pub(crate) mod payment_orders;
pub(crate) mod payments;
pub(crate) mod refunds;
pub(crate) mod settlements;
