//! The command line: what may be asked for, with its defaults and bounds.

mod load;
pub mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reservation::ids::ExamId;

pub use load::{LoadArgs, LoadError};
use values::{Share, count};

use crate::expect::Expectation;
use crate::results::Shard;

const ABOUT: &str = "Sends a rush of candidates at a Seathold server and measures what they live through.";
const LONG_ABOUT: &str = "Sends a rush of candidates at a Seathold server and measures what they live through.

Arrivals are open-loop: nobody waits for somebody else's answer. Latency counts from the moment a candidate \
meant to act to the answer that decided, with every wait and repetition in between, so a server that stalls \
cannot hide it. At the end the seats are counted by witnesses that do not know of each other: what candidates \
were told, what the API says of every hold, and the ledger in Postgres. A test that finds a seat given twice \
fails, whatever else was measured.";
const AFTER: &str = "\
Exit status:
  0  all well
  1  the test could not be run
  2  wrong usage
  3  an expectation was missed
  4  a check of the seats failed: given twice, lost, or the ledger disagrees

Examples:
  A minute in which 200,000 candidates come for 20,000 seats, with a report to show:
    loadtest api --admin-key-file data/api-key-admin --candidates 200000 --rush --seconds 60 \\
      --seats 20000 --sittings 20 --confirm 70% --release 10% --html rush.html --expect p99=250ms
  Where is the limit? Twenty thousand a second, reached in a straight line:
    loadtest api --admin-key-file data/api-key-admin --ramp 0..20000 --seconds 60 --seats 10000000
  Viewers on pages and lists, a thousand of them with the page left open:
    loadtest browse --exam cet --rate 3000 --path / --path /exams/cet --streams 1000
  Two processes, one test:
    exam=$(loadtest prepare --admin-key-file data/api-key-admin --seats 20000)
    loadtest api --exam $exam --rate 8000 --seed 7 --shard 1/2 --json 1.json ... &
    loadtest api --exam $exam --rate 8000 --seed 7 --shard 2/2 --json 2.json ... ; wait
    loadtest merge 1.json 2.json --url http://127.0.0.1:8080 --html both.html --expect p99=50ms";

/// The program's arguments.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Candidates who want seats: hold, then pay (freeze, confirm), release, or walk away
    Api(ApiArgs),
    /// Viewers who look: the list of sittings, pages, and streams of events held open
    Browse(BrowseArgs),
    /// Create an exam for shards to share, and print its id
    Prepare(PrepareArgs),
    /// Add the JSON results of all shards up
    Merge(MergeArgs),
}

/// At whom to aim.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub struct TargetArgs {
    /// The server's root. Plain HTTP
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "SEATHOLD_URL")]
    pub url: String,
    /// Aim at another machine than this one. Only with its owner's consent: a load test of somebody
    /// else's server is an attack
    #[arg(long)]
    pub allow_remote: bool,
    /// File with an API key of scope `hold`. Default: the admin key
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// File with an API key of scope `admin`, to create an exam with
    #[arg(long, value_name = "FILE")]
    pub admin_key_file: Option<PathBuf>,
}

/// For which seats.
#[derive(Debug, Args)]
#[command(next_help_heading = "Exam")]
pub struct ExamArgs {
    /// An exam that exists. Default: one is created for this test, with the admin key. Only in an exam
    /// of its own can the test demand that seats add up exactly
    #[arg(long, value_name = "ID", conflicts_with_all = ["seats", "sittings", "hold_seconds", "acknowledge"])]
    pub exam: Option<ExamId>,
    #[command(flatten)]
    /// The exam to create.
    pub new: NewExamArgs,
}

/// The exam to create.
#[derive(Debug, Args)]
#[command(next_help_heading = "Exam")]
pub struct NewExamArgs {
    /// All seats, spread over the sittings as evenly as it goes
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub seats: u64,
    /// Sittings; each candidate wants one of them, at random
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub sittings: u32,
    /// How long a seat is held before it lapses. Short ones make seats change hands during the test
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=2_592_000))]
    pub hold_seconds: u32,
    /// When a hold counts as taken
    #[arg(long, value_enum, default_value_t = Acknowledge::Redis)]
    pub acknowledge: Acknowledge,
}

