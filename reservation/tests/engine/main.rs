//! The engine through its front door, on real Redis and Postgres. Every test ends on
//! [`app::App::finish`]: nobody oversold, and the ledger equals Redis.
// Opening an engine is a deep future.
#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

mod app;
mod bad_input;
mod begun;
mod clocks;
mod cluster;
mod cluster_rig;
mod confirming;
mod exchanging;
mod figures;
mod giving_back;
mod holding;
mod killing;
mod late_calls;
mod late_calls_race;
mod ledger_killing;
mod listing;
mod many_pools;
mod model;
mod owning;
mod packet_loss;
mod promoted_again;
mod readiness;
mod reading;
mod resizing;
mod restoring;
mod waiting;
mod waiting_rig;
mod went_back;
