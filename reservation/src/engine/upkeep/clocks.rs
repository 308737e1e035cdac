//! Says when the clocks of the stores and of this machine drift apart: deadlines are Redis's, openings are this
//! machine's, and what is half done is found by Postgres's.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use metrics::gauge;

use crate::engine::Engine;
use crate::ledger::{LedgerError, catalogue};

const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Further apart, people see it: a countdown that ends early, a hold that lapses before its time.
const APART_SECONDS_MAX: f64 = 1.0;
/// Looks for which nothing is said again after it was said.
const QUIET_LOOKS: u32 = 30;

/// Looks at the clocks until the engine stops.
pub(in crate::engine) async fn watch(engine: Engine) {
    let mut quiet = 0_u32;
    loop {
        let mut apart = vec![];
        for (address, now_ms) in engine.inner.store.clocks() {
            apart.push((format!("redis {address}"), seconds_ahead(Timestamp::now(), now_ms)));
        }
        if let Ok(seconds) = postgres_ahead(&engine).await {
            apart.push(("postgres".to_owned(), seconds));
        }
        engine.inner.clock_apart_ms.store(furthest_ms(&apart), Ordering::Relaxed);
        quiet = quiet.saturating_sub(1);
        for (store, seconds) in apart {
            gauge!("seathold_clock_ahead_seconds", "store" => store.clone()).set(seconds);
            if seconds.abs() > APART_SECONDS_MAX && quiet == 0 {
                tracing::error!(store, seconds, "a store's clock and this machine's are apart: set them by one source");
                quiet = QUIET_LOOKS;
            }
        }
        tokio::select! { () = engine.inner.stop.cancelled() => return, () = tokio::time::sleep(LOOK_EVERY) => {} }
    }
}

/// How far Postgres's clock is ahead of ours. The answer is taken to be from the middle of the wait for it.
async fn postgres_ahead(engine: &Engine) -> Result<f64, LedgerError> {
    let client = engine.inner.ledger.client().await?;
    let asked = Timestamp::now();
    let now = catalogue::clock(&**client).await?;
    let middle = asked + asked.duration_until(Timestamp::now()) / 2;
    Ok(seconds_ahead(middle, now.as_millisecond()))
}

/// How far the clock is away that is furthest away, in ms; positive where it is ahead.
#[expect(clippy::cast_possible_truncation, reason = "a cast of a float saturates, and its fraction of a ms is nothing")]
fn furthest_ms(apart: &[(String, f64)]) -> i64 {
    let furthest = apart.iter().map(|(_, seconds)| *seconds).max_by(|one, other| one.abs().total_cmp(&other.abs()));
    (furthest.unwrap_or_default() * 1_000.0) as i64
}

fn seconds_ahead(ours: Timestamp, theirs_ms: i64) -> f64 {
    let ahead = Timestamp::from_millisecond(theirs_ms).map(|theirs| ours.duration_until(theirs));
    ahead.map_or(f64::INFINITY, |ahead| ahead.as_secs_f64())
}
