//! Every client against the sandbox: through success, through every documented failure, and against servers that mean
//! harm.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

mod cards_and_faces;
mod hostile;
mod liveness;
mod messages;
mod oidc;
mod pay;
mod specimens;
mod world;
