//! Who works here: the second step of signing in, one's own sign-ins, and accounts of staff for administrators.
//!
//! In reading order: `factor` asks for a code or a passkey, `enrol` sets them up, `codes` is for the day on which they are gone;
//! `mine` lists one's own sign-ins; `list`, `one` and `duty` are for administrators, `join` is where their links lead; `roles` is what
//! each role may do, `approvals` what two people do together.

pub(crate) mod approvals;
pub(crate) mod codes;
pub(crate) mod duty;
pub(crate) mod enrol;
pub(crate) mod factor;
pub(crate) mod frame;
pub(crate) mod join;
pub(crate) mod list;
pub(crate) mod mine;
pub(crate) mod one;
pub(crate) mod parts;
pub(crate) mod passkey;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod words;
