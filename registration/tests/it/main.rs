//! Registration on real Redis and Postgres, through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod account_corrections;
mod account_letters;
mod account_mobiles;
mod account_names;
mod account_resets;
mod account_throttles;
mod accounts;
mod applications;
mod before;
mod begun;
mod bound_to_oneself;
mod bureau;
mod cases;
mod cases_before;
mod cet;
mod eligibility;
mod exams;
mod faces;
mod form_reviews;
mod hand_in;
mod identity;
mod identity_model;
mod identity_uploads;
mod interrupted;
mod jobs;
mod old;
mod one_to_one;
mod orders;
mod orders_many;
mod outages;
mod outbox;
mod outbox_before;
mod outbox_tries;
mod payments;
mod payments_before;
mod payments_beside;
mod pictures;
mod post;
mod purpose;
mod reviews;
mod rosters;
mod rush;
mod score_reviews;
mod world;
