//! Proofs that somebody has a mobile or a mailbox: codes, links, and what a page keeps meanwhile.

pub(crate) mod budgets;
pub(crate) mod codes;
pub(crate) mod kept;
pub(crate) mod letters;
pub(crate) mod links;
