//! Whose data is due. Each condition says what must be known to be so: one that cannot be told keeps the account.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::StoreError;

/// When the exam `x` is over: its window, its time to pay, and the last of its sittings with the day after it.
pub(super) const ENDS_AT: &str = "greatest(x.closes_at, x.payment_deadline,
    (SELECT max(t.starts_at) + interval '1 day' FROM registration.exam_sittings t WHERE t.exam = x.id))";

/// Is the account `a` due, where all that was over before `$1` is? `{ENDS_AT}` is that text.
const IS_DUE: &str = "
    a.forgotten_at IS NULL AND a.created_at < $1
    -- Nobody uses it.
    AND NOT EXISTS (SELECT FROM registration.account_sign_ins s WHERE s.account = a.id AND (s.at < $1) IS NOT TRUE)
    AND NOT EXISTS (SELECT FROM registration.account_sessions s WHERE s.account = a.id AND (s.seen_at < $1) IS NOT TRUE)
    -- Staff keep it because of a dispute.
    AND NOT EXISTS (SELECT FROM registration.retention_holds h WHERE h.account = a.id)
    -- Each exam with which it has to do is over since then.
    AND NOT EXISTS (
        SELECT FROM (
            SELECT exam FROM registration.applications WHERE account = a.id
            UNION ALL SELECT exam FROM registration.orders WHERE account = a.id
            UNION ALL SELECT exam FROM registration.bindings WHERE account = a.id
            UNION ALL SELECT exam FROM registration.score_reviews WHERE account = a.id
            UNION ALL SELECT exam FROM registration.accommodations WHERE account = a.id
            UNION ALL SELECT exam FROM registration.face_checks WHERE account = a.id
        ) one
        LEFT JOIN LATERAL (SELECT {ENDS_AT} AS ends_at FROM registration.exams x WHERE x.id = one.exam) n ON true
        WHERE (n.ends_at < $1) IS NOT TRUE)
    AND NOT EXISTS (
        SELECT FROM registration.exams x JOIN registration.reminder_wishes w ON w.exam = x.id AND w.account = a.id
        WHERE ({ENDS_AT} < $1) IS NOT TRUE)
    -- No order is open, owes a seat, or stands without the money for it.
    AND NOT EXISTS (SELECT FROM registration.orders o WHERE o.account = a.id
        AND (NOT o.seats_owed AND (o.stage = 'ended' OR o.state = 'confirmed')) IS NOT TRUE)
    AND NOT EXISTS (SELECT FROM registration.orders o WHERE o.account = a.id AND o.state = 'confirmed' AND o.amount_fen > 0
        AND NOT EXISTS (SELECT FROM registration.payment_orders l JOIN registration.payments p ON p.id = l.payment
            WHERE l.order_id = o.id AND p.state = 'received'))
    -- All money has come to its end, and so has all that goes back.
    AND NOT EXISTS (
        SELECT FROM registration.orders o
        JOIN registration.payment_orders l ON l.order_id = o.id JOIN registration.payments p ON p.id = l.payment
        WHERE o.account = a.id
            AND (p.state IN ('received', 'closed', 'failed') AND p.ask_at IS NULL AND p.stuck_at IS NULL) IS NOT TRUE)
    AND NOT EXISTS (
        SELECT FROM registration.orders o JOIN registration.settlements s ON s.order_id = o.id
        WHERE o.account = a.id AND (s.state IN ('seat', 'refund') AND s.due_at IS NULL) IS NOT TRUE)
    AND NOT EXISTS (
        SELECT FROM registration.orders o JOIN registration.refunds r ON r.order_id = o.id
        WHERE o.account = a.id AND (r.state IN ('done', 'closed') AND r.stuck_at IS NULL) IS NOT TRUE)
    AND NOT EXISTS (
        SELECT FROM registration.orders o JOIN registration.payment_orders l ON l.order_id = o.id
        JOIN registration.findings f ON f.payment = l.payment
        WHERE o.account = a.id AND f.closed_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM registration.orders o JOIN registration.group_payment_orders m ON m.order_id = o.id
        JOIN registration.group_payments g ON g.id = m.group_payment
        WHERE o.account = a.id AND (g.locked_until < $1 OR g.released_at < $1) IS NOT TRUE)
    -- Nothing waits for staff, and nothing for the candidate.
    AND NOT EXISTS (SELECT FROM registration.cases c WHERE c.account = a.id AND c.closed_at IS NULL)
    AND NOT EXISTS (SELECT FROM registration.inquiries q WHERE q.account = a.id AND (q.answered_at < $1) IS NOT TRUE)
    AND NOT EXISTS (SELECT FROM registration.outbox m WHERE m.account = a.id AND m.done_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM registration.orders o JOIN registration.tickets t ON t.order_id = o.id
        JOIN registration.doubtful_entries d ON d.serial = t.serial
        WHERE o.account = a.id AND d.removed_at IS NULL)";

