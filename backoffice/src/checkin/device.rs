//! What devices at doors ask and bring, as JSON. In reading order: `snapshot` and `photos` are what a device keeps, `scans` and
//! `entries` in doubt what it brings, `state` how many have come.

pub(crate) mod entries;
pub(crate) mod photos;
pub(crate) mod scans;
pub(crate) mod snapshot;
pub(crate) mod state;
