//! What opening a pool needs of Redis. All of it runs over one link, so on one process: what was
//! compared with the ledger, or loaded from it, is what will be asked afterwards.

use std::borrow::Cow;

use futures_util::future::join_all;
use redis::streams::StreamRangeReply;
use redis::{Cmd, FromRedisValue, from_redis_value};

use super::event::StreamId;
use super::keys::PoolKeys;
use super::trusted::Moved;
use super::{Store, StoreError, scripts};
use crate::store::links::node::Link;

/// What Redis has of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The epoch that it has the pool under, if it has it.
    pub epoch: Option<i64>,
    /// The highest epoch that anybody ever tried to load it under; 0 for none.
    pub epoch_max: i64,
    /// Was it compared with the ledger, or loaded from it, on this very process?
    pub is_verified: bool,
    /// The sum by which its deadlines were set forward; `None` when a server of the version before loaded it.
    pub moved: Option<Moved>,
}

impl Store {
    /// Is some Redis there? One primary of a cluster is enough: the others' pools say so themselves.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut outcome = Err(StoreError::Unexpected("the cluster has no primary".to_owned()));
        for node in self.connection.primaries() {
            outcome = match node.link().await {
                Ok(link) => {
                    let answer = link.ask(&redis::cmd("PING")).await;
                    if answer.is_err() {
                        link.give_up();
                    }
                    answer.map(drop).map_err(StoreError::from)
                }
                Err(error) => Err(error.into()),
            };
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// Writes where the pool is, on the process that is trusted with it: a server that answers may refuse to write, as a
    /// replica does or one whose disk is full. What it writes is gone a moment later.
    pub async fn try_write(&self, keys: &PoolKeys) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("SET");
        cmd.arg(keys.trial()).arg(1).arg("PX").arg(1_000);
        let _: String = self.ask(keys, &cmd).await?;
        Ok(())
    }

    /// A link to the process that has the pool now, which has just said that its data is still what it was.
    pub async fn link(&self, keys: &PoolKeys) -> Result<Link, StoreError> {
        let question = Cmd::exists(keys.meta());
        let (link, _) = self.connection.run(keys.meta(), |_| Cow::Borrowed(&question), |_| true).await?;
        link.look_now().await?;
        Ok(link)
    }

    /// Asks whether the link to the pool's process still leads to the same data: something happened to the process.
    pub async fn look_now(&self, keys: &PoolKeys) -> Result<(), StoreError> {
        match self.connection.standing(keys.meta()) {
            Some(link) => Ok(link.look_now().await?),
            None => Ok(()),
        }
    }

    /// What the clock of the pool's process shows at least, in ms since 1970; nothing while there is no link.
    pub fn now_ms(&self, keys: &PoolKeys) -> Option<i64> {
        self.connection.standing(keys.meta()).map(|link| link.now_ms())
    }

    /// What the clocks of the primaries show, in ms since 1970, with their addresses.
    pub fn clocks(&self) -> Vec<(String, i64)> {
        let primaries = self.connection.primaries();
        let links = primaries.iter().filter_map(|node| Some((node.address.clone(), node.standing()?.now_ms())));
        links.collect()
    }

    /// Asks every server that gives out seats whether it still has the data that it had, unless it was asked just now:
    /// one that is left has its pools opened anew.
    pub async fn look(&self) {
        let links = self.connection.primaries().into_iter().filter_map(|node| node.standing());
        join_all(links.map(|link| async move {
            if let Err(error) = link.look().await {
                self.connection.unsettled(error).await;
            }
        }))
        .await;
    }
}

impl Link {
    /// Refuses a Redis that throws keys away when its memory is full: a seat would be given out twice. Says so when
    /// what it was told does not survive its end.
    pub(super) async fn check_settings(&self, address: &str) -> Result<(), StoreError> {
        let info: String = self.query(redis::cmd("INFO").arg("memory").arg("persistence")).await?;
        let line_of = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
        let policy = line_of("maxmemory_policy:");
        if policy.starts_with("allkeys-") {
            let what = format!("Redis at {address} may throw seats away: set its maxmemory-policy to noeviction");
            if line_of("maxmemory:") != "0" {
                return Err(StoreError::Unexpected(what));
            }
            tracing::warn!(address, policy, "Redis has no limit of memory now; with one it would throw seats away");
        }
        if line_of("aof_enabled:") == "0" {
            tracing::warn!(
                address,
                "Redis keeps no append-only file: what only it knows is lost with its process; set appendonly to yes"
            );
        }
        Ok(())
    }

    async fn query<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, StoreError> {
        from_redis_value(self.ask(cmd).await?).map_err(|error| StoreError::Unexpected(error.to_string()))
    }

    /// Loads the scripts that this process does not have.
    pub async fn load_scripts(&self) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("SCRIPT");
        cmd.arg("EXISTS");
        for script in scripts::all() {
            cmd.arg(script.sha());
        }
        let known: Vec<bool> = self.query(&cmd).await?;
        for (script, _) in scripts::all().into_iter().zip(known).filter(|(_, is_known)| !is_known) {
            let _: String = self.query(redis::cmd("SCRIPT").arg("LOAD").arg(script.text())).await?;
        }
        Ok(())
    }

    /// What this process has of the pool.
    pub async fn kept(&self, keys: &PoolKeys) -> Result<Kept, StoreError> {
        type Words = (Option<i64>, Option<i64>, Option<String>, Option<String>, Option<String>);
        // Process and history apart, because a server of the version before compares the first one only.
        let cmd = Cmd::hmget(keys.meta(), &["epoch", "loading", "process", "history", "moved"]);
        let (epoch, loading, process, history, moved): Words = self.query(&cmd).await?;
        Ok(Kept {
            epoch,
            epoch_max: epoch.max(loading).unwrap_or_default(),
            is_verified: process.as_deref().zip(history.as_deref()) == Some(self.process_and_history()),
            moved: moved.and_then(|moved| moved.parse().ok()),
        })
    }

    /// Has this process the entry `cursor`, written under `cursor_epoch`?
    pub async fn has_entry(&self, keys: &PoolKeys, cursor: StreamId, cursor_epoch: i64) -> Result<bool, StoreError> {
        let id = cursor.to_string();
        let reply: StreamRangeReply = self.query(&Cmd::xrange(keys.events(), &id, &id)).await?;
        Ok(reply.ids.first().and_then(|entry| entry.get::<i64>("e")) == Some(cursor_epoch))
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
        let (process, history) = self.process_and_history();
        cmd.arg(process).arg(history);
        let word: String = self.query(&cmd).await?;
        Ok(word == "adopted")
    }

    /// Takes the pool under `epoch`, which nobody knows, so that nothing in it changes while it is read. What Redis does
    /// not have needs no fence. [`StoreError::Fenced`] when somebody has used the epoch.
    pub async fn fence(&self, keys: &PoolKeys, epoch: i64) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("EVAL");
        cmd.arg(scripts::FENCE).arg(keys.all().len()).arg(keys.all()).arg(epoch);
        let word: String = self.query(&cmd).await?;
        if word == "fenced" { Err(StoreError::Fenced) } else { Ok(()) }
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
        let word: String = self.query(&cmd).await?;
        if word == "fenced" { Err(StoreError::Fenced) } else { Ok(word) }
    }
}
