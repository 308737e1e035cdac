//! The engine through its front door, on real Redis and Postgres. Every test ends on
//! [`app::App::finish`]: nobody oversold, and the ledger equals Redis.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

mod app;
mod bad_input;
mod confirming;
mod holding;
mod killing;
mod model;
mod resizing;
mod restoring;
mod waiting;
