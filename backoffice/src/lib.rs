//! The staff's pages: desks for screenshots of payments, for identities and faces, for forms and for earlier scores, and accounts put
//! right. Every look and every decision is on record.
//!
//! In reading order: `routes` lists every page; `request` is who works; `desks` has each desk's cases and decisions, and
//! `desk` what they share; `accounts` and `rooms` are for administrators, `finance` for whoever sees money; `pages` are those of no desk.

mod accounts;
mod app;
mod catalogue;
mod desk;
mod desks;
mod failure;
mod finance;
mod layers;
mod pages;
mod request;
mod rooms;
mod routes;

#[cfg(test)]
mod tests;

pub use app::BackofficeState;
pub use routes::router;
