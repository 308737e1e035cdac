//! How results are shown: on the screen, and as a page with plots.

pub mod abuse;
pub mod numbers;
pub mod progress;
pub mod report;
pub mod table;
