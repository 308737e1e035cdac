//! Bills come by themselves: each day's is fetched from the hour on at which channels have it, tried again until noon, and
//! then people are told.

use gateways::pay::BillError;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{ReconcileError, Reconciliation, day};
use crate::model::clock;
use crate::model::payment::Method;
use crate::payments::store::bills;
use crate::store::StoreError;

/// So long after a day has ended its bill is there: WeChat Pay says from ten in the morning, Alipay from nine.
const READY_AFTER: SignedDuration = SignedDuration::from_hours(10);
/// So long after a day has ended people are told that there is none.
const TOLD_AFTER: SignedDuration = SignedDuration::from_hours(12);
/// Until then, and from then on, it is asked for again after this.
const SOON: SignedDuration = SignedDuration::from_mins(10);
const LATER: SignedDuration = SignedDuration::from_hours(1);
/// Days of before that are wanted still, after a time in which nobody could fetch.
const DAYS_BACK: i64 = 14;
/// Most bills that are fetched in one round, and so long nobody else fetches what one process has taken.
const BATCH: i64 = 4;
const TAKEN: SignedDuration = SignedDuration::from_mins(5);
/// A day with open findings is compared again after this: what they are about may have been seen to.
const COMPARED_AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// Most characters of an answer that are kept.
const FAILED_CHARS_MAX: usize = 200;

impl Reconciliation {
    /// Fetches what is due, and compares again what waits.
    pub(crate) async fn fetch_due(&self) -> Result<(), StoreError> {
        let (now, today) = (clock::now(), clock::today());
        let channels = self.channels.methods();
        let client = self.database.client().await?;
        for channel in &channels {
            let days = (today.saturating_sub(DAYS_BACK.days()), today.saturating_sub(1.day()));
            bills::want(&client, *channel, days, READY_AFTER).await?;
        }
        let due = bills::take_due(&client, &channels, (now, now + TAKEN), BATCH).await?;
        let open = bills::compared_before(&client, now - COMPARED_AGAIN, BATCH).await?;
        drop(client);
        let mut failed = Ok(());
        for (channel, day) in due {
            failed = failed.and(self.fetch_one(channel, day).await);
        }
        for (channel, day) in open {
            failed = failed.and(self.compare(channel, day).await.map(drop));
        }
        failed
    }

    async fn fetch_one(&self, channel: Method, day: Date) -> Result<(), StoreError> {
        match self.fetch(channel, day).await {
            Ok(_) => Ok(()),
            Err(ReconcileError::Store(error)) => Err(error),
            Err(ReconcileError::Bill(BillError::NotThere)) if self.is_empty(channel, day).await? => {
                bills::note_empty(&self.database.client().await?, channel, day, clock::now()).await
            }
            Err(error) => self.put_off(channel, day, &error).await,
        }
    }

    /// Has nothing moved, as far as we know, and would the channel have its bill by now?
    async fn is_empty(&self, channel: Method, day: Date) -> Result<bool, StoreError> {
        let ours = self.ours(channel, day).await?;
        Ok(clock::now() >= day::after(day, TOLD_AFTER) && ours == Default::default())
    }

    async fn put_off(&self, channel: Method, day: Date, why: &ReconcileError) -> Result<(), StoreError> {
        let now = clock::now();
        let (next, is_stuck) = next_try(day, now);
        let why: String = why.to_string().chars().take(FAILED_CHARS_MAX).collect();
        if is_stuck {
            tracing::error!(%channel, %day, why, "the bill of a day does not come: import it as a file");
            metrics::counter!("registration_bills_late_total", "channel" => <&str>::from(channel)).increment(1);
        }
        let stuck_at = is_stuck.then_some(now);
        bills::put_off(&self.database.client().await?, channel, day, &why, next, stuck_at).await
    }
}

/// When a bill is asked for again that was not there, and whether people must know.
fn next_try(day: Date, now: Timestamp) -> (Option<Timestamp>, bool) {
    let is_stuck = now >= day::after(day, TOLD_AFTER);
    let is_given_up = now >= day::after(day, SignedDuration::from_hours(24 * DAYS_BACK));
    (if is_given_up { None } else { Some(now + if is_stuck { LATER } else { SOON }) }, is_stuck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_asked_for_until_noon_then_people_are_told() {
        let day = "2026-11-20".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let ten = at("2026-11-21T02:00:00Z");
        assert_eq!(day::after(day, READY_AFTER), ten, "ten in the morning in China");
        assert_eq!(next_try(day, ten), (Some(ten + SOON), false));
        let noon = at("2026-11-21T04:00:00Z");
        assert_eq!(next_try(day, noon), (Some(noon + LATER), true));
        let late = at("2026-12-05T00:00:00Z");
        assert_eq!(next_try(day, late), (None, true));
    }
}
