//! The table `refunds`. Whoever moves one has its row locked.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::actor::{Actor, Within};
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::OrderId;
use crate::model::payment::refund::{ByHand, Refund, RefundId, RefundReason, RefundState};
use crate::model::payment::{Method, PaymentId};
use crate::rules::paying::schedule::Next;
use crate::store::StoreError;

/// What every query of whole refunds begins with.
const SELECT: &str = "
    SELECT r.id, r.payment, r.order_id, r.amount_fen, r.reason, r.state, r.created_at, r.asked_kind, r.asked_id,
        r.agreed_by, r.is_agreed_by_operator, r.note, r.ended_at, r.code, r.stuck_at, r.sent_at, r.hand_reference,
        r.hand_reason, r.hand_by, r.is_expired, p.method, p.received_fen, p.notify_url,
        coalesce(p.of_attempt, p.id) AS attempt,
        p.method = 'screenshot' OR EXISTS (SELECT FROM registration.settlements s
            WHERE s.payment = r.payment AND s.order_id = r.order_id AND s.state = 'seat') AS is_of_seat
    FROM registration.refunds r JOIN registration.payments p ON p.id = r.payment";
/// Is the order of a refund within reach? Of these exams, `$2`, and of these schools' candidates, `$3`.
const WITHIN: &str = "($2::text[] IS NULL AND $3::text[] IS NULL OR EXISTS (
    SELECT FROM registration.orders o WHERE o.id = r.order_id AND ($2::text[] IS NULL OR o.exam = ANY($2))
        AND ($3::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $3))))";
/// Most refunds of one order that are read.
const OF_ORDER_MAX: i64 = 100;

/// A refund with what is needed to send it.
#[derive(Debug, Clone)]
pub(crate) struct StoredRefund {
    pub(crate) refund: Refund,
    /// The attempt as the channel knows it.
    pub(crate) attempt: PaymentId,
    /// Has the money bought a seat? It stays so when that is given up.
    pub(crate) is_of_seat: bool,
    /// How much had come by it.
    pub(crate) received: Fen,
    pub(crate) notify_url: Option<String>,
    pub(crate) sent_at: Option<Timestamp>,
}

/// A refund that begins.
pub(crate) struct NewRefund<'a> {
    pub(crate) payment: PaymentId,
    pub(crate) order: OrderId,
    pub(crate) amount: Fen,
    pub(crate) reason: RefundReason,
    pub(crate) state: RefundState,
    pub(crate) by: &'a Actor,
    pub(crate) note: Option<&'a str>,
    /// Must people look at it from the beginning?
    pub(crate) needs_people: bool,
    pub(crate) now: Timestamp,
}

/// Adds one, unless there is one for that reason, then `None`. By the word of staff there may be another one after one
/// that came to nothing; the caller has the payment locked.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    new: &NewRefund<'_>,
) -> Result<Option<RefundId>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.refunds (id, payment, order_id, amount_fen, reason, state, created_at, asked_kind,
                 asked_id, note, ask_at, stuck_at, turn)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                 CASE $6 WHEN 'due' THEN $7::timestamptz END, CASE WHEN $11 THEN $7::timestamptz END,
                 1 + (SELECT count(*)::integer FROM registration.refunds e WHERE e.payment = $2 AND e.order_id = $3
                     AND e.reason = $5 AND $5 = 'staff' AND e.state = 'closed'))
             ON CONFLICT ON CONSTRAINT refunds_one_a_reason DO NOTHING",
        )
        .await?;
    let NewRefund { payment, order, amount, reason, state, by, note, needs_people, now } = new;
    let id = Uuid::now_v7();
    let (reason, state): (&str, &str) = (reason.into(), state.into());
    let (order, kind, who) = (order.to_string(), by.kind(), by.id());
    let row: [&(dyn ToSql + Sync); 11] =
        [&id, &payment.0, &order, &amount.0, &reason, &state, now, &kind, &who, note, needs_people];
    let is_new = transaction.execute(&statement, &row).await? == 1;
    Ok(is_new.then_some(RefundId(id)))
}

/// One, locked until the transaction ends.
pub(crate) async fn lock(transaction: &impl GenericClient, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
    let statement = transaction.prepare_cached(&format!("{SELECT} WHERE r.id = $1 FOR UPDATE OF r")).await?;
    transaction.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// The refunds of an order, the oldest first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<StoredRefund>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE r.order_id = $1 ORDER BY r.created_at, r.id LIMIT $2")).await?;
    client.query(&statement, &[&order.to_string(), &OF_ORDER_MAX]).await?.iter().map(read).collect()
}

