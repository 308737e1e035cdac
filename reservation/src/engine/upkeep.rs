//! What goes on without anybody asking: lapsed holds, what was left half done, offers, boards, writers, clocks.

pub(super) mod clocks;
pub(super) mod compare;
pub(super) mod feed;
pub(super) mod keeper;
pub(super) mod offers;
pub(super) mod sweep;
