//! The table `payer_looks`: when candidates were shown their own whole number.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::store::StoreError;

/// Adds a look.
pub(crate) async fn insert(
    client: &impl GenericClient,
    account: AccountId,
    order: OrderId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached("INSERT INTO registration.payer_looks (at, account, order_id) VALUES ($1, $2, $3)")
        .await?;
    client.execute(&statement, &[&now, &account.0, &order.to_string()]).await?;
    Ok(())
}
