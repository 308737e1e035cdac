//! What staff do with accounts, on a candidate's word.

pub(crate) mod correct;
pub(crate) mod rebind;
pub(crate) mod sign_out;
