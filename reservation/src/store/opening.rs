//! What opening a pool needs of Redis. All of it runs over one link, so on one process: what was
//! compared with the ledger, or loaded from it, is what will be asked afterwards.

use redis::{Cmd, FromRedisValue, from_redis_value};

use super::event::StreamId;
use super::keys::PoolKeys;
use super::node::Link;
use super::{Store, StoreError, scripts};

/// What Redis has of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The epoch that it has the pool under, if it has it.
    pub epoch: Option<i64>,
    /// The highest epoch that anybody ever tried to load it under; 0 for none.
    pub epoch_max: i64,
    /// Was it compared with the ledger, or loaded from it, on this very process?
    pub is_verified: bool,
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
                        node.forget(&link);
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

    /// A link to the process that has the pool now.
    pub async fn link(&self, keys: &PoolKeys) -> Result<Link, StoreError> {
        let (link, _) = self.connection.run(keys.meta(), &Cmd::exists(keys.meta()), |_| true).await?;
        Ok(link)
    }

    /// From now on the pool may be asked on this process.
    pub fn trust(&self, keys: &PoolKeys, link: &Link) {
        self.verified.insert(keys.meta().to_owned(), link.process().to_owned());
    }

    /// May the pool be asked where it is now?
    pub fn is_trusted(&self, keys: &PoolKeys) -> bool {
        self.connection.standing(keys.meta()).is_some_and(|link| self.is_verified(keys, &link))
    }

    pub(super) fn is_verified(&self, keys: &PoolKeys, link: &Link) -> bool {
        self.verified.get(keys.meta()).is_some_and(|process| *process == link.process())
    }
}

impl Link {
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
        let cmd = Cmd::hmget(keys.meta(), &["epoch", "loading", "process"]);
        let (epoch, loading, process): (Option<i64>, Option<i64>, Option<String>) = self.query(&cmd).await?;
        Ok(Kept {
            epoch,
            epoch_max: epoch.max(loading).unwrap_or_default(),
            is_verified: process.as_deref() == Some(self.process()),
        })
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
        cmd.arg(epoch).arg(cursor.to_string()).arg(cursor_epoch).arg(self.process());
        let word: String = self.query(&cmd).await?;
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
        let word: String = self.query(&cmd).await?;
        if word == "fenced" { Err(StoreError::Fenced) } else { Ok(word) }
    }
}
