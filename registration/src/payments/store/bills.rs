//! The table `bills`: the bill of each channel's day, wanted, read, or known to be empty.

use deadpool_postgres::GenericClient;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use strum::IntoStaticStr;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::model::fen::Fen;
use crate::model::payment::Method;
use crate::payments::reconciliation::day::{BillDay, Sums};
use crate::store::StoreError;

/// What every query of whole days begins with.
const SELECT: &str = "
    SELECT b.channel, b.day, b.state, b.source, b.failed, b.stuck_at, b.read_at, b.compared_at, b.payments, b.paid_fen,
        b.refunds, b.refunded_fen, b.fee_fen,
        (SELECT count(*) FROM registration.findings f
            WHERE f.channel = b.channel AND f.day = b.day AND f.closed_at IS NULL) AS open,
        (SELECT count(*) FROM registration.findings f
            WHERE f.channel = b.channel AND f.day = b.day AND f.closed_at IS NOT NULL) AS closed
    FROM registration.bills b";

/// Where a bill comes from.
#[derive(Debug, Clone, Copy, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Source {
    Channel,
    File,
}

/// Wants the bills of days on which a channel of ours was in use, each from the time on at which it is there.
pub(crate) async fn want(
    client: &impl GenericClient,
    channel: Method,
    (first, last): (Date, Date),
    ready_after: SignedDuration,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.bills (channel, day, state, try_at)
             SELECT $1, d.day, 'wanted', d.until + make_interval(secs => $4)
             FROM (SELECT t::date AS day, (t::timestamp + interval '1 day') AT TIME ZONE 'Asia/Shanghai' AS until
                 FROM generate_series($2::date, $3::date, '1 day') AS t) AS d
             WHERE EXISTS (SELECT FROM registration.payments p
                 WHERE p.method = $1 AND p.order_call IS NOT NULL AND p.created_at < d.until)
             ON CONFLICT DO NOTHING",
        )
        .await?;
    let channel: &str = channel.into();
    client.execute(&statement, &[&channel, &first, &last, &ready_after.as_secs_f64()]).await?;
    Ok(())
}

/// Takes bills of these channels that are due, so that until `until` nobody else fetches them.
pub(crate) async fn take_due(
    client: &impl GenericClient,
    channels: &[Method],
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<(Method, Date)>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.bills SET try_at = $2 WHERE (channel, day) IN (
                 SELECT channel, day FROM registration.bills WHERE try_at <= $1 AND channel = ANY($3)
                 ORDER BY day DESC LIMIT $4 FOR UPDATE SKIP LOCKED)
             RETURNING channel, day",
        )
        .await?;
    let channels: Vec<&str> = channels.iter().map(Into::into).collect();
    client.query(&statement, &[&now, &until, &channels, &limit]).await?.iter().map(read_day).collect()
}

/// Keeps what a bill says in all.
pub(crate) async fn put(
    transaction: &impl GenericClient,
    channel: Method,
    day: Date,
    source: Source,
    sums: &Sums,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.bills AS b (channel, day, state, source, read_at, payments, paid_fen, refunds,
                 refunded_fen, fee_fen)
             VALUES ($1, $2, 'read', $3, $4, $5::bigint::integer, $6, $7::bigint::integer, $8, $9)
             ON CONFLICT (channel, day) DO UPDATE SET state = 'read', source = $3, read_at = $4, try_at = NULL,
                 failed = NULL, stuck_at = NULL, payments = EXCLUDED.payments, paid_fen = $6,
                 refunds = EXCLUDED.refunds, refunded_fen = $8, fee_fen = $9",
        )
        .await?;
    let (channel, source): (&str, &str) = (channel.into(), source.into());
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (payments, refunds) = (count(sums.payments), count(sums.refunds));
    let row: [&(dyn ToSql + Sync); 9] =
        [&channel, &day, &source, &now, &payments, &sums.paid.0, &refunds, &sums.refunded.0, &sums.fee.0];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// Notes that on this day nothing moved at the channel.
pub(crate) async fn note_empty(
    client: &impl GenericClient,
    channel: Method,
    day: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.bills
             SET state = 'empty', read_at = $3, compared_at = $3, try_at = NULL, failed = NULL, stuck_at = NULL
             WHERE channel = $1 AND day = $2 AND state = 'wanted'",
        )
        .await?;
    let channel: &str = channel.into();
    client.execute(&statement, &[&channel, &day, &now]).await?;
    Ok(())
}

