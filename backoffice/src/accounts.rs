//! Putting accounts right, for administrators.

pub(crate) mod correct;
pub(crate) mod rebind;
