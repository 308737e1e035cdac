//! The binary's insides: configuration, stores, listeners, command line.
//!
//! In reading order: [`cli`] is what an operator may say; [`commands`] does it, a file per command; [`serve`] is
//! the order in which everything starts and stops. Below that, [`stores`] opens the private or the given Redis
//! and Postgres, [`outside`] configures SMS, mail, cards and faces,
//! [`services`] opens engine and registration over them, [`site`] says which crate answers which
//! path, [`listener`] bounds what connections may do, [`audit_heads`] keeps what shows that the audit is whole, and [`demo`]
//! fills an empty site.

pub mod audit_heads;
pub mod cli;
pub mod commands;
pub mod demo;
pub mod listener;
pub mod outside;
pub mod secrets;
pub mod serve;
pub mod services;
pub mod site;
pub mod site_url;
pub mod stores;
pub mod telemetry;

use std::io::{self, Write};

/// Writes a line to the standard output, which is for what programs read; logs go to the standard error.
pub fn say(line: &str) {
    // Nobody listening is no reason to end.
    let _ = writeln!(io::stdout().lock(), "{line}");
}
