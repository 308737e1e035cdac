//! The table `orders`: its moves. Each names the states that it starts from, and says whether it happened, so that
//! of two movers one wins and the other looks again.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use tokio_postgres::types::ToSql;

use super::{COLUMNS, StoredOrder, read};
use crate::model::actor::Actor;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::seats::store::order_sittings;
use crate::store::{StoreError, violates};

/// What became of a new order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It is in, with its seats.
    Yes,
    /// The account has a live order of this exam.
    OtherLive,
    /// Its number is taken: draw another one.
    NumberTaken,
    /// The binding under which it was begun is gone.
    Unbound,
}

/// Adds an order with its seats; where the exam binds people to accounts, under the binding made at `bound_at`. After
/// anything but `Yes` the transaction is broken and must be rolled back.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    order: &StoredOrder,
    bound_at: Option<Timestamp>,
) -> Result<Inserted, StoreError> {
    if !order.is_sole {
        super::lock(transaction, order.account, &order.exam).await?;
        if super::other_with_seat(transaction, order).await?.is_some() {
            return Ok(Inserted::OtherLive);
        }
    }
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.orders (id, account, exam, amount_fen, state, expires_at, lapses_at, created_at,
                 part, is_sole, needs_binding, binding)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz IS NOT NULL,
                 (SELECT b.id FROM registration.bindings b WHERE b.exam = $3 AND b.account = $2 AND b.bound_at = $11))",
        )
        .await?;
    let StoredOrder { id, account, exam, part, is_sole, amount, state, expires_at, lapses_at, created_at, .. } = order;
    let (number, exam, state, part) = (id.to_string(), exam.as_str(), <&str>::from(state), part.as_str());
    let row: [&(dyn ToSql + Sync); 11] =
        [&number, &account.0, &exam, &amount.0, &state, expires_at, lapses_at, created_at, &part, is_sole, &bound_at];
    match transaction.execute(&statement, &row).await {
        Ok(_) => order_sittings::insert(transaction, *id, &order.sittings).await.map(|()| Inserted::Yes),
        Err(error) if violates(&error, "orders_one_live") => Ok(Inserted::OtherLive),
        Err(error) if violates(&error, "orders_pkey") => Ok(Inserted::NumberTaken),
        Err(error) if violates(&error, "orders_stay_bound") || violates(&error, "orders_binding") => {
            Ok(Inserted::Unbound)
        }
        Err(error) => Err(error.into()),
    }
}

/// Unpaid → lapsed, unless seats were taken anew since `order` was read. `seats_owed` when some may be left.
pub(crate) async fn lapse(
    client: &impl GenericClient,
    order: &StoredOrder,
    seats_owed: bool,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders SET state = 'lapsed', seats_owed = $3
             WHERE id = $1 AND state = 'unpaid' AND lapses_at = $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&order.id.to_string(), &order.lapses_at, &seats_owed]).await? == 1)
}

/// Notes that the seats of the unpaid order `old` were exchanged for those of `new`: the order keeps its number, so that
/// an old page of it speaks of the same registration. `new` must lapse at another moment than `old`, by which whoever
/// has read the order before learns that its seats are others. False when `old` is not what the order is any more; then
/// the transaction must be rolled back.
pub(crate) async fn exchange(
    transaction: &impl GenericClient,
    old: &StoredOrder,
    new: &StoredOrder,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.orders SET amount_fen = $3, expires_at = $4, lapses_at = $5
             WHERE id = $1 AND state = 'unpaid' AND lapses_at = $2",
        )
        .await?;
    let row: [&(dyn ToSql + Sync); 5] =
        [&old.id.to_string(), &old.lapses_at, &new.amount.0, &new.expires_at, &new.lapses_at];
    if transaction.execute(&statement, &row).await? == 0
        || !order_sittings::remove(transaction, old.id, &old.sittings).await?
    {
        return Ok(false);
    }
    order_sittings::insert(transaction, old.id, &new.sittings).await?;
    Ok(true)
}

/// Unpaid → released; the seats are owed.
pub(crate) async fn release(client: &impl GenericClient, id: OrderId) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders SET state = 'released', seats_owed = true WHERE id = $1 AND state = 'unpaid'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.to_string()]).await? == 1)
}

/// Confirmed → released: the candidate gave up what was paid for. The seats are owed, and when it was paid stays.
pub(crate) async fn withdraw(client: &impl GenericClient, id: OrderId) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders SET state = 'released', seats_owed = true
             WHERE id = $1 AND state = 'confirmed'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.to_string()]).await? == 1)
}

