//! What a request brings: who asks, their cookies, what they sent, what they are about. Nothing here knows a page.

pub(crate) mod busy;
pub(crate) mod cookies;
pub(crate) mod identity_visit;
pub(crate) mod proof;
pub(crate) mod sent;
pub(crate) mod signing_in;
pub(crate) mod site_rules;
pub(crate) mod visit;
