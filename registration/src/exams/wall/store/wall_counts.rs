//! The table `wall_counts`: how often seats were asked for, by process, exam and what became of it.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use reservation::engine::tally::Outcome;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::exams::wall::second::Asked;
use crate::store::StoreError;

/// Under this number those are added up whose process is gone.
const GONE: Uuid = Uuid::nil();

/// Notes how far a process has counted.
pub(crate) async fn put(
    client: &impl GenericClient,
    process: Uuid,
    counts: &[(ExamId, Outcome, i64)],
) -> Result<(), StoreError> {
    let exams: Vec<&str> = counts.iter().map(|(exam, ..)| exam.as_str()).collect();
    let outcomes: Vec<&str> = counts.iter().map(|(_, outcome, _)| outcome.as_str()).collect();
    let numbers: Vec<i64> = counts.iter().map(|(.., count)| *count).collect();
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_counts (process, exam, outcome, count)
             SELECT $1, c.exam, c.outcome, c.count FROM unnest($2::text[], $3::text[], $4::bigint[])
                 AS c (exam, outcome, count)
             ON CONFLICT (process, exam, outcome) DO UPDATE SET count = excluded.count",
        )
        .await?;
    client.execute(&statement, &[&process, &exams, &outcomes, &numbers]).await?;
    Ok(())
}

/// How often seats of these exams were asked for in all.
pub(crate) async fn sums(client: &impl GenericClient, exams: &[&str]) -> Result<HashMap<String, Asked>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, outcome, sum(count)::bigint AS count FROM registration.wall_counts
             WHERE exam = ANY($1) GROUP BY exam, outcome",
        )
        .await?;
    let mut sums: HashMap<String, Asked> = HashMap::new();
    for row in client.query(&statement, &[&exams]).await? {
        // An outcome that this version does not know is left out.
        if let Some(outcome) = Outcome::parse(row.get("outcome")) {
            let count = u64::try_from(row.get::<_, i64>("count")).unwrap_or_default();
            sums.entry(row.get("exam")).or_default().set(outcome, count);
        }
    }
    Ok(sums)
}

/// Adds the counts of processes that are gone to those of others that are. In a transaction with what tells of them.
pub(crate) async fn fold(transaction: &impl GenericClient, gone: &[Uuid]) -> Result<(), StoreError> {
    let fold =
        "WITH gone AS (DELETE FROM registration.wall_counts WHERE process = ANY($2) RETURNING exam, outcome, count)
         INSERT INTO registration.wall_counts AS w (process, exam, outcome, count)
         SELECT $1, exam, outcome, sum(count)::bigint FROM gone GROUP BY exam, outcome
         ON CONFLICT (process, exam, outcome) DO UPDATE SET count = w.count + excluded.count";
    transaction.execute(fold, &[&GONE, &gone]).await?;
    Ok(())
}
