//! Private Redis and Postgres: child processes over a directory of ours, reached through Unix sockets only.
//!
//! In reading order: [`Redis`] and [`Postgres`] are what callers use; [`EmbeddedError`] is what they tell the
//! operator. Inside, `home` owns the directory and its lock, `process` the child and the guard that ends it when
//! its owner is killed, `patience` how long a start may take, `orphan` what such a death left behind, `programs`
//! where packages put their binaries.

mod error;
mod home;
mod orphan;
mod patience;
mod postgres;
mod process;
mod programs;
mod redis;
mod user;

pub use error::{EmbeddedError, postgres_said};
pub use patience::{RECOVERY_MAX, SILENCE_MAX};
pub use postgres::{APPLICATION_ROLE, CONNECTIONS_MAX, Durability, Postgres};
pub use programs::postgres_program;
pub use redis::{Fsync, Redis};
pub use user::{UnprivilegedUser, unprivileged_user};
