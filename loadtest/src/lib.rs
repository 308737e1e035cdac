//! The load generator: sends a rush of candidates at a Seathold server, measures what they live
//! through, and proves that no seat was given twice.
//!
//! Arrivals are open-loop: nobody waits for somebody else's answer, and latency counts from the
//! moment a candidate meant to act. In reading order:
//!
//! - [`cli`] what may be asked for; [`run`] one test from first to last
//! - [`server`] at whom, and what the pages need beforehand
//! - [`generator`] who comes when: threads, each a worker with its ticker, a crew of connections and a [`scenario`]
//! - [`measured`] what was measured, what the whole test did, as JSON and merged, and what must hold
//! - [`abuse`] what attackers get, with honest candidates beside them
//! - [`checks`] was any seat given twice, was the waiting room fair?
//! - [`shown`] the table on the screen and the page with plots

pub mod abuse;
pub mod checks;
pub mod cli;
pub mod generator;
pub mod measured;
pub mod run;
pub mod scenario;
pub mod server;
pub mod shown;
