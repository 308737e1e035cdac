//! Payments that wait for staff: the queue, one case, what was done with it.

use std::collections::HashMap;

use uuid::Uuid;

use super::{AuditAction, AuditEntry, Look, Reviews};
use crate::desk::store;
use crate::eligibility::bound_person;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam_rules::TaskKind;
use crate::model::order::{Order, OrderId};
use crate::model::person::{Mobile, PersonName};
use crate::people::accounts;
use crate::people::accounts::Account;
use crate::pictures::store::screenshots;
use crate::seats::store::orders;
use crate::seats::store::orders::StoredOrder;
use crate::store::{Database, StoreError};

/// Most cases of one page of the queue.
pub const WAITING_MAX: usize = 100;
/// Most lines of an order's history.
pub const HISTORY_MAX: usize = 50;

/// One case: an order and who it is. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Review {
    /// The order; its `submitted_at` says since when it waits.
    pub order: Order,
    /// The candidate's name: of the person that the exam binds to the account, else as they gave it.
    pub name: Option<PersonName>,
    /// The document number, masked.
    pub document_masked: Option<String>,
    /// The mobile number, masked.
    pub mobile_masked: Option<String>,
    /// What a decision has to be about; `None` when nothing was handed in.
    pub look: Option<Look>,
}

impl Reviews {
    /// The queue, the longest waiting first: at most `limit` cases (and [`WAITING_MAX`]), from the one behind `after`.
    pub async fn waiting(&self, limit: usize, after: Option<OrderId>) -> Result<Vec<Review>, StoreError> {
        let limit = i64::try_from(limit.min(WAITING_MAX)).expect("a small number");
        let orders = orders::waiting(&self.database.client().await?, after, limit).await?;
        self.with_people(orders).await
    }

    /// How many cases wait.
    pub async fn count(&self) -> Result<u64, StoreError> {
        orders::count_waiting(&self.database.client().await?).await
    }

    /// One case, whatever its state.
    pub async fn get(&self, order: OrderId) -> Result<Option<Review>, StoreError> {
        let order = orders::get(&self.database.client().await?, order).await?;
        Ok(self.with_people(order.into_iter().collect()).await?.pop())
    }

    /// What staff did to an order, the newest first, at most [`HISTORY_MAX`] lines.
    pub async fn history(&self, order: OrderId) -> Result<Vec<AuditEntry>, StoreError> {
        history_of(&self.database, &order.to_string()).await
    }

    async fn with_people(&self, orders: Vec<StoredOrder>) -> Result<Vec<Review>, StoreError> {
        let ids: Vec<Uuid> = orders.iter().map(|order| order.account.0).collect();
        let stored = crate::people::store::accounts::get_all(&self.database.client().await?, &ids).await?;
        let people: HashMap<Uuid, Account> = stored
            .iter()
            .map(|account| Ok((account.id, accounts::read(&self.vault, account)?)))
            .collect::<Result<_, StoreError>>()?;
        let now = clock::now();
        let client = self.database.client().await?;
        let numbers: Vec<String> = orders.iter().map(|order| order.id.to_string()).collect();
        let pictures = screenshots::accepted_of(&client, &numbers).await?;
        let mut reviews = Vec::with_capacity(orders.len());
        for order in orders {
            let person = people.get(&order.account.0).ok_or(StoreError::Corrupt("an order without its account"))?;
            let (mut name, mut document) = (person.name.clone(), person.document.clone());
            // An exam that binds people knows who sits it, whatever the account says to be.
            let exam = self.exams.get(&order.exam);
            if exam.is_some_and(|exam| exam.rules.asks_for(&TaskKind::Eligibility))
                && let Some(bound) = bound_person(&client, &self.vault, order.account, &order.exam).await?
            {
                (name, document) = (Some(bound.name), Some(bound.document));
            }
            let picture = pictures.get(&order.id.to_string());
            let look = picture.zip(order.submitted_at).map(|(picture, since)| Look { picture: *picture, since });
            reviews.push(Review {
                look,
                order: order.view(now),
                name,
                document_masked: document.as_ref().map(Document::masked),
                mobile_masked: person.mobile.as_ref().map(Mobile::masked),
            });
        }
        Ok(reviews)
    }
}

/// What staff did to something, the newest first, at most [`HISTORY_MAX`] lines.
pub(crate) async fn history_of(database: &Database, subject: &str) -> Result<Vec<AuditEntry>, StoreError> {
    let limit = i64::try_from(HISTORY_MAX).expect("a small constant");
    let lines = store::audit::of(&database.client().await?, subject, limit).await?;
    let entry = |line: store::audit::StoredAudit| AuditEntry {
        at: line.at,
        staff: line.staff,
        action: AuditAction::of(line.action),
        seen: line.seen,
    };
    Ok(lines.into_iter().map(entry).collect())
}
