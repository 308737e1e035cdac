//! Making an account, signing in and out.

pub(crate) mod agreement;
pub(crate) mod captcha;
pub(crate) mod resume;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_out_everywhere;
pub(crate) mod sign_up;
pub(crate) mod which;
