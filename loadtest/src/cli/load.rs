//! Who comes when, with how many connections and how much patience.

use std::time::Duration;

use clap::{Args, Parser};
use jiff::Timestamp;

use super::values::{self, Ramp, Share, Spike, count, shard};
use crate::generator::profile::{Opening, Profile, ProfileError, Shape};
use crate::generator::worker::Patience;
use crate::measured::results::Shard;

/// Who comes when, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Arrivals")]
#[command(group(clap::ArgGroup::new("arrivals").required(true).multiple(true)))]
#[group(skip)]
pub struct LoadArgs {
    /// So many come within --seconds
    #[arg(group = "arrivals", long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with_all = ["rate", "ramp"])]
    pub candidates: Option<u64>,
    /// So many come each second
    #[arg(group = "arrivals", long, value_name = "PER_SECOND", value_parser = values::rate, conflicts_with = "ramp")]
    pub rate: Option<f64>,
    /// From so many a second to so many, in a straight line
    #[arg(group = "arrivals", long, value_name = "FROM..TO")]
    pub ramp: Option<Ramp>,
    /// With --candidates: most come in the first seconds, as they do when registration opens, then
    /// fewer and fewer. Otherwise they are spread evenly
    #[arg(long, requires = "candidates", conflicts_with_all = ["rate", "ramp"])]
    pub rush: bool,
    /// With --candidates: so large a share of them comes within so short a time, such as 30%/2s, then fewer and
    /// fewer
    #[arg(long, value_name = "SHARE/TIME", requires = "candidates", conflicts_with_all = ["rush", "rate", "ramp"])]
    pub spike: Option<Spike>,
    /// Registration opens so long after the start. An exam that is created opens then; one that exists must do
    /// so, and --start-at says when the start is
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub opens_in: Option<Duration>,
    /// Share of the candidates who come before it opens, evenly; the others come from the opening on. They are
    /// told that it is too early, and come back. Default: arrivals take no notice of the opening
    #[arg(long, value_name = "SHARE", requires_all = ["opens_in", "candidates"])]
    pub early: Option<Share>,
    /// Who was too early comes back within so long after the opening
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = values::duration, help_heading = "Candidates")]
    pub reload: Duration,
    /// How long they come
    #[arg(long, value_name = "N", default_value = "30", value_parser = seconds)]
    pub seconds: Duration,
    /// The seed of all chance: the same one gives the same test. Default: another one each time
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Do only the I-th of N parts of the test; the other processes do theirs at the same time
    #[arg(long, value_name = "I/N", value_parser = shard, requires_all = ["exam", "seed"])]
    pub shard: Option<Shard>,
    /// When to begin, such as 2026-11-22T09:00:00+08:00: lets shards begin together. Default: at once
    #[arg(long, value_name = "TIME")]
    pub start_at: Option<Timestamp>,
    /// Keep-alive connections, used in turn
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = count::<1, 50_000>, help_heading = "Generator")]
    pub connections: usize,
    /// Threads. Default: half of the cores
    #[arg(long, value_name = "N", value_parser = count::<1, 256>, help_heading = "Generator")]
    pub threads: Option<usize>,
    /// When so many wait for a connection, those who come are counted as not sent
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = count::<1, 5_000_000>, help_heading = "Generator")]
    pub backlog: usize,
    /// Patience with one request, the wait for a connection included
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = values::duration, help_heading = "Candidates")]
    pub timeout: Duration,
    /// How often a request is repeated after 429, 503 or a broken connection
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=20), help_heading = "Candidates")]
    pub retries: u32,
    /// Longest Retry-After that is waited for; a longer one is cut to this
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = values::duration, help_heading = "Candidates")]
    pub retry_after_max: Duration,
    /// First measure so long what this generator can do at best: /healthz as fast as answers come, over the same
    /// connections. The report then says whether generator or server was the limit
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = values::duration, help_heading = "Generator")]
    pub ceiling: Duration,
    /// How long to wait for answers after the last one has come
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = values::duration, help_heading = "Generator")]
    pub drain: Duration,
}

/// Why a load makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The profile of the load is wrong.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Nobody knows when it opens.
    #[error("--opens-in with an exam that exists needs --start-at: both together say when it opens")]
    OpeningUnknown,
    /// Two shares that exceed the whole.
    #[error("--confirm and --release together are more than 100%")]
    Shares,
}

impl LoadArgs {
    /// A rush of `candidates` within `length`; all else as by default.
    pub fn rush(candidates: u64, length: Duration) -> Self {
        /// Only to have its defaults read.
        #[derive(Debug, Parser)]
        struct Alone {
            #[command(flatten)]
            load: LoadArgs,
            /// Named by one of its rules.
            #[arg(long)]
            exam: Option<String>,
        }
        let words = ["loadtest", "--rush", "--candidates", "1"];
        let load = Alone::try_parse_from(words).expect("the defaults are well-formed");
        let Alone { load, exam: _ } = load;
        Self { candidates: Some(candidates), seconds: length, ..load }
    }

    /// Who comes when.
    pub fn profile(&self) -> Result<Profile, LoadError> {
        let length = self.seconds;
        let profile = match (self.candidates, self.rate, self.ramp) {
            (Some(candidates), ..) => Profile::of_candidates(self.shape(), candidates, length)?,
            (_, Some(rate), _) => Profile::at_rate(rate, length)?,
            (_, _, Some(Ramp { from, to })) => Profile::ramp(from, to, length)?,
            // clap demands one of them.
            (None, None, None) => return Err(ProfileError::Nobody.into()),
        };
        match self.opens_in {
            Some(at) => Ok(profile.opening(Opening { at, early: self.early.map(|share| share.0) })?),
            None => Ok(profile),
        }
    }

    fn shape(&self) -> Shape {
        match self.spike {
            Some(Spike { share, within }) => Shape::Spike { share: share.0, within },
            None if self.rush => Shape::Rush,
            None => Shape::Even,
        }
    }

    /// How patient candidates are.
    pub fn patience(&self) -> Patience {
        Patience {
            timeout: self.timeout,
            retries: self.retries,
            retry_after_max: self.retry_after_max,
            reload: self.reload,
        }
    }

    /// How many threads. The server needs cores too when it runs on this machine.
    pub fn threads(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or((cores / 2).max(1)).min(self.connections)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.1..=86_400.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("{text:?} is not in 0.1–86400"))
}
