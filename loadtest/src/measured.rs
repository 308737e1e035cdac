//! What was measured, added up, and held against what was asked for.

pub mod expect;
pub mod latencies;
pub mod machine;
pub mod record;
pub mod results;
pub mod verdict;
