//! The staff's pages on real stores, by HTTP. Each file is a part of the house; all open it in the same way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod desk;
mod finance;
mod house;
mod reviews;
mod rooms;
mod schools;
