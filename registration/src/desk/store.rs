//! The tables of staff, of what waits for them and of what they did.

pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod audit_chain;
pub(crate) mod audit_head;
pub(crate) mod case_opinions;
pub(crate) mod cases;
pub(crate) mod imprint;
pub(crate) mod staff;
pub(crate) mod staff_factors;
pub(crate) mod staff_links;
pub(crate) mod staff_passkeys;
pub(crate) mod staff_recovery_codes;
pub(crate) mod staff_sessions;
pub(crate) mod staff_subjects;
pub(crate) mod staff_tries;