/// Refused → cancelled, once the time to mend has passed; the seats are owed.
pub(crate) async fn cancel(client: &impl GenericClient, id: OrderId, now: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders SET state = 'cancelled', seats_owed = true
             WHERE id = $1 AND state = 'refused' AND mend_until < $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.to_string(), &now]).await? == 1)
}

/// Notes that the engine has the seats back.
pub(crate) async fn seats_returned(client: &impl GenericClient, id: OrderId) -> Result<(), StoreError> {
    let statement = client.prepare_cached("UPDATE registration.orders SET seats_owed = false WHERE id = $1").await?;
    client.execute(&statement, &[&id.to_string()]).await?;
    Ok(())
}

/// What became of taking seats anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retaken {
    /// The new holds are noted; a lapsed order is unpaid again.
    Yes,
    /// The order was ended or decided meanwhile, or a seat was dropped. The transaction must be rolled back.
    Moved,
    /// The account has another live order of this exam. The transaction is broken.
    OtherLive,
}

/// Notes holds that took the places of lapsed ones, before the engine is asked to freeze them: a frozen hold that
/// nobody knows would never end.
pub(crate) async fn retake(transaction: &impl GenericClient, order: &StoredOrder) -> Result<Retaken, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.orders
             SET state = CASE state WHEN 'lapsed' THEN 'unpaid' ELSE state END, expires_at = $2, lapses_at = $3
             WHERE id = $1 AND state IN ('unpaid', 'lapsed', 'waiting_review', 'refused') AND NOT seats_owed",
        )
        .await?;
    let StoredOrder { id, expires_at, lapses_at, .. } = order;
    if !order.is_sole {
        super::lock(transaction, order.account, &order.exam).await?;
        if super::other_with_seat(transaction, order).await?.is_some() {
            return Ok(Retaken::OtherLive);
        }
    }
    match transaction.execute(&statement, &[&id.to_string(), expires_at, lapses_at]).await {
        Ok(0) => Ok(Retaken::Moved),
        Ok(_) if order_sittings::set_holds(transaction, *id, &order.sittings).await? => Ok(Retaken::Yes),
        Ok(_) => Ok(Retaken::Moved),
        Err(error) if violates(&error, "orders_one_live") => Ok(Retaken::OtherLive),
        // The registration under which it was made is deleted. The transaction is broken.
        Err(error) if violates(&error, "orders_stay_bound") => Ok(Retaken::Moved),
        Err(error) => Err(error.into()),
    }
}

/// Unpaid, refused with time to mend it, or waiting already → waiting for review; the order as it is then. Whoever waits
/// already keeps the place in the queue.
pub(crate) async fn submit(
    client: &impl GenericClient,
    id: OrderId,
    now: Timestamp,
) -> Result<Option<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "UPDATE registration.orders o
             SET state = 'waiting_review', reason = NULL, mend_until = NULL,
                 submitted_at = CASE o.state WHEN 'waiting_review' THEN o.submitted_at ELSE $2 END
             WHERE o.id = $1 AND (o.state IN ('unpaid', 'waiting_review') OR o.state = 'refused' AND o.mend_until >= $2)
             RETURNING {COLUMNS}"
        ))
        .await?;
    client.query_opt(&statement, &[&id.to_string(), &now]).await?.as_ref().map(read).transpose()
}

/// Waiting, or not decided on otherwise, → confirming: somebody said yes. From here on nobody else decides, and the job
/// finishes what dies.
pub(crate) async fn begin_confirm(
    client: &impl GenericClient,
    id: OrderId,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders
             SET state = 'confirming', decided_by = $2, decided_kind = $3, decided_id = $4, decided_at = $5,
                 reason = NULL, mend_until = NULL
             WHERE id = $1 AND state IN ('unpaid', 'waiting_review', 'refused')",
        )
        .await?;
    let staff = actor.staff().map(|staff| staff.0);
    let row: [&(dyn ToSql + Sync); 5] = [&id.to_string(), &staff, &actor.kind(), &actor.id(), &now];
    Ok(client.execute(&statement, &row).await? == 1)
}

/// Confirming → confirmed, with the holds as the engine has confirmed them.
pub(crate) async fn finish_confirm(
    transaction: &impl GenericClient,
    order: &StoredOrder,
    has_other_holds: bool,
) -> Result<bool, StoreError> {
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.orders
             SET state = 'confirmed', refusals = 0, paid_at = coalesce(paid_at, decided_at)
             WHERE id = $1 AND state = 'confirming'",
        )
        .await?;
    let is_moved = transaction.execute(&statement, &[&order.id.to_string()]).await? == 1;
    if is_moved && has_other_holds {
        order_sittings::set_holds(transaction, order.id, &order.sittings).await?;
    }
    Ok(is_moved)
}

