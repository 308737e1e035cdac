//! Of accounts, what several pages draw.

pub(crate) mod mobile_shared;
