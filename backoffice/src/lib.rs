//! The staff's pages: a queue of screenshots to review, one case at a time, every look and decision on record.
//!
//! In reading order: `routes` lists every page; `visit` is who works; `pages` has one file per page.

mod app;
mod catalogue;
mod desk_parts;
mod failure;
mod layers;
mod pages;
mod reason;
mod routes;
mod session;
mod view;
mod visit;

#[cfg(test)]
mod checks;

pub use app::BackofficeState;
pub use routes::router;
