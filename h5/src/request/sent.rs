//! What forms and scripts send: texts and pictures, bounded in memory.

pub(crate) mod form;
pub(crate) mod picture;
pub(crate) mod upload;
