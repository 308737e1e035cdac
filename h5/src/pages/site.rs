//! Pages and files that are about no exam and no account.

pub(crate) mod clock;
pub(crate) mod display;
pub(crate) mod favicon;
pub(crate) mod files;
pub(crate) mod help;
pub(crate) mod language;
pub(crate) mod manifest;
pub(crate) mod phone_check;
pub(crate) mod poster;
pub(crate) mod privacy;
pub(crate) mod robots;
