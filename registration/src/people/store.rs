//! The tables of accounts and identities.

pub(crate) mod account_codes;
pub(crate) mod account_links;
pub(crate) mod account_logins;
pub(crate) mod account_mobiles;
pub(crate) mod account_sending_days;
pub(crate) mod account_sendings;
pub(crate) mod account_tries;
pub(crate) mod accounts;
pub(crate) mod ended_sessions;
pub(crate) mod face_checks;
pub(crate) mod identities;
pub(crate) mod identity_checks;
pub(crate) mod identity_handovers;
pub(crate) mod identity_tries;
pub(crate) mod payer_looks;
