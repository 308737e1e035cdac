//! The staff's pages: a queue of screenshots to review, one case at a time, every look and decision on record.
//!
//! In reading order: `routes` lists every page; `request` is who works; `desks` has one folder or file per desk.

mod accounts;
mod app;
mod catalogue;
mod desk;
mod desks;
mod failure;
mod layers;
mod pages;
mod request;
mod routes;

#[cfg(test)]
mod tests;

pub use app::BackofficeState;
pub use routes::router;
