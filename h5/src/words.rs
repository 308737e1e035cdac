//! Plain values as the sentences that pages say.

pub(crate) mod choice;
pub(crate) mod person;
pub(crate) mod standing;
pub(crate) mod task;
