//! Redis: calls the scripts, and reads what they wrote. It decides nothing.

pub mod event;
pub mod keys;
pub mod reply;
pub mod room;
pub mod scripts;

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::streams::{StreamRangeReply, StreamReadOptions, StreamReadReply};
use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, Cmd, IntoConnectionInfo, RedisError, ServerErrorKind, Value,
};

use crate::ids::{CandidateId, Generation, Reference, SittingNumber};
use event::{Event, StreamId};
use keys::PoolKeys;
use reply::{FreezeAnswer, HoldAnswer, ReleaseAnswer, Reply, SettleAnswer};
use scripts::Script;

/// How long a script call may take before its outcome counts as unknown. redis-rs would
/// give up after 500 ms, which one slow fsync exceeds.
const RESPONSE_WAIT: Duration = Duration::from_secs(2);
const CONNECT_WAIT: Duration = Duration::from_secs(1);
/// Most stream entries that may wait for the ledger; then no seat is given out.
const EVENTS_BEHIND_MAX: usize = 1_000_000;
/// How many stream entries one read takes at most.
pub const READ_ENTRIES_MAX: usize = 512;
/// How long one read waits for an entry.
const READ_WAIT: Duration = Duration::from_secs(1);

/// Why Redis did not answer the question.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Redis does not have the pool: it must be restored.
    #[error("the pool is not in Redis")]
    Missing,
    /// The pool is under another epoch than the caller's.
    #[error("the pool is under another epoch")]
    Fenced,
    /// Redis has restarted: every pool must be compared with the ledger.
    #[error("Redis has forgotten its scripts")]
    ScriptsGone,
    /// The ledger is too far behind to give out more.
    #[error("the ledger is too far behind")]
    Behind,
    /// The connection broke, or no answer came in time: it may have happened or not.
    #[error("no answer from Redis: {0}")]
    Ambiguous(RedisError),
    /// Redis or a script said something that it never should.
    #[error("{0}")]
    Unexpected(String),
}

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            redis::ErrorKind::Server(ServerErrorKind::NoScript) => Self::ScriptsGone,
            redis::ErrorKind::Server(ServerErrorKind::ResponseError | ServerErrorKind::CrossSlot) => {
                Self::Unexpected(error.to_string())
            }
            _ => Self::Ambiguous(error),
        }
    }
}

/// One candidate's request for seats, in numbers.
#[derive(Debug, Clone)]
pub struct HoldRequest {
    /// Whose.
    pub candidate: CandidateId,
    /// Each sitting with its group.
    pub sittings: Vec<(SittingNumber, SittingNumber)>,
}

/// One hold, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// Whose.
    pub candidate: CandidateId,
    /// The group's number.
    pub group: SittingNumber,
    /// The sitting's number.
    pub sitting: SittingNumber,
    /// Which hold.
    pub generation: Generation,
}

/// One request to stop a clock.
#[derive(Debug, Clone)]
pub struct FreezeRequest {
    /// The hold.
    pub place: Place,
    /// Take a free seat anew when the hold is gone?
    pub take: bool,
    /// What paid for it, if it is to be confirmed.
    pub reference: Option<Reference>,
}

/// Under which epoch and on which clock a script runs.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The pool's epoch as the caller knows it.
    pub epoch: i64,
    /// Tests pass a clock in, in ms since 1970; otherwise Redis's own counts.
    pub now_ms: Option<i64>,
}

/// Connections to Redis: one shared for calls, and the means to open others for waiting.
#[derive(Clone)]
pub struct Store {
    client: Client,
    calls: ConnectionManager,
}

