//! Before the rush: the target, the keys, the exam, the plan.

use std::path::{Path, PathBuf};

use http::HeaderValue;
use jiff::Timestamp;
use reservation::ids::SittingId;
use reservation::sitting;

use crate::cli::{Acknowledge, ExamArgs, LoadArgs, LoadError, NewExamArgs, PrepareArgs, TargetArgs};
use crate::generate::{GenerateError, Plan, Scene};
use crate::machine::raise_file_limit;
use crate::office::{NewExam, Office, OfficeError, ids};
use crate::profile::Profile;
use crate::results::{MergeError, ReadError, Shard};
use crate::target::{Target, TargetError};
use crate::wire::{Requests, SittingReply, bearer};

/// Files that are open besides connections.
const FILES_BESIDES: u64 = 100;

/// Why a test could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// See [`TargetError`].
    #[error(transparent)]
    Target(#[from] TargetError),
    /// See [`LoadError`].
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No key to create an exam with.
    #[error("to create an exam, name a file with an admin key (--admin-key-file); or name one that exists (--exam)")]
    NoAdminKey,
    /// No key to ask for seats with.
    #[error("to ask for seats, name a file with a key (--key-file)")]
    NoKey,
    /// A key file that cannot be used.
    #[error("{}: {why}", file.display())]
    KeyFile {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The exam has no sittings.
    #[error("exam {0} has no sittings")]
    NoSittings(String),
    /// The start has passed.
    #[error("--start-at {0} has passed")]
    TooLate(Timestamp),
    /// More connections than files may be open.
    #[error("{wanted} connections need more open files than this process may have ({limit}); raise it with ulimit -n")]
    TooManyFiles {
        /// Connections and streams.
        wanted: usize,
        /// The limit.
        limit: u64,
    },
    /// See [`OfficeError`].
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// See [`GenerateError`].
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// See [`ReadError`].
    #[error(transparent)]
    Read(#[from] ReadError),
    /// See [`MergeError`].
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Results could not be written.
    #[error("{}: {cause}", file.display())]
    Write {
        /// Where to.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A plot could not be drawn.
    #[error("the report could not be drawn: {0}")]
    Draw(String),
}

/// All that is known before the rush.
pub(super) struct Setup {
    pub(super) target: Target,
    pub(super) office: Office,
    pub(super) requests: Requests,
    pub(super) exam: String,
    /// Created for this test, so nobody else acts in it.
    pub(super) is_ours: bool,
    pub(super) sittings: Vec<SittingReply>,
    pub(super) profile: Profile,
    pub(super) seed: u64,
    plan: LoadPlan,
}

/// What a plan takes from the options as it is.
struct LoadPlan {
    shard: Option<Shard>,
    threads: usize,
    connections: usize,
    backlog: usize,
    patience: crate::worker::Patience,
    drain: std::time::Duration,
    start_at: Option<Timestamp>,
}

impl Setup {
    pub(super) async fn new(target: &TargetArgs, exam: &ExamArgs, load: &LoadArgs) -> Result<Self, RunError> {
        let profile = load.profile()?;
        if let Some(at) = load.start_at.filter(|at| *at < Timestamp::now()) {
            return Err(RunError::TooLate(at));
        }
        let (admin_key, key) = keys(target)?;
        let target = Target::resolve(&target.url, target.allow_remote).await?;
        check_files(load.connections)?;
        let office = Office::open(&target).await?;
        let (exam, requests, sittings, is_ours) = match &exam.exam {
            Some(exam) => {
                let requests = requests(&target, exam.as_str(), key);
                let sittings = office.sittings(&requests).await?;
                (exam.to_string(), requests, sittings, false)
            }
            None => {
                let new = create(&office, &exam.new, admin_key.as_ref()).await?;
                let requests = requests(&target, &new.id, key);
                let sittings = office.sittings_when_listed(&requests, &new).await?;
                (new.id, requests, sittings, true)
            }
        };
        if sittings.is_empty() {
            return Err(RunError::NoSittings(exam));
        }
        let plan = LoadPlan {
            shard: load.shard,
            threads: load.threads(),
            connections: load.connections,
            backlog: load.backlog,
            patience: load.patience(),
            drain: load.drain,
            start_at: load.start_at,
        };
        let seed = load.seed.unwrap_or_else(seed_of_now);
        Ok(Self { target, office, requests, exam, is_ours, sittings, profile, seed, plan })
    }

    pub(super) fn sitting_ids(&self) -> Vec<SittingId> {
        ids(&self.sittings)
    }

    /// The shard, when there are others.
    pub(super) fn shard_of_many(&self) -> Option<Shard> {
        self.plan.shard.filter(|shard| shard.of > 1)
    }

    pub(super) fn plan(&self, scene: Scene) -> Plan {
        let LoadPlan { shard, threads, connections, backlog, patience, drain, start_at } = self.plan;
        let shard = shard.unwrap_or(Shard { index: 1, of: 1 });
        Plan {
            profile: self.profile,
            seed: self.seed,
            shard,
            threads,
            connections,
            backlog,
            patience,
            drain,
            start_at,
            scene,
        }
    }
}

/// Runs `loadtest prepare`; answers the new exam's id.
pub async fn prepare(arguments: &PrepareArgs) -> Result<String, RunError> {
    let (admin_key, key) = keys(&arguments.target)?;
    let target = Target::resolve(&arguments.target.url, arguments.target.allow_remote).await?;
    let office = Office::open(&target).await?;
    let new = create(&office, &arguments.new, admin_key.as_ref()).await?;
    office.sittings_when_listed(&requests(&target, &new.id, key), &new).await?;
    Ok(new.id)
}

async fn create(office: &Office, new: &NewExamArgs, key: Option<&HeaderValue>) -> Result<NewExam, RunError> {
    let acknowledge = match new.acknowledge {
        Acknowledge::Redis => sitting::Acknowledge::Redis,
        Acknowledge::Ledger => sitting::Acknowledge::Ledger,
    };
    // Nobody else creates one in the same millisecond under the same dice.
    let id = format!("load-{:x}-{:04x}", Timestamp::now().as_millisecond(), fastrand::u16(..));
    let NewExamArgs { seats, sittings, hold_seconds, .. } = *new;
    let exam = NewExam { id, seats, sittings, hold_seconds, acknowledge };
    office.create(key.ok_or(RunError::NoAdminKey)?, &exam).await?;
    Ok(exam)
}

fn requests(target: &Target, exam: &str, key: Option<HeaderValue>) -> Requests {
    Requests::new(target, exam, key).expect("an exam's id has only characters that a path may have")
}

/// The admin key, and the key to ask for seats with.
fn keys(target: &TargetArgs) -> Result<(Option<HeaderValue>, Option<HeaderValue>), RunError> {
    let read = |file: &Option<PathBuf>| file.as_deref().map(key).transpose();
    let (admin, hold) = (read(&target.admin_key_file)?, read(&target.key_file)?);
    let hold = hold.or_else(|| admin.clone());
    Ok((admin, hold))
}

fn key(file: &Path) -> Result<HeaderValue, RunError> {
    let wrong = |why: String| RunError::KeyFile { file: file.to_owned(), why };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    match text.trim() {
        "" => Err(wrong("the file is empty; it should hold one API key".to_owned())),
        key => bearer(key).map_err(|_| wrong("this is no API key".to_owned())),
    }
}

/// May this process have so many connections?
pub(super) fn check_files(wanted: usize) -> Result<(), RunError> {
    let limit = raise_file_limit();
    if wanted as u64 + FILES_BESIDES > limit { Err(RunError::TooManyFiles { wanted, limit }) } else { Ok(()) }
}

fn seed_of_now() -> u64 {
    // Short enough to be typed again.
    fastrand::u64(..1 << 32)
}
