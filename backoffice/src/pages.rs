//! Pages that belong to no desk. `sign_out` and `language` only act and lead on.

pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod language;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
