//! Keeps the private stores up: one that ends by itself, killed or crashed, is started again over its data; again and
//! again if need be, with growing pauses, because a full disk or a busy machine may be better in a minute.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use embedded::{EmbeddedError, Postgres, Redis};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often both are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The pause before the second start in a row; it doubles up to [`PAUSE_MAX`]. The first start is at once.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A store that stayed up for so long is well again.
const WELL_AFTER: Duration = Duration::from_secs(60);
/// Stores that were never well for so long will not be.
const GIVE_UP_AFTER: Duration = Duration::from_secs(600);
/// A disk with less room than this counts as full.
const ROOM_BYTES_MIN: u64 = 64 << 20;

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
    ends: Ends,
    /// Where they keep their data.
    data: PathBuf,
}

/// What is known of the stores' ends since they were last well.
#[derive(Debug, Default)]
struct Ends {
    first: Option<Instant>,
    last: Option<Instant>,
    count: u32,
    /// Not before then is anything started again.
    again_at: Option<Instant>,
}

impl Supervisor {
    /// For stores that keep their data here.
    pub(super) fn over(data: &Path) -> Self {
        let kept = Kept { data: data.to_owned(), ..Kept::default() };
        Self { kept, watching: None }
    }

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
            && let Some(cause) = redis.why_ended()
            && self.ends.may_start("Redis", &self.data, &cause)?
        {
            self.ends.started("Redis", redis.restart().await);
        }
        if let Some(postgres) = &mut self.postgres
            && let Some(cause) = postgres.why_ended()
            && self.ends.may_start("PostgreSQL", &self.data, &cause)?
        {
            self.ends.started("PostgreSQL", postgres.restart().await);
        }
        Ok(())
    }
}

impl Ends {
    /// Is it time to start what has ended? An error when it never stays up.
    fn may_start(&mut self, program: &'static str, data: &Path, cause: &str) -> Result<bool, EmbeddedError> {
        let Some(again_at) = self.again_at else {
            self.note(program, data, cause);
            return Ok(false);
        };
        if self.first.is_some_and(|first| first.elapsed() > GIVE_UP_AFTER) {
            return Err(EmbeddedError::Ended {
                program,
                last_words: format!("it ends again and again, at last: {cause}"),
            });
        }
        Ok(Instant::now() >= again_at)
    }

    /// Something has ended: counts it, and chooses when to start again.
    fn note(&mut self, program: &'static str, data: &Path, cause: &str) {
        let now = Instant::now();
        if self.last.is_some_and(|last| now.duration_since(last) > WELL_AFTER) {
            *self = Self::default();
        }
        let pause = pause_before(self.count);
        (self.count, self.last, self.again_at) = (self.count + 1, Some(now), Some(now + pause));
        self.first.get_or_insert(now);
        tracing::warn!(program, cause, pause_ms = pause.as_millis(), "ended by itself and is started again");
        if room_bytes(data).is_some_and(|room| room < ROOM_BYTES_MIN) {
            tracing::error!(data = %data.display(), "the disk is full: make room, the stores go on by themselves then");
        }
    }

    /// It was started, or failed to. Its next end is a new one.
    fn started(&mut self, program: &'static str, outcome: Result<(), EmbeddedError>) {
        self.again_at = None;
        if let Err(error) = outcome {
            tracing::error!(program, %error, "does not start again");
        }
    }
}

fn pause_before(starts: u32) -> Duration {
    match starts.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(PAUSE_MAX),
    }
}

/// How much room the disk has for the stores, if the system says.
fn room_bytes(data: &Path) -> Option<u64> {
    let disk = nix::sys::statvfs::statvfs(data).ok()?;
    Some(disk.blocks_available().saturating_mul(disk.fragment_size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_is_at_once_and_pauses_grow() {
        let pauses: Vec<_> = (0..9).map(|starts| pause_before(starts).as_millis()).collect();
        assert_eq!(pauses, [0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        assert_eq!(pause_before(u32::MAX), PAUSE_MAX);
    }

    #[test]
    fn a_store_that_is_never_well_is_given_up_and_one_that_was_begins_anew() {
        let data = std::env::temp_dir();
        let now = Instant::now();
        let Some(long_ago) = now.checked_sub(GIVE_UP_AFTER + Duration::from_secs(1)) else { return };
        let mut ends = Ends { first: Some(long_ago), last: Some(now), count: 90, again_at: Some(now) };
        assert!(ends.may_start("Redis", &data, "killed").is_err());
        (ends.last, ends.again_at) = (Some(long_ago), None);
        assert!(!ends.may_start("Redis", &data, "killed").unwrap(), "counted first");
        assert!(ends.count == 1 && ends.may_start("Redis", &data, "killed").unwrap(), "and then started at once");
    }
}
