//! What those who come do: candidates who want seats, and viewers who look.

pub mod api;
pub mod browse;
pub mod candidate;
pub mod streams;
pub mod waiting_room;
