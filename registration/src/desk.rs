//! What staff do: who they are, what they may do, what waits for them, what they decide, and the record of it.
//!
//! [`finance`] is about money; [`cases`] is the one queue of what [`case`] says; [`payments`], [`people`], [`forms`], [`scores`] and [`accommodations`] are the desks where cases are decided.

pub mod accommodations;
pub mod audit;
pub mod case;
pub mod cases;
pub mod finance;
pub mod forms;
pub mod payments;
pub mod people;
pub mod permits;
pub mod queue;
pub mod reason;
pub mod scores;
pub mod staff;
pub(crate) mod store;
