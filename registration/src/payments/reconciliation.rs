//! The door to reconciliation: what channels say moved in a day, held against what we have. It finds and tells; money never
//! moves here.

pub(crate) mod day;
mod fetch;
pub(crate) mod finding;

use gateways::Channel;
use gateways::pay::BillError;
use jiff::civil::Date;

use crate::model::clock;
use crate::model::ids::StaffId;
use crate::model::payment::Method;
use crate::payments::channels::Channels;
use crate::payments::store::{bill_lines, bills, findings};
use crate::store::{Database, StoreError};

pub(crate) use day::bounds;
pub use day::{BillDay, BillState, Ours, Sums};
pub use finding::{Finding, FindingId, FindingKind};

/// Most findings of one page.
pub const FINDINGS_MAX: usize = 200;
/// Most days of one page.
pub const DAYS_MAX: usize = 60;

/// Why a day was not reconciled. Refusals first (who asks can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// There is no such channel here.
    #[error("{0} is not configured here: name it with --pay")]
    NotConfigured(Method),
    /// The day is still to come, or not over in China.
    #[error("{0} is not over yet: its bill is there on the day after, from ten in the morning on")]
    NotOver(Date),
    /// The file is of another day.
    #[error("most lines of this bill are of another day than {0}: name the day that it is of")]
    OtherDay(Date),
    /// The file is another channel's.
    #[error("this is a bill of {0}: name that channel")]
    OtherChannel(Method),
    /// The bill was not there, or not to be used.
    #[error(transparent)]
    Bill(#[from] BillError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to reconciliation. Cloning is two reference counts.
#[derive(Clone)]
pub struct Reconciliation {
    pub(crate) database: Database,
    pub(crate) channels: Channels,
}

impl Reconciliation {
    /// The channels that are configured here.
    pub fn channels(&self) -> Vec<Method> {
        self.channels.methods()
    }

    /// The bill of a day, fetched from the channel and compared; again: the same result, with the bill as it is now.
    pub async fn fetch(&self, channel: Method, day: Date) -> Result<BillDay, ReconcileError> {
        let known = self.begun(channel, day)?;
        let bill = match known.bill(day).await {
            // Channels have no one word for a day that is not over.
            Err(BillError::Refused(_) | BillError::NotThere) if day >= clock::today() => {
                return Err(ReconcileError::NotOver(day));
            }
            bill => bill?,
        };
        self.take_in(channel, day, bills::Source::Channel, &bill).await
    }

    /// The bill of a day from a file that somebody downloaded from the channel's console, and compared.
    pub async fn import(&self, channel: Method, day: Date, file: &[u8]) -> Result<BillDay, ReconcileError> {
        let bill = match self.begun(channel, day)?.read_bill(file) {
            Err(error) => {
                let reads_it =
                    |other: &Method| self.channels.get(*other).is_some_and(|other| other.read_bill(file).is_ok());
                let other = self.channels.methods().into_iter().filter(|other| *other != channel).find(reads_it);
                return Err(other.map_or_else(|| error.into(), ReconcileError::OtherChannel));
            }
            Ok(bill) => bill,
        };
        self.take_in(channel, day, bills::Source::File, &bill).await
    }

    /// Compares a day anew whose bill is here: what was seen to meanwhile is closed. False: its bill is not here.
    pub async fn compare(&self, channel: Method, day: Date) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !bills::lock_read(&transaction, channel, day).await? {
            return Ok(false);
        }
        findings::compare(&transaction, channel, day, bounds(day), clock::now()).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Days with their bills, the newest first, from the one before `before` on; at most [`DAYS_MAX`].
    pub async fn days(&self, before: Option<Date>) -> Result<Vec<BillDay>, StoreError> {
        let limit = i64::try_from(DAYS_MAX).expect("a small constant");
        bills::list(&self.database.client().await?, before, limit).await
    }

    /// One day of a channel.
    pub async fn day(&self, channel: Method, day: Date) -> Result<Option<BillDay>, StoreError> {
        bills::get(&self.database.client().await?, channel, day).await
    }

    /// What we have of a day ourselves.
    pub async fn ours(&self, channel: Method, day: Date) -> Result<Ours, StoreError> {
        findings::ours(&self.database.client().await?, channel, bounds(day)).await
    }

    /// What was found of a day, open ones first, after `after`; at most [`FINDINGS_MAX`].
    pub async fn findings(
        &self,
        channel: Method,
        day: Date,
        after: Option<FindingId>,
    ) -> Result<Vec<Finding>, StoreError> {
        let limit = i64::try_from(FINDINGS_MAX).expect("a small constant");
        findings::of_day(&self.database.client().await?, channel, day, after, limit).await
    }

    /// How many findings are open, and how many bills do not come.
    pub async fn open(&self) -> Result<u64, StoreError> {
        let client = self.database.client().await?;
        Ok(findings::count_open(&client).await? + bills::count_stuck(&client).await?)
    }

    /// Somebody of the staff has seen to a finding, and says what was done. `None`: it is not open.
    pub(crate) async fn close(
        &self,
        client: &impl deadpool_postgres::GenericClient,
        staff: StaffId,
        id: FindingId,
        note: &str,
    ) -> Result<Option<Finding>, StoreError> {
        findings::close(client, id, staff, note, clock::now()).await
    }

    /// The channel, if the day is not still to come.
    fn begun(&self, channel: Method, day: Date) -> Result<&Channel, ReconcileError> {
        let known = self.channels.get(channel).ok_or(ReconcileError::NotConfigured(channel))?;
        if day > clock::today() { Err(ReconcileError::NotOver(day)) } else { Ok(known) }
    }

    /// Keeps a bill in place of the one that was there, and compares the day, its neighbours, and what still waits for one.
    async fn take_in(
        &self,
        channel: Method,
        day: Date,
        source: bills::Source,
        bill: &gateways::pay::Bill,
    ) -> Result<BillDay, ReconcileError> {
        let mut client = self.database.client().await?;
        let sums = day::sums(bill);
        if day::is_of_another(bill, day) {
            return Err(ReconcileError::OtherDay(day));
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        bills::put(&transaction, channel, day, source, &sums, clock::now()).await?;
        bill_lines::replace(&transaction, channel, day, &bill.lines).await?;
        bill_lines::ask_after_refunds(&transaction, channel, day, clock::now()).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        let mut days =
            bills::with_open(&client, channel, day, i64::try_from(DAYS_MAX).expect("a small constant")).await?;
        drop(client);
        days.extend(day::neighbours(day));
        days.push(day);
        days.sort();
        days.dedup();
        for other in days {
            self.compare(channel, other).await?;
        }
        let found = self.day(channel, day).await?;
        Ok(found.ok_or(StoreError::Corrupt("a bill that was just read"))?)
    }
}
