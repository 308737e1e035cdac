//! The table `payment_events`: everything that ever happened to a payment. Rows are only added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::model::actor::Actor;
use crate::model::payment::listed::Happened;
use crate::model::payment::{PaymentEvent, PaymentId};
use crate::store::StoreError;

/// Adds a line.
pub(crate) async fn insert(
    transaction: &impl GenericClient,
    payment: PaymentId,
    at: Timestamp,
    actor: &Actor,
    event: PaymentEvent,
    detail: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let statement = transaction
        .prepare_cached(
            "INSERT INTO registration.payment_events (payment, at, actor_kind, actor_id, event, detail)
             VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)",
        )
        .await?;
    let (event, detail): (&str, _) = (event.into(), detail.map(|detail| detail.to_string()));
    transaction.execute(&statement, &[&payment.0, &at, &actor.kind(), &actor.id(), &event, &detail]).await?;
    Ok(())
}

/// What happened to a payment, in the order in which it did.
pub(crate) async fn of_payment(
    client: &impl GenericClient,
    payment: PaymentId,
    limit: i64,
) -> Result<Vec<Happened>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT e.at, e.actor_kind, e.actor_id, s.name AS staff_name, e.event, e.detail->>'reason' AS reason
             FROM registration.payment_events e
             LEFT JOIN registration.staff s ON e.actor_kind = 'staff' AND s.id::text = e.actor_id
             WHERE e.payment = $1 ORDER BY e.id LIMIT $2",
        )
        .await?;
    let read = |row: &Row| {
        let actor = Actor::from_stored(row.get("actor_kind"), row.get("actor_id"));
        Ok(Happened {
            at: row.get("at"),
            actor: actor.map_err(|_| StoreError::Corrupt("who did something to a payment"))?,
            staff_name: row.get("staff_name"),
            event: row.get::<_, &str>("event").parse().map_err(|_| StoreError::Corrupt("an event of a payment"))?,
            reason: row.get("reason"),
        })
    };
    client.query(&statement, &[&payment.0, &limit]).await?.iter().map(read).collect()
}
