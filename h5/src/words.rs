//! Plain values as the sentences that pages say.

pub(crate) mod account;
pub(crate) mod choice;
pub(crate) mod document;
pub(crate) mod exam;
pub(crate) mod order;
pub(crate) mod organisation;
pub(crate) mod pay;
pub(crate) mod person;
pub(crate) mod picture;
pub(crate) mod roster;
pub(crate) mod standing;
pub(crate) mod step;
pub(crate) mod task;
pub(crate) mod ticket;
pub(crate) mod wait;
