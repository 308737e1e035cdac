//! `seathold demo rush`: an opening with made-up candidates, so that anybody sees in a minute what happens at one.
//!
//! Candidates go through the engine as the API's callers do: through the waiting room, with a pass, and with the same
//! refusals. What they do is drawn from their number, so that two rushes look alike.

mod exam;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use reservation::engine::waiting_room::{Admission, TurnState};
use reservation::engine::{Engine, HoldError};
use reservation::ids::{CandidateId, ExamId, HoldId, SittingId};
use reservation::waiting_room::pass::Pass;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::services::Services;

/// So many of a hundred are there before it opens.
const EARLY: f64 = 70.0;
/// The others come within so many seconds after it.
const LATE_SECONDS: f64 = 75.0;
/// Of a hundred who have a seat so many pay, and so many more give it back; the others lose it.
const PAYING: f64 = 66.0;
const GIVING_BACK: f64 = 8.0;
/// After so many sittings that were full one gives up.
const TRIES: u64 = 4;
/// Whoever waits looks again after so long at most.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Which opening is played.
#[derive(Debug, Clone, Copy)]
pub struct Rush {
    /// How many made-up candidates come.
    pub candidates: u32,
    /// How many seats there are.
    pub seats: u32,
    /// How long until it opens.
    pub opens_in: SignedDuration,
}

/// An opening that is about to be played.
#[derive(Clone)]
pub struct Stage {
    engine: Engine,
    exam: ExamId,
    sittings: Arc<[SittingId]>,
    rush: Rush,
    opens_at: Timestamp,
}

/// A number from 0 to 1 that follows from a candidate's number and from what is decided (splitmix64, Steele et al. 2014).
#[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
fn drawn(candidate: u32, what: u64) -> f64 {
    let mut z =
        (u64::from(candidate) << 8 | what).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A time between two numbers of seconds.
fn between(candidate: u32, what: u64, (least, most): (f64, f64)) -> Duration {
    Duration::from_secs_f64(least + (most - least) * drawn(candidate, what))
}

impl Stage {
    /// Makes an exam that opens when `rush` says so.
    pub async fn set(data: &Path, services: &Services, rush: Rush) -> anyhow::Result<Self> {
        let opens_at = Timestamp::now() + rush.opens_in;
        let dir = data.join("demo-rush");
        exam::write(&dir, rush.seats, opens_at).context("the exam of the rush cannot be written")?;
        let exam =
            services.registration.exams.import(&dir).await.context("the exam of the rush cannot be imported")?.exam;
        let sittings = services.engine.availability(&exam)?.into_iter().map(|one| one.sitting.id.clone()).collect();
        Ok(Self { engine: services.engine.clone(), exam, sittings, rush, opens_at })
    }

    /// Where the wall of the exam is, on the staff's address.
    pub fn wall(&self, staff_url: &str) -> String {
        format!("{}/wall/{}", staff_url.trim_end_matches('/'), self.exam)
    }

    /// Plays until `stop`, or until everybody has done what they came for.
    pub async fn play(self, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        for candidate in 0..self.rush.candidates {
            let (stage, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move { stop.run_until_cancelled(stage.come(candidate)).await });
        }
        tasks.close();
        tasks.wait().await;
    }

    /// One candidate's way. What fails is what happens to candidates, too: they try again or go.
    async fn come(&self, number: u32) {
        let Ok(candidate) = format!("rush-{number}").parse::<CandidateId>() else { return };
        let before = self.rush.opens_in.as_secs_f64();
        let arrives = if drawn(number, 0) * 100.0 < EARLY {
            before * drawn(number, 1)
        } else {
            // Most of the late ones come soon.
            before + LATE_SECONDS * drawn(number, 1).powi(2)
        };
        tokio::time::sleep(Duration::from_secs_f64(arrives)).await;
        let pass = self.wait(&candidate).await;
        tokio::time::sleep(between(number, 2, (0.5, 9.0))).await;
        for attempt in 0..TRIES {
            match self.take(number, attempt, &candidate, pass.as_ref()).await {
                Ok(hold) => return self.decide(number, &hold).await,
                Err(HoldError::Full { .. } | HoldError::Unavailable(_)) => {
                    tokio::time::sleep(between(number, 10 + attempt, (1.0, 4.0))).await;
                }
                Err(_) => return,
            }
        }
    }

    /// Waits outside until the candidate is let in; with what lets in, where that is asked for.
    async fn wait(&self, candidate: &CandidateId) -> Option<Pass> {
        loop {
            let is_early = Timestamp::now() < self.opens_at;
            let pause = match self.engine.take_position(&self.exam, candidate, None).await {
                Ok(position) => match position.state {
                    TurnState::Admitted { pass, .. } => return Some(pass),
                    TurnState::Open if !is_early => return None,
                    _ => position.refresh.min(LOOK_AGAIN),
                },
                Err(_) => LOOK_AGAIN,
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes a seat: many want the first sittings.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the sittings is one of them"
    )]
    async fn take(
        &self,
        number: u32,
        attempt: u64,
        candidate: &CandidateId,
        pass: Option<&Pass>,
    ) -> Result<HoldId, HoldError> {
        let wanted = drawn(number, 20 + attempt).powf(1.0 + 0.5 / (attempt + 1) as f64) * self.sittings.len() as f64;
        let sitting = self.sittings[(wanted as usize).min(self.sittings.len() - 1)].clone();
        let taken = self.engine.hold(&self.exam, candidate, &[sitting], Admission::Pass(pass)).await?;
        taken.holds.into_iter().next().map(|hold| hold.id).ok_or_else(|| HoldError::Unavailable("no seat".to_owned()))
    }

    /// Pays, gives the seat back, or lets its time run out.
    async fn decide(&self, number: u32, hold: &HoldId) {
        let wish = drawn(number, 3) * 100.0;
        if wish < PAYING {
            tokio::time::sleep(between(number, 4, (4.0, 55.0))).await;
            let Ok(reference) = format!("rush-{number}").parse() else { return };
            if self.engine.freeze(&self.exam, hold).await.is_ok() {
                tokio::time::sleep(between(number, 5, (2.0, 12.0))).await;
                let _ = self.engine.confirm(&self.exam, hold, &reference).await;
            }
        } else if wish < PAYING + GIVING_BACK {
            tokio::time::sleep(between(number, 6, (5.0, 40.0))).await;
            let _ = self.engine.release(&self.exam, hold).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_candidates_do_is_spread_evenly_and_is_the_same_again() {
        let count = (0..10_000).filter(|candidate| drawn(*candidate, 3) * 100.0 < PAYING).count();
        assert!((6_400..6_800).contains(&count), "{count}");
        let early = (0..10_000).filter(|candidate| drawn(*candidate, 0) * 100.0 < EARLY && drawn(*candidate, 3) < 0.5);
        assert!((3_300..3_700).contains(&early.count()), "one does not follow from the other");
        assert!((0..10_000).all(|candidate| (0.0..1.0).contains(&drawn(candidate, 9))));
        let time = between(17, 4, (4.0, 55.0));
        assert_eq!(time, between(17, 4, (4.0, 55.0)));
        assert!((4.0..55.0).contains(&time.as_secs_f64()));
    }
}
