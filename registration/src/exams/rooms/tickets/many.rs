//! Whose tickets they are, of many at once: for the doors of a site, and for lists of who came.

use std::collections::HashMap;

use reservation::ids::ExamId;
use uuid::Uuid;

use crate::eligibility::state::frozen;
use crate::eligibility::store::bindings;
use crate::model::document::Document;
use crate::model::exam::Exam;
use crate::model::exam_rules::{FieldKind, TaskKind};
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::people::accounts::read;
use crate::people::store::accounts;
use crate::rooms::tickets::Tickets;
use crate::store::StoreError;

/// So many are read and opened at a time.
const BATCH: usize = 2_000;

/// Who somebody is, as their ticket says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    pub(crate) name: Option<PersonName>,
    pub(crate) document: Option<Document>,
}

impl Tickets {
    /// Who these people are in the exam, as [`Self::holder`] says of one.
    pub(crate) async fn named(
        &self,
        exam: &Exam,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Named>, StoreError> {
        let mut all = HashMap::with_capacity(accounts.len());
        for batch in accounts.chunks(BATCH) {
            all.extend(self.declared(batch).await?);
            if exam.rules.asks_for(&TaskKind::Eligibility) {
                all.extend(self.bound(&exam.id, batch).await?);
            }
        }
        Ok(all)
    }

    /// Whether the tickets of the exam have photos at all.
    pub(crate) fn has_photos(exam: &Exam) -> bool {
        let asks = exam.rules.form.fields.iter().any(|field| field.kind == FieldKind::Photo);
        asks || exam.rules.asks_for(&TaskKind::Identity)
    }

    /// As their accounts say.
    async fn declared(&self, batch: &[AccountId]) -> Result<HashMap<AccountId, Named>, StoreError> {
        let ids: Vec<Uuid> = batch.iter().map(|account| account.0).collect();
        let stored = accounts::get_all(&self.database.client().await?, &ids).await?;
        let vault = self.vault.clone();
        opened(move || {
            let known = stored.iter().map(|stored| read(&vault, stored));
            known.map(|known| known.map(|one| (one.id, Named { name: one.name, document: one.document }))).collect()
        })
        .await
    }

    /// As the roster said when their accounts were bound to it.
    async fn bound(&self, exam: &ExamId, batch: &[AccountId]) -> Result<HashMap<AccountId, Named>, StoreError> {
        let pairs: Vec<(ExamId, AccountId)> = batch.iter().map(|account| (exam.clone(), *account)).collect();
        let stored = bindings::get_all(&self.database.client().await?, &pairs).await?;
        let vault = self.vault.clone();
        opened(move || {
            let read = |binding| {
                let record = frozen(&vault, binding)?;
                Ok::<_, StoreError>(Named { name: Some(record.name), document: Some(record.document) })
            };
            stored.iter().map(|binding| Ok((binding.account, read(binding)?))).collect()
        })
        .await
    }
}

/// Opens what the vault sealed, away from whoever answers requests.
async fn opened<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Corrupt("a record that ends its reader"))?
}