/// The condition as the queries below have it.
fn is_due() -> String {
    IS_DUE.replace("{ENDS_AT}", ENDS_AT)
}

/// How many accounts are due, at most `most`.
pub(in crate::people::retention) async fn count(
    client: &impl GenericClient,
    until: Timestamp,
    most: i64,
) -> Result<i64, StoreError> {
    let sql =
        format!("SELECT count(*) AS due FROM (SELECT FROM registration.accounts a WHERE {} LIMIT $2) few", is_due());
    let statement = client.prepare_cached(&sql).await?;
    Ok(client.query_one(&statement, &[&until, &most]).await?.get("due"))
}

/// The next accounts that are due, by their ids, behind `after`.
pub(in crate::people::retention) async fn next(
    client: &impl GenericClient,
    until: Timestamp,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let sql =
        format!("SELECT a.id FROM registration.accounts a WHERE {} AND a.id > $2 ORDER BY a.id LIMIT $3", is_due());
    let statement = client.prepare_cached(&sql).await?;
    Ok(client.query(&statement, &[&until, &after, &limit]).await?.iter().map(|row| row.get("id")).collect())
}

/// Locks the account with its orders, and then asks once more, so that whatever came before the lock counts: true when it is due
/// still. Nobody is waited for: whoever works on one of the rows keeps the account.
pub(in crate::people::retention) async fn lock(
    transaction: &impl GenericClient,
    account: Uuid,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let own = transaction
        .prepare_cached(
            "SELECT id FROM registration.accounts WHERE id = $1 AND forgotten_at IS NULL FOR UPDATE SKIP LOCKED",
        )
        .await?;
    if transaction.query_opt(&own, &[&account]).await?.is_none() {
        return Ok(false);
    }
    let orders = transaction
        .prepare_cached(
            "SELECT (SELECT count(*) FROM registration.orders WHERE account = $1)
                 = (SELECT count(*) FROM (SELECT id FROM registration.orders WHERE account = $1
                    FOR UPDATE SKIP LOCKED) few) AS is_all",
        )
        .await?;
    if !transaction.query_one(&orders, &[&account]).await?.get::<_, bool>("is_all") {
        return Ok(false);
    }
    let sql = format!("SELECT ({}) IS TRUE AS is_due FROM registration.accounts a WHERE a.id = $2", is_due());
    let statement = transaction.prepare_cached(&sql).await?;
    let row = transaction.query_opt(&statement, &[&until, &account]).await?;
    Ok(row.is_some_and(|row| row.get("is_due")))
}

/// How many accounts were forgotten, in all and since a moment.
pub(in crate::people::retention) async fn count_forgotten(
    client: &impl GenericClient,
    since: Timestamp,
) -> Result<(i64, i64), StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS ever, count(*) FILTER (WHERE forgotten_at >= $1) AS lately
             FROM registration.accounts WHERE forgotten_at IS NOT NULL",
        )
        .await?;
    let row = client.query_one(&statement, &[&since]).await?;
    Ok((row.get("ever"), row.get("lately")))
}
