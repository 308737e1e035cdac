//! The desks: payments, people, forms, earlier scores, accommodations. Each is a queue, a case, and a decision.

pub(crate) mod accommodations;
pub(crate) mod ahead;
pub(crate) mod cases;
pub(crate) mod forms;
pub(crate) mod home;
pub(crate) mod payments;
pub(crate) mod people;
pub(crate) mod plain;
pub(crate) mod scores;
