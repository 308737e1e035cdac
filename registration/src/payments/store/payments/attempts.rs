//! The table `payments`: attempts at a channel. Whoever moves one has its row locked.

use deadpool_postgres::GenericClient;
use gateways::pay::{Form, OrderCall, Start};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::actor::{Actor, Within};
use crate::model::fen::Fen;
use crate::model::order::OrderId;
use crate::model::payment::group::GroupId;
use crate::model::payment::{Method, PaymentId, PaymentState};
use crate::rules::paying::attempt::Came;
use crate::rules::paying::schedule::Next;
use crate::store::{StoreError, violates};

/// What every query of attempts selects.
const SELECT: &str = "
    SELECT p.id, p.method, p.amount_fen, p.state, p.reference, p.created_at, p.product, p.order_call, p.surface,
        p.expires_at, p.calls, p.start_kind, p.start_text, p.start_until, p.ask_at, p.heard_at, p.of_group
    FROM registration.payments p";
/// Most attempts of one order, or of one list, that are under way.
const UNDER_WAY_MAX: i64 = 20;

/// An attempt as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredAttempt {
    pub(crate) id: PaymentId,
    pub(crate) method: Method,
    pub(crate) amount: Fen,
    pub(crate) state: PaymentState,
    pub(crate) reference: Option<String>,
    pub(crate) created_at: Timestamp,
    /// What is sent; nothing where no channel is asked.
    pub(crate) call: Option<OrderCall>,
    /// Where the payer was: `phone` or `desk`.
    pub(crate) surface: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) calls: u32,
    /// How the payer goes on.
    pub(crate) start: Option<Start>,
    pub(crate) ask_at: Option<Timestamp>,
    pub(crate) heard_at: Option<Timestamp>,
    /// The school's list that it pays for.
    pub(crate) group: Option<GroupId>,
}

/// An attempt that begins: its call is stored before anything is sent.
pub(crate) struct NewAttempt<'a> {
    pub(crate) id: PaymentId,
    pub(crate) method: Method,
    pub(crate) amount: Fen,
    pub(crate) call: &'a OrderCall,
    pub(crate) surface: &'a str,
    pub(crate) notify_url: &'a str,
    pub(crate) expires_at: Timestamp,
    pub(crate) created_at: Timestamp,
}

/// Adds one. Should it never be sent, it is looked at when it ends.
pub(crate) async fn insert(transaction: &impl GenericClient, new: &NewAttempt<'_>) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payments (id, method, amount_fen, state, created_at, product, order_call, surface,
                 notify_url, expires_at, ask_at)
             VALUES ($1, $2, $3, 'created', $4, $5, $6, $7, $8, $9, $9)",
        )
        .await?;
    let NewAttempt { id, method, amount, call, surface, notify_url, expires_at, created_at } = new;
    let method: &str = method.into();
    let row: [&(dyn ToSql + Sync); 9] =
        [&id.0, &method, &amount.0, created_at, &call.product, &call.body, surface, notify_url, expires_at];
    transaction.execute(&statement, &row).await?;
    Ok(())
}

/// One, locked until the transaction ends.
pub(crate) async fn lock(transaction: &impl GenericClient, id: PaymentId) -> Result<Option<StoredAttempt>, StoreError> {
    let statement = transaction.prepare_cached(&format!("{SELECT} WHERE p.id = $1 FOR UPDATE OF p")).await?;
    transaction.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// The attempt of that number; `None` when there is none.
pub(crate) async fn get(client: &impl GenericClient, id: PaymentId) -> Result<Option<StoredAttempt>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE p.id = $1")).await?;
    client.query_opt(&statement, &[&id.0]).await?.as_ref().map(read).transpose()
}

/// The attempts of an order at channels that are under way, the oldest first.
pub(crate) async fn under_way(client: &impl GenericClient, order: OrderId) -> Result<Vec<StoredAttempt>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} JOIN registration.payment_orders b ON b.payment = p.id
             WHERE b.order_id = $1 AND p.order_call IS NOT NULL AND p.state IN ('created', 'pending', 'unknown')
             ORDER BY p.created_at, p.id LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&order.to_string(), &UNDER_WAY_MAX]).await?.iter().map(read).collect()
}

/// The same of a school's list.
pub(crate) async fn under_way_of_group(
    client: &impl GenericClient,
    group: GroupId,
) -> Result<Vec<StoredAttempt>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE p.of_group = $1 AND p.order_call IS NOT NULL
                 AND p.state IN ('created', 'pending', 'unknown')
             ORDER BY p.created_at, p.id LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&group.0, &UNDER_WAY_MAX]).await?.iter().map(read).collect()
}

