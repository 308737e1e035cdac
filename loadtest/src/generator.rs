//! Who comes when: threads, connections, and the candidates that share them.

pub mod ceiling;
pub mod chance;
pub mod connection;
pub mod crew;
pub mod error;
pub mod generate;
pub mod profile;
pub mod ticker;
pub mod worker;
