//! Bindings under which nothing was registered in time end by themselves: the person can be bound anew, by whomever.

use jiff::SignedDuration;

use super::Eligibility;
use crate::application::store::applications;
use crate::eligibility::store;
use crate::exams::Exams;
use crate::model::clock;
use crate::model::exam_rules::TaskKind;
use crate::outbox::messages::{self, MessageKind};
use crate::people::accounts::masked;
use crate::seats::store::orders;
use crate::store::StoreError;

/// Most bindings of an exam that end in one round.
const BATCH: i64 = 200;

impl Eligibility {
    /// Deletes what is bound and unused for too long: the binding and all that was done under it. A request to have a
    /// score reviewed stays: it belongs to the account, which may have only one, and helps only the person it is about.
    pub(crate) async fn end_unused(&self, exams: &Exams) -> Result<(), StoreError> {
        for exam in exams.list().iter().filter(|exam| exam.rules.asks_for(&TaskKind::Eligibility)) {
            let until = clock::now() - SignedDuration::from_hours(exam.rules.eligibility.unused_hours.into());
            let mut client = self.database.client().await?;
            for binding in store::bindings::unused(&client, &exam.id, until, BATCH).await? {
                let transaction = client.transaction().await?;
                // Whoever adds an order waits, and finds the binding gone; or was first, and keeps it.
                orders::lock(&transaction, binding.account, &exam.id).await?;
                if store::bindings::delete_unused(&transaction, &binding, until).await? {
                    applications::delete(&transaction, &exam.id, binding.account).await?;
                    let (account, now) = (binding.account, clock::now());
                    let kind = MessageKind::RegistrationUnused;
                    messages::add(&transaction, account, Some(&exam.id), kind, now).await?;
                    transaction.commit().await?;
                    let account = masked(account);
                    tracing::info!(exam = %exam.id, account, "an unused registration was deleted");
                }
            }
        }
        Ok(())
    }
}
