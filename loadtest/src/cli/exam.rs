//! For which seats: an exam that exists, or one to create.

use clap::{Args, ValueEnum};
use reservation::ids::ExamId;
use reservation::waiting_room;

/// For which seats.
#[derive(Debug, Args)]
#[command(next_help_heading = "Exam")]
pub struct ExamArgs {
    /// An exam that exists. Default: one is created for this test, with the admin key. Only in an exam
    /// of its own can the test demand that seats add up exactly
    #[arg(long, value_name = "ID", conflicts_with_all = ["seats", "sittings", "hold_seconds", "acknowledge", "room", "admit_per_second"])]
    pub exam: Option<ExamId>,
    #[command(flatten)]
    /// The exam to create.
    pub new: NewExamArgs,
}

/// Which exam a test is about.
#[derive(Debug, Clone, Copy)]
pub enum ExamChoice<'a> {
    /// One that exists.
    Existing(&'a ExamId),
    /// One to create.
    New(&'a NewExamArgs),
}

impl ExamArgs {
    /// Which exam was named.
    pub fn choice(&self) -> ExamChoice<'_> {
        self.exam.as_ref().map_or(ExamChoice::New(&self.new), ExamChoice::Existing)
    }
}

/// The exam to create.
#[derive(Debug, Clone, Args)]
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
    /// Its waiting room. Default: off, but `on` for the scenario `waiting-room`
    #[arg(long = "room", id = "room", value_name = "MODE", value_enum)]
    pub waiting_room: Option<WaitingRoomMode>,
    /// How many are admitted a second. Default: the server steers it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub admit_per_second: Option<u32>,
}

/// When a hold counts as taken.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Acknowledge {
    /// When Redis has it
    Redis,
    /// When the ledger in Postgres has it too
    Ledger,
}

/// When an exam has a waiting room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WaitingRoomMode {
    /// Nobody ever waits
    Off,
    /// When it is needed
    Automatic,
    /// Everybody always waits
    On,
}

impl From<WaitingRoomMode> for waiting_room::WaitingRoomMode {
    fn from(mode: WaitingRoomMode) -> Self {
        match mode {
            WaitingRoomMode::Off => Self::Off,
            WaitingRoomMode::Automatic => Self::Automatic,
            WaitingRoomMode::On => Self::On,
        }
    }
}
