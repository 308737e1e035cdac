//! The candidate's pages: phone first, Chinese first, whole without a script.
//!
//! In reading order: [`router`] lists every page; `visit` is who looks and in which language; `pages` has one file
//! per page with its handler and its markup; `view` is markup that pages share, pure functions all of them.

mod app;
mod assets;
mod busy;
mod catalogue;
mod failure;
mod form_parts;
mod handover_code;
mod identity_visit;
mod layers;
mod pages;
mod phone_session;
mod picture_part;
mod routes;
mod session;
mod shared_pages;
mod signed_out;
mod uploading;
mod view;
mod visit;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod gallery_browsers;

pub use app::H5State;
pub use busy::Busy;
pub use routes::{router, site};
