//! The load generator: sends a rush of candidates at a Seathold server, measures what they live
//! through, and proves that no seat was given twice.
//!
//! Arrivals are open-loop: nobody waits for somebody else's answer, and latency counts from the
//! moment a candidate meant to act. In reading order:
//!
//! - [`cli`] what may be asked for; [`target`] at whom; [`run`] one test from first to last
//! - [`profile`] and [`chance`]: who comes when, and does what; pure
//! - [`generate`] threads, each a [`worker`] with its [`ticker`], a [`crew`] of [`connection`]s and a [`scenario`]
//! - [`accounts`], [`definition`] what the pages need beforehand; [`ceiling`] what the generator can do at best
//! - [`record`] what was measured; [`results`] what the whole test did, as JSON and merged
//! - [`seats`] and [`oversell`]: was any seat given twice? [`room`]: was the waiting room fair?
//! - [`expect`] what must hold; [`table`] and [`report`] how it is shown

pub mod accounts;
pub mod ceiling;
pub mod chance;
pub mod cli;
pub mod connection;
pub mod crew;
pub mod definition;
pub mod expect;
pub mod generate;
pub mod latencies;
pub mod machine;
pub mod numbers;
pub mod office;
pub mod oversell;
pub mod profile;
pub mod progress;
pub mod record;
pub mod report;
pub mod results;
pub mod room;
pub mod run;
pub mod scenario;
pub mod seats;
pub mod table;
pub mod target;
pub mod ticker;
pub mod wire;
pub mod worker;
