//! The staff's pages on real stores, by HTTP. Each file is a part of the house; all open it in the same way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod candidates;
mod checkin;
mod desk;
mod door;
mod exams;
mod finance;
mod house;
mod imports;
mod in_person;
mod outward;
mod passkeys;
mod permits;
mod provider;
mod queues;
mod reviews;
mod rooms;
mod schools;
mod staff;
mod walks;
mod wall;
