//! What those who come do, scenario by scenario.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use reservation::ids::ExamId;

use super::values::{self, GiveUp, Share, count};
use super::{ExamArgs, LedgerArgs, LoadArgs, OutputArgs, TargetArgs};

/// The arguments of `loadtest api`.
#[derive(Debug, Args)]
pub struct ApiArgs {
    /// At whom the load goes.
    #[command(flatten)]
    pub target: TargetArgs,
    /// For which seats.
    #[command(flatten)]
    pub exam: ExamArgs,
    /// Who comes when.
    #[command(flatten)]
    pub load: LoadArgs,
    /// What becomes of a seat.
    #[command(flatten)]
    pub fate: FateArgs,
    /// Pause between a candidate's steps, give or take half of it
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = values::duration, help_heading = "Candidates")]
    pub think: Duration,
    /// The ledger to count in.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What becomes of a seat.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Candidates")]
pub struct FateArgs {
    /// Share of seat holders who pay: freeze, then confirm; on pages: hand a picture of the payment in
    #[arg(long, value_name = "SHARE", default_value = "60%")]
    pub confirm: Share,
    /// Share of seat holders who give the seat back. The rest walk away and let it lapse
    #[arg(long, value_name = "SHARE", default_value = "10%")]
    pub release: Share,
}

/// The arguments of `loadtest candidate`.
#[derive(Debug, Args)]
pub struct CandidateArgs {
    /// At whom the load goes.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The exam, as its page's address says. `loadtest prepare --definition DIR` writes one to import
    #[arg(long, value_name = "ID", help_heading = "Exam")]
    pub exam: ExamId,
    /// Who comes when.
    #[command(flatten)]
    pub load: LoadArgs,
    /// What becomes of a seat.
    #[command(flatten)]
    pub fate: FateArgs,
    /// How candidates come by an account.
    ///
    /// `sign-up` costs the server an Argon2 hash (a core for some 20 ms and 19 MiB) and a row, `sign-in` an Argon2
    /// comparison, `signed-in` nothing: they have been signed in by `loadtest accounts` within the last twelve hours
    #[arg(long, value_enum, default_value_t = Arrive::SignUp, help_heading = "Candidates")]
    pub arrive: Arrive,
    /// The file that `loadtest accounts` wrote, for --arrive sign-in and signed-in
    #[arg(long, value_name = "FILE", required_if_eq_any = [("arrive", "sign-in"), ("arrive", "signed-in")], help_heading = "Candidates")]
    pub accounts: Option<PathBuf>,
    /// Pause on each page, give or take half of it
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = values::duration, help_heading = "Candidates")]
    pub think: Duration,
    /// Share of those who leave at a step; may be given several times: exams=1%, exam=5%, sign-in=10%, order=20%
    #[arg(long, value_name = "STEP=SHARE", help_heading = "Candidates")]
    pub give_up: Vec<GiveUp>,
    /// How often a candidate chooses another sitting when the chosen one is full
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=20), help_heading = "Candidates")]
    pub choose_again: u32,
    /// Do not fetch the stylesheet, the icon and the payment code
    #[arg(long, help_heading = "Candidates")]
    pub no_assets: bool,
    /// The ledger to count in.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How candidates come by an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Arrive {
    /// They make one on the way
    SignUp,
    /// They have one and sign in on the way
    SignIn,
    /// They are signed in already
    SignedIn,
}

/// The arguments of `loadtest waiting-room`.
#[derive(Debug, Args)]
pub struct WaitingRoomArgs {
    /// At whom the load goes.
    #[command(flatten)]
    pub target: TargetArgs,
    /// For which seats.
    #[command(flatten)]
    pub exam: ExamArgs,
    /// Who comes when.
    #[command(flatten)]
    pub load: LoadArgs,
    /// What becomes of a seat.
    #[command(flatten)]
    pub fate: FateArgs,
    /// Share of those who close the page for good while they wait
    #[arg(long, value_name = "SHARE", default_value = "2%", help_heading = "Candidates")]
    pub leave: Share,
    /// Share of those who close the page for a while and come back
    #[arg(long, value_name = "SHARE", default_value = "10%", help_heading = "Candidates")]
    pub come_back: Share,
    /// Share of those who ask for a seat without being admitted. The server must refuse every one of them
    #[arg(long, value_name = "SHARE", default_value = "1%", help_heading = "Candidates")]
    pub push: Share,
    /// Longest that anybody waits, from when they came
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = values::duration, help_heading = "Candidates")]
    pub wait_max: Duration,
    /// The ledger to count in.
    #[command(flatten)]
    pub ledger: LedgerArgs,
    /// How to show it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The arguments of `loadtest browse`.
#[derive(Debug, Args)]
pub struct BrowseArgs {
    /// At whom the load goes.
    #[command(flatten)]
    pub target: TargetArgs,
    /// The exam whose sittings are looked at.
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
