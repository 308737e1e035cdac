//! A process of the version before: its statements on orders, word for word, with the engine's calls between them. It
//! knows nothing of payments.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use jiff::{SignedDuration, Timestamp};
use registration::model::ids::{AccountId, StaffId};
use registration::model::order::OrderId;
use reservation::engine::Engine;
use reservation::engine::room::Admission;
use reservation::ids::HoldId;
use uuid::Uuid;

use crate::world::{exam, ids};

/// What a sitting costs.
const FEE_FEN: i64 = 12_000;

/// An order as the process remembers it.
#[derive(Debug, Clone)]
pub(crate) struct OldOrder {
    pub(crate) id: OrderId,
    pub(crate) account: AccountId,
    pub(crate) holds: Vec<HoldId>,
    pub(crate) lapses_at: Timestamp,
}

pub(crate) struct OldProcess {
    pool: Pool,
    engine: Engine,
    staff: StaffId,
}

impl OldProcess {
    pub(crate) fn new(pool: Pool, engine: &Engine, staff: StaffId) -> Self {
        Self { pool, engine: engine.clone(), staff }
    }

    async fn client(&self) -> Object {
        self.pool.get().await.unwrap()
    }

    /// Takes seats as an order of its own; nothing when the candidate has one, or they are full.
    pub(crate) async fn hold(&self, account: AccountId, sittings: &[&str], part: (&str, bool)) -> Option<OldOrder> {
        // The engine would give seats that are owed out again, which are about to end.
        let owed = "SELECT EXISTS (SELECT FROM registration.orders WHERE account = $1 AND seats_owed)";
        if self.client().await.query_one(owed, &[&account.0]).await.unwrap().get(0) {
            return None;
        }
        let taken = self.engine.hold(&exam(), &account.candidate_id(), &ids(sittings), Admission::Exempt).await.ok()?;
        let expires_at = taken.holds.iter().map(|hold| hold.expires_at).min().unwrap();
        let lapses_at = expires_at + SignedDuration::from_secs(60);
        let (_, bits) = Uuid::new_v4().as_u64_pair();
        let id = OrderId::from_bits(bits);
        let holds: Vec<HoldId> = taken.holds.iter().map(|hold| hold.id.clone()).collect();
        let mut client = self.client().await;
        let transaction = client.transaction().await.unwrap();
        let statement = "INSERT INTO registration.orders (id, account, exam, amount_fen, state, expires_at, lapses_at,
                 created_at, part, is_sole, needs_binding, binding)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz IS NOT NULL,
                 (SELECT b.id FROM registration.bindings b WHERE b.exam = $3 AND b.account = $2 AND b.bound_at = $11))";
        let amount = FEE_FEN * i64::try_from(sittings.len()).unwrap();
        let (unbound, (part, is_sole)): (Option<Timestamp>, _) = (None, part);
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 11] = [
            &id.to_string(),
            &account.0,
            &"exam",
            &amount,
            &"unpaid",
            &expires_at,
            &lapses_at,
            &Timestamp::now(),
            &part,
            &is_sole,
            &unbound,
        ];
        if transaction.execute(statement, &row).await.is_err() {
            return None;
        }
        let statement = "INSERT INTO registration.order_sittings (order_id, position, sitting, hold, fee_fen)
             SELECT $1, seat.position, seat.sitting, seat.hold, seat.fee_fen
             FROM unnest($2::text[], $3::text[], $4::bigint[])
                 WITH ORDINALITY AS seat (sitting, hold, fee_fen, position)";
        let names: Vec<String> = holds.iter().map(HoldId::to_string).collect();
        let fees = vec![FEE_FEN; sittings.len()];
        transaction.execute(statement, &[&id.to_string(), &sittings, &names, &fees]).await.unwrap();
        transaction.commit().await.unwrap();
        Some(OldOrder { id, account, holds, lapses_at })
    }

    /// A picture that is kept and not accepted.
    pub(crate) async fn keep_picture(&self, order: OrderId) -> Uuid {
        let id = Uuid::now_v7();
        let statement = "INSERT INTO registration.screenshots (id, order_id, created_at, file_index, kept_index)
             SELECT $1, $2, $3, $5, $6
             WHERE (SELECT count(*) FROM registration.screenshots WHERE order_id = $2) < $4";
        let index = id.as_bytes().as_slice();
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&id, &order.to_string(), &Timestamp::now(), &1_000_i64, &index, &index];
        self.client().await.execute(statement, &row).await.unwrap();
        id
    }

    /// Hands a picture in: seats frozen, order waiting, picture accepted.
    pub(crate) async fn submit(&self, order: &OldOrder) -> bool {
        let picture = self.keep_picture(order.id).await;
        for hold in &order.holds {
            if self.engine.freeze(&exam(), hold).await.is_err() {
                return false;
            }
        }
        let now = Timestamp::now();
        let mut client = self.client().await;
        let transaction = client.transaction().await.unwrap();
        let statement = "UPDATE registration.orders
             SET state = 'waiting_review', reason = NULL, mend_until = NULL,
                 submitted_at = CASE state WHEN 'waiting_review' THEN submitted_at ELSE $2 END
             WHERE id = $1 AND (state IN ('unpaid', 'waiting_review') OR state = 'refused' AND mend_until >= $2)";
        if transaction.execute(statement, &[&order.id.to_string(), &now]).await.unwrap() == 0 {
            return false;
        }
        let statement = "UPDATE registration.screenshots SET accepted_at = $2 WHERE id = $1";
        transaction.execute(statement, &[&picture, &now]).await.unwrap();
        transaction.commit().await.unwrap();
        true
    }

    pub(crate) async fn begin_confirm(&self, order: OrderId) -> bool {
        let statement = "UPDATE registration.orders SET state = 'confirming', decided_by = $2, decided_at = $3
             WHERE id = $1 AND state = 'waiting_review'";
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&order.to_string(), &self.staff.0, &Timestamp::now()];
        self.client().await.execute(statement, &row).await.unwrap() == 1
    }

    /// Tells the engine and writes down that it is done.
    pub(crate) async fn finish_confirm(&self, order: &OldOrder) -> bool {
        let begun = "SELECT state = 'confirming' FROM registration.orders WHERE id = $1";
        if !self.client().await.query_one(begun, &[&order.id.to_string()]).await.unwrap().get::<_, bool>(0) {
            return false;
        }
        for hold in &order.holds {
            if self.engine.confirm(&exam(), hold, &order.id.reference()).await.is_err() {
                return false;
            }
        }
        let mut client = self.client().await;
        let transaction = client.transaction().await.unwrap();
        let statement = "UPDATE registration.orders
             SET state = 'confirmed', refusals = 0, paid_at = coalesce(paid_at, decided_at)
             WHERE id = $1 AND state = 'confirming' RETURNING decided_at";
        let Some(row) = transaction.query_opt(statement, &[&order.id.to_string()]).await.unwrap() else { return false };
        let decided_at: Timestamp = row.get(0);
        self.audit(&transaction, decided_at, "confirmed", order.id).await;
        transaction.commit().await.unwrap();
        true
    }

    pub(crate) async fn confirm(&self, order: &OldOrder) -> bool {
        self.begin_confirm(order.id).await && self.finish_confirm(order).await
    }

    pub(crate) async fn undo_confirm(&self, order: OrderId) -> bool {
        let statement = "UPDATE registration.orders SET state = 'waiting_review', decided_by = NULL, decided_at = NULL
             WHERE id = $1 AND state = 'confirming'";
        self.client().await.execute(statement, &[&order.to_string()]).await.unwrap() == 1
    }

    /// Refuses; true when the order was waiting.
    pub(crate) async fn refuse(&self, order: OrderId, reason: &str, times: i32) -> bool {
        let now = Timestamp::now();
        let mend_until = now + SignedDuration::from_hours(24);
        let mut client = self.client().await;
        let transaction = client.transaction().await.unwrap();
        let statement = "UPDATE registration.orders
             SET decided_by = $2, reason = $3, decided_at = $4, mend_until = $5, refusals = refusals + 1,
                 state = CASE WHEN refusals < $6::int THEN 'refused' ELSE 'cancelled' END,
                 seats_owed = refusals >= $6::int
             WHERE id = $1 AND state = 'waiting_review'
             RETURNING seats_owed";
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&order.to_string(), &self.staff.0, &reason, &now, &mend_until, &times];
        if transaction.query_opt(statement, &row).await.unwrap().is_none() {
            return false;
        }
        self.audit(&transaction, now, "refused", order).await;
        transaction.commit().await.unwrap();
        // No two decisions of a test in one moment.
        tokio::time::sleep(Duration::from_millis(2)).await;
        true
    }

    /// Ends a refused order, as if its time to mend had passed.
    pub(crate) async fn cancel(&self, order: OrderId) -> bool {
        let statement = "UPDATE registration.orders SET state = 'cancelled', seats_owed = true
             WHERE id = $1 AND state = 'refused' AND mend_until < $2";
        let later = Timestamp::now() + SignedDuration::from_hours(48);
        self.client().await.execute(statement, &[&order.to_string(), &later]).await.unwrap() == 1
    }

    pub(crate) async fn release(&self, order: OrderId) -> bool {
        let statement =
            "UPDATE registration.orders SET state = 'released', seats_owed = true WHERE id = $1 AND state = 'unpaid'";
        self.client().await.execute(statement, &[&order.to_string()]).await.unwrap() == 1
    }

    pub(crate) async fn lapse(&self, order: &OldOrder) -> bool {
        let statement = "UPDATE registration.orders SET state = 'lapsed', seats_owed = $3
             WHERE id = $1 AND state = 'unpaid' AND lapses_at = $2";
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&order.id.to_string(), &order.lapses_at, &true];
        self.client().await.execute(statement, &row).await.unwrap() == 1
    }

    /// Gives an ended order's seats back to the engine.
    pub(crate) async fn return_seats(&self, order: &OldOrder) {
        for hold in &order.holds {
            self.engine.release(&exam(), hold).await.unwrap();
        }
        let statement = "UPDATE registration.orders SET seats_owed = false WHERE id = $1";
        self.client().await.execute(statement, &[&order.id.to_string()]).await.unwrap();
    }

    /// What a form that is handed in anew does, where the exam has no review of forms.
    pub(crate) async fn change_form(&self, account: AccountId, has_changed: bool) {
        let now = Timestamp::now();
        let mut client = self.client().await;
        let transaction = client.transaction().await.unwrap();
        let statement = "UPDATE registration.applications
             SET details = $3, details_at = $5::timestamptz, details_version = details_version + 1, draft = NULL, draft_at = NULL,
                 review = $4, review_at = CASE $4 WHEN 'none' THEN NULL ELSE $5::timestamptz END, review_by = NULL,
                 review_reason = NULL, review_differences = $6
             WHERE exam = $1 AND account = $2";
        let (details, differences): (&[u8], Option<Vec<String>>) = (&[0], None);
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
            [&"exam", &account.0, &details, &"none", &now, &differences];
        transaction.execute(statement, &row).await.unwrap();
        if has_changed {
            let statement = "UPDATE registration.orders
                 SET state = 'waiting_review', submitted_at = $3, decided_by = NULL, decided_at = NULL,
                     paid_at = coalesce(paid_at, CASE state WHEN 'confirmed' THEN decided_at END)
                 WHERE account = $1 AND exam = $2 AND state IN ('confirming', 'confirmed', 'waiting_review')";
            transaction.execute(statement, &[&account.0, &"exam", &now]).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }

    async fn audit(&self, client: &tokio_postgres::Transaction<'_>, at: Timestamp, action: &str, order: OrderId) {
        let statement = "INSERT INTO registration.audit (at, staff, action, subject, seen) VALUES ($1, $2, $3, $4, $5)";
        let row: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&at, &self.staff.0, &action, &order.to_string(), &"picture"];
        client.execute(statement, &row).await.unwrap();
    }
}