/// When a hold counts as taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Acknowledge {
    /// When Redis has it
    Redis,
    /// When the ledger in Postgres has it too
    Ledger,
}

/// How to show what was measured.
#[derive(Debug, Args)]
#[command(next_help_heading = "Results")]
pub struct OutputArgs {
    /// Write everything that was measured as JSON, histograms included; `merge` reads it
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report with plots: one HTML file that needs nothing else
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// The report's language
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub language: Language,
    /// A condition; may be given several times. One that is missed makes the exit status 3.
    ///
    /// Latencies over all operations or one of them: p50=5ms, p99.9=200ms, hold.p99=50ms, max=1s, mean=3ms.
    /// Others: errors=0.1%, throughput=5000 (good answers a second while candidates came), given=20000
    /// (seats), lag=2ms (how late the generator itself was, p99)
    #[arg(long, value_name = "CONDITION", verbatim_doc_comment)]
    pub expect: Vec<Expectation>,
    /// No progress on the screen
    #[arg(long)]
    pub quiet: bool,
}

/// The report's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English
    En,
    /// 中文
    Zh,
}

/// `loadtest api`.
#[derive(Debug, Args)]
pub struct ApiArgs {
    /// At whom.
    #[command(flatten)]
    pub target: TargetArgs,
    /// For which seats.
    #[command(flatten)]
    pub exam: ExamArgs,
    /// Who comes when.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Share of seat holders who pay: freeze, then confirm
    #[arg(long, value_name = "SHARE", default_value = "60%", help_heading = "Candidates")]
    pub confirm: Share,
    /// Share of seat holders who give the seat back. The rest walk away and let it lapse
    #[arg(long, value_name = "SHARE", default_value = "10%", help_heading = "Candidates")]
    pub release: Share,
    /// Pause between a candidate's steps
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = values::duration, help_heading = "Candidates")]
    pub think: std::time::Duration,
    /// Also compare with the ledger in this Postgres: a URL or `host=… user=… dbname=…`
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, help_heading = "Results")]
    pub database_url: Option<String>,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `loadtest browse`.
#[derive(Debug, Args)]
pub struct BrowseArgs {
    /// At whom.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Whose sittings.
    #[command(flatten)]
    pub exam: ExamArgs,
    /// Who comes when.
    #[command(flatten)]
    pub load: LoadArgs,
    /// A page to look at; may be given several times. Without any, only the list is read
    #[arg(long = "path", value_name = "PATH", help_heading = "Viewers")]
    pub paths: Vec<http::uri::PathAndQuery>,
    /// Share of views that read the list of sittings instead of a page
    #[arg(long, value_name = "SHARE", default_value = "50%", help_heading = "Viewers")]
    pub list_share: Share,
    /// Streams of events to hold open all the time, each on a connection of its own
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = count::<0, 50_000>, help_heading = "Viewers")]
    pub streams: usize,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `loadtest prepare`.
#[derive(Debug, Args)]
pub struct PrepareArgs {
    /// At whom.
    #[command(flatten)]
    pub target: TargetArgs,
    /// What to create.
    #[command(flatten)]
    pub new: NewExamArgs,
}

/// `loadtest merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The JSON results of all shards of one test
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Ask this server, where the shards' exam is, how many seats are free now, and compare
    #[arg(long, value_name = "URL", help_heading = "Target")]
    pub url: Option<String>,
    /// Ask it even if it is another machine than this one
    #[arg(long, requires = "url", help_heading = "Target")]
    pub allow_remote: bool,
    /// Also compare with the ledger in this Postgres: a URL or `host=… user=… dbname=…`
    #[arg(long, value_name = "URL", requires = "url", help_heading = "Results")]
    pub database_url: Option<String>,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Reads `2/5`.
pub fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || format!("{text:?} is no shard; write I/N, such as 2/5");
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let shard = Shard { index: index.parse().map_err(|_| wrong())?, of: of.parse().map_err(|_| wrong())? };
    if shard.index >= 1 && shard.index <= shard.of && shard.of <= 1_000 { Ok(shard) } else { Err(wrong()) }
}

#[cfg(test)]
#[path = "cli/tests.rs"]
mod tests;
