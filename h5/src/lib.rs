//! The candidate's pages: phone first, Chinese first, whole without a script.
//!
//! In reading order: [`router`] lists every page; `request` is what somebody brings: who they are, in which language,
//! what they sent; `words` says plain values as sentences; `view` is markup that pages share, pure functions all of
//! them; `pages` has one file per page with its handler and its markup.

mod app;
mod assets;
mod catalogue;
mod failure;
mod layers;
mod pages;
mod paths;
mod printing;
mod request;
mod routes;
mod shared_pages;
mod view;
mod words;

#[cfg(test)]
mod tests;

pub use app::H5State;
pub use paths::logged;
pub use printing::Printing;
pub use request::busy::Busy;
pub use routes::{router, site};
