//! Keeps the private stores up: one that ends by itself, killed or crashed, is started again over its data; again and
//! again if need be, with growing pauses, because a full disk or a busy machine may be better in a minute.

use std::path::{Path, PathBuf};
use std::time::Duration;

use embedded::{EmbeddedError, Postgres, Redis, SILENCE_MAX};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often each is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The pause before the second start in a row; it doubles up to [`PAUSE_MAX`]. The first start is at once.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A store that stayed up for so long is well again.
const WELL_AFTER: Duration = Duration::from_secs(60);
/// A store that was never well for so long will not be. The start that is under way then is given up, too, unless the
/// store says that it is recovering.
const GIVE_UP_AFTER: Duration = Duration::from_secs(600);
/// A disk with less room than this counts as full.
const ROOM_BYTES_MIN: u64 = 64 << 20;

/// The stores that are ours to keep and to stop.
#[derive(Debug)]
pub(super) struct Supervisor {
    redis: Option<Kept<Redis>>,
    postgres: Option<Kept<Postgres>>,
    watching: Option<(CancellationToken, JoinHandle<Watched>)>,
    /// Where they keep their data.
    data: PathBuf,
}

type Watched = (Option<Kept<Redis>>, Option<Kept<Postgres>>);

/// A store as far as it concerns keeping it up.
trait Store: Send {
    const PROGRAM: &'static str;

    /// Why it has ended; nothing while it runs.
    fn why_ended(&mut self) -> Option<String>;

    /// Starts it again; gives up when it says nothing for so long.
    fn restart(&mut self, silence_max: Duration) -> impl Future<Output = Result<(), EmbeddedError>> + Send;
}

impl Store for Redis {
    const PROGRAM: &'static str = "Redis";

    fn why_ended(&mut self) -> Option<String> {
        Self::why_ended(self)
    }

    async fn restart(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
        self.restart_within(silence_max).await
    }
}

impl Store for Postgres {
    const PROGRAM: &'static str = "PostgreSQL";

    fn why_ended(&mut self) -> Option<String> {
        Self::why_ended(self)
    }

    async fn restart(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
        self.restart_within(silence_max).await
    }
}

/// One store, and what is known of its ends.
#[derive(Debug)]
struct Kept<S> {
    store: S,
    ends: Ends,
    data: PathBuf,
}

/// What is known of a store's ends since it was last well.
#[derive(Debug, Default)]
struct Ends {
    /// Since when it runs, as far as its last end is not known yet.
    up_since: Option<Instant>,
    first: Option<Instant>,
    count: u32,
    /// Not before then is it started again.
    again_at: Option<Instant>,
}

impl Supervisor {
    /// For stores that keep their data here.
    pub(super) fn over(data: &Path) -> Self {
        Self { redis: None, postgres: None, watching: None, data: data.to_owned() }
    }

    /// Takes Redis over and returns its address.
    pub(super) fn own_redis(&mut self, redis: Redis) -> String {
        let url = redis.url().to_owned();
        self.redis = Some(Kept::over(redis, &self.data));
        url
    }

    /// Takes Postgres over and returns its address.
    pub(super) fn own_postgres(&mut self, postgres: Postgres) -> String {
        let url = postgres.url().to_owned();
        self.postgres = Some(Kept::over(postgres, &self.data));
        url
    }

    pub(super) fn watch(&mut self, gave_up: CancellationToken) {
        let stop = CancellationToken::new();
        let (redis, postgres, stopped) = (self.redis.take(), self.postgres.take(), stop.clone());
        // Side by side: one that takes long to start again must not keep the other from it.
        let watching =
            tokio::spawn(
                async move { tokio::join!(watch(redis, &stopped, &gave_up), watch(postgres, &stopped, &gave_up)) },
            );
        self.watching = Some((stop, watching));
    }

    pub(super) async fn stop(mut self) {
        if let Some((stop, watching)) = self.watching.take() {
            stop.cancel();
            // A panic has dropped the stores already, which ends them.
            (self.redis, self.postgres) = watching.await.unwrap_or_default();
        }
        if let Some(redis) = self.redis {
            redis.store.stop().await;
        }
        if let Some(postgres) = self.postgres {
            postgres.store.stop().await;
        }
    }
}

async fn watch<S: Store>(
    kept: Option<Kept<S>>,
    stop: &CancellationToken,
    gave_up: &CancellationToken,
) -> Option<Kept<S>> {
    let mut kept = kept?;
    // A stop waits for no start: what is half started ends as it is dropped.
    if let Some(error) = stop.run_until_cancelled(kept.keep_up()).await {
        tracing::error!(%error, "a private store does not start again");
        gave_up.cancel();
    }
    Some(kept)
}

impl<S: Store> Kept<S> {
    /// A store that was just started.
    fn over(store: S, data: &Path) -> Self {
        let ends = Ends { up_since: Some(Instant::now()), ..Ends::default() };
        Self { store, ends, data: data.to_owned() }
    }

