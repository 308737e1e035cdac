//! The table `orders`: reading. Each row comes with its seats.

pub(crate) mod change;
pub(crate) mod confirmed;
pub(crate) mod due;
pub(crate) mod listed;
pub(crate) mod paid;
pub(crate) mod unpaid;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use strum::{EnumString, IntoStaticStr};
use tokio_postgres::Row;

use crate::model::actor::Actor;
use crate::model::exam_rules::PartId;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{BySchool, Order, OrderId, OrderSitting, OrderState};
use crate::rules::paying::settling::Seats;
use crate::store::StoreError;

/// An order's columns, and its seats.
macro_rules! columns {
    () => {
        "o.id, o.account, o.exam, o.part, o.is_sole, o.amount_fen, o.state, o.expires_at, o.lapses_at, o.created_at,
        o.submitted_at, o.decided_kind, o.decided_id, o.decided_at, o.paid_at, o.reason, o.refusals, o.mend_until,
        o.seats_owed,
        (SELECT max(p.created_at) FROM registration.screenshots p WHERE p.order_id = o.id AND p.accepted_at IS NULL)
            AS pending_picture_at,
        (SELECT max(m.choice_until) FROM registration.settlements m WHERE m.order_id = o.id AND m.state = 'choice')
            AS choice_until,
        (SELECT max(g.locked_until) FROM registration.group_payment_orders l
            JOIN registration.group_payments g ON g.id = l.group_payment
            WHERE l.order_id = o.id AND g.released_at IS NULL AND NOT EXISTS (
                SELECT FROM registration.payments p WHERE p.of_group = g.id AND p.state = 'received'))
            AS school_until,
        EXISTS (SELECT FROM registration.settlements m JOIN registration.payments p ON p.id = m.payment
            LEFT JOIN registration.payments a ON a.id = p.of_attempt
            WHERE m.order_id = o.id AND m.state <> 'refund' AND coalesce(p.of_group, a.of_group) IS NOT NULL)
            AS is_paid_by_school,
        ARRAY(SELECT s.sitting FROM registration.order_sittings s WHERE s.order_id = o.id ORDER BY s.position)
            AS sittings,
        ARRAY(SELECT s.hold FROM registration.order_sittings s WHERE s.order_id = o.id ORDER BY s.position) AS holds,
        ARRAY(SELECT s.fee_fen FROM registration.order_sittings s WHERE s.order_id = o.id ORDER BY s.position) AS fees"
    };
}
/// The same, for moves that give the row back as they left it.
const COLUMNS: &str = columns!();
/// What every query of whole orders begins with.
const SELECT: &str = concat!("SELECT ", columns!(), " FROM registration.orders o");

/// An order's state as stored. What candidates see differs in two moments: see [`StoredOrder::view`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum StoredState {
    Unpaid,
    WaitingReview,
    /// Somebody said yes; the engine is being told.
    Confirming,
    Confirmed,
    Refused,
    Lapsed,
    Released,
    Cancelled,
}

/// An order as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredOrder {
    pub(crate) id: OrderId,
    pub(crate) account: AccountId,
    pub(crate) exam: ExamId,
    pub(crate) part: PartId,
    /// Does it stand in the way of another live order of its part?
    pub(crate) is_sole: bool,
    pub(crate) sittings: Vec<OrderSitting>,
    pub(crate) amount: Fen,
    pub(crate) state: StoredState,
    pub(crate) expires_at: Timestamp,
    pub(crate) lapses_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) submitted_at: Option<Timestamp>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) paid_at: Option<Timestamp>,
    /// Who decided last.
    pub(crate) decided: Option<Actor>,
    pub(crate) reason: Option<String>,
    pub(crate) refusals: u16,
    pub(crate) mend_until: Option<Timestamp>,
    /// It has ended, and the engine has not been told yet.
    pub(crate) seats_owed: bool,
    /// It has pictures that are not accepted: a hand-in is under way or died, or one waits for a choice. When the last came.
    pub(crate) pending_picture_at: Option<Timestamp>,
    /// Its money came when the seats had gone, and other sittings are offered for it until then.
    pub(crate) choice_until: Option<Timestamp>,
    /// A school has it on a list that is not paid, and keeps it from its candidate until then.
    pub(crate) school_until: Option<Timestamp>,
    /// A school's money has come for it, and did not go back.
    pub(crate) is_paid_by_school: bool,
}

impl StoredOrder {
    /// Where its seats are, as the row says.
    pub(crate) fn seats(&self) -> Seats {
        match self.state {
            StoredState::Unpaid | StoredState::WaitingReview | StoredState::Refused => Seats::Open,
            StoredState::Confirming => Seats::Settling,
            StoredState::Confirmed => Seats::Settled,
            StoredState::Lapsed | StoredState::Released | StoredState::Cancelled => Seats::Ended,
        }
    }

