//! `loadtest rush`: the test that one shows, as one command. It is `loadtest api` with its numbers filled in.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::scenarios::FateArgs;
use super::values::{self, Share, count};
use super::{ApiArgs, ExamArgs, LedgerArgs, LoadArgs, NewExamArgs, OutputArgs, TargetArgs};

/// The arguments of `loadtest rush`.
#[derive(Debug, Args)]
pub struct RushArgs {
    /// At whom the load goes.
    #[command(flatten)]
    pub target: TargetArgs,
    /// So many come
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub candidates: u64,
    /// For so many seats
    #[command(flatten)]
    pub new: RushExamArgs,
    /// Within so long
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = values::duration)]
    pub length: Duration,
    /// Registration opens so long after the start
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::duration)]
    pub opens_in: Duration,
    /// Share of those who try before it opens, are told so, and come back at the opening
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub early: Share,
    /// Keep-alive connections, used in turn
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = count::<1, 50_000>)]
    pub connections: usize,
    /// How long the generator's own ceiling is measured beforehand
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = values::duration)]
    pub ceiling: Duration,
    /// The seed of all chance: the same one gives the same test. Default: another one each time
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The ledger to count in.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How to show it. Without --html the report is written to rush.html.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The exam of the rush.
#[derive(Debug, Clone, Copy, Args)]
pub struct RushExamArgs {
    /// All seats, spread over the sittings as evenly as it goes
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub seats: u64,
    /// Sittings; each candidate wants one of them, at random
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sittings: u32,
}

impl RushArgs {
    /// The same as a test of the API: of those who get a seat seven in ten pay, one gives it back, two walk away.
    pub fn into_api(self) -> ApiArgs {
        let mut load = LoadArgs::rush(self.candidates, self.length);
        (load.opens_in, load.early, load.seed) = (Some(self.opens_in), Some(self.early), self.seed);
        (load.connections, load.ceiling) = (self.connections, self.ceiling);
        let RushExamArgs { seats, sittings } = self.new;
        let new = NewExamArgs {
            seats,
            sittings,
            hold_seconds: 900,
            acknowledge: super::Acknowledge::Redis,
            waiting_room: None,
            admit_per_second: None,
        };
        let mut output = self.output;
        output.html.get_or_insert_with(|| PathBuf::from("rush.html"));
        let mut target = self.target;
        // Where `seathold serve` puts it when nothing else is said.
        target.data.get_or_insert_with(|| PathBuf::from("./data"));
        ApiArgs {
            target,
            exam: ExamArgs { exam: None, new },
            load,
            fate: FateArgs { confirm: Share(0.7), release: Share(0.1) },
            think: Duration::ZERO,
            ledger: self.ledger,
            output,
        }
    }
}
