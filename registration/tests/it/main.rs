//! Registration on real Redis and Postgres, through its public doors.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::large_futures, reason = "a test waits for each of its futures once, and has the stack to itself")]

mod account_budgets;
mod account_corrections;
mod account_former;
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
mod channels;
mod channels_model;
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
mod looked_at;
mod old;
mod one_to_one;
mod orders;
mod orders_due;
mod orders_many;
mod outages;
mod outbox;
mod outbox_before;
mod outbox_tries;
mod payments;
mod payments_before;
mod payments_beside;
mod pictures;
mod pictures_kept;
mod post;
mod purpose;
mod reviews;
mod rosters;
mod rush;
mod score_reviews;
mod settling;
mod shop;
mod world;
