//! What those who come do: candidates who want seats, or viewers who look.

pub mod api;
pub mod browse;
pub mod streams;
