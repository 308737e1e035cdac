//! Redis: calls the scripts, and reads what they wrote. It decides nothing.

mod asking;
pub mod event;
mod exchange;
pub mod keys;
mod links;
mod made;
mod opening;
pub mod reply;
mod salvage;
pub mod scripts;
mod trusted;
mod waiting_list;
pub mod waiting_room;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamRangeReply, StreamReadOptions, StreamReadReply};
use redis::{AsyncCommands, Cmd, FromRedisValue, RedisError, ServerErrorKind, from_redis_value};

use crate::hold::HoldState;
use crate::ids::{CandidateId, Generation, NAME_BYTES_MAX, Reference, SittingNumber};
use crate::tls::fault_of;
pub use asking::{CALL_LIFE, FreezeRequest, HoldRequest, Lasting, Moment, Place};
use asking::{ms, seats_each};
use event::{Event, StreamId};
pub use exchange::ExchangeRequest;
use keys::PoolKeys;
use links::connection::Connection;
pub use links::node::Link;
pub(crate) use links::node::{LOOK_EVERY, identity_of};
pub use opening::Kept;
use reply::{FreezeAnswer, HoldAnswer, ReleaseAnswer, Reply, Seat, SettleAnswer, Word};
pub use salvage::LiveHold;
use scripts::Script;
pub use trusted::Moved;
use trusted::Trusted;
pub use waiting_list::{PositionInList, WaitAnswer, WaitRequest};

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
    /// Redis has forgotten its scripts: it may have gone back in time. Nothing was done.
    #[error("Redis has forgotten its scripts")]
    ScriptsGone,
    /// Another Redis process has the pool than the one on which it was compared with the ledger: a replica
    /// has taken over, or Redis has restarted. Nothing was asked.
    #[error("the pool is on a Redis process that nobody has compared with the ledger")]
    Unverified,
    /// The call came after its end, or Redis's clock was set forward, which is known by now. Nothing was done.
    #[error("the call came too late, at {now_ms} ms")]
    Late {
        /// Redis's clock, in ms since 1970.
        now_ms: i64,
    },
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

/// Connections to Redis, a server or a cluster; and where each pool may be asked.
#[derive(Clone)]
pub struct Store {
    connection: Connection,
    /// A pool's key → on what it may be asked.
    trusted: Arc<DashMap<String, Trusted>>,
}

impl Store {
    /// The versions of Redis that answer now, each once, in order.
    pub fn versions(&self) -> Vec<String> {
        let standing = self.connection.primaries();
        let versions = standing.iter().filter_map(|node| node.standing()).map(|link| link.version().to_owned());
        versions.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }

