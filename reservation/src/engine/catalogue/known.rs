//! What this process knows of exams and sittings, and how it hears of what another one has just made.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::catalogue::Catalogue;
use crate::engine::{Engine, HoldError};
use crate::ids::{ExamId, HoldId, SittingId};
use crate::ledger::pools;

const CATALOGUE_EVERY: Duration = Duration::from_millis(500);
/// Longest look at the ledger before something is said not to exist.
const LOOK_WAIT: Duration = Duration::from_secs(2);

impl Engine {
    /// Reads exams and sittings from the ledger if they changed.
    pub(in crate::engine) async fn reload_catalogue(&self) -> Result<(), HoldError> {
        let known = Some(self.catalogue().revision).filter(|_| !self.inner.pools.is_empty());
        if let Some(catalogue) = Catalogue::read(&self.inner.ledger, known).await? {
            self.replace_catalogue(catalogue);
            for (id, exam) in pools::all(&**self.inner.ledger.client().await?).await? {
                self.ensure_pool(id, exam);
            }
            self.ensure_waiting_rooms();
        }
        Ok(())
    }

    fn replace_catalogue(&self, catalogue: Catalogue) {
        let mut current = self.inner.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        if catalogue.revision >= current.revision {
            *current = Arc::new(catalogue);
        }
    }

    pub(in crate::engine) async fn watch_catalogue(&self) {
        loop {
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = tokio::time::sleep(CATALOGUE_EVERY) => {}
            }
            if let Err(error) = self.reload_catalogue().await {
                tracing::debug!(%error, "exams cannot be read from the ledger now");
            }
        }
    }

    /// Looks at the ledger once if the exam, or one of these sittings, is not known here: another process may just have
    /// made it, and what does not exist is a definite answer. [`HoldError::Unavailable`] when the ledger is away.
    pub async fn look_for(&self, exam: &ExamId, sittings: &[SittingId]) -> Result<(), HoldError> {
        let is_known = |catalogue: &Catalogue| {
            catalogue.exam(exam).is_some_and(|entry| sittings.iter().all(|id| entry.sitting(id).is_some()))
        };
        self.look_unless(is_known).await
    }

    /// The same for the sitting of a hold.
    pub async fn look_for_hold(&self, exam: &ExamId, hold: &HoldId) -> Result<(), HoldError> {
        let is_known =
            |catalogue: &Catalogue| catalogue.exam(exam).is_some_and(|entry| entry.numbered(hold.sitting).is_some());
        self.look_unless(is_known).await
    }

    async fn look_unless(&self, is_known: impl Fn(&Catalogue) -> bool) -> Result<(), HoldError> {
        if is_known(&self.catalogue()) {
            return Ok(());
        }
        // Boxed, as it hardly ever happens: every hold would carry its size.
        Box::pin(self.look_once()).await
    }

    async fn look_once(&self) -> Result<(), HoldError> {
        let asked = Instant::now();
        let look = async {
            // One at a time: whoever waited takes what a look found that began after they asked.
            let mut looked = self.inner.looked.lock().await;
            if looked.is_none_or(|at| at < asked) {
                let begun = Instant::now();
                self.reload_catalogue().await?;
                *looked = Some(begun);
            }
            Ok(())
        };
        let silent = |_| Err(HoldError::Unavailable("the ledger does not answer".to_owned()));
        tokio::time::timeout(LOOK_WAIT, look).await.unwrap_or_else(silent)
    }
}
