//! Plain values: what the words of the house mean. No clock, no store, no door.

pub mod actor;
pub(crate) mod clock;
pub mod document;
pub mod exam;
pub mod exam_rules;
pub mod facts;
pub mod fen;
pub mod ids;
pub mod login;
pub mod order;
pub mod organisation;
pub mod payment;
pub mod person;
pub mod roster;
pub mod text;

pub use crate::model::exam::{import, room};
