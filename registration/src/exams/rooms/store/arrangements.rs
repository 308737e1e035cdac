//! The table `arrangements`: how sittings are arranged, and the record of what was published.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use seating::record::Late;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::ids::{AccountId, StaffId};
use crate::model::order::OrderId;
use crate::model::room::arrangement::{Arrangement, Published};
use crate::store::StoreError;

/// All but seed and record.
const SELECT: &str =
    "SELECT a.exam, a.sitting, a.rules::text AS rules, a.commitment, a.generation, a.made_at, a.published_at,
        a.published_by, a.published_commitment, a.published_seed, a.published_seats, a.published_rooms, a.frozen_at,
        jsonb_array_length(a.late) AS late
    FROM registration.arrangements a";

/// A seed is drawn for a sitting.
pub(crate) struct NewSeed<'a> {
    pub(crate) rules: &'a str,
    pub(crate) commitment: &'a str,
    /// The seed, sealed by the vault.
    pub(crate) seed: &'a [u8],
    pub(crate) at: Timestamp,
}

/// A record that is published.
pub(crate) struct NewRecord<'a> {
    pub(crate) record: &'a str,
    /// What the public has of it, if not all.
    pub(crate) public: Option<&'a str>,
    pub(crate) commitment: &'a str,
    pub(crate) seed: &'a str,
    pub(crate) seats: usize,
    pub(crate) rooms: usize,
    pub(crate) at: Timestamp,
    pub(crate) by: StaffId,
}

/// Whoever is confirmed and has no place yet.
pub(crate) struct Waiting {
    pub(crate) exam: ExamId,
    pub(crate) sitting: SittingId,
    pub(crate) order: OrderId,
    pub(crate) account: AccountId,
}

/// How a sitting is arranged.
pub(crate) async fn get(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Option<Arrangement>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.exam = $1 AND a.sitting = $2")).await?;
    client.query_opt(&statement, &[&exam.as_str(), &sitting.as_str()]).await?.as_ref().map(read).transpose()
}

/// The same, and nobody changes it before the transaction ends.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Option<Arrangement>, StoreError> {
    let query = format!("{SELECT} WHERE a.exam = $1 AND a.sitting = $2 FOR UPDATE");
    let statement = transaction.prepare_cached(&query).await?;
    transaction.query_opt(&statement, &[&exam.as_str(), &sitting.as_str()]).await?.as_ref().map(read).transpose()
}

/// How an exam's sittings are arranged, in the order of their ids.
pub(crate) async fn of_exam(client: &impl GenericClient, exam: &ExamId) -> Result<Vec<Arrangement>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE a.exam = $1 ORDER BY a.sitting")).await?;
    client.query(&statement, &[&exam.as_str()]).await?.iter().map(read).collect()
}

/// The exams of which a sitting is arranged.
pub(crate) async fn exams(client: &impl GenericClient) -> Result<Vec<ExamId>, StoreError> {
    let statement = client.prepare_cached("SELECT DISTINCT exam FROM registration.arrangements").await?;
    let rows = client.query(&statement, &[]).await?;
    let exam = |row: &Row| row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"));
    rows.iter().map(exam).collect()
}

/// A sitting gets a seed, its first one or another one. What is published stays.
pub(crate) async fn set_seed(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    new: &NewSeed<'_>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.arrangements (exam, sitting, rules, commitment, seed, made_at)
             VALUES ($1, $2, $3::text::jsonb, $4, $5, $6)
             ON CONFLICT (exam, sitting) DO UPDATE SET rules = excluded.rules, commitment = excluded.commitment,
                 seed = excluded.seed, made_at = excluded.made_at",
        )
        .await?;
    let NewSeed { rules, commitment, seed, at } = new;
    let row: [&(dyn ToSql + Sync); 6] = [&exam.as_str(), &sitting.as_str(), rules, commitment, seed, at];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// The rules are others from now on.
pub(crate) async fn set_rules(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    rules: &str,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.arrangements SET rules = $3::text::jsonb WHERE exam = $1 AND sitting = $2")
        .await?;
    client.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &rules]).await?;
    Ok(())
}

/// The sealed seed.
pub(crate) async fn seed(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let statement =
        client.prepare_cached("SELECT seed FROM registration.arrangements WHERE exam = $1 AND sitting = $2").await?;
    let row = client.query_opt(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    Ok(row.map(|row| row.get("seed")))
}

/// Publishes a record; nobody has come late to it yet.
pub(crate) async fn publish(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    new: &NewRecord<'_>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.arrangements SET record = $3::text::jsonb, late = '[]', generation = generation + 1,
                 published_commitment = $4, published_seed = $5, published_seats = $6, published_rooms = $7,
                 published_at = $8, published_by = $9, public_record = $10, public_commitment = $4
             WHERE exam = $1 AND sitting = $2",
        )
        .await?;
    let NewRecord { record, public, commitment, seed, seats, rooms, at, by } = new;
    let count = |count: usize| i32::try_from(count).map_err(|_| StoreError::Corrupt("a count of seats"));
    let (seats, rooms) = (count(*seats)?, count(*rooms)?);
    let row: [&(dyn ToSql + Sync); 10] =
        [&exam.as_str(), &sitting.as_str(), record, commitment, seed, &seats, &rooms, at, &by.0, public];
    client.execute(&statement, &row).await?;
    Ok(())
}

