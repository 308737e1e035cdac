//! Registration on real Redis and Postgres, through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod cet;
mod eligibility;
mod exams;
mod hand_in;
mod interrupted;
mod orders;
mod outages;
mod pictures;
mod reviews;
mod rosters;
mod rush;
mod world;
