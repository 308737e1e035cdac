//! Keeps the private stores up: one that ends by itself, killed or crashed, is started again over its data.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use embedded::{EmbeddedError, Postgres, Redis};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often both are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// More ends than this within [`RECENT`] are no accident any more.
const ENDS_MAX: usize = 10;
const RECENT: Duration = Duration::from_secs(60);

/// The stores that are ours to keep and to stop.
#[derive(Debug, Default)]
pub(super) struct Supervisor {
    kept: Kept,
    watching: Option<(CancellationToken, JoinHandle<Kept>)>,
}

#[derive(Debug, Default)]
struct Kept {
    redis: Option<Redis>,
    postgres: Option<Postgres>,
    /// When one of them ended by itself, the oldest first.
    ends: VecDeque<Instant>,
}

impl Supervisor {
    /// Takes Redis over and returns its address.
    pub(super) fn own_redis(&mut self, redis: Redis) -> String {
        let url = redis.url().to_owned();
        self.kept.redis = Some(redis);
        url
    }

    /// Takes Postgres over and returns its address.
    pub(super) fn own_postgres(&mut self, postgres: Postgres) -> String {
        let url = postgres.url().to_owned();
        self.kept.postgres = Some(postgres);
        url
    }

    pub(super) fn watch(&mut self, gave_up: CancellationToken) {
        let stop = CancellationToken::new();
        let watching = tokio::spawn(std::mem::take(&mut self.kept).watch(stop.clone(), gave_up));
        self.watching = Some((stop, watching));
    }

    pub(super) async fn stop(mut self) {
        if let Some((stop, watching)) = self.watching.take() {
            stop.cancel();
            // A panic has dropped the stores already, which ends them.
            self.kept = watching.await.unwrap_or_default();
        }
        if let Some(redis) = self.kept.redis {
            redis.stop().await;
        }
        if let Some(postgres) = self.kept.postgres {
            postgres.stop().await;
        }
    }
}

impl Kept {
    async fn watch(mut self, stop: CancellationToken, gave_up: CancellationToken) -> Self {
        while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            if let Err(error) = self.mend().await {
                tracing::error!(%error, "a private store does not start again");
                gave_up.cancel();
                break;
            }
        }
        self
    }

    async fn mend(&mut self) -> Result<(), EmbeddedError> {
        if let Some(redis) = &mut self.redis
            && !redis.is_running()
        {
            allow_end(&mut self.ends, "Redis")?;
            redis.restart().await?;
        }
        if let Some(postgres) = &mut self.postgres
            && !postgres.is_running()
        {
            allow_end(&mut self.ends, "PostgreSQL")?;
            postgres.restart().await?;
        }
        Ok(())
    }
}

/// Counts an end; an error when there were too many of late.
fn allow_end(ends: &mut VecDeque<Instant>, program: &'static str) -> Result<(), EmbeddedError> {
    tracing::warn!(program, "ended by itself and is started again");
    ends.push_back(Instant::now());
    while ends.front().is_some_and(|end| end.elapsed() > RECENT) {
        ends.pop_front();
    }
    if ends.len() > ENDS_MAX {
        return Err(EmbeddedError::Ended { program, last_words: "it ends again and again".into() });
    }
    Ok(())
}
