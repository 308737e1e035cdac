//! The programs that a measurement runs: the server, generators, viewers, and those of others.

pub(crate) mod command;
pub(crate) mod generator;
pub(crate) mod overload;
pub(crate) mod server;
pub(crate) mod till;
pub(crate) mod viewers;
