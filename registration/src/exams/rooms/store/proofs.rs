//! The table `proofs`: what others type to check a proof of registration.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use crate::model::order::OrderId;
use crate::model::room::ticket::ProofCode;
use crate::store::StoreError;

/// The code of the order's proof; `code` where it had none.
pub(crate) async fn get_or_insert(
    client: &impl GenericClient,
    order: OrderId,
    code: &str,
    now: Timestamp,
) -> Result<(ProofCode, Timestamp), StoreError> {
    let order = order.to_string();
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.proofs (code, order_id, made_at) VALUES ($1, $2, $3)
             ON CONFLICT ON CONSTRAINT proofs_one_per_order DO NOTHING",
        )
        .await?;
    client.execute(&statement, &[&code, &order, &now]).await?;
    let statement = client.prepare_cached("SELECT code, made_at FROM registration.proofs WHERE order_id = $1").await?;
    let row = client.query_one(&statement, &[&order]).await?;
    let code = row.get::<_, &str>("code").parse().map_err(|_| StoreError::Corrupt("the code of a proof"))?;
    Ok((code, row.get("made_at")))
}

/// The order that a proof is of, and when it was made.
pub(crate) async fn of_code(
    client: &impl GenericClient,
    code: &ProofCode,
) -> Result<Option<(OrderId, Timestamp)>, StoreError> {
    let statement = client.prepare_cached("SELECT order_id, made_at FROM registration.proofs WHERE code = $1").await?;
    let row = client.query_opt(&statement, &[&code.as_str()]).await?;
    row.map(|row| {
        let order = row.get::<_, &str>("order_id").parse().map_err(|_| StoreError::Corrupt("an order's number"))?;
        Ok((order, row.get("made_at")))
    })
    .transpose()
}
