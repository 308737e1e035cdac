//! Pages that belong to no desk. `sign_out` and `language` only act and lead on; `exams` has a folder.

pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod error;
pub(crate) mod exams;
pub(crate) mod files;
pub(crate) mod go_on;
pub(crate) mod imprint;
pub(crate) mod language;
pub(crate) mod provider;
pub(crate) mod retention;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod webhooks;
