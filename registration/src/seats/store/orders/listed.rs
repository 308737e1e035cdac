//! The table `orders`: all of an exam, for lists.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use super::{SELECT, StoredOrder, read};
use crate::model::order::OrderId;
use crate::store::StoreError;

/// How many orders an exam has, in whatever state; counted no further than `most`.
pub(crate) async fn count_of_exam(client: &impl GenericClient, exam: &ExamId, most: i64) -> Result<i64, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT count(*) AS count FROM (SELECT FROM registration.orders WHERE exam = $1 LIMIT $2) AS counted",
        )
        .await?;
    Ok(client.query_one(&statement, &[&exam.as_str(), &most]).await?.get("count"))
}

/// Orders of an exam in whatever state, in the order of their numbers, after `after`.
pub(crate) async fn all_of_exam(
    client: &impl GenericClient,
    exam: &ExamId,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<StoredOrder>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "{SELECT} WHERE o.exam = $1 AND ($2::text IS NULL OR o.id > $2) ORDER BY o.id LIMIT $3"
        ))
        .await?;
    let after = after.map(|order| order.to_string());
    client.query(&statement, &[&exam.as_str(), &after, &limit]).await?.iter().map(read).collect()
}
