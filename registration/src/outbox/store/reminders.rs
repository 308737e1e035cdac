//! The table `reminders`: of what somebody was reminded, each occasion once. The row and the message that is to leave are
//! written by one statement: neither is ever there without the other, and no process keeps the list in memory.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use tokio_postgres::types::ToSql;

use crate::model::exam_rules::ReminderKind;
use crate::store::StoreError;

/// What to write, of whom.
pub(crate) struct Occasion<'a> {
    pub(crate) exam: &'a ExamId,
    pub(crate) kind: ReminderKind,
    /// Its name; of seats, the order's number is put behind it.
    pub(crate) name: &'a str,
    /// The message: its topic, its kind, and a JSON object; of seats, the order and its end are put into that.
    pub(crate) message: (&'a str, &'a str, &'a str),
    /// What it is about, from and to; begun before the first.
    pub(crate) range: (Timestamp, Timestamp),
    /// In seconds: of seats, only those that are held longer.
    pub(crate) held_seconds_min: f64,
    pub(crate) now: Timestamp,
}

/// How many were found that were not told yet, and how many are now. Fewer are when another process tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) found: i64,
    pub(crate) told: i64,
}

/// Whom an occasion is about: account, name of the occasion, payload; `g` is what was given. Who asked to be told is told
/// whatever else they chose.
fn people(kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::Opens => {
            "SELECT w.account, g.occasion, g.payload FROM registration.reminder_wishes w, g WHERE w.exam = g.exam"
        }
        // Who gave up what was paid is not asked to begin anew.
        ReminderKind::Closes => {
            "SELECT b.account, g.occasion, g.payload FROM g CROSS JOIN LATERAL (
                 SELECT a.account FROM registration.applications a WHERE a.exam = g.exam AND a.created_at < g.from_at
                 UNION
                 SELECT i.account FROM registration.bindings i WHERE i.exam = g.exam AND i.bound_at < g.from_at) b
             WHERE NOT EXISTS (SELECT FROM registration.orders o WHERE o.exam = g.exam AND o.account = b.account
                 AND (o.is_live OR o.paid_at IS NOT NULL))"
        }
        ReminderKind::Pay => {
            "SELECT o.account, g.occasion || ' ' || o.id,
                 g.payload || jsonb_build_object('order', o.id, 'until', o.expires_at)
             FROM registration.orders o, g
             WHERE o.exam = g.exam AND o.state = 'unpaid' AND o.amount_fen > 0
                 AND o.expires_at > g.from_at AND o.expires_at <= g.to_at
                 AND o.created_at < o.expires_at - make_interval(secs => g.held)"
        }
        ReminderKind::Ticket => {
            "SELECT DISTINCT o.account, g.occasion, g.payload FROM registration.orders o, g
             WHERE o.exam = g.exam AND o.state = 'confirmed'"
        }
        ReminderKind::ExamDay => {
            "SELECT DISTINCT o.account, g.occasion, g.payload FROM g
             JOIN registration.exam_sittings x ON x.exam = g.exam AND x.starts_at >= g.from_at AND x.starts_at < g.to_at
             JOIN registration.orders o ON o.exam = g.exam AND o.state = 'confirmed'
             JOIN registration.order_sittings s ON s.order_id = o.id AND s.sitting = x.id"
        }
    }
}

/// Writes up to `limit` reminders of an occasion with their messages.
pub(crate) async fn write(
    client: &impl GenericClient,
    occasion: &Occasion<'_>,
    limit: i64,
) -> Result<Written, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "WITH g AS MATERIALIZED (
                 SELECT $1::text AS exam, $2::text AS occasion, $3::text::jsonb AS payload, $4::timestamptz AS from_at,
                     $5::timestamptz AS to_at, $6::float8 AS held),
             due AS (
                 SELECT p.account, p.occasion, p.payload FROM ({people}) p (account, occasion, payload)
                 WHERE NOT EXISTS (SELECT FROM registration.reminders r
                         WHERE r.exam = $1 AND r.occasion = p.occasion AND r.account = p.account)
                     AND ($7::boolean OR NOT EXISTS (SELECT FROM registration.reminder_choices c
                         WHERE c.account = p.account AND c.is_off))
                 ORDER BY p.account, p.occasion LIMIT $8::bigint),
             noted AS (
                 INSERT INTO registration.reminders (exam, occasion, account, made_at)
                 SELECT $1, occasion, account, $9::timestamptz FROM due ORDER BY account, occasion
                 ON CONFLICT DO NOTHING RETURNING occasion, account),
             told AS (
                 INSERT INTO registration.outbox (topic, kind, account, exam, payload, made_at, next_try_at)
                 SELECT $10::text, $11::text, account, $1, payload, $9, $9 FROM due JOIN noted USING (occasion, account)
                 RETURNING 1)
             SELECT (SELECT count(*) FROM due) AS found, (SELECT count(*) FROM told) AS told",
            people = people(occasion.kind)
        ))
        .await?;
    let Occasion { exam, kind, name, message: (topic, said, payload), range, held_seconds_min, now } = occasion;
    let was_asked = *kind == ReminderKind::Opens;
    let exam = exam.as_str();
    let row: [&(dyn ToSql + Sync); 11] =
        [&exam, name, payload, &range.0, &range.1, held_seconds_min, &was_asked, &limit, now, topic, said];
    let row = client.query_one(&statement, &row).await?;
    Ok(Written { found: row.get("found"), told: row.get("told") })
}

/// Forgets up to `limit` that were written before.
pub(crate) async fn delete_old(client: &impl GenericClient, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.reminders WHERE (exam, occasion, account) IN
                 (SELECT exam, occasion, account FROM registration.reminders WHERE made_at < $1 ORDER BY made_at LIMIT $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&before, &limit]).await?)
}
