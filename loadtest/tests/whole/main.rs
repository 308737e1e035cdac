//! The load generator against servers: the real API in process, and small ones that misbehave on purpose.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

mod browsing;
mod doctored;
mod misbehaving;
mod program;
mod real;
mod rig;
mod waiting_room;
