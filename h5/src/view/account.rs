//! Of accounts, what several pages draw.

pub(crate) mod choices;
pub(crate) mod code_sent;
pub(crate) mod mobile_shared;
pub(crate) mod refusal;