    /// As candidates and staff see it at `now`: what time has decided already shows before a job has written it.
    pub(crate) fn view(self, now: Timestamp) -> Order {
        let state = self.state_at(now);
        // The version before confirms without noting when it was first done.
        let paid_at = self.paid_at.or(self.decided_at.filter(|_| state == OrderState::Confirmed));
        let by_school = match self.school_until {
            _ if self.is_paid_by_school => Some(BySchool::Paid),
            Some(until) if now < until && state == OrderState::Unpaid => Some(BySchool::Locked { until }),
            _ => None,
        };
        let late_picture_at = self.pending_picture_at.filter(|_| state == OrderState::Lapsed);
        let Self {
            id,
            account,
            exam,
            part,
            sittings,
            amount,
            expires_at,
            created_at,
            submitted_at,
            decided_at,
            refusals,
            reason,
            ..
        } = self;
        Order {
            id,
            account,
            exam,
            part,
            sittings,
            amount,
            state,
            expires_at,
            created_at,
            submitted_at,
            decided_at,
            refusals,
            reason,
            paid_at,
            by_school,
            late_picture_at,
        }
    }

    /// The state that [`Self::view`] shows.
    pub(crate) fn state_at(&self, now: Timestamp) -> OrderState {
        match self.state {
            StoredState::Lapsed | StoredState::Released | StoredState::Cancelled
                if self.choice_until.is_some_and(|until| now <= until) =>
            {
                OrderState::Owed { until: self.choice_until.unwrap_or(now) }
            }
            StoredState::Unpaid if self.lapses_at < now => OrderState::Lapsed,
            StoredState::Unpaid => OrderState::Unpaid,
            StoredState::WaitingReview | StoredState::Confirming => OrderState::WaitingReview,
            StoredState::Confirmed => OrderState::Confirmed,
            StoredState::Refused => match (&self.reason, self.mend_until) {
                (Some(reason), Some(until)) if now <= until => OrderState::Refused { reason: reason.clone(), until },
                _ => OrderState::Cancelled,
            },
            StoredState::Lapsed => OrderState::Lapsed,
            StoredState::Released => OrderState::Released,
            StoredState::Cancelled => OrderState::Cancelled,
        }
    }
}

/// The order of that number; `None` when there is none.
pub(crate) async fn get(client: &impl GenericClient, id: OrderId) -> Result<Option<StoredOrder>, StoreError> {
    let statement = client.prepare_cached(&format!("{SELECT} WHERE o.id = $1")).await?;
    client.query_opt(&statement, &[&id.to_string()]).await?.as_ref().map(read).transpose()
}

/// The same, locked until the transaction ends. Its number never changes, so that whoever writes down money for it, which
/// names it, need not wait.
pub(crate) async fn get_locked(
    transaction: &impl GenericClient,
    id: OrderId,
) -> Result<Option<StoredOrder>, StoreError> {
    let statement = transaction.prepare_cached(&format!("{SELECT} WHERE o.id = $1 FOR NO KEY UPDATE OF o")).await?;
    transaction.query_opt(&statement, &[&id.to_string()]).await?.as_ref().map(read).transpose()
}

/// The account's sole live order of a part.
pub(crate) async fn live(
    client: &impl GenericClient,
    account: AccountId,
    exam: &ExamId,
    part: &PartId,
) -> Result<Option<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.account = $1 AND o.exam = $2 AND o.part = $3 AND o.is_sole AND o.is_live"
        ))
        .await?;
    client.query_opt(&statement, &[&account.0, &exam.as_str(), &part.as_str()]).await?.as_ref().map(read).transpose()
}

/// Waits for other requests that change this account's orders of this exam, until the transaction ends. Orders that are
/// not sole have no index that keeps two of them from one seat: whoever adds or revives one holds this.
pub(crate) async fn lock(
    transaction: &impl GenericClient,
    account: AccountId,
    exam: &ExamId,
) -> Result<(), StoreError> {
    let statement = transaction.prepare_cached("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").await?;
    transaction.execute(&statement, &[&format!("orders {} {exam}", account.0)]).await?;
    Ok(())
}

/// The account's other live order that has one of the seats.
pub(crate) async fn other_with_seat(
    client: &impl GenericClient,
    order: &StoredOrder,
) -> Result<Option<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.account = $1 AND o.exam = $2 AND o.id <> $3 AND o.is_live
                 AND EXISTS (SELECT FROM registration.order_sittings s WHERE s.order_id = o.id AND s.hold = ANY($4))
             LIMIT 1"
        ))
        .await?;
    let holds: Vec<String> = order.sittings.iter().map(|seat| seat.hold.to_string()).collect();
    let (account, exam, id) = (order.account.0, order.exam.as_str(), order.id.to_string());
    client.query_opt(&statement, &[&account, &exam, &id, &holds]).await?.as_ref().map(read).transpose()
}

