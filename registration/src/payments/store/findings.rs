//! The table `findings`: where a day's bill and our books differ. One statement compares a day, so that nothing of it is ever
//! in our memory.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::payment::refund::RefundId;
use crate::model::payment::{Method, PaymentId};
use crate::payments::reconciliation::day::{Ours, Sums};
use crate::payments::reconciliation::finding::{Finding, FindingId};
use crate::store::StoreError;

/// What differs on the day $2 of the channel $1, which is from $3 until $4. A line of `seathold pay try` that went back whole is
/// no difference. A number of ours is of one channel: lines are looked for by it alone, so that the way to them is its index
/// even where the table is too new to have statistics.
const DIFFERS: &str = "
    lines AS (
        SELECT * FROM registration.bill_lines WHERE channel = $1 AND day = $2::date),
    tried AS (
        SELECT number FROM registration.bill_lines WHERE channel = $1 AND payment IS NULL AND number LIKE 'try%'
        GROUP BY number HAVING sum(CASE kind WHEN 'payment' THEN amount_fen ELSE -amount_fen END) = 0),
    waits_for AS (
        SELECT min(day) AS day FROM registration.bills WHERE channel = $1 AND state = 'wanted' AND day = $2::date - 1),
    has_next AS (
        SELECT EXISTS (SELECT FROM registration.bills
            WHERE channel = $1 AND state <> 'wanted' AND day = $2::date + 1) AS is_there),
    paid AS (
        SELECT l.line, l.number, l.reference AS their_reference, l.amount_fen AS theirs, a.id AS attempt,
            a.state AS attempt_state, m.id AS money, m.received_fen AS ours, m.reference AS our_reference,
            (coalesce(m.paid_at, m.received_at) AT TIME ZONE 'Asia/Shanghai')::date AS our_day,
            m.paid_at IS NOT NULL AS is_day_sure,
            EXISTS (SELECT FROM registration.bill_lines e
                WHERE e.payment = l.payment AND e.kind = 'payment' AND (e.day, e.line) < (l.day, l.line)) AS is_second
        FROM lines l
        LEFT JOIN registration.payments a ON a.id = l.payment AND a.method = $1
        LEFT JOIN registration.payments late ON late.of_attempt = a.id
        LEFT JOIN registration.payments m ON m.id = CASE a.state WHEN 'received' THEN a.id ELSE late.id END
        WHERE l.kind = 'payment'),
    returned AS (
        SELECT l.line, l.number, l.refund_number, l.amount_fen AS theirs, r.id, r.payment, r.amount_fen AS ours, r.state,
            r.calls, r.hand_by IS NOT NULL AS is_by_hand
        FROM lines l
        LEFT JOIN (registration.refunds r JOIN registration.payments p ON p.id = r.payment AND p.method = $1)
            ON r.id = l.refund AND coalesce(p.of_attempt, p.id) = l.payment
        WHERE l.kind = 'refund'),
    all_of_it (kind, subject, payment, refund, ours_fen, theirs_fen, detail, is_open) AS (
        SELECT 'theirs_only', CASE WHEN is_second THEN number || '#' || line ELSE number END, money, NULL::uuid,
            NULL::bigint, theirs, their_reference, true
        FROM paid
        WHERE (attempt IS NULL OR is_second) AND number NOT IN (SELECT number FROM tried)
        UNION ALL
        SELECT 'state', number, attempt, NULL, NULL, theirs, attempt_state, true
        FROM paid WHERE attempt IS NOT NULL AND money IS NULL AND NOT is_second
        UNION ALL
        SELECT 'amount', number, money, NULL, ours, theirs, NULL, true
        FROM paid WHERE money IS NOT NULL AND ours <> theirs AND NOT is_second
        UNION ALL
        SELECT 'reference', number, money, NULL, ours, theirs, our_reference || ' / ' || their_reference, true
        FROM paid WHERE money IS NOT NULL AND our_reference <> their_reference AND NOT is_second
        UNION ALL
        SELECT 'midnight', number, money, NULL, ours, theirs, our_day::text, is_day_sure AND abs(our_day - $2::date) > 1
        FROM paid WHERE money IS NOT NULL AND our_day <> $2::date AND NOT is_second
        UNION ALL
        SELECT CASE WHEN waits.day IS NULL THEN 'ours_only' ELSE 'midnight' END,
            replace(coalesce(m.of_attempt, m.id)::text, '-', ''), m.id, NULL, m.received_fen, NULL, waits.day::text, true
        FROM registration.payments m
        CROSS JOIN LATERAL (SELECT CASE
            WHEN coalesce(m.paid_at, m.received_at) < $3::timestamptz + interval '1 hour' THEN (SELECT day FROM waits_for)
            WHEN coalesce(m.paid_at, m.received_at) >= $4::timestamptz - interval '1 hour'
                AND NOT (SELECT is_there FROM has_next) THEN $2::date + 1 END AS day) AS waits
        WHERE m.method = $1 AND m.state = 'received' AND m.received_fen > 0
            AND coalesce(m.paid_at, m.received_at) >= $3 AND coalesce(m.paid_at, m.received_at) < $4
            AND NOT EXISTS (SELECT FROM registration.bill_lines l
                WHERE l.payment = coalesce(m.of_attempt, m.id) AND l.kind = 'payment')
        UNION ALL
        SELECT 'refund_theirs', refund_number || '#' || line, NULL, NULL, NULL, theirs, number, true
        FROM returned WHERE id IS NULL AND number NOT IN (SELECT number FROM tried)
        UNION ALL
        SELECT 'refund_amount', refund_number, payment, id, ours, theirs, NULL, true
        FROM returned WHERE ours <> theirs
        UNION ALL
        SELECT 'refund_state', refund_number, payment, id, ours, theirs, state, true
        FROM returned WHERE state IN ('asked', 'closed') OR (state = 'due' AND calls = 0) OR is_by_hand
        UNION ALL
        SELECT CASE WHEN waits.day IS NULL THEN 'refund_ours' ELSE 'midnight' END, replace(r.id::text, '-', ''),
            r.payment, r.id, r.amount_fen, NULL, waits.day::text, true
        FROM registration.refunds r
        JOIN registration.payments p ON p.id = r.payment AND p.method = $1
        CROSS JOIN LATERAL (SELECT coalesce(
            (SELECT min(b.day) FROM registration.bills b WHERE b.channel = $1 AND b.state = 'wanted'
                AND b.day BETWEEN (r.sent_at AT TIME ZONE 'Asia/Shanghai')::date AND $2),
            CASE WHEN r.ended_at >= $4::timestamptz - interval '1 hour' AND NOT (SELECT is_there FROM has_next) THEN $2::date + 1 END) AS day)
            AS waits
        WHERE r.state = 'done' AND r.hand_by IS NULL AND r.ended_at >= $3 AND r.ended_at < $4
            AND NOT EXISTS (SELECT FROM registration.bill_lines l WHERE l.refund = r.id)),
    differs AS (
        SELECT DISTINCT ON (kind, subject) * FROM all_of_it ORDER BY kind, subject, is_open DESC)";

