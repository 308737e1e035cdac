//! What the machine reads on pictures of payments: off the requests, one picture after the other, and kept sealed.

use std::time::{Duration, Instant};

use gateways::{OrderText, ScreenshotError, ScreenshotReader, ShownTime};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::clock;
use crate::pictures::likeness::{self, LINES_MAX, Look};
use crate::pictures::screenshots::Screenshots;
use crate::pictures::store::screenshot_readings::{self, Due, Outcome, StoredReading};
use crate::pictures::store::{screenshot_marks, screenshots};
use crate::secrets::vault::Vault;
use crate::store::{Database, StoreError};

/// How often a picture is begun before it counts as one that cannot be read.
const TRIES_MAX: i16 = 3;
/// So long nobody else reads what one process has taken: longer than a reader may take for a picture.
const TAKEN: SignedDuration = SignedDuration::from_mins(5);
/// Until the next try, times the tries before.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// A round ends after so long, so that a stop is not waited for.
const ROUND: Duration = Duration::from_secs(5);
/// Most pictures that are compared line by line with one.
const COMPARED_MAX: i64 = 32;

/// The door to what was read. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Readings {
    pub(crate) database: Database,
    pub(crate) screenshots: Screenshots,
    pub(crate) vault: Vault,
    pub(crate) reader: Option<ScreenshotReader>,
}

/// What was read on a picture. No `Debug`: it is personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub(crate) order_number: Option<String>,
    pub(crate) merchant_number: Option<String>,
    pub(crate) amount_fen: Option<i64>,
    pub(crate) payee: Option<String>,
    pub(crate) paid_at: Option<SaidTime>,
    /// By which it is compared with others.
    pub(crate) lines: Vec<Look>,
}

/// A time as a picture shows it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SaidTime {
    year: Option<i16>,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: Option<i8>,
}

impl From<ShownTime> for SaidTime {
    fn from(time: ShownTime) -> Self {
        let ShownTime { year, month, day, hour, minute, second } = time;
        Self { year, month, day, hour, minute, second }
    }
}

impl From<SaidTime> for ShownTime {
    fn from(time: SaidTime) -> Self {
        let SaidTime { year, month, day, hour, minute, second } = time;
        Self { year, month, day, hour, minute, second }
    }
}

/// How far the machine is with a picture.
pub(crate) enum Reading {
    /// It has not come to it yet.
    Waiting,
    /// There is no reader here.
    Off,
    /// It could not be read.
    Unread,
    /// This was read.
    Read(Said),
}

/// Another picture that is this one, or one of the same payment.
pub(crate) struct Double {
    pub(crate) other: screenshots::Other,
    /// It is the same picture, or looks so.
    pub(crate) is_alike: bool,
    /// It shows the same number.
    pub(crate) has_same_number: bool,
}

impl Readings {
    /// Reads what is due, the longest waiting first, for a while.
    pub(crate) async fn read_due(&self) -> Result<(), StoreError> {
        let begun = Instant::now();
        let mut failed = Ok(());
        while begun.elapsed() < ROUND {
            let (now, client) = (clock::now(), self.database.client().await?);
            let due = screenshot_readings::take_due(&client, now, now + TAKEN, self.reader.is_some()).await?;
            drop(client);
            let Some(due) = due else { break };
            match self.read(&due).await {
                Err(error) if error.is_of_one_row() => {
                    tracing::error!(order = %due.order, %error, "a picture of a payment could not be worked on");
                    failed = Err(error);
                    self.put_off(&due).await?;
                }
                done => done?,
            }
        }
        failed
    }

    /// Reads one picture, and writes what was read, or that it could not be.
    async fn read(&self, due: &Due) -> Result<(), StoreError> {
        let Some(jpeg) = self.screenshots.find(due.order, due.screenshot).await? else {
            return self.finish(due, StoredReading::Unread, Said::default()).await;
        };
        let looked_at = jpeg.clone();
        let lines = tokio::task::spawn_blocking(move || likeness::looks(&looked_at)).await;
        let lines = lines.ok().and_then(Result::ok).unwrap_or_default();
        let Some(reader) = &self.reader else {
            return self.finish(due, StoredReading::Marked, Said { lines, ..Said::default() }).await;
        };
        match reader.read(jpeg.into()).await {
            Ok(text) => self.finish(due, StoredReading::Read, Said { lines, ..said(text) }).await,
            Err(ScreenshotError::Unavailable(why)) if due.tries < TRIES_MAX => {
                tracing::warn!(order = %due.order, why, "a picture of a payment could not be read yet");
                self.put_off(due).await
            }
            Err(_) => self.finish(due, StoredReading::Unread, Said { lines, ..Said::default() }).await,
        }
    }

    /// Another try later; none when there were enough.
    async fn put_off(&self, due: &Due) -> Result<(), StoreError> {
        if due.tries >= TRIES_MAX {
            return self.finish(due, StoredReading::Unread, Said::default()).await;
        }
        let later = clock::now() + PAUSE * i32::from(due.tries);
        screenshot_readings::later(&self.database.client().await?, due.screenshot, later).await
    }

