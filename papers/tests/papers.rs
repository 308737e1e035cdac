//! Papers as whoever prints them gets them: read back as text, looked at as pictures, scanned. `SEATHOLD_GALLERY=DIR` keeps
//! the files.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[path = "papers/bulk.rs"]
mod bulk;
#[path = "papers/design.rs"]
mod design;
#[path = "papers/likeness.rs"]
mod likeness;
#[path = "papers/names.rs"]
mod names;
#[path = "papers/proof.rs"]
mod proof;
#[path = "papers/site.rs"]
mod site;
#[path = "papers/tickets.rs"]
mod tickets;
#[path = "papers/tools.rs"]
mod tools;
