//! Putting accounts right, for administrators.

pub(crate) mod correct;
mod field;
mod found;
pub(crate) mod rebind;

#[cfg(test)]
pub(crate) use found::Found;
