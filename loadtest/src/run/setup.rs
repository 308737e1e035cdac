//! Before the rush: the target, the keys, the exam, the plan.

use std::path::Path;
use std::time::Duration;

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::SittingId;

use super::RunError;
use crate::cli::{ExamChoice, LoadArgs, LoadError, TargetArgs};
use crate::generator::ceiling::Ceiling;
use crate::generator::generate::{Plan, Scene};
use crate::generator::profile::Profile;
use crate::measured::machine::raise_file_limit;
use crate::measured::results::Shard;
use crate::server::office::{Calendar, NewExam, Office, ids};
use crate::server::target::Target;
use crate::server::wire::{Requests, SittingReply, bearer};

/// Files that are open besides connections.
const FILES_BESIDES: u64 = 100;
/// When an exam opens during the test, the start is set so long ahead, and a millisecond more for each connection:
/// by then all of them are open.
const READY_IN: Duration = Duration::from_secs(2);

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
    /// What the generator can do at best, if that was asked for.
    pub(super) ceiling: Option<Ceiling>,
    plan: LoadPlan,
}

/// What a plan takes from the options as it is.
struct LoadPlan {
    shard: Option<Shard>,
    threads: usize,
    connections: usize,
    backlog: usize,
    patience: crate::generator::worker::Patience,
    forwarded: bool,
    drain: Duration,
    start_at: Option<Timestamp>,
}

impl Setup {
    pub(super) async fn new(target: &TargetArgs, exam: ExamChoice<'_>, load: &LoadArgs) -> Result<Self, RunError> {
        let profile = load.profile()?;
        if let Some(at) = load.start_at.filter(|at| *at < Timestamp::now()) {
            return Err(RunError::TooLate(at));
        }
        if matches!(exam, ExamChoice::Existing(_)) && load.opens_in.is_some() && load.start_at.is_none() {
            return Err(LoadError::OpeningUnknown.into());
        }
        let Keys { admin, hold } = Keys::read(target)?;
        let forwarded = target.forwarded;
        let target = resolve(target).await?;
        check_files(load.connections)?;
        let ceiling = match load.ceiling {
            Duration::ZERO => None,
            length => Some(Ceiling::measure(&target, load.threads(), load.connections, length).await?),
        };
        let office = Office::open(&target).await?;
        let start_at = load.start_at.or_else(|| load.opens_in.map(|_| Timestamp::now() + ready_in(load.connections)));
        let (exam, requests, sittings, is_ours) = match exam {
            ExamChoice::Existing(exam) => {
                let requests = requests(&target, exam.as_str(), hold);
                let sittings = office.sittings(&requests).await?;
                (exam.to_string(), requests, sittings, false)
            }
            ExamChoice::New(new) => {
                let opens_at = load.opens_in.zip(start_at).map(|(after, start)| start + after);
                let new = NewExam::named_now(new, opens_at.map_or(Calendar::Open, Calendar::OpensAt));
                office.create(admin.as_ref().ok_or(RunError::NoAdminKey)?, &new).await?;
                let requests = requests(&target, &new.id, hold);
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
            forwarded,
            drain: load.drain,
            start_at,
        };
        let seed = load.seed.unwrap_or_else(seed_of_now);
        Ok(Self { target, office, requests, exam, is_ours, sittings, profile, seed, ceiling, plan })
    }

    pub(super) fn sitting_ids(&self) -> Vec<SittingId> {
        ids(&self.sittings)
    }

    /// The shard, when there are others.
    pub(super) fn shard_of_many(&self) -> Option<Shard> {
        self.plan.shard.filter(|shard| shard.of > 1)
    }

    /// Wait at least so long for those who are under way when the last one has come.
    pub(super) fn wait_at_least(&mut self, length: Duration) {
        self.plan.drain = self.plan.drain.max(length);
    }

    pub(super) fn plan(&self, scene: Scene) -> Plan {
        let LoadPlan { shard, threads, connections, backlog, patience, forwarded, drain, start_at } = self.plan;
        let shard = shard.unwrap_or(Shard { index: 1, of: 1 });
        let (profile, seed) = (self.profile, self.seed);
        Plan { profile, seed, shard, threads, connections, backlog, patience, forwarded, drain, start_at, scene }
    }
}

/// The target that the options name.
pub(super) async fn resolve(target: &TargetArgs) -> Result<Target, RunError> {
    Ok(Target::resolve(&target.url, target.allow_remote).await?.with_sources(target.sources)?)
}

pub(super) fn requests(target: &Target, exam: &str, key: Option<HeaderValue>) -> Requests {
    Requests::new(target, exam, key).expect("an exam's id has only characters that a path may have")
}

fn ready_in(connections: usize) -> SignedDuration {
    let connecting = Duration::from_millis(connections as u64);
    SignedDuration::try_from(READY_IN + connecting).expect("connections are at most some ten thousand")
}

/// The keys that the options name, as headers.
pub(super) struct Keys {
    /// To create an exam with.
    pub(super) admin: Option<HeaderValue>,
    /// To ask for seats with.
    pub(super) hold: Option<HeaderValue>,
}

impl Keys {
    pub(super) fn read(target: &TargetArgs) -> Result<Self, RunError> {
        let read = |file: Option<std::path::PathBuf>| file.as_deref().map(key).transpose();
        let (admin, hold) = (read(target.admin_key_file())?, read(target.key_file())?);
        let hold = hold.or_else(|| admin.clone());
        Ok(Self { admin, hold })
    }
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

/// Short enough to be typed again.
pub(super) fn seed_of_now() -> u64 {
    fastrand::u64(..1 << 32)
}
