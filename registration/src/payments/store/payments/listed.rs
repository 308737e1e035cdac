//! The table `payments`: as finance looks through it, the newest first.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::read as read_payment;
use crate::model::actor::Within;
use crate::model::fen::Fen;
use crate::model::payment::PaymentId;
use crate::model::payment::listed::{Bookmark, Listed, Part, Sought, Wanted};
use crate::store::StoreError;

/// What every query of listed payments begins with.
const SELECT: &str = "
    SELECT p.id, p.method, p.amount_fen, p.state, p.reference, p.created_at, p.received_at, p.decided_kind, p.decided_id,
        p.decided_at, p.reason, p.received_fen, p.of_attempt, p.paid_at, p.expires_at, p.ask_at, p.heard_at,
        ARRAY(SELECT b.order_id FROM registration.payment_orders b WHERE b.payment = p.id ORDER BY b.order_id)
            AS order_ids,
        ARRAY(SELECT b.amount_fen FROM registration.payment_orders b WHERE b.payment = p.id ORDER BY b.order_id)
            AS order_amounts,
        (SELECT o.exam FROM registration.payment_orders b JOIN registration.orders o ON o.id = b.order_id
            WHERE b.payment = p.id ORDER BY b.order_id LIMIT 1) AS exam,
        r.refunded_fen, r.refunding_fen, least(p.stuck_at, r.stuck_at) AS stuck_at
    FROM registration.payments p
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount_fen) FILTER (WHERE state = 'done'), 0)::bigint AS refunded_fen,
            coalesce(sum(amount_fen) FILTER (WHERE state NOT IN ('done', 'closed')), 0)::bigint AS refunding_fen,
            min(stuck_at) AS stuck_at
        FROM registration.refunds WHERE payment = p.id) AS r";

/// Payments that are wanted, the newest first, after `after`.
pub(crate) async fn list(
    client: &impl GenericClient,
    (wanted, within): (&Wanted, &Within),
    day: Option<(Timestamp, Timestamp)>,
    after: Option<Bookmark>,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT}
             WHERE ($1::text IS NULL OR p.method = $1) AND ($2::text IS NULL OR p.state = $2)
                 AND ($3::text IS NULL
                     OR p.id IN (SELECT b.payment FROM registration.payment_orders b WHERE b.order_id = $3))
                 AND ($4::uuid IS NULL OR p.id = $4 OR p.of_attempt = $4
                     OR p.id = (SELECT f.payment FROM registration.refunds f WHERE f.id = $4))
                 AND ($5::text IS NULL OR p.reference = $5)
                 AND ($6::text IS NULL OR EXISTS (
                     SELECT FROM registration.payment_orders b JOIN registration.orders o ON o.id = b.order_id
                     WHERE b.payment = p.id AND o.exam = $6))
                 AND ($7::timestamptz IS NULL OR p.created_at >= $7)
                 AND ($8::timestamptz IS NULL OR p.created_at < $8)
                 AND ($12::text[] IS NULL AND $13::text[] IS NULL OR coalesce((
                     SELECT bool_and(($12::text[] IS NULL OR o.exam = ANY($12))
                         AND ($13::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $13)))
                     FROM registration.payment_orders b JOIN registration.orders o ON o.id = b.order_id
                     WHERE b.payment = p.id), false))
                 AND ($9::timestamptz IS NULL OR (p.created_at, p.id) < ($9, $10))
             ORDER BY p.created_at DESC, p.id DESC LIMIT $11"
        ))
        .await?;
    let (method, state): (Option<&str>, Option<&str>) =
        (wanted.method.as_ref().map(Into::into), wanted.state.as_ref().map(Into::into));
    let order = wanted.sought.as_ref().and_then(|sought| match sought {
        Sought::Order(order) => Some(order.to_string()),
        Sought::Ours(_) | Sought::Reference(_) => None,
    });
    let ours = wanted.sought.as_ref().and_then(|sought| match sought {
        Sought::Ours(id) => Some(id.0),
        Sought::Order(_) | Sought::Reference(_) => None,
    });
    let reference = wanted.sought.as_ref().and_then(|sought| match sought {
        Sought::Reference(text) => Some(text.as_str()),
        Sought::Order(_) | Sought::Ours(_) => None,
    });
    let exam = wanted.exam.as_ref().map(ToString::to_string);
    let (from, until) = (day.map(|day| day.0), day.map(|day| day.1));
    let (created_at, id) = (after.map(|behind| behind.created_at), after.map(|behind| behind.id.0));
    let Within { exams, schools } = within;
    let row: [&(dyn ToSql + Sync); 13] =
        [&method, &state, &order, &ours, &reference, &exam, &from, &until, &created_at, &id, &limit, exams, schools];
    client.query(&statement, &row).await?.iter().map(read).collect()
}

/// Is a payment for orders within reach, and for no other?
pub(crate) async fn is_within(client: &impl GenericClient, id: PaymentId, within: &Within) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT coalesce(bool_and(($2::text[] IS NULL OR o.exam = ANY($2))
                 AND ($3::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $3))), false) AS is_within
             FROM registration.payment_orders b JOIN registration.orders o ON o.id = b.order_id WHERE b.payment = $1",
        )
        .await?;
    Ok(client.query_one(&statement, &[&id.0, &within.exams, &within.schools]).await?.get("is_within"))
}

/// One, with until when the channel takes money for it, and when it is asked next and answered last.
#[allow(clippy::type_complexity, reason = "three times of one row, told apart by the caller at once")]
pub(crate) async fn get(
    client: &impl GenericClient,
    id: PaymentId,
) -> Result<Option<(Listed, [Option<Timestamp>; 3])>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE p.id = $1")).await?;
    let Some(row) = client.query_opt(&statement, &[&id.0]).await? else { return Ok(None) };
    Ok(Some((read(&row)?, [row.get("expires_at"), row.get("ask_at"), row.get("heard_at")])))
}

/// What of a payment is for which order, and what has become of it.
pub(crate) async fn parts(client: &impl GenericClient, id: PaymentId, limit: i64) -> Result<Vec<Part>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT b.order_id, b.amount_fen, s.state, s.choice_until
             FROM registration.payments p JOIN registration.payment_orders b ON b.payment = p.id
             LEFT JOIN registration.settlements s ON s.payment = b.payment AND s.order_id = b.order_id
             WHERE p.id = $1 ORDER BY b.order_id LIMIT $2",
        )
        .await?;
    let part = |row: &Row| {
        let became: Option<&str> = row.get("state");
        Ok(Part {
            order: row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
            amount: Fen(row.get("amount_fen")),
            became: became.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("a settlement's state"))?,
            choice_until: row.get("choice_until"),
        })
    };
    client.query(&statement, &[&id.0, &limit]).await?.iter().map(part).collect()
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    let exam: Option<&str> = row.get("exam");
    Ok(Listed {
        payment: read_payment(row)?,
        paid_at: row.get("paid_at"),
        exam: exam.map(str::parse).transpose().map_err(|_| StoreError::Corrupt("an exam's name"))?,
        refunded: Fen(row.get("refunded_fen")),
        refunding: Fen(row.get("refunding_fen")),
        stuck_at: row.get("stuck_at"),
    })
}
