//! Lines of an import, which wait in a table of their own until they are written, some at a time: a statement about all of them
//! would take longer than a serving process waits for an answer.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::store::StoreError;

/// Lines that one statement writes.
const WRITTEN_AT_ONCE: i64 = 2_000;
/// Rows that one statement removes.
pub(crate) const REMOVED_AT_ONCE: i64 = 20_000;

/// Writes all lines that wait in the table `waiting`, in the order of their `number`. `written` is a statement that writes those
/// of the exam `$1` behind the number `$2` up to `$3`, and says how many are `added` and `changed`; so does the answer.
pub(crate) async fn write(
    transaction: &impl GenericClient,
    exam: &ExamId,
    (waiting, written): (&'static str, &'static str),
) -> Result<(i64, i64), StoreError> {
    transaction.batch_execute(&format!("ANALYZE {waiting}")).await?;
    let last = format!("SELECT coalesce(max(number), 0) AS last FROM {waiting}");
    let last: i64 = transaction.query_one(&last, &[]).await?.get("last");
    let written = transaction.prepare(written).await?;
    let (mut done, mut added, mut changed) = (0_i64, 0_i64, 0_i64);
    while done < last {
        let up_to = done + WRITTEN_AT_ONCE;
        let row = transaction.query_one(&written, &[&exam.as_str(), &done, &up_to]).await?;
        added += row.get::<_, i64>("added");
        changed += row.get::<_, i64>("changed");
        done = up_to;
    }
    Ok((added, changed))
}
