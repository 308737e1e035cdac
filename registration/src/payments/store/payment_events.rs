//! The table `payment_events`: everything that ever happened to a payment. Rows are only added.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::actor::Actor;
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