/// What the public has of a published record, if not all; with the generation. `None` while nothing is published. A version
/// that published without knowing of it has left another commitment there.
pub(crate) async fn public(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Option<(u32, Option<String>)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT generation, CASE WHEN public_commitment = published_commitment THEN public_record END AS public
             FROM registration.arrangements WHERE exam = $1 AND sitting = $2 AND record IS NOT NULL",
        )
        .await?;
    let row = client.query_opt(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    row.map(|row| Ok((count(&row, "generation")?, row.get("public")))).transpose()
}

/// What was published, and those who came later, as texts of JSON; with the generation.
pub(crate) async fn record(
    client: &impl GenericClient,
    exam: &ExamId,
    sitting: &SittingId,
) -> Result<Option<(u32, String, String)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT generation, record::text AS record, late::text AS late FROM registration.arrangements
             WHERE exam = $1 AND sitting = $2 AND record IS NOT NULL",
        )
        .await?;
    let row = client.query_opt(&statement, &[&exam.as_str(), &sitting.as_str()]).await?;
    row.map(|row| Ok((count(&row, "generation")?, row.get("record"), row.get("late")))).transpose()
}

/// Notes those who came late behind the others.
pub(crate) async fn add_late(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    late: &[Late],
) -> Result<(), StoreError> {
    let late = serde_json::to_string(late).map_err(|_| StoreError::Corrupt("late candidates that are no JSON"))?;
    let statement = client
        .prepare_cached(
            "UPDATE registration.arrangements SET late = late || $3::text::jsonb WHERE exam = $1 AND sitting = $2",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &late]).await?;
    Ok(())
}

/// From now on it is not arranged anew.
pub(crate) async fn freeze(
    client: &impl GenericClient,
    (exam, sitting): (&ExamId, &SittingId),
    at: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("UPDATE registration.arrangements SET frozen_at = $3 WHERE exam = $1 AND sitting = $2")
        .await?;
    client.execute(&statement, &[&exam.as_str(), &sitting.as_str(), &at]).await?;
    Ok(())
}

/// Confirmed orders without a place in a sitting that is published and has not begun; those confirmed first come first.
/// `recent`: only of orders that were decided from an hour before the publication on; `but`: of no such sitting.
pub(crate) async fn waiting(
    client: &impl GenericClient,
    now: Timestamp,
    recent: bool,
    but: &[(ExamId, SittingId)],
    limit: i64,
) -> Result<Vec<Waiting>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT a.exam, a.sitting, o.id AS order_id, o.account FROM registration.arrangements a
             JOIN registration.exam_sittings e ON e.exam = a.exam AND e.id = a.sitting AND e.starts_at > $1
             JOIN registration.orders o ON o.exam = a.exam AND o.state = 'confirmed'
                 AND o.decided_at >= CASE WHEN $2 THEN a.published_at - interval '1 hour' ELSE '-infinity' END
             JOIN registration.order_sittings s ON s.order_id = o.id AND s.sitting = a.sitting
             WHERE a.published_at IS NOT NULL
                 AND (a.exam, a.sitting) NOT IN (SELECT * FROM unnest($4::text[], $5::text[]))
                 AND NOT EXISTS (SELECT FROM registration.seat_assignments p WHERE p.exam = a.exam AND p.sitting = a.sitting AND p.order_id = o.id AND p.given_up_at IS NULL)
             ORDER BY a.exam, a.sitting, o.decided_at, o.id LIMIT $3",
        )
        .await?;
    let (exams, sittings): (Vec<&str>, Vec<&str>) =
        but.iter().map(|(exam, sitting)| (exam.as_str(), sitting.as_str())).unzip();
    let rows = client.query(&statement, &[&now, &recent, &limit, &exams, &sittings]).await?;
    let waiting = |row: &Row| {
        Ok(Waiting {
            exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
            sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
            order: row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
            account: AccountId(row.get("account")),
        })
    };
    rows.iter().map(waiting).collect()
}

fn count(row: &Row, column: &str) -> Result<u32, StoreError> {
    u32::try_from(row.get::<_, i32>(column)).map_err(|_| StoreError::Corrupt("a negative count"))
}

fn read(row: &Row) -> Result<Arrangement, StoreError> {
    let published = match row.get::<_, Option<Timestamp>>("published_at") {
        None => None,
        Some(at) => Some(Published {
            at,
            by: row.get::<_, Option<_>>("published_by").map(StaffId),
            commitment: row.get("published_commitment"),
            seed: row.get("published_seed"),
            seats: count(row, "published_seats")?,
            rooms: count(row, "published_rooms")?,
            late: count(row, "late")?,
        }),
    };
    Ok(Arrangement {
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        sitting: row.get::<_, &str>("sitting").parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
        rules: serde_json::from_str(row.get("rules")).map_err(|_| StoreError::Corrupt("rules of an arrangement"))?,
        commitment: row.get("commitment"),
        generation: count(row, "generation")?,
        made_at: row.get("made_at"),
        published,
        frozen_at: row.get("frozen_at"),
    })
}
