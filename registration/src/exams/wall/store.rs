//! The tables of the wall.

pub(crate) mod wall_counts;
pub(crate) mod wall_lines;
pub(crate) mod wall_networks;
pub(crate) mod wall_processes;
pub(crate) mod wall_sampler;
pub(crate) mod wall_seconds;
pub(crate) mod wall_shares;