/// The account's orders of an exam that are not over: live ones, and ended ones whose seats the engine has not got
/// back.
pub(crate) async fn open(
    client: &impl GenericClient,
    account: AccountId,
    exam: &ExamId,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.account = $1 AND o.exam = $2 AND (o.seats_owed OR o.is_live)
             ORDER BY o.seats_owed LIMIT $3"
        ))
        .await?;
    client.query(&statement, &[&account.0, &exam.as_str(), &limit]).await?.iter().map(read).collect()
}

/// The account's orders, newest first.
pub(crate) async fn of_account(
    client: &impl GenericClient,
    account: AccountId,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!("{SELECT} WHERE o.account = $1 ORDER BY o.created_at DESC, o.id LIMIT $2"))
        .await?;
    client.query(&statement, &[&account.0, &limit]).await?.iter().map(read).collect()
}

/// The account's live orders of the exams in which one of them is unpaid.
pub(crate) async fn running(
    client: &impl GenericClient,
    account: AccountId,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.account = $1 AND o.is_live
                 AND EXISTS (SELECT FROM registration.orders u
                     WHERE u.account = $1 AND u.exam = o.exam AND u.is_live AND u.state = 'unpaid')
             ORDER BY o.created_at DESC, o.id LIMIT $2"
        ))
        .await?;
    client.query(&statement, &[&account.0, &limit]).await?.iter().map(read).collect()
}

/// What is to be paid for each of these orders.
pub(crate) async fn amounts(client: &impl GenericClient, ids: &[OrderId]) -> Result<Vec<(OrderId, Fen)>, StoreError> {
    let statement = client.prepare_cached("SELECT id, amount_fen FROM registration.orders WHERE id = ANY($1)").await?;
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let read = |row: &Row| {
        let id = row.get::<_, &str>("id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((id, Fen(row.get("amount_fen"))))
    };
    client.query(&statement, &[&ids]).await?.iter().map(read).collect()
}

/// Does the account have seats in the exam that are paid for, or that staff are just confirming?
pub(crate) async fn any_settled(
    client: &impl GenericClient,
    account: AccountId,
    exam: &ExamId,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT EXISTS (SELECT FROM registration.orders o
                 WHERE o.account = $1 AND o.exam = $2 AND o.stage IN ('settling', 'settled')) AS any_settled",
        )
        .await?;
    Ok(client.query_one(&statement, &[&account.0, &exam.as_str()]).await?.get("any_settled"))
}

fn read(row: &Row) -> Result<StoredOrder, StoreError> {
    let kind: Option<&str> = row.get("decided_kind");
    let decided = kind.map(|kind| Actor::from_stored(kind, row.get("decided_id")));
    Ok(StoredOrder {
        id: row.get::<_, &str>("id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?,
        account: AccountId(row.get("account")),
        exam: row.get::<_, &str>("exam").parse().map_err(|_| StoreError::Corrupt("an exam's id"))?,
        part: row.get::<_, &str>("part").parse().map_err(|_| StoreError::Corrupt("a part's id"))?,
        is_sole: row.get("is_sole"),
        sittings: read_sittings(row)?,
        amount: Fen(row.get("amount_fen")),
        state: row.get::<_, &str>("state").parse().map_err(|_| StoreError::Corrupt("an order's state"))?,
        expires_at: row.get("expires_at"),
        lapses_at: row.get("lapses_at"),
        created_at: row.get("created_at"),
        submitted_at: row.get("submitted_at"),
        decided: decided.transpose().map_err(|_| StoreError::Corrupt("who decided on an order"))?,
        decided_at: row.get("decided_at"),
        paid_at: row.get("paid_at"),
        reason: row.get("reason"),
        refusals: u16::try_from(row.get::<_, i16>("refusals")).map_err(|_| StoreError::Corrupt("a negative count"))?,
        mend_until: row.get("mend_until"),
        seats_owed: row.get("seats_owed"),
        pending_picture_at: row.get("pending_picture_at"),
        choice_until: row.get("choice_until"),
        school_until: row.get("school_until"),
        is_paid_by_school: row.get("is_paid_by_school"),
    })
}

fn read_sittings(row: &Row) -> Result<Vec<OrderSitting>, StoreError> {
    let (sittings, holds): (Vec<&str>, Vec<&str>) = (row.get("sittings"), row.get("holds"));
    let fees: Vec<i64> = row.get("fees");
    sittings
        .into_iter()
        .zip(holds)
        .zip(fees)
        .map(|((sitting, hold), fee)| {
            Ok(OrderSitting {
                sitting: sitting.parse().map_err(|_| StoreError::Corrupt("a sitting's id"))?,
                hold: hold.parse().map_err(|_| StoreError::Corrupt("a hold's id"))?,
                fee: Fen(fee),
            })
        })
        .collect()
}
