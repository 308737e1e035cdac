//! Whose turn it is to change exams: one at a time. Whoever changes waits, whoever only tries gives way.

use std::time::Duration;

use deadpool_postgres::Transaction;

use super::DraftError;
use crate::exams::store::exams;

/// How often a trial asks for its turn, and how long apart.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);
/// Longest wait of whoever changes an exam: less than an answer of Postgres may take.
const WAIT_MAX: Duration = Duration::from_secs(8);

/// Takes the turn for a trial. A transaction that was just given up lets go of it a moment later, so that it is tried again,
/// for two seconds at most; while anybody waits to change an exam, a trial does not get it.
pub(super) async fn try_turn(transaction: &Transaction<'_>) -> Result<(), DraftError> {
    for _ in 0..TRIES {
        if exams::try_lock_imports(transaction).await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(DraftError::Busy)
}

/// Waits for the turn to change an exam.
pub(super) async fn wait_turn(transaction: &Transaction<'_>) -> Result<(), DraftError> {
    if exams::lock_imports_within(transaction, WAIT_MAX).await? { Ok(()) } else { Err(DraftError::Busy) }
}
