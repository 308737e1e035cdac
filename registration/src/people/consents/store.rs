//! The table of consents to face checks.

pub(crate) mod face_consents;
