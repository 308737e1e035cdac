//! How Redis is reached: its address, a link to one process, its clock from afar, one server or a cluster.

pub(super) mod address;
pub(super) mod clock;
pub(super) mod cluster;
pub(super) mod connection;
pub(super) mod node;
