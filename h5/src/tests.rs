//! Every page in every state, and what is checked of all of them.

mod browsers;
mod checks;
pub(crate) mod gallery;