/// It was not there: why, when it is asked for next, and since when people must look.
pub(crate) async fn put_off(
    client: &impl GenericClient,
    channel: Method,
    day: Date,
    failed: &str,
    next: Option<Timestamp>,
    stuck_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.bills SET failed = $3, try_at = $4, stuck_at = coalesce(stuck_at, $5)
             WHERE channel = $1 AND day = $2 AND state = 'wanted'",
        )
        .await?;
    let channel: &str = channel.into();
    client.execute(&statement, &[&channel, &day, &failed, &next, &stuck_at]).await?;
    Ok(())
}

/// Locks a day whose bill is here. False: it is not.
pub(crate) async fn lock_read(
    transaction: &impl GenericClient,
    channel: Method,
    day: Date,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "SELECT day FROM registration.bills
             WHERE channel = $1 AND day = $2 AND state <> 'wanted' FOR UPDATE",
        )
        .await?;
    let channel: &str = channel.into();
    Ok(transaction.query_opt(&statement, &[&channel, &day]).await?.is_some())
}

/// Days of a channel with findings that nobody has seen to, those near `day` first.
pub(crate) async fn with_open(
    client: &impl GenericClient,
    channel: Method,
    day: Date,
    limit: i64,
) -> Result<Vec<Date>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT b.day FROM registration.bills b WHERE b.channel = $1 AND EXISTS (
                 SELECT FROM registration.findings f
                 WHERE f.channel = b.channel AND f.day = b.day AND f.closed_at IS NULL)
             ORDER BY abs(b.day - $2::date) LIMIT $3",
        )
        .await?;
    let channel: &str = channel.into();
    let rows = client.query(&statement, &[&channel, &day, &limit]).await?;
    Ok(rows.iter().map(|row| row.get("day")).collect())
}

/// Days with open findings that were compared before then.
pub(crate) async fn compared_before(
    client: &impl GenericClient,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(Method, Date)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT b.channel, b.day FROM registration.bills b WHERE b.compared_at < $1 AND EXISTS (
                 SELECT FROM registration.findings f
                 WHERE f.channel = b.channel AND f.day = b.day AND f.closed_at IS NULL)
             ORDER BY b.compared_at LIMIT $2",
        )
        .await?;
    client.query(&statement, &[&before, &limit]).await?.iter().map(read_day).collect()
}

/// Days, the newest first.
pub(crate) async fn list(
    client: &impl GenericClient,
    before: Option<Date>,
    limit: i64,
) -> Result<Vec<BillDay>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE $1::date IS NULL OR b.day < $1 ORDER BY b.day DESC, b.channel LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&before, &limit]).await?.iter().map(read).collect()
}

/// One day of one channel; `None` when nobody has asked for its bill.
pub(crate) async fn get(
    client: &impl GenericClient,
    channel: Method,
    day: Date,
) -> Result<Option<BillDay>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE b.channel = $1 AND b.day = $2")).await?;
    let channel: &str = channel.into();
    client.query_opt(&statement, &[&channel, &day]).await?.as_ref().map(read).transpose()
}

/// How many bills do not come.
pub(crate) async fn count_stuck(client: &impl GenericClient) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("SELECT count(*) FROM registration.bills WHERE stuck_at IS NOT NULL").await?;
    let count: i64 = client.query_one(&statement, &[]).await?.get(0);
    Ok(count.unsigned_abs())
}

fn channel_of(row: &Row) -> Result<Method, StoreError> {
    row.get::<_, &str>("channel").parse().map_err(|_| StoreError::Corrupt("a bill's channel"))
}

fn read_day(row: &Row) -> Result<(Method, Date), StoreError> {
    Ok((channel_of(row)?, row.get("day")))
}

fn read(row: &Row) -> Result<BillDay, StoreError> {
    let count = |column: &str| u64::from(row.get::<_, i32>(column).unsigned_abs());
    let fen = |column: &str| Fen(row.get(column));
    Ok(BillDay {
        channel: channel_of(row)?,
        day: row.get("day"),
        state: row.get::<_, &str>("state").parse().map_err(|_| StoreError::Corrupt("a bill's state"))?,
        is_from_file: row.get::<_, Option<&str>>("source") == Some("file"),
        failed: row.get("failed"),
        stuck_at: row.get("stuck_at"),
        read_at: row.get("read_at"),
        compared_at: row.get("compared_at"),
        sums: Sums {
            payments: count("payments"),
            paid: fen("paid_fen"),
            refunds: count("refunds"),
            refunded: fen("refunded_fen"),
            fee: fen("fee_fen"),
        },
        open: row.get::<_, i64>("open").unsigned_abs(),
        closed: row.get::<_, i64>("closed").unsigned_abs(),
    })
}
