//! What every desk shares.

pub(crate) mod ahead;
pub(crate) mod claim;
pub(crate) mod compared;
pub(crate) mod decision;
pub(crate) mod frame;
pub(crate) mod lines;
pub(crate) mod message;
pub(crate) mod picture;
pub(crate) mod queue;
pub(crate) mod reason;
pub(crate) mod record;
pub(crate) mod undo;
pub(crate) mod words;