/// Confirming → waiting: the seat is gone.
pub(crate) async fn undo_confirm(client: &impl GenericClient, id: OrderId, now: Timestamp) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders
             SET state = 'waiting_review', decided_by = NULL, decided_kind = NULL, decided_id = NULL, decided_at = NULL,
                 submitted_at = coalesce(submitted_at, $2)
             WHERE id = $1 AND state = 'confirming'",
        )
        .await?;
    Ok(client.execute(&statement, &[&id.to_string(), &now]).await? == 1)
}

/// The orders of the account that wait, in this exam or in all, do so anew: nobody decides on the form, or the person, that
/// they saw before.
pub(crate) async fn wait_anew(
    client: &impl GenericClient,
    account: AccountId,
    exam: Option<&ExamId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.orders SET submitted_at = $3
             WHERE account = $1 AND ($2::text IS NULL OR exam = $2) AND state = 'waiting_review'",
        )
        .await?;
    client.execute(&statement, &[&account.0, &exam.map(ExamId::as_str), &now]).await?;
    Ok(())
}

/// Who refuses a picture, when, and why.
pub(crate) struct Refused<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) reason: &'a str,
    pub(crate) at: Timestamp,
    /// So long the seats stay.
    pub(crate) mend_until: Timestamp,
    /// So often it may be handed in again.
    pub(crate) resubmit_times: u16,
}

/// Waiting → refused; or, when it has come back as often as it may, → cancelled, and the seats are owed. The order as it
/// is then; nothing: it was not waiting.
pub(crate) async fn refuse(
    client: &impl GenericClient,
    id: OrderId,
    refused: &Refused<'_>,
) -> Result<Option<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "UPDATE registration.orders o
             SET decided_by = $2, decided_kind = $3, decided_id = $4, reason = $5, decided_at = $6, mend_until = $7,
                 refusals = o.refusals + 1, state = CASE WHEN o.refusals < $8::int THEN 'refused' ELSE 'cancelled' END,
                 seats_owed = o.refusals >= $8::int
             WHERE o.id = $1 AND o.state = 'waiting_review'
             RETURNING {COLUMNS}"
        ))
        .await?;
    let Refused { actor, reason, at, mend_until, resubmit_times } = refused;
    let (staff, times) = (actor.staff().map(|staff| staff.0), i32::from(*resubmit_times));
    let row: [&(dyn ToSql + Sync); 8] =
        [&id.to_string(), &staff, &actor.kind(), &actor.id(), reason, at, mend_until, &times];
    client.query_opt(&statement, &row).await?.as_ref().map(read).transpose()
}

/// All orders of one account become another one's. How many.
pub(crate) async fn rebind(client: &impl GenericClient, from: AccountId, to: AccountId) -> Result<u64, StoreError> {
    let statement = client.prepare_cached("UPDATE registration.orders SET account = $2 WHERE account = $1").await?;
    Ok(client.execute(&statement, &[&from.0, &to.0]).await?)
}

/// Moves one unpaid seat of an order of several into an order of its own, which is released and owes the seat. False
/// when the order is no longer unpaid, or has not that seat besides others.
pub(crate) async fn split_off(
    transaction: &impl GenericClient,
    order: &StoredOrder,
    sitting: &SittingId,
    released: OrderId,
) -> Result<bool, StoreError> {
    let (id, released, sitting) = (order.id.to_string(), released.to_string(), sitting.as_str());
    let statement = transaction
        .prepare_cached(
            "UPDATE registration.orders o SET amount_fen = amount_fen - s.fee_fen
             FROM registration.order_sittings s
             WHERE o.id = $1 AND o.state = 'unpaid' AND s.order_id = o.id AND s.sitting = $2
                 AND EXISTS (SELECT FROM registration.order_sittings t WHERE t.order_id = o.id AND t.sitting <> $2)",
        )
        .await?;
    if transaction.execute(&statement, &[&id, &sitting]).await? == 0 {
        return Ok(false);
    }
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.orders (id, account, exam, part, is_sole, amount_fen, state, expires_at, lapses_at,
                 created_at, seats_owed)
             SELECT $3, o.account, o.exam, o.part, o.is_sole, s.fee_fen, 'released', o.expires_at, o.lapses_at,
                 o.created_at, true
             FROM registration.orders o JOIN registration.order_sittings s ON s.order_id = o.id
             WHERE o.id = $1 AND s.sitting = $2",
        )
        .await?;
    transaction.execute(&statement, &[&id, &sitting, &released]).await?;
    order_sittings::move_to(transaction, &id, sitting, &released).await?;
    Ok(true)
}
