//! One payment as staff see it.

use super::{Look, Reviews, may_see};
use crate::desk::cases::CaseError;
use crate::desk::staff::StaffMember;
use crate::eligibility::bound_person;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam_rules::TaskKind;
use crate::model::order::{Order, OrderId};
use crate::model::person::{Mobile, PersonName};
use crate::people::{accounts, store};
use crate::pictures::store::screenshots;
use crate::seats::store::orders;
use crate::store::StoreError;

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
    /// One case, whatever its state.
    pub async fn get(&self, member: &StaffMember, order: OrderId) -> Result<Option<Review>, CaseError> {
        let client = self.database.client().await?;
        let Some(order) = orders::get(&client, order).await? else { return Ok(None) };
        may_see::<CaseError>(&client, member, &order).await?;
        let stored = store::accounts::get(&client, order.account.0).await?;
        let person = accounts::read(&self.vault, &stored.ok_or(StoreError::Corrupt("an order without its account"))?)?;
        let (mut name, mut document) = (person.name, person.document);
        // An exam that binds people knows who sits it, whatever the account says to be.
        let exam = self.exams.get(&order.exam);
        if exam.is_some_and(|exam| exam.rules.asks_for(&TaskKind::Eligibility))
            && let Some(bound) = bound_person(&client, &self.vault, order.account, &order.exam).await?
        {
            (name, document) = (Some(bound.name), Some(bound.document));
        }
        let picture = screenshots::accepted(&client, order.id).await?;
        let look = picture.zip(order.submitted_at).map(|(picture, since)| Look { picture, since });
        Ok(Some(Review {
            look,
            order: order.view(clock::now()),
            name,
            document_masked: document.as_ref().map(Document::masked),
            mobile_masked: person.mobile.as_ref().map(Mobile::masked),
        }))
    }
}
