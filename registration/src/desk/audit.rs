//! The audit: who did what to what, what they saw, and why. `entry` writes a line, [`looking`] reads a subject's, [`trail`] all.

mod action;
pub mod chain;
mod entry;
pub mod looking;
pub mod search;
pub mod sought;
pub mod trail;
pub mod verify;
mod word;
pub use action::AuditAction;
pub(crate) use entry::Entry;
pub use looking::AuditEntry;

#[cfg(test)]
mod tests;
