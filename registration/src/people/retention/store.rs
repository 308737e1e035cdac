//! The tables of retention: the rule, what is kept in spite of it, and files on their way out.

pub(super) mod retention;
pub(super) mod retention_files;
pub(super) mod retention_holds;
