//! Registration on real Redis and Postgres, through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod applications;
mod exams;
mod hand_in;
mod interrupted;
mod orders;
mod orders_many;
mod outages;
mod pictures;
mod reviews;
mod rush;
mod world;
