//! Table `waiting_lists`: how each exam's lists are set.

use std::collections::HashMap;

use jiff::SignedDuration;
use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::ids::ExamId;
use crate::waiting_list::{ListPer, Returns, WaitingListSettings};

/// An exam's settings, and whether its lists are on.
pub type WaitingListRow = (WaitingListSettings, bool);

/// Sets an exam's lists; `None` switches them off, and their last settings stay.
pub async fn put(
    client: &impl GenericClient,
    exam: &ExamId,
    settings: Option<WaitingListSettings>,
) -> Result<(), LedgerError> {
    let Some(settings) = settings else {
        client.execute("UPDATE reservation.waiting_lists SET is_on = false WHERE exam = $1", &[&exam.as_str()]).await?;
        return Ok(());
    };
    let seconds = i32::try_from(settings.offer.as_secs()).unwrap_or(i32::MAX);
    let lapses = i32::try_from(settings.lapses_max).unwrap_or(i32::MAX);
    client
        .execute(
            "INSERT INTO reservation.waiting_lists (exam, is_on, per, offer_seconds, returns, lapses_max)
             VALUES ($1, true, $2, $3, $4, $5)
             ON CONFLICT (exam) DO UPDATE SET is_on = true, per = excluded.per,
                 offer_seconds = excluded.offer_seconds, returns = excluded.returns, lapses_max = excluded.lapses_max",
            &[&exam.as_str(), &settings.per.as_str(), &seconds, &settings.returns.as_str(), &lapses],
        )
        .await?;
    Ok(())
}

fn settings(row: &Row) -> Result<WaitingListRow, LedgerError> {
    let (per, returns): (&str, &str) = (row.get("per"), row.get("returns"));
    let broken = |word: &str| LedgerError::Unavailable(format!("{word} is no setting of a waiting list"));
    let settings = WaitingListSettings {
        per: ListPer::parse(per).ok_or_else(|| broken(per))?,
        offer: SignedDuration::from_secs(row.get::<_, i32>("offer_seconds").into()),
        returns: Returns::parse(returns).ok_or_else(|| broken(returns))?,
        lapses_max: u32::try_from(row.get::<_, i32>("lapses_max")).unwrap_or_default(),
    };
    Ok((settings, row.get("is_on")))
}

/// The settings of one exam, if it ever had a list.
pub async fn get(client: &impl GenericClient, exam: &ExamId) -> Result<Option<WaitingListRow>, LedgerError> {
    let row = client.query_opt("SELECT * FROM reservation.waiting_lists WHERE exam = $1", &[&exam.as_str()]).await?;
    row.as_ref().map(settings).transpose()
}

/// The settings of all exams that ever had a list.
pub async fn all(client: &impl GenericClient) -> Result<HashMap<ExamId, WaitingListRow>, LedgerError> {
    let rows = client.query("SELECT * FROM reservation.waiting_lists", &[]).await?;
    rows.iter()
        .map(|row| {
            let exam: String = row.get("exam");
            let exam = exam.parse().map_err(|_| LedgerError::Unavailable(format!("{exam} is no exam's id")))?;
            Ok((exam, settings(row)?))
        })
        .collect()
}
