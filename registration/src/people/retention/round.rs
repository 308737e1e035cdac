//! What the job does: whoever is due is forgotten, each account in a transaction of its own; lists of exams that are over go, too.
//! Several processes may do it at once: an account that one works on is passed over by the others.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use uuid::Uuid;

use super::Retention;
use super::store::retention::{self as rows, due, gone, lists};
use super::store::retention_files;
use crate::desk::audit::{AuditAction, Entry};
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::accounts::AccountNumber;
use crate::pictures::files::FileKey;
use crate::pictures::screenshots::path_of;
use crate::pictures::store::screenshots;
use crate::store::StoreError;

/// Most accounts that are read at a time.
const BATCH: i64 = 100;
/// Most lines of lists that one statement removes.
const LINES_MAX: i64 = 10_000;
/// Most files that are read at a time.
const FILES_MAX: i64 = 200;
/// Most that a round takes of either, should it find more and more.
const BATCHES_MAX: usize = 1_000;
/// No batch begins later in a round: the next one goes on.
const ROUND_MAX: Duration = Duration::from_secs(240);
/// When all was gone through, it is so again after so long.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gone {
    /// Accounts that were forgotten.
    pub accounts: u64,
    /// Lines of rosters and of results of earlier exams.
    pub lines: u64,
}

impl Retention {
    /// A round of the job: at once while there is more to do, else once an hour.
    pub(crate) async fn work_due(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let last = *self.walked_at.lock().await;
        if last.is_some_and(|last| now < last + EVERY) {
            return Ok(());
        }
        let is_through = self.walk().await?.1;
        *self.walked_at.lock().await = is_through.then_some(now);
        Ok(())
    }

    /// Forgets whoever is due. What the job does, once an hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_due(&self) -> Result<Gone, StoreError> {
        Ok(self.walk().await?.0)
    }

    /// Goes through all that is due; true when nothing is left of it.
    async fn walk(&self) -> Result<(Gone, bool), StoreError> {
        let (begun, mut gone, mut after) = (Instant::now(), Gone::default(), Uuid::nil());
        // What a process that died has left.
        self.remove_files().await?;
        for _ in 0..BATCHES_MAX {
            // Read each time: whoever takes the rule back stops it.
            let Some(until) = self.until().await? else { return Ok((gone, true)) };
            let batch = due::next(&self.database.client().await?, until, after, BATCH).await?;
            gone.accounts += self.forget_all(&batch, until).await?;
            self.remove_files().await?;
            let is_full = i64::try_from(batch.len()).is_ok_and(|count| count >= BATCH);
            match batch.last() {
                Some(last) if is_full => after = *last,
                _ => {
                    gone.lines = self.forget_lists(begun).await?;
                    return Ok((gone, begun.elapsed() < ROUND_MAX));
                }
            }
            if begun.elapsed() >= ROUND_MAX {
                break;
            }
        }
        Ok((gone, false))
    }

    /// What was over before this moment goes; `None`: nothing does.
    async fn until(&self) -> Result<Option<Timestamp>, StoreError> {
        let rule = rows::get(&self.database.client().await?).await?.unwrap_or_default();
        Ok(rule.until(clock::now()))
    }

    /// Forgets these, as far as they are due still; how many it were. One that cannot be worked on keeps none of the others.
    async fn forget_all(&self, accounts: &[Uuid], until: Timestamp) -> Result<u64, StoreError> {
        let mut count = 0;
        for account in accounts {
            match self.forget(AccountId(*account), until).await {
                Ok(true) => count += 1,
                Ok(false) => {}
                Err(error) if error.is_of_one_row() => {
                    let account = AccountNumber::from(AccountId(*account));
                    tracing::error!(%account, %error, "what is personal of an account could not be removed");
                }
                Err(error) => return Err(error),
            }
        }
        if count > 0 {
            metrics::counter!("registration_accounts_forgotten_total").increment(count);
            tracing::info!(accounts = count, "what was personal of candidates is gone, as the rule of retention says");
        }
        Ok(count)
    }

    /// Forgets one, wholly or not at all; false when it is not due any more, or somebody works on it.
    async fn forget(&self, account: AccountId, until: Timestamp) -> Result<bool, StoreError> {
        let now = clock::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !due::lock(&transaction, account.0, until).await? {
            return Ok(false);
        }
        let pictures = screenshots::of_account(&transaction, account).await?;
        let paths: Vec<String> = pictures.into_iter().map(|(order, id)| path_of(order, id).to_string()).collect();
        retention_files::insert(&transaction, &paths, now).await?;
        gone::remove(&transaction, account.0, now).await?;
        let subject = AccountNumber::from(account).to_string();
        Entry::new(Actor::System, AuditAction::ForgotAccount, &subject).at(now).write(&transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes files whose rows are gone: the file first, so that a row remains to try again with. One that cannot be removed keeps
    /// none of the others.
    async fn remove_files(&self) -> Result<(), StoreError> {
        let mut after = String::new();
        for _ in 0..BATCHES_MAX {
            let paths = retention_files::next(&self.database.client().await?, &after, FILES_MAX).await?;
            for path in &paths {
                let key = FileKey { path: Path::from(path.as_str()), context: String::new() };
                match self.files.delete(&key).await {
                    Ok(()) => retention_files::delete(&self.database.client().await?, path).await?,
                    Err(error) if error.is_of_one_row() => {
                        tracing::error!(%path, %error, "a picture could not be removed");
                    }
                    Err(error) => return Err(error),
                }
            }
            match paths.last() {
                Some(last) => after.clone_from(last),
                None => break,
            }
        }
        Ok(())
    }

    /// Removes lists of exams that are over; how many lines it were.
    async fn forget_lists(&self, begun: Instant) -> Result<u64, StoreError> {
        let mut lines = 0;
        for _ in 0..BATCHES_MAX {
            let Some(until) = self.until().await? else { break };
            let mut client = self.database.client().await?;
            let transaction = client.transaction().await?;
            let mut by_exam: BTreeMap<String, (i64, i64)> = BTreeMap::new();
            for (exam, count) in lists::remove_roster(&transaction, until, LINES_MAX).await? {
                by_exam.entry(exam).or_default().0 += count;
            }
            for (exam, count) in lists::remove_past_scores(&transaction, until, LINES_MAX).await? {
                by_exam.entry(exam).or_default().1 += count;
            }
            for (exam, (roster, scores)) in &by_exam {
                let (subject, detail) = (format!("exam {exam}"), format!("roster {roster}, past_scores {scores}"));
                let entry = Entry::new(Actor::System, AuditAction::ForgotLists, &subject);
                entry.detail(detail.as_str()).write(&transaction).await?;
                lines += u64::try_from(roster + scores).unwrap_or_default();
            }
            transaction.commit().await?;
            if by_exam.is_empty() || begun.elapsed() >= ROUND_MAX {
                break;
            }
        }
        Ok(lines)
    }
}
