//! Registration on real Redis and Postgres, through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod applications;
mod cet;
mod eligibility;
mod exams;
mod form_reviews;
mod hand_in;
mod interrupted;
mod one_to_one;
mod orders;
mod orders_many;
mod outages;
mod pictures;
mod reviews;
mod rosters;
mod rush;
mod score_reviews;
mod world;