impl Store {
    /// Connects to `url`; fails when Redis cannot be reached.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let info = url.into_connection_info()?;
        // Off by default in redis 1.x: Nagle's algorithm would hold small calls back.
        let tcp = info.tcp_settings().clone().set_nodelay(true);
        let client = Client::open(info.set_tcp_settings(tcp))?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(RESPONSE_WAIT))
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_pipeline_buffer_size(1024)
            .set_min_delay(Duration::from_millis(20))
            .set_max_delay(Duration::from_millis(200))
            .set_number_of_retries(2);
        let calls = ConnectionManager::new_with_config(client.clone(), config).await?;
        Ok(Self { client, calls })
    }

    async fn call<A>(
        &self,
        script: &Script,
        keys: &PoolKeys,
        moment: Moment,
        arguments: impl FnOnce(&mut Cmd),
        answer: impl Fn(&str) -> Option<A>,
    ) -> Result<Reply<A>, StoreError> {
        let mut cmd = redis::cmd("EVALSHA");
        cmd.arg(script.sha()).arg(keys.all().len()).arg(keys.all()).arg(moment.epoch);
        match moment.now_ms {
            Some(now) => cmd.arg(now),
            None => cmd.arg(""),
        };
        arguments(&mut cmd);
        let value: Value = cmd.query_async(&mut self.calls.clone()).await?;
        reply::parse(value, answer)
    }

    /// Calls `hold`: seats for each request, under deadlines `ttl` from now.
    pub async fn hold(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        ttl: Duration,
        requests: &[HoldRequest],
    ) -> Result<Reply<HoldAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)).arg(EVENTS_BEHIND_MAX);
            for request in requests {
                cmd.arg(request.candidate.as_str()).arg(request.sittings.len());
                for (sitting, group) in &request.sittings {
                    cmd.arg(sitting.0).arg(group.0);
                }
            }
        };
        self.call(&scripts::HOLD, keys, moment, arguments, reply::hold_answer).await
    }

    /// Calls `release`.
    pub async fn release(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        places: &[Place],
    ) -> Result<Reply<ReleaseAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            for place in places {
                cmd.arg(place.candidate.as_str()).arg(place.group.0).arg(place.generation.0);
            }
        };
        self.call(&scripts::RELEASE, keys, moment, arguments, reply::release_answer).await
    }

    /// Calls `freeze`.
    pub async fn freeze(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        requests: &[FreezeRequest],
    ) -> Result<Reply<FreezeAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            for FreezeRequest { place, take, reference } in requests {
                cmd.arg(place.candidate.as_str()).arg(place.group.0).arg(place.sitting.0).arg(place.generation.0);
                cmd.arg(if *take { "take" } else { "freeze" });
                cmd.arg(reference.as_ref().map_or("-", Reference::as_str));
            }
        };
        self.call(&scripts::FREEZE, keys, moment, arguments, reply::freeze_answer).await
    }

    /// Calls `settle`: each place with true for confirmed, false for cancelled.
    pub async fn settle(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        decided: &[(Place, bool)],
    ) -> Result<Reply<SettleAnswer>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            for (place, confirmed) in decided {
                cmd.arg(place.candidate.as_str()).arg(place.group.0).arg(place.sitting.0).arg(place.generation.0);
                cmd.arg(if *confirmed { "confirmed" } else { "cancelled" });
            }
        };
        self.call(&scripts::SETTLE, keys, moment, arguments, reply::settle_answer).await
    }

    /// Calls `resize`; answers how many seats of each sitting are taken.
    pub async fn resize(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        capacities: &[(SittingNumber, u32)],
    ) -> Result<Reply<i64>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            for (sitting, capacity) in capacities {
                cmd.arg(sitting.0).arg(*capacity);
            }
        };
        self.call(&scripts::RESIZE, keys, moment, arguments, reply::resize_answer).await
    }

    /// Calls `sweep`; answers how many holds lapsed, and 1 if more are due.
    pub async fn sweep(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        entries_max: usize,
    ) -> Result<Reply<(u64, u64)>, StoreError> {
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(entries_max);
        };
        self.call(&scripts::SWEEP, keys, moment, arguments, reply::sweep_answer).await
    }

    /// Is Redis there?
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _: String = redis::cmd("PING").query_async(&mut self.calls.clone()).await?;
        Ok(())
    }

    /// Does Redis still have all scripts? If not, it restarted.
    pub async fn has_scripts(&self) -> Result<bool, StoreError> {
        let mut cmd = redis::cmd("SCRIPT");
        cmd.arg("EXISTS");
        for script in scripts::all() {
            cmd.arg(script.sha());
        }
        let known: Vec<bool> = cmd.query_async(&mut self.calls.clone()).await?;
        Ok(known.into_iter().all(|is_known| is_known))
    }

    /// Lets the scripts be called again. Only after every pool was compared with the ledger.
    pub async fn load_scripts(&self) -> Result<(), StoreError> {
        for script in scripts::all() {
            let _: String =
                redis::cmd("SCRIPT").arg("LOAD").arg(script.text()).query_async(&mut self.calls.clone()).await?;
        }
        Ok(())
    }

    /// The epoch that Redis has the pool under, if it has it, and the highest epoch that anybody
    /// ever tried to load it under.
    pub async fn epoch(&self, keys: &PoolKeys) -> Result<(Option<i64>, i64), StoreError> {
        let (epoch, loading): (Option<i64>, Option<i64>) =
            self.calls.clone().hmget(keys.meta(), &["epoch", "loading"]).await?;
        Ok((epoch, epoch.max(loading).unwrap_or_default()))
    }

    /// Takes the pool under a new epoch if it has the entry `cursor`, written under `cursor_epoch`.
    /// True when it did; false when Redis has lost something that the ledger has.
    pub async fn adopt(
        &self,
        keys: &PoolKeys,
        epoch: i64,
        cursor: StreamId,
        cursor_epoch: i64,
    ) -> Result<bool, StoreError> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(scripts::ADOPT).arg(keys.all().len()).arg(keys.all());
        cmd.arg(epoch).arg(cursor.to_string()).arg(cursor_epoch);
        let word: String = cmd.query_async(&mut self.calls.clone()).await?;
        Ok(word == "adopted")
    }

    /// Runs one step of `restore`; the answer is its word.
    pub async fn restore(
        &self,
        keys: &PoolKeys,
        epoch: i64,
        step: &str,
        arguments: &[String],
    ) -> Result<String, StoreError> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(scripts::RESTORE).arg(keys.all().len()).arg(keys.all()).arg(epoch).arg(step).arg(arguments);
        let word: String = cmd.query_async(&mut self.calls.clone()).await?;
        if word == "fenced" { Err(StoreError::Fenced) } else { Ok(word) }
    }

    /// Capacity and free seats of every sitting that Redis has.
    pub async fn counts(&self, keys: &PoolKeys) -> Result<Vec<(SittingNumber, i64, i64)>, StoreError> {
        type Pairs = Vec<(i32, i64)>;
        let (capacities, free): (Pairs, Pairs) = redis::pipe()
            .atomic()
            .hgetall(keys.capacity())
            .hgetall(keys.free())
            .query_async(&mut self.calls.clone())
            .await?;
        let free: std::collections::HashMap<_, _> = free.into_iter().collect();
        Ok(capacities
            .into_iter()
            .map(|(sitting, capacity)| {
                (SittingNumber(sitting), capacity, free.get(&sitting).copied().unwrap_or_default())
            })
            .collect())
    }

    /// The record of the candidate in that group as Redis has it: state letter, sitting,
    /// generation, deadline.
    pub async fn record(
        &self,
        keys: &PoolKeys,
        candidate: &CandidateId,
        group: SittingNumber,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.calls.clone().hget(keys.taken(), format!("{candidate}:{group}")).await?)
    }

    /// The id of the pool's newest event.
    pub async fn tail(&self, keys: &PoolKeys) -> Result<Option<StreamId>, StoreError> {
        let reply: StreamRangeReply = self.calls.clone().xrevrange_count(keys.events(), "+", "-", 1).await?;
        match reply.ids.first() {
            None => Ok(None),
            Some(entry) => {
                entry.id.parse().map(Some).map_err(|()| StoreError::Unexpected(format!("stream id {}", entry.id)))
            }
        }
    }

    /// A connection of one's own, for [`Self::read`], which keeps it waiting.
    pub async fn reader(&self) -> Result<MultiplexedConnection, StoreError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_response_timeout(Some(READ_WAIT + RESPONSE_WAIT));
        Ok(self.client.get_multiplexed_async_connection_with_config(&config).await?)
    }

    /// The events after `after`, at most [`READ_ENTRIES_MAX`]; waits up to a second for the first.
    pub async fn read(
        reader: &mut MultiplexedConnection,
        keys: &PoolKeys,
        after: StreamId,
    ) -> Result<Vec<Event>, StoreError> {
        let wait_ms = usize::try_from(READ_WAIT.as_millis()).expect("a second fits");
        let options = StreamReadOptions::default().count(READ_ENTRIES_MAX).block(wait_ms);
        let reply: Option<StreamReadReply> =
            reader.xread_options(&[keys.events()], &[after.to_string()], &options).await?;
        let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
        entries
            .map(|entry| {
                Event::parse(&entry).ok_or_else(|| StoreError::Unexpected(format!("event {} is not ours", entry.id)))
            })
            .collect()
    }

    /// Drops whole blocks of events older than `before`; the event itself stays.
    pub async fn trim(&self, keys: &PoolKeys, before: StreamId) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("XTRIM");
        cmd.arg(keys.events()).arg("MINID").arg("~").arg(before.to_string());
        let _: i64 = cmd.query_async(&mut self.calls.clone()).await?;
        Ok(())
    }
}
