//! One file per page. `confirm`, `refuse` and `sign_out` only act and lead on.

pub(crate) mod case;
pub(crate) mod case_view;
pub(crate) mod confirm;
pub(crate) mod correct;
pub(crate) mod decision;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod form_review;
pub(crate) mod language;
pub(crate) mod people;
pub(crate) mod plain_desk;
pub(crate) mod rebind;
pub(crate) mod refuse;
pub(crate) mod score_review;
pub(crate) mod screenshot;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