/// The refunds of a payment, the oldest first.
pub(crate) async fn of_payment(
    client: &impl GenericClient,
    payment: PaymentId,
) -> Result<Vec<StoredRefund>, StoreError> {
    let statement =
        client.prepare_cached(&format!("{SELECT} WHERE r.payment = $1 ORDER BY r.created_at, r.id LIMIT $2")).await?;
    client.query(&statement, &[&payment.0, &OF_ORDER_MAX]).await?.iter().map(read).collect()
}

/// The refund of that number; `None` when there is none.
pub(crate) async fn get(client: &impl GenericClient, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE r.id = $1")).await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// How much of a payment has gone back, or is to. Those that came to nothing do not count.
pub(crate) async fn sum_of(transaction: &impl GenericClient, payment: PaymentId) -> Result<Fen, StoreError> {
    let statement = transaction
        .prepare_cached(
            "SELECT coalesce(sum(amount_fen), 0)::bigint FROM registration.refunds
             WHERE payment = $1 AND state <> 'closed'",
        )
        .await?;
    Ok(Fen(transaction.query_one(&statement, &[&payment.0]).await?.get(0)))
}

/// The same of what was paid for one order.
pub(crate) async fn sum_for(
    transaction: &impl GenericClient,
    payment: PaymentId,
    order: OrderId,
) -> Result<Fen, StoreError> {
    let statement = transaction
        .prepare_cached(
            "SELECT coalesce(sum(amount_fen), 0)::bigint FROM registration.refunds
             WHERE payment = $1 AND order_id = $2 AND state <> 'closed'",
        )
        .await?;
    Ok(Fen(transaction.query_one(&statement, &[&payment.0, &order.to_string()]).await?.get(0)))
}

/// Takes refunds at these channels that are to be sent or asked after, so that until `until` nobody else does.
pub(crate) async fn take_due(
    client: &impl GenericClient,
    methods: &[Method],
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<RefundId>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.refunds SET ask_at = $2 WHERE id IN (
                 SELECT r.id FROM registration.refunds r JOIN registration.payments p ON p.id = r.payment
                 WHERE r.ask_at <= $1 AND p.method = ANY($3) ORDER BY r.ask_at LIMIT $4 FOR UPDATE OF r SKIP LOCKED)
             RETURNING id",
        )
        .await?;
    let methods: Vec<&str> = methods.iter().map(Into::into).collect();
    let rows = client.query(&statement, &[&now, &until, &methods, &limit]).await?;
    Ok(rows.iter().map(|row| RefundId(row.get("id"))).collect())
}

/// What is written of a move.
pub(crate) struct Moved<'a> {
    pub(crate) state: RefundState,
    /// Is it being sent?
    pub(crate) is_sent: bool,
    pub(crate) heard_at: Option<Timestamp>,
    pub(crate) next: Option<Next>,
    pub(crate) needs_people: bool,
    pub(crate) code: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// Writes a move.
pub(crate) async fn note(transaction: &impl GenericClient, id: RefundId, moved: &Moved<'_>) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.refunds
             SET state = $2, calls = calls + CASE WHEN $3 THEN 1 ELSE 0 END,
                 sent_at = CASE WHEN $3 THEN coalesce(sent_at, $7) ELSE sent_at END,
                 heard_at = coalesce($4, heard_at), ask_at = $5,
                 stuck_at = CASE WHEN $6 THEN coalesce(stuck_at, $7) END,
                 ended_at = CASE WHEN $2 IN ('done', 'closed') THEN coalesce(ended_at, $7) END,
                 code = coalesce($8, code)
             WHERE id = $1",
        )
        .await?;
    let Moved { state, is_sent, heard_at, next, needs_people, code, now } = moved;
    let state: &str = state.into();
    let (at, is_stuck) = (next.map(|next| next.at), *needs_people || next.is_some_and(|next| next.is_stuck));
    let row: [&(dyn ToSql + Sync); 8] = [&id.0, &state, is_sent, heard_at, &at, &is_stuck, now, code];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// Notes who agreed; `None` is the operator.
pub(crate) async fn agree(
    transaction: &impl GenericClient,
    id: RefundId,
    staff: Option<StaffId>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.refunds SET agreed_by = $2, is_agreed_by_operator = $2::uuid IS NULL WHERE id = $1",
        )
        .await?;
    transaction.execute(&statement, &[&id.0, &staff.map(|staff| staff.0)]).await?;
    Ok(())
}

