//! What a request brings: who asks, their cookies, what they sent, what they are about. Nothing here knows a page.

pub(crate) mod begun;
pub(crate) mod busy;
pub(crate) mod chosen;
pub(crate) mod cookies;
pub(crate) mod exam;
pub(crate) mod identity_visit;
pub(crate) mod kind;
pub(crate) mod next;
pub(crate) mod order;
pub(crate) mod proof;
pub(crate) mod sent;
pub(crate) mod signed_in;
pub(crate) mod signing_in;
pub(crate) mod surface;
pub(crate) mod visit;
