//! Check-in in Postgres, one file per table.

pub(crate) mod doubtful_entries;
pub(crate) mod invigilators;
pub(crate) mod scans;
