//! Markup that pages share. Every function here is pure: plain values in, markup out.

pub(crate) mod account;
pub(crate) mod contact;
pub(crate) mod error;
pub(crate) mod exam;
pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod layout;
pub(crate) mod order;
pub(crate) mod outcome;
pub(crate) mod progress;
pub(crate) mod standing;
pub(crate) mod steps;
pub(crate) mod waits;
pub(crate) mod wechat;

pub(crate) use pagekit::{callout, icons};