/// Compares a day whose bill the caller has locked. What differs is noted, what differs no longer is closed, and what somebody
/// of the staff has closed stays so as long as it is the same.
pub(crate) async fn compare(
    transaction: &impl GenericClient,
    channel: Method,
    day: Date,
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(&format!(
            "WITH {DIFFERS},
                noted AS (
                    INSERT INTO registration.findings AS f (channel, day, kind, subject, payment, refund, ours_fen,
                        theirs_fen, detail, found_at, closed_at)
                    SELECT $1, $2, kind, subject, payment, refund, ours_fen, theirs_fen, detail, $5::timestamptz,
                        CASE WHEN NOT is_open THEN $5::timestamptz END
                    FROM differs
                    ON CONFLICT ON CONSTRAINT findings_once DO UPDATE SET payment = EXCLUDED.payment,
                        ours_fen = EXCLUDED.ours_fen, theirs_fen = EXCLUDED.theirs_fen, detail = EXCLUDED.detail,
                        closed_at = EXCLUDED.closed_at, closed_by = NULL, note = NULL
                    WHERE (f.closed_at IS NULL) <> (EXCLUDED.closed_at IS NULL) AND f.closed_by IS NULL
                        OR (f.ours_fen, f.theirs_fen, f.detail)
                            IS DISTINCT FROM (EXCLUDED.ours_fen, EXCLUDED.theirs_fen, EXCLUDED.detail)),
                cleared AS (
                    UPDATE registration.findings f SET closed_at = $5::timestamptz
                    WHERE f.channel = $1 AND f.day = $2 AND f.closed_at IS NULL AND NOT EXISTS (
                        SELECT FROM differs d WHERE d.kind = f.kind AND d.subject = f.subject))
             UPDATE registration.bills SET compared_at = $5::timestamptz WHERE channel = $1 AND day = $2"
        ))
        .await?;
    let channel: &str = channel.into();
    transaction.execute(&statement, &[&channel, &day, &from, &until, &now]).await?;
    Ok(())
}

/// What we have of a day.
pub(crate) async fn ours(
    client: &impl GenericClient,
    channel: Method,
    (from, until): (Timestamp, Timestamp),
) -> Result<Ours, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT came.*, went.* FROM (
                 SELECT count(*) AS payments, coalesce(sum(received_fen), 0)::bigint AS paid_fen
                 FROM registration.payments
                 WHERE method = $1 AND state = 'received' AND received_fen > 0
                     AND coalesce(paid_at, received_at) >= $2 AND coalesce(paid_at, received_at) < $3) AS came
             CROSS JOIN (
                 SELECT count(*) AS refunds, coalesce(sum(r.amount_fen), 0)::bigint AS refunded_fen
                 FROM registration.refunds r JOIN registration.payments p ON p.id = r.payment AND p.method = $1
                 WHERE r.state = 'done' AND r.ended_at >= $2 AND r.ended_at < $3) AS went",
        )
        .await?;
    let channel: &str = channel.into();
    let row = client.query_one(&statement, &[&channel, &from, &until]).await?;
    let count = |column: &str| row.get::<_, i64>(column).unsigned_abs();
    Ok(Sums {
        payments: count("payments"),
        paid: Fen(row.get("paid_fen")),
        refunds: count("refunds"),
        refunded: Fen(row.get("refunded_fen")),
        fee: Fen(0),
    })
}