    /// Connects to `redis://host:port`, `redis+unix:///path` or `redis+cluster://host:port,host:port`, or by TLS to
    /// `rediss://…` or `rediss+cluster://…` with `?cacert=FILE`, and `cert=FILE&key=FILE` where Redis asks who we are;
    /// fails when nothing answers there, or what answers may throw seats away.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let connection = Connection::open(url).await?;
        let (mut is_any, mut refused) = (false, None);
        for node in connection.primaries() {
            match node.link().await {
                Ok(link) => {
                    is_any = true;
                    link.check_settings(&node.address).await?;
                }
                // Part of a cluster may be away, or wait for somebody to renew its certificate.
                Err(error) => match fault_of(&error) {
                    Some(fault) => {
                        tracing::warn!(address = %node.address, %fault, "a part of the cluster is not spoken with");
                        refused = Some(error);
                    }
                    None => tracing::warn!(address = %node.address, %error, "a part of the cluster does not answer"),
                },
            }
        }
        match refused {
            Some(error) if !is_any => Err(error.into()),
            _ => Ok(Self { connection, trusted: Arc::default() }),
        }
    }

    /// Is it a cluster? Then one part of it may be away while the others give out seats.
    pub fn is_cluster(&self) -> bool {
        matches!(self.connection, Connection::Cluster(_))
    }

    /// Asks for what is the pool's, on the process that is trusted with it.
    async fn ask<T: FromRedisValue>(&self, keys: &PoolKeys, cmd: &Cmd) -> Result<T, StoreError> {
        let trusted = |link: &Link| self.is_verified(keys, link);
        let (_, value) = self.connection.run(keys.meta(), |_| Cow::Borrowed(cmd), trusted).await?;
        from_redis_value(value).map_err(|error| StoreError::Unexpected(error.to_string()))
    }

    async fn call<A>(
        &self,
        script: &Script,
        keys: &PoolKeys,
        moment: Moment,
        arguments: impl Fn(&mut Cmd),
        answer: impl Fn(Word<'_>, i64) -> Option<A>,
    ) -> Result<Reply<A>, StoreError> {
        let make = |link: &Link| {
            let mut cmd = Cmd::new();
            cmd.arg("EVALSHA").arg(script.sha()).arg(keys.all().len()).arg(keys.all()).arg(moment.epoch);
            match moment.now_ms {
                Some(now) => cmd.arg(now).arg(""),
                None => cmd.arg("").arg(link.now_ms() + ms(moment.life)),
            };
            arguments(&mut cmd);
            Cow::Owned(cmd)
        };
        let asked = Instant::now();
        let (link, value) = self.connection.run(keys.meta(), make, |link| self.is_verified(keys, link)).await?;
        let reply = reply::parse(&value, answer);
        if let (Ok(Reply { now_ms, .. }) | Err(StoreError::Late { now_ms }), None) = (&reply, moment.now_ms) {
            link.learn_time(asked, *now_ms);
        }
        if reply.is_ok() {
            self.answered(keys, &link, moment.epoch);
        }
        reply
    }

    /// Calls `hold`: seats for each request.
    pub async fn hold(
        &self,
        keys: &PoolKeys,
        moment: Moment,
        lasting: Lasting,
        requests: &[HoldRequest],
    ) -> Result<Reply<HoldAnswer>, StoreError> {
        let ttl_ms = ms(lasting.ttl);
        let arguments = |cmd: &mut Cmd| {
            cmd.arg(ttl_ms).arg(EVENTS_BEHIND_MAX).arg(ms(lasting.least)).arg(seats_each(requests));
            let mut field = String::with_capacity(NAME_BYTES_MAX + 12);
            for request in requests {
                for (sitting, group) in &request.sittings {
                    field.clear();
                    // Writing to a String cannot fail.
                    let _ = write!(field, "{}:{group}", request.candidate);
                    cmd.arg(field.as_bytes()).arg(sitting.0);
                }
            }
        };
        let answer = |word: Word<'_>, now_ms| {
            reply::hold_answer(word, |counter| Seat {
                state: HoldState::Held,
                generation: Generation::of(moment.epoch, counter),
                lapses_ms: now_ms + ttl_ms,
            })
        };
        self.call(&scripts::HOLD, keys, moment, arguments, answer).await
    }

    /// Calls `release`; answers one word for each place, in order.
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
        self.call(&scripts::RELEASE, keys, moment, arguments, reply::text(reply::release_answer)).await
    }

    /// Calls `freeze`; answers one word for each request, in order.
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
        self.call(&scripts::FREEZE, keys, moment, arguments, reply::text(reply::freeze_answer)).await
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
        self.call(&scripts::SETTLE, keys, moment, arguments, reply::text(reply::settle_answer)).await
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
        self.call(&scripts::RESIZE, keys, moment, arguments, reply::text(reply::resize_answer)).await
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
        self.call(&scripts::SWEEP, keys, moment, arguments, reply::text(reply::sweep_answer)).await
    }

    /// Capacity and free seats of every sitting that Redis has.
    pub async fn counts(&self, keys: &PoolKeys) -> Result<Vec<(SittingNumber, i64, i64)>, StoreError> {
        type Pairs = Vec<(i32, i64)>;
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(scripts::COUNTS).arg(2).arg(keys.capacity()).arg(keys.free());
        let (capacities, free): (Pairs, Pairs) = self.ask(keys, &cmd).await?;
        let free: std::collections::HashMap<_, _> = free.into_iter().collect();
        Ok(capacities
            .into_iter()
            .map(|(sitting, capacity)| {
                (SittingNumber(sitting), capacity, free.get(&sitting).copied().unwrap_or_default())
            })
            .collect())
    }

    /// The record of the candidate in that group as Redis has it: state letter, sitting,
    /// generation, deadline. With the letter `r` it is of a seat that was given back.
    pub async fn record(
        &self,
        keys: &PoolKeys,
        candidate: &CandidateId,
        group: SittingNumber,
    ) -> Result<Option<String>, StoreError> {
        let field = format!("{candidate}:{group}");
        self.ask(keys, &Cmd::hget(keys.taken(), field)).await
    }

    /// Some of the records, from `cursor` on, with their fields; and where to go on, 0 at the end. About as many as
    /// `count`; more while the pool is small.
    pub async fn some_records(
        &self,
        keys: &PoolKeys,
        cursor: u64,
        count: usize,
    ) -> Result<(u64, Vec<(String, String)>), StoreError> {
        let mut cmd = redis::cmd("HSCAN");
        cmd.arg(keys.taken()).arg(cursor).arg("COUNT").arg(count);
        self.ask(keys, &cmd).await
    }

    /// The id of the pool's newest event.
    pub async fn tail(&self, keys: &PoolKeys) -> Result<Option<StreamId>, StoreError> {
        let reply: StreamRangeReply = self.ask(keys, &Cmd::xrevrange_count(keys.events(), "+", "-", 1)).await?;
        match reply.ids.first() {
            None => Ok(None),
            Some(entry) => {
                entry.id.parse().map(Some).map_err(|()| StoreError::Unexpected(format!("stream id {}", entry.id)))
            }
        }
    }

    /// A connection of one's own to where the pool is now, for [`Self::read`], which keeps it waiting.
    pub async fn reader(&self, keys: &PoolKeys) -> Result<MultiplexedConnection, StoreError> {
        self.connection.patient(keys.events(), READ_WAIT).await
    }

    /// The events after `after`, at most [`READ_ENTRIES_MAX`]; waits up to a second for the first.
    pub async fn read(
        reader: &mut MultiplexedConnection,
        keys: &PoolKeys,
        after: StreamId,
    ) -> Result<Vec<Event>, StoreError> {
        let wait_ms = usize::try_from(READ_WAIT.as_millis()).expect("a second fits");
        Self::read_with(reader, keys, after, StreamReadOptions::default().block(wait_ms)).await
    }

    /// As [`Self::read`], but what is not there now is not waited for.
    pub async fn read_now(
        reader: &mut MultiplexedConnection,
        keys: &PoolKeys,
        after: StreamId,
    ) -> Result<Vec<Event>, StoreError> {
        Self::read_with(reader, keys, after, StreamReadOptions::default()).await
    }

    async fn read_with(
        reader: &mut MultiplexedConnection,
        keys: &PoolKeys,
        after: StreamId,
        options: StreamReadOptions,
    ) -> Result<Vec<Event>, StoreError> {
        let options = options.count(READ_ENTRIES_MAX);
        let reply: Option<StreamReadReply> =
            reader.xread_options(&[keys.events()], &[after.to_string()], &options).await?;
        let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids);
        let unheard = |id: &str| StoreError::Unexpected(format!("stream id {id}"));
        entries
            .map(|entry| Event::parse(&entry).or_else(|| Event::foreign(&entry)).ok_or_else(|| unheard(&entry.id)))
            .collect()
    }

    /// Drops whole blocks of events older than `before`; the event itself stays.
    pub async fn trim(&self, keys: &PoolKeys, before: StreamId) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("XTRIM");
        cmd.arg(keys.events()).arg("MINID").arg("~").arg(before.to_string());
        let _: i64 = self.ask(keys, &cmd).await?;
        Ok(())
    }
}
