//! Table `sittings`: what can be held, how many seats it has, and how many are confirmed.

use std::collections::BTreeMap;

use tokio_postgres::{GenericClient, Row};

use super::LedgerError;
use crate::ids::{ExamId, IdError, PoolId, SittingId, SittingNumber};
use crate::sitting::{Sitting, SittingSpec};

fn sitting(row: &Row) -> Result<Sitting, LedgerError> {
    let broken = |error: IdError| LedgerError::Unavailable(error.to_string());
    let group: Option<String> = row.get("group_id");
    Ok(Sitting {
        id: row.get::<_, String>("id").parse().map_err(broken)?,
        number: SittingNumber(row.get("number")),
        group_number: SittingNumber(row.get("group_number")),
        spec: SittingSpec {
            title: row.get("title"),
            group: group.map(|group| group.parse().map_err(broken)).transpose()?,
            pool: Some(row.get::<_, String>("pool").parse().map_err(broken)?),
            capacity: u32::try_from(row.get::<_, i32>("capacity")).unwrap_or_default(),
            venue: row.get("venue"),
            starts_at: row.get("starts_at"),
        },
    })
}

/// Every sitting of every exam, by exam and number.
pub async fn all(client: &impl GenericClient) -> Result<Vec<(ExamId, Sitting)>, LedgerError> {
    let rows = client.query("SELECT * FROM reservation.sittings ORDER BY exam, number", &[]).await?;
    rows.iter()
        .map(|row| {
            let exam: String = row.get("exam");
            Ok((exam.parse().map_err(|error: IdError| LedgerError::Unavailable(error.to_string()))?, sitting(row)?))
        })
        .collect()
}

/// How many seats are confirmed in each sitting of these exams.
pub async fn confirmed(
    client: &impl GenericClient,
    exams: &[&str],
) -> Result<BTreeMap<(String, SittingNumber), i64>, LedgerError> {
    let rows = client
        .query("SELECT exam, number, confirmed FROM reservation.sittings WHERE exam = ANY($1)", &[&exams])
        .await?;
    let read = |row: &Row| {
        let key = (row.get("exam"), SittingNumber(row.get("number")));
        (key, i64::from(row.get::<_, i32>("confirmed")))
    };
    Ok(rows.iter().map(read).collect())
}

/// One sitting, locked until the transaction ends.
pub async fn lock(client: &impl GenericClient, exam: &ExamId, id: &SittingId) -> Result<Option<Sitting>, LedgerError> {
    let row = client
        .query_opt(
            "SELECT * FROM reservation.sittings WHERE exam = $1 AND id = $2 FOR UPDATE",
            &[&exam.as_str(), &id.as_str()],
        )
        .await?;
    row.as_ref().map(sitting).transpose()
}

/// Adds a sitting under the exam's next number. Locks the exam's row, so numbers have no race.
pub async fn add(
    client: &impl GenericClient,
    exam: &ExamId,
    id: &SittingId,
    pool: &PoolId,
    spec: &SittingSpec,
) -> Result<Sitting, LedgerError> {
    let group = spec.group.as_ref().map(|group| group.as_str());
    let capacity = i32::try_from(spec.capacity).unwrap_or(i32::MAX);
    let row = client
        .query_one(
            "WITH next AS (
                 UPDATE reservation.exams SET sitting_number_last = sitting_number_last + 1
                 WHERE id = $1 RETURNING sitting_number_last AS number)
             INSERT INTO reservation.sittings
                 (exam, number, id, pool, title, group_id, group_number, venue, starts_at, capacity, promised)
             SELECT $1, next.number, $2, $3, $4, $5, coalesce(
                     (SELECT min(group_number) FROM reservation.sittings WHERE exam = $1 AND group_id = $5),
                     next.number),
                 $6, $7, $8, $8
             FROM next RETURNING *",
            &[
                &exam.as_str(),
                &id.as_str(),
                &pool.as_str(),
                &spec.title,
                &group,
                &spec.venue,
                &spec.starts_at,
                &capacity,
            ],
        )
        .await?;
    sitting(&row)
}

/// Changes what may change. `taken` is what Redis says is taken: so much stays promised.
pub async fn change(
    client: &impl GenericClient,
    exam: &ExamId,
    number: SittingNumber,
    spec: &SittingSpec,
    taken: i64,
) -> Result<(), LedgerError> {
    let capacity = i32::try_from(spec.capacity).unwrap_or(i32::MAX);
    client
        .execute(
            "UPDATE reservation.sittings SET title = $3, venue = $4, starts_at = $5, capacity = $6,
                 promised = greatest($6, confirmed, least($7::bigint, promised)::integer)
             WHERE exam = $1 AND number = $2",
            &[&exam.as_str(), &number.0, &spec.title, &spec.venue, &spec.starts_at, &capacity, &taken],
        )
        .await?;
    Ok(())
}

/// The capacities of a pool's sittings as the ledger has them.
pub async fn capacities(client: &impl GenericClient, pool: &PoolId) -> Result<Vec<(SittingNumber, u32)>, LedgerError> {
    let rows =
        client.query("SELECT number, capacity FROM reservation.sittings WHERE pool = $1", &[&pool.as_str()]).await?;
    Ok(rows
        .iter()
        .map(|row| (SittingNumber(row.get("number")), u32::try_from(row.get::<_, i32>("capacity")).unwrap_or_default()))
        .collect())
}

/// Promises what Redis has given out of a sitting, whatever its capacity is by now: who holds a seat may pay for it.
pub async fn promise(
    client: &impl GenericClient,
    exam: &ExamId,
    number: SittingNumber,
    taken: i64,
) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.sittings SET promised = greatest(promised, $3::bigint)::integer
             WHERE exam = $1 AND number = $2 AND promised < $3::bigint",
            &[&exam.as_str(), &number.0, &taken],
        )
        .await?;
    Ok(())
}

/// Counts the confirmed seats of a pool's sittings anew; as many are promised.
pub async fn recount(client: &impl GenericClient, pool: &PoolId) -> Result<(), LedgerError> {
    client
        .execute(
            "UPDATE reservation.sittings s SET confirmed = c.seats, promised = greatest(s.promised, c.seats)
             FROM (SELECT s.exam, s.number, count(h.exam)::integer AS seats FROM reservation.sittings s
                 LEFT JOIN reservation.holds h
                     ON h.exam = s.exam AND h.sitting = s.number AND h.state = 'confirmed'
                 WHERE s.pool = $1 GROUP BY s.exam, s.number) c
             WHERE s.exam = c.exam AND s.number = c.number",
            &[&pool.as_str()],
        )
        .await?;
    Ok(())
}
