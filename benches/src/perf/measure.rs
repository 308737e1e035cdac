//! What is measured: a file for each thing that has figures.

pub(crate) mod browse;
pub(crate) mod engine;
pub(crate) mod evalsha;
pub(crate) mod first_view;
pub(crate) mod goodput;
pub(crate) mod growth;
pub(crate) mod hot_row;
pub(crate) mod latency;
pub(crate) mod ledger;
pub(crate) mod memory;
pub(crate) mod payments;
pub(crate) mod side_by_side;
pub(crate) mod streams;