const SELECT: &str = "
    SELECT f.id, f.channel, f.day, f.kind, f.subject, f.payment, f.refund, f.ours_fen, f.theirs_fen, f.detail, f.found_at,
        f.closed_at, s.name AS closed_by, f.note
    FROM registration.findings f LEFT JOIN registration.staff s ON s.id = f.closed_by";

/// Findings of a day, open ones first, then in the order in which they were found.
pub(crate) async fn of_day(
    client: &impl GenericClient,
    channel: Method,
    day: Date,
    after: Option<FindingId>,
    limit: i64,
) -> Result<Vec<Finding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE f.channel = $1 AND f.day = $2 AND ($3::bigint IS NULL OR (f.closed_at IS NOT NULL, f.id) > (
                 SELECT a.closed_at IS NOT NULL, a.id FROM registration.findings a WHERE a.id = $3))
             ORDER BY f.closed_at IS NOT NULL, f.id LIMIT $4"
        ))
        .await?;
    let channel: &str = channel.into();
    let rows = client.query(&statement, &[&channel, &day, &after.map(|after| after.0), &limit]).await?;
    rows.iter().map(read).collect()
}

/// Findings of days, both with them, in the order of their numbers, after `after`.
pub(crate) async fn of_days(
    client: &impl GenericClient,
    (first, last): (Date, Date),
    after: Option<FindingId>,
    limit: i64,
) -> Result<Vec<Finding>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE f.day BETWEEN $1 AND $2 AND ($3::bigint IS NULL OR f.id > $3) ORDER BY f.id LIMIT $4"
        ))
        .await?;
    client.query(&statement, &[&first, &last, &after.map(|after| after.0), &limit]).await?.iter().map(read).collect()
}

/// The finding of that number; `None` when there is none.
pub(crate) async fn get(client: &impl GenericClient, id: FindingId) -> Result<Option<Finding>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE f.id = $1")).await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// Closes one by the word of staff. `None`: it is not open.
pub(crate) async fn close(
    client: &impl GenericClient,
    id: FindingId,
    staff: StaffId,
    note: &str,
    now: Timestamp,
) -> Result<Option<Finding>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.findings SET closed_at = $3, closed_by = $2, note = $4
             WHERE id = $1 AND closed_at IS NULL",
        )
        .await?;
    match client.execute(&statement, &[&id.0, &staff.0, &now, &note]).await? {
        0 => Ok(None),
        _ => get(client, id).await,
    }
}

/// Findings that are open and are about a payment.
pub(crate) async fn days_about(
    client: &impl GenericClient,
    payment: PaymentId,
) -> Result<Vec<(Method, Date)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT DISTINCT channel, day FROM registration.findings
             WHERE closed_at IS NULL AND payment IN (SELECT p.id FROM registration.payments p
                 WHERE p.id = $1 OR p.of_attempt = $1) LIMIT 20",
        )
        .await?;
    let read = |row: &Row| {
        let channel = row.get::<_, &str>("channel").parse().map_err(|_| StoreError::Corrupt("a bill's channel"))?;
        Ok((channel, row.get("day")))
    };
    client.query(&statement, &[&payment.0]).await?.iter().map(read).collect()
}

/// How many are open.
pub(crate) async fn count_open(client: &impl GenericClient) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("SELECT count(*) FROM registration.findings WHERE closed_at IS NULL").await?;
    let count: i64 = client.query_one(&statement, &[]).await?.get(0);
    Ok(count.unsigned_abs())
}

fn read(row: &Row) -> Result<Finding, StoreError> {
    let word = |column: &str| row.get::<_, &str>(column);
    let fen = |column: &str| row.get::<_, Option<i64>>(column).map(Fen);
    Ok(Finding {
        id: FindingId(row.get("id")),
        channel: word("channel").parse().map_err(|_| StoreError::Corrupt("a bill's channel"))?,
        day: row.get("day"),
        kind: word("kind").parse().map_err(|_| StoreError::Corrupt("a finding's kind"))?,
        subject: row.get("subject"),
        payment: row.get::<_, Option<Uuid>>("payment").map(PaymentId),
        refund: row.get::<_, Option<Uuid>>("refund").map(RefundId),
        ours: fen("ours_fen"),
        theirs: fen("theirs_fen"),
        detail: row.get("detail"),
        found_at: row.get("found_at"),
        closed_at: row.get("closed_at"),
        closed_by: row.get("closed_by"),
        note: row.get("note"),
    })
}
