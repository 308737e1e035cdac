//! What can be shown without anybody real.

use clap::{Args, Subcommand};

use super::ServeArgs;

/// What can be shown.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Play an opening, and watch it on the wall: seats are taken, paid for, given back and lost within minutes.
    ///
    /// Starts a demo as `serve --demo` does, makes an exam that opens in a moment, lets made-up candidates come to it, and
    /// prints where the wall is. It goes on until Ctrl-C.
    Rush(Box<RushArgs>),
}

/// Which opening is played.
#[derive(Debug, Clone, Args)]
pub struct RushArgs {
    /// How many made-up candidates come.
    #[arg(long, value_name = "NUMBER", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub candidates: u32,
    /// How many seats there are, in forty sittings.
    #[arg(long, value_name = "NUMBER", default_value_t = 2_400, value_parser = clap::value_parser!(u32).range(40..=100_000))]
    pub seats: u32,
    /// Seconds until it opens.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(5..=600))]
    pub opens_in: u16,
    /// The server that it is played on.
    #[command(flatten)]
    pub serve: ServeArgs,
}