/// Notes by which transfer staff say to have given it back.
pub(crate) async fn note_hand(
    transaction: &impl GenericClient,
    id: RefundId,
    given: &ByHand,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.refunds SET hand_reference = $2, hand_reason = $3, hand_by = $4 WHERE id = $1",
        )
        .await?;
    transaction.execute(&statement, &[&id.0, &given.reference, &given.reason, &given.by.0]).await?;
    Ok(())
}

/// Takes that note back.
pub(crate) async fn forget_hand(transaction: &impl GenericClient, id: RefundId) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.refunds SET hand_reference = NULL, hand_reason = NULL, hand_by = NULL WHERE id = $1",
        )
        .await?;
    transaction.execute(&statement, &[&id.0]).await?;
    Ok(())
}

/// Refunds that have waited for a second person since before `before`.
pub(crate) async fn asked_before(
    client: &impl GenericClient,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<RefundId>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT id FROM registration.refunds WHERE state = 'asked' AND created_at < $1 ORDER BY created_at LIMIT $2",
        )
        .await?;
    let rows = client.query(&statement, &[&before, &limit]).await?;
    Ok(rows.iter().map(|row| RefundId(row.get("id"))).collect())
}

/// Refunds that wait for a second person, to be given or as given back by hand, the first asked for first.
pub(crate) async fn waiting_for_two(client: &impl GenericClient, limit: i64) -> Result<Vec<StoredRefund>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE r.ended_at IS NULL AND (r.state = 'asked' OR r.hand_by IS NOT NULL) ORDER BY r.created_at LIMIT $1"
        ))
        .await?;
    client.query(&statement, &[&limit]).await?.iter().map(read).collect()
}

/// Notes that nobody agreed in time.
pub(crate) async fn note_expired(transaction: &impl GenericClient, id: RefundId) -> Result<(), StoreError> {
    let statement =
        transaction.prepare_cached("UPDATE registration.refunds SET is_expired = true WHERE id = $1").await?;
    transaction.execute(&statement, &[&id.0]).await?;
    Ok(())
}

/// Refunds to which nobody agreed in time, that ended after `after`, the newest first.
pub(crate) async fn expired(
    client: &impl GenericClient,
    after: Timestamp,
    within: &Within,
    limit: i64,
) -> Result<Vec<StoredRefund>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE r.is_expired AND r.state = 'closed' AND r.ended_at > $4 AND {WITHIN}
             ORDER BY r.ended_at DESC, r.id LIMIT $1"
        ))
        .await?;
    client.query(&statement, &[&limit, &within.exams, &within.schools, &after]).await?.iter().map(read).collect()
}

/// Refunds that people must look at, the longest waiting first.
pub(crate) async fn stuck(
    client: &impl GenericClient,
    within: &Within,
    limit: i64,
) -> Result<Vec<StoredRefund>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE r.stuck_at IS NOT NULL AND {WITHIN} ORDER BY r.stuck_at, r.id LIMIT $1"
        ))
        .await?;
    client.query(&statement, &[&limit, &within.exams, &within.schools]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<StoredRefund, StoreError> {
    let word = |column: &str| row.get::<_, &str>(column);
    let asked_by = Actor::from_stored(word("asked_kind"), row.get("asked_id"));
    Ok(StoredRefund {
        refund: Refund {
            id: RefundId(row.get("id")),
            payment: PaymentId(row.get("payment")),
            method: word("method").parse().unwrap_or(Method::Other),
            order: word("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
            amount: Fen(row.get("amount_fen")),
            reason: word("reason").parse().map_err(|_| StoreError::Corrupt("a refund's reason"))?,
            state: word("state").parse().map_err(|_| StoreError::Corrupt("a refund's state"))?,
            created_at: row.get("created_at"),
            asked_by: asked_by.map_err(|_| StoreError::Corrupt("who wanted a refund"))?,
            agreed_by: row.get::<_, Option<Uuid>>("agreed_by").map(StaffId),
            is_agreed_by_operator: row.get("is_agreed_by_operator"),
            note: row.get("note"),
            ended_at: row.get("ended_at"),
            code: row.get("code"),
            stuck_at: row.get("stuck_at"),
            by_hand: row.get::<_, Option<Uuid>>("hand_by").map(|by| ByHand {
                reference: word("hand_reference").to_owned(),
                reason: word("hand_reason").to_owned(),
                by: StaffId(by),
            }),
            is_expired: row.get("is_expired"),
        },
        attempt: PaymentId(row.get("attempt")),
        is_of_seat: row.get("is_of_seat"),
        received: Fen(row.get("received_fen")),
        notify_url: row.get("notify_url"),
        sent_at: row.get("sent_at"),
    })
}
