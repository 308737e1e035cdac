//! Pages that everybody sees who is not signed in: rendered and compressed once for all, and told apart by an `ETag`.
//! Here they are only kept; `routes` says how they are drawn, and a layer answers with them.

use httpkit::rendered::Shared;

/// What has been rendered, by path and language.
pub(crate) type SharedPages = Shared<(String, &'static str), Version>;

/// What a page was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// Windows open and close by the clock.
    pub(crate) second: i64,
    /// Where the texts are: another import is elsewhere.
    pub(crate) texts: usize,
    pub(crate) seats: (i64, u64),
    pub(crate) has_waiting_room: bool,
}