    /// Starts it again whenever it ends; answers why that is given up.
    async fn keep_up(&mut self) -> EmbeddedError {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Some(cause) = self.store.why_ended() else { continue };
            match self.ends.may_start(S::PROGRAM, &self.data, &cause) {
                Err(error) => return error,
                Ok(None) => {}
                Ok(Some(silence_max)) => {
                    let outcome = self.store.restart(silence_max).await;
                    self.ends.started(S::PROGRAM, outcome);
                }
            }
        }
    }
}

impl Ends {
    /// Is it time to start what has ended, and how long may it say nothing then? An error when it is never well.
    fn may_start(
        &mut self,
        program: &'static str,
        data: &Path,
        cause: &str,
    ) -> Result<Option<Duration>, EmbeddedError> {
        let Some(again_at) = self.again_at else {
            self.note(program, data, cause);
            return Ok(None);
        };
        let ill_for = self.first.map_or(Duration::ZERO, |first| first.elapsed());
        let left = GIVE_UP_AFTER.saturating_sub(ill_for);
        if left.is_zero() {
            return Err(EmbeddedError::Ended {
                program,
                last_words: format!("it ends again and again, at last: {cause}"),
            });
        }
        Ok((Instant::now() >= again_at).then_some(left.min(SILENCE_MAX)))
    }

    /// It has ended: counts it, and chooses when to start again.
    fn note(&mut self, program: &'static str, data: &Path, cause: &str) {
        let now = Instant::now();
        // A start that failed, however long it took, is no time in which it was up.
        if self.up_since.take().is_some_and(|since| now.duration_since(since) >= WELL_AFTER) {
            *self = Self::default();
        }
        let pause = pause_before(self.count);
        (self.count, self.again_at) = (self.count + 1, Some(now + pause));
        self.first.get_or_insert(now);
        tracing::warn!(program, cause, pause_ms = pause.as_millis(), "ended by itself and is started again");
        if room_bytes(data).is_some_and(|room| room < ROOM_BYTES_MIN) {
            tracing::error!(data = %data.display(), "the disk is full: make room, the stores go on by themselves then");
        }
    }

    /// It was started, or failed to. Its next end is a new one.
    fn started(&mut self, program: &'static str, outcome: Result<(), EmbeddedError>) {
        self.again_at = None;
        match outcome {
            Ok(()) => self.up_since = Some(Instant::now()),
            Err(error) => tracing::error!(program, %error, "does not start again"),
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

    /// A store of which every start takes so long, and which then stays up for so long, or does not start at all.
    struct Failing {
        start: Duration,
        up: Option<Duration>,
        ends_at: Instant,
        starts: u32,
    }

    impl Store for Failing {
        const PROGRAM: &'static str = "a store";

        fn why_ended(&mut self) -> Option<String> {
            (Instant::now() >= self.ends_at).then(|| "killed".to_owned())
        }

        async fn restart(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
            self.starts += 1;
            let Some(up) = self.up else {
                tokio::time::sleep(self.start.min(silence_max)).await;
                let seconds = silence_max.as_secs();
                return Err(EmbeddedError::Silent { program: Self::PROGRAM, seconds, cause: "no answer".to_owned() });
            };
            tokio::time::sleep(self.start).await;
            self.ends_at = Instant::now() + up;
            Ok(())
        }
    }

    /// After how many seconds such a store is given up, if it is within six hours, and how often it was started.
    async fn given_up_after(start: u64, up: Option<u64>) -> (Option<u64>, u32) {
        let [start, six_hours] = [start, 21_600].map(Duration::from_secs);
        let since = Instant::now();
        let store = Failing { start, up: up.map(Duration::from_secs), ends_at: since, starts: 0 };
        let mut kept = Kept::over(store, &std::env::temp_dir());
        let given_up = tokio::time::timeout(six_hours, kept.keep_up()).await.is_ok();
        (given_up.then(|| since.elapsed().as_secs()), kept.store.starts)
    }

    #[test]
    fn the_first_start_is_at_once_and_pauses_grow() {
        let pauses: Vec<_> = (0..9).map(|starts| pause_before(starts).as_millis()).collect();
        assert_eq!(pauses, [0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        assert_eq!(pause_before(u32::MAX), PAUSE_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_never_well_is_given_up_after_ten_minutes_whatever_its_starts_do() {
        for (start, up) in [(0, None), (5, None), (120, None), (100_000, None), (0, Some(0)), (3, Some(59))] {
            let (after, starts) = given_up_after(start, up).await;
            assert!(after.is_some_and(|after| (600..665).contains(&after)), "{start} {up:?}: {after:?}");
            assert!((5..100).contains(&starts), "{start} {up:?}: {starts} starts");
        }
        // However long it recovers: when it ends again at once, that was no good start.
        let (after, starts) = given_up_after(1_800, Some(1)).await;
        assert!(starts == 1 && after.is_some_and(|after| (1_800..1_810).contains(&after)), "{after:?}, {starts}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_was_well_begins_anew_and_one_that_recovers_is_not_given_up() {
        for (start, up) in [(0, 60), (1, 3_600), (1_800, 90)] {
            let (after, starts) = given_up_after(start, Some(up)).await;
            assert!(after.is_none() && starts >= 5, "{start} {up}: {after:?}, {starts} starts");
        }
    }
}
