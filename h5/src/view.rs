//! Markup that pages share. Every function here is pure: plain values in, markup out.

pub(crate) mod captcha;
pub(crate) mod code_field;
pub(crate) mod contact;
pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod hold_banner;
pub(crate) mod layout;
pub(crate) mod person_faults;
pub(crate) mod photo_part;
pub(crate) mod picture_tile;
pub(crate) mod progress;
pub(crate) mod said;
pub(crate) mod sandboxed;
pub(crate) mod sitting_card;
pub(crate) mod waits;

pub(crate) use pagekit::{icons, notice};
