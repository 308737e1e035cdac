//! The tables by which staff find candidates, and what they note about them.

pub(crate) mod account_sessions;
pub(crate) mod account_sign_ins;
pub(super) mod candidate_events;
pub(crate) mod candidate_keys;
pub(super) mod candidate_keys_due;
pub(super) mod candidate_keys_sweep;
pub(super) mod candidate_notes;
pub(crate) mod inquiries;
pub(crate) mod qr_sign_ins;