/// Takes attempts at these channels that are due to be asked after, so that until `until` nobody else asks.
pub(crate) async fn take_due(
    client: &impl GenericClient,
    methods: &[Method],
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<PaymentId>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.payments SET ask_at = $2 WHERE id IN (
                 SELECT id FROM registration.payments WHERE ask_at <= $1 AND method = ANY($3) ORDER BY ask_at LIMIT $4
                 FOR UPDATE SKIP LOCKED)
             RETURNING id",
        )
        .await?;
    let methods: Vec<&str> = methods.iter().map(Into::into).collect();
    let rows = client.query(&statement, &[&now, &until, &methods, &limit]).await?;
    Ok(rows.iter().map(|row| PaymentId(row.get("id"))).collect())
}

/// Takes one that was not asked after since `before`. False: somebody has, or it is over.
pub(crate) async fn take(
    client: &impl GenericClient,
    id: PaymentId,
    before: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.payments SET ask_at = $3
             WHERE id = $1 AND state IN ('pending', 'unknown') AND order_call IS NOT NULL
                 AND (heard_at IS NULL OR heard_at < $2)",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.0, &before, &until]).await? == 1)
}

/// Notes that the order call goes out, and where the attempt stands then.
pub(crate) async fn note_call(
    transaction: &impl GenericClient,
    id: PaymentId,
    state: PaymentState,
    next: Next,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached("UPDATE registration.payments SET calls = calls + 1, state = $2, ask_at = $3 WHERE id = $1")
        .await?;
    let state: &str = state.into();
    transaction.execute(&statement, &[&id.0, &state, &next.at]).await?;
    Ok(())
}

/// Notes where an attempt stands that is under way, and when it is asked after next.
pub(crate) async fn note_state(
    transaction: &impl GenericClient,
    id: PaymentId,
    state: PaymentState,
    heard_at: Option<Timestamp>,
    next: Option<Next>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.payments SET state = $2, heard_at = coalesce($3, heard_at), ask_at = $4,
                 stuck_at = CASE WHEN $5 THEN coalesce(stuck_at, now()) END
             WHERE id = $1",
        )
        .await?;
    let state: &str = state.into();
    let (at, is_stuck) = (next.map(|next| next.at), next.is_some_and(|next| next.is_stuck));
    transaction.execute(&statement, &[&id.0, &state, &heard_at, &at, &is_stuck]).await?;
    Ok(())
}

/// Notes when the channel is asked after an attempt next.
pub(crate) async fn note_ask(
    transaction: &impl GenericClient,
    id: PaymentId,
    ask_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("UPDATE registration.payments SET ask_at = $2 WHERE id = $1").await?;
    transaction.execute(&statement, &[&id.0, &ask_at]).await?;
    Ok(())
}

/// Keeps how the payer goes on.
pub(crate) async fn note_start(
    transaction: &impl GenericClient,
    id: PaymentId,
    start: &Start,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.payments SET start_kind = $2, start_text = $3, start_until = $4 WHERE id = $1",
        )
        .await?;
    let (kind, text) = match start {
        Start::Go { url, .. } => ("go", url.clone()),
        Start::Scan { code, .. } => ("scan", code.clone()),
        Start::Send(form) => ("send", serde_json::to_string(form).expect("texts are JSON")),
    };
    transaction.execute(&statement, &[&id.0, &kind, &text, &start.until()]).await?;
    Ok(())
}

/// What is said of an attempt that comes to its end.
pub(crate) struct End<'a> {
    pub(crate) state: PaymentState,
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
    pub(crate) came: Option<&'a Came>,
    pub(crate) reason: Option<&'a str>,
    /// When the channel is asked once more, should money come all the same.
    pub(crate) ask_at: Option<Timestamp>,
}

