//! Candidates: finding them, seeing each whole, and putting their accounts right.

pub(crate) mod candidates;
pub(crate) mod correct;
mod field;
mod found;
pub(crate) mod inquiries;
pub(crate) mod rebind;

#[cfg(test)]
pub(crate) use found::Found;
