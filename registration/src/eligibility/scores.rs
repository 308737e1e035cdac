//! Results of earlier exams: found by their past number, told apart by document and name once they are open. Rows that
//! an earlier version imported get their index by number in the background, once.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use super::{Eligibility, keys};
use crate::eligibility::store::past_scores;
use crate::eligibility::store::past_scores::{Found, KeyedScore, StoredScore};
use crate::model::document::Document;
use crate::model::exam_rules::ScoreReviewRules;
use crate::model::person::PersonName;
use crate::model::roster::{PastNumber, PastScore};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Rows that get their index at a time.
const BATCH: i64 = 2_000;
/// Most batches in one round of the job.
const BATCHES_MAX: usize = 10;

/// What was found of a past number.
pub(crate) struct FoundScores {
    /// A result that counts stands for this past number and document.
    pub(super) by_document: bool,
    /// Else one that stands for this past number and name: what is kept of it, and what it says.
    pub(crate) by_name: Option<(StoredScore, PastScore)>,
}

impl Eligibility {
    /// Results that count by the rules, of that past number with this document or with this name.
    pub(crate) async fn find_scores(
        &self,
        client: &impl GenericClient,
        exam: &ExamId,
        past_number: &PastNumber,
        (document, name): (&Document, &PersonName),
        rules: &ScoreReviewRules,
    ) -> Result<FoundScores, StoreError> {
        let by_document = keys::past_number_and_document(&self.vault, past_number.expose(), document.expose());
        let by_ticket = keys::past_number(&self.vault, past_number);
        let by_name = keys::past_number_and_name_of_before(&self.vault, past_number, name);
        let (key, mut of_name) = (name.key(), None);
        for Found { is_own, score } in
            past_scores::find(client, exam, (&by_document, &by_ticket, &by_name), rules).await?
        {
            if is_own {
                return Ok(FoundScores { by_document: true, by_name: None });
            }
            let said = open(&self.vault, exam, &score.by_document, &score.record)?;
            if of_name.is_none() && PersonName::kept(&said.name).key() == key {
                of_name = Some((score, said));
            }
        }
        Ok(FoundScores { by_document: false, by_name: of_name })
    }

    /// Gives rows of before their index by number.
    pub(crate) async fn index_old_scores(&self) -> Result<(), StoreError> {
        let client = self.database.client().await?;
        for _ in 0..BATCHES_MAX {
            let mut batch = past_scores::without_ticket(&client, BATCH).await?;
            let count = batch.len();
            if count == 0 {
                break;
            }
            for row in &mut batch {
                row.by_ticket = self.index_of(row);
            }
            past_scores::set_tickets(&client, &batch).await?;
            if i64::try_from(count).unwrap_or(BATCH) < BATCH {
                break;
            }
        }
        Ok(())
    }

    /// A row that cannot be opened is found by nobody, as before; it must not be tried for ever.
    fn index_of(&self, row: &KeyedScore) -> Vec<u8> {
        let exam = row.exam.parse().map_err(|_| StoreError::Corrupt("an exam's id"));
        let said = exam.and_then(|exam| open(&self.vault, &exam, &row.by_document, &row.record));
        match said.map(|said| said.past_number.parse::<PastNumber>()) {
            Ok(Ok(number)) => keys::past_number(&self.vault, &number).to_vec(),
            _ => {
                tracing::warn!(exam = row.exam, "a result of an earlier exam cannot be opened");
                row.by_document.clone()
            }
        }
    }
}

fn open(vault: &Vault, exam: &ExamId, by_document: &[u8], record: &[u8]) -> Result<PastScore, StoreError> {
    let plain = vault.open(&keys::context("past_score", exam, by_document), record)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("a result of an earlier exam"))
}
