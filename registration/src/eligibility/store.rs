//! The tables of the roster and of who is bound to it.

pub(crate) mod bindings;
pub(crate) mod past_scores;
pub(crate) mod roster;
pub(crate) mod roster_looks;
pub(crate) mod score_reviews;
