//! The staff's pages: desks for screenshots of payments, for identities and faces, for forms and for earlier scores, and accounts put
//! right. Every look and every decision is on record.
//!
//! In reading order: `routes` lists every page; `request` is who works, and what is around each answer; `desks` has each desk's cases and decisions, and
//! `desk` what they share; `accounts` and `rooms` are for administrators, as are files that they bring (`imports`), `checkin` for
//! whoever stands at a door, `finance` for whoever sees money, `wall` for whoever watches openings; `staff` is
//! who works, how they sign in, and their second factor; `pages` are those of no desk.

mod accounts;
mod app;
mod checkin;
mod desk;
mod desks;
mod finance;
mod imports;
mod pages;
mod request;
mod rooms;
mod routes;
mod staff;
mod wall;

#[cfg(test)]
mod tests;

pub use app::{BackofficeState, SecondFactor, SecondPerson};
pub use routes::router;
