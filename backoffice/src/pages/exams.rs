//! Exams: the list of them, one with what is done to it at once, and drafts, which change nothing until they are applied.
//!
//! In reading order: `list` and `begin`, `one` and `window`; then a draft: `draft`, its parts by forms (`part`, `sittings`) or
//! as files (`file`), `effect` and applying it. `bundle` packs and unpacks files, `faults` says what is wrong with them.

pub(crate) mod begin;
pub(crate) mod bundle;
pub(crate) mod draft;
pub(crate) mod effect;
pub(crate) mod faults;
pub(crate) mod file;
pub(crate) mod frame;
pub(crate) mod list;
pub(crate) mod one;
pub(crate) mod part;
pub(crate) mod sittings;
pub(crate) mod window;
pub(crate) mod words;