    async fn finish(&self, due: &Due, state: StoredReading, said: Said) -> Result<(), StoreError> {
        let state = if state == StoredReading::Read && is_empty(&said) { StoredReading::Unread } else { state };
        let sealed = serde_json::to_vec(&said).map_err(|_| StoreError::Corrupt("a reading"))?;
        let sealed = self.vault.seal(&context(due.screenshot), &sealed);
        let index = |number: &Option<String>| number.as_deref().map(|it| self.vault.index("screenshot.number", it));
        let outcome = Outcome {
            screenshot: due.screenshot,
            state,
            said: &sealed,
            number_index: index(&said.order_number),
            merchant_index: index(&said.merchant_number),
            at: clock::now(),
        };
        let marks: Vec<i64> = said.lines.iter().take(LINES_MAX).map(|line| self.mark(line.mark)).collect();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        screenshot_readings::finish(&transaction, &outcome).await?;
        screenshot_marks::replace(&transaction, due.screenshot, &marks).await?;
        transaction.commit().await?;
        let outcome: &'static str = state.into();
        metrics::counter!("registration_pictures_read_total", "outcome" => outcome).increment(1);
        Ok(())
    }

    /// A line as it is looked up: who has no key learns nothing of it.
    fn mark(&self, line: u64) -> i64 {
        let index = self.vault.index_of_bytes("screenshot.line", &line.to_be_bytes());
        let (first, _) = index.split_first_chunk().expect("an index has 32 bytes");
        i64::from_be_bytes(*first)
    }

    /// What was read on a picture.
    pub(crate) async fn of(&self, screenshot: Uuid) -> Result<Reading, StoreError> {
        let found = screenshot_readings::get(&self.database.client().await?, screenshot).await?;
        Ok(match found {
            Some((StoredReading::Read, Some(sealed))) => Reading::Read(self.open(screenshot, &sealed)?),
            Some((StoredReading::Read | StoredReading::Unread, _)) => Reading::Unread,
            Some((StoredReading::Waiting | StoredReading::Marked, _)) if self.reader.is_some() => Reading::Waiting,
            Some(_) | None => Reading::Off,
        })
    }

    fn open(&self, screenshot: Uuid, sealed: &[u8]) -> Result<Said, StoreError> {
        let plain = self.vault.open(&context(screenshot), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("a reading"))
    }

    /// Other accepted pictures that are this one or look so, or show the same number, at most `limit`, those that are
    /// certain first.
    pub(crate) async fn doubles(&self, screenshot: Uuid, limit: i64) -> Result<Vec<Double>, StoreError> {
        let client = self.database.client().await?;
        let same = screenshots::same(&client, screenshot, limit).await?;
        let own = screenshot_readings::get(&client, screenshot).await?.and_then(|(_, sealed)| sealed);
        let sharing = screenshot_marks::sharing(&client, screenshot, COMPARED_MAX).await?;
        drop(client);
        let mut doubles: Vec<Double> = same
            .into_iter()
            .map(|same| Double {
                other: same.other,
                is_alike: same.is_same_picture,
                has_same_number: same.has_same_number,
            })
            .collect();
        let Some(own) = own.map(|sealed| self.open(screenshot, &sealed)).transpose()? else { return Ok(doubles) };
        for found in sharing {
            let theirs = self.open(found.other.picture, &found.said)?;
            if !is_one_picture(&own, &theirs) {
                continue;
            }
            match doubles.iter_mut().find(|double| double.other.picture == found.other.picture) {
                Some(double) => double.is_alike = true,
                None => doubles.push(Double { other: found.other, is_alike: true, has_same_number: false }),
            }
        }
        doubles.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(doubles)
    }
}

/// Do both look alike? Not where two different numbers were read on them: screens of one app differ in little else.
fn is_one_picture(one: &Said, other: &Said) -> bool {
    let are_others =
        |one: &Option<String>, other: &Option<String>| matches!((one, other), (Some(one), Some(other)) if one != other);
    let is_other_payment = are_others(&one.order_number, &other.order_number);
    !is_other_payment && likeness::are_alike(&one.lines, &other.lines)
}

fn said(text: OrderText) -> Said {
    let OrderText { order_number, merchant_number, amount_fen, payee, paid_at } = text;
    Said { order_number, merchant_number, amount_fen, payee, paid_at: paid_at.map(SaidTime::from), lines: Vec::new() }
}

/// Was nothing found to compare?
fn is_empty(said: &Said) -> bool {
    let Said { order_number, merchant_number, amount_fen, payee, paid_at, lines: _ } = said;
    order_number.is_none() && merchant_number.is_none() && amount_fen.is_none() && payee.is_none() && paid_at.is_none()
}

fn context(screenshot: Uuid) -> String {
    format!("screenshot.reading {screenshot}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_with_different_numbers_are_not_one_however_alike_they_look() {
        let lines = Look::some();
        let with = |number: Option<&str>| Said {
            order_number: number.map(str::to_owned),
            lines: lines.clone(),
            ..Said::default()
        };
        assert!(is_one_picture(&with(Some("1")), &with(Some("1"))) && is_one_picture(&with(None), &with(Some("1"))));
        assert!(!is_one_picture(&with(Some("1")), &with(Some("2"))));
    }

    #[test]
    fn what_was_read_is_read_back_from_its_bytes_by_this_version_and_the_next() {
        let time = SaidTime { year: None, month: 11, day: 22, hour: 14, minute: 3, second: None };
        let said =
            Said { payee: Some("临江大学".into()), paid_at: Some(time), lines: Look::some(), ..Said::default() };
        let bytes = serde_json::to_vec(&said).unwrap();
        assert!(serde_json::from_slice::<Said>(&bytes).unwrap() == said);
        assert!(
            serde_json::from_slice::<Said>(b"{\"payee\":\"x\",\"later\":1}").unwrap().payee.as_deref() == Some("x")
        );
    }
}
