//! Pages that everybody sees who is not signed in: rendered and compressed once for all, and told apart by an `ETag`.
//! Here they are only kept; `routes` says how they are drawn, and a layer answers with them.

use httpkit::rendered::Shared;
use registration::people::accounts::Display;

/// What has been rendered, by path, language and how it is drawn.
pub(crate) type SharedPages = Shared<(String, &'static str, Display), Version>;

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
