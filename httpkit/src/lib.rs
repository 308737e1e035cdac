//! What every HTTP door of ours shares: how often whom may ask, how thousands are told no, and what everybody reads alike,
//! compressed once. It knows no exam, no page and no store.

pub mod encoding;
pub mod limits;
pub mod quiet;
pub mod rendered;