/// Writes the end. False when another payment has the reference: the transaction is broken.
pub(crate) async fn end(transaction: &impl GenericClient, id: PaymentId, end: &End<'_>) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.payments
             SET state = $2, received_at = CASE $2 WHEN 'received' THEN $5::timestamptz END, decided_kind = $3,
                 decided_id = $4, decided_at = $5, reference = coalesce($6, reference), reason = $7, received_fen = $8,
                 paid_at = $9, heard_at = $5, ask_at = $10, stuck_at = NULL
             WHERE id = $1",
        )
        .await?;
    let End { state, actor, at, came, reason, ask_at } = end;
    let state: &str = state.into();
    let reference = came.and_then(|came| came.reference.as_deref());
    let (received, paid_at) = (came.map(|came| came.amount.0), came.and_then(|came| came.at));
    let row: [&(dyn ToSql + Sync); 10] =
        [&id.0, &state, &actor.kind(), &actor.id(), at, &reference, reason, &received, &paid_at, ask_at];
    match transaction.execute(&statement, &row).await {
        Ok(_) => Ok(true),
        Err(error) if violates(&error, "payments_one_per_reference") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Adds money that came for an attempt that had come to its end, once. `None`: it is here already.
pub(crate) async fn insert_late(
    transaction: &impl GenericClient,
    of: PaymentId,
    actor: &Actor,
    came: &Came,
    now: Timestamp,
) -> Result<Option<PaymentId>, StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payments (id, method, amount_fen, state, reference, created_at, received_at,
                 decided_kind, decided_id, decided_at, received_fen, paid_at, of_attempt, notify_url,
                 of_group)
             SELECT $2, p.method, p.amount_fen, 'received', $5, $7, $7, $3, $4, $7, $6, $8, p.id, p.notify_url,
                 p.of_group
             FROM registration.payments p WHERE p.id = $1
             ON CONFLICT DO NOTHING",
        )
        .await?;
    let (id, reference) = (Uuid::now_v7(), came.reference.as_deref());
    let row: [&(dyn ToSql + Sync); 8] =
        [&of.0, &id, &actor.kind(), &actor.id(), &reference, &came.amount.0, &now, &came.at];
    let is_new = transaction.execute(&statement, &row).await? == 1;
    Ok(is_new.then_some(PaymentId(id)))
}

/// Has money come for an attempt after its end?
pub(crate) async fn has_late(transaction: &impl GenericClient, of: PaymentId) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached("SELECT EXISTS (SELECT FROM registration.payments WHERE of_attempt = $1) AS has_late")
        .await?;
    Ok(transaction.query_one(&statement, &[&of.0]).await?.get("has_late"))
}

/// Attempts that people must look at, the longest waiting first.
pub(crate) async fn stuck(
    client: &impl GenericClient,
    within: &Within,
    limit: i64,
) -> Result<Vec<(PaymentId, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT p.id, p.stuck_at FROM registration.payments p WHERE p.stuck_at IS NOT NULL
                 AND ($2::text[] IS NULL AND $3::text[] IS NULL OR coalesce((
                     SELECT bool_and(($2::text[] IS NULL OR o.exam = ANY($2))
                         AND ($3::text[] IS NULL OR registration.is_of_schools(o.exam, o.account, $3)))
                     FROM registration.payment_orders b JOIN registration.orders o ON o.id = b.order_id
                     WHERE b.payment = p.id), false))
             ORDER BY p.stuck_at, p.id LIMIT $1",
        )
        .await?;
    let rows = client.query(&statement, &[&limit, &within.exams, &within.schools]).await?;
    Ok(rows.iter().map(|row| (PaymentId(row.get("id")), row.get("stuck_at"))).collect())
}

fn read(row: &Row) -> Result<StoredAttempt, StoreError> {
    let corrupt = |what: &'static str| move |_| StoreError::Corrupt(what);
    let word = |column: &str| row.get::<_, &str>(column);
    let call = match (row.get::<_, Option<String>>("product"), row.get::<_, Option<String>>("order_call")) {
        (Some(product), Some(body)) => Some(OrderCall { product, body }),
        _ => None,
    };
    let until = row.get("start_until");
    let start = match (row.get::<_, Option<&str>>("start_kind"), row.get::<_, Option<String>>("start_text")) {
        (Some("go"), Some(url)) => Some(Start::Go { url, until }),
        (Some("scan"), Some(code)) => Some(Start::Scan { code, until }),
        // One that cannot be read is made anew, which changes nothing.
        (Some("send"), Some(form)) => serde_json::from_str::<Form>(&form).ok().map(Start::Send),
        _ => None,
    };
    Ok(StoredAttempt {
        id: PaymentId(row.get("id")),
        method: word("method").parse().unwrap_or(Method::Other),
        amount: Fen(row.get("amount_fen")),
        state: word("state").parse().map_err(corrupt("a payment's state"))?,
        reference: row.get("reference"),
        created_at: row.get("created_at"),
        call,
        surface: row.get("surface"),
        expires_at: row.get("expires_at"),
        calls: u32::try_from(row.get::<_, i32>("calls")).map_err(|_| StoreError::Corrupt("a negative count"))?,
        start,
        ask_at: row.get("ask_at"),
        heard_at: row.get("heard_at"),
        group: row.get::<_, Option<Uuid>>("of_group").map(GroupId),
    })
}
