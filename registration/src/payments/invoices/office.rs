//! Invoices as the finance office works through them: found, taken out as a file, one looked at. Titles and tax numbers are
//! whole here, so every look is written down.

use jiff::Timestamp;
use reservation::ids::ExamId;

use super::{INVOICES_MAX, InvoiceDocument, InvoiceError, key_of};
use crate::desk::audit::{self, AuditAction, AuditEntry, Entry};
use crate::desk::permits::{Forbidden, Right, Scope, demand, demand_about};
use crate::desk::staff::StaffMember;
use crate::model::order::OrderId;
use crate::model::payment::invoice::{Invoice, InvoiceStage};
use crate::payments::Payments;
use crate::payments::store::invoices;
use crate::seats::store::orders;
use crate::store::StoreError;

/// Pages that are read while one of the office's is filled: titles are sealed, so that nothing but us can look for them.
const PAGES_MAX: usize = 40;

/// Which invoices are wanted. What is not named does not matter.
#[derive(Debug, Clone, Copy)]
pub struct InvoicesWanted<'a> {
    /// Of which exam.
    pub exam: &'a ExamId,
    /// How far they are.
    pub stage: Option<InvoiceStage>,
    /// An order's number, or a part of a title or a tax number.
    pub sought: Option<&'a str>,
}

/// Where a list of invoices goes on: behind the one of this order, that was asked for at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvoiceBookmark {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// For which order.
    pub order: OrderId,
}

/// A page of invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In the order in which they were asked for.
    pub invoices: Vec<Invoice>,
    /// Where the list goes on; nothing: that was all.
    pub next: Option<InvoiceBookmark>,
}

impl Payments {
    /// What the finance office has to make, or all that is wanted, in the order in which it was asked for: at most
    /// [`INVOICES_MAX`] after that one.
    pub async fn invoices(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        only_waiting: bool,
        after: Option<&Invoice>,
    ) -> Result<Vec<Invoice>, InvoiceError> {
        demand_list(member, exam)?;
        let after = after.map(|invoice| InvoiceBookmark { asked_at: invoice.asked_at, order: invoice.order });
        Ok(self.invoices_after(member, exam, only_waiting, after).await?)
    }

    /// Looks invoices up for the page of the office, at least `most` of them or all that are left; the look is written down.
    pub async fn find_invoices(
        &self,
        member: &StaffMember,
        wanted: &InvoicesWanted<'_>,
        after: Option<InvoiceBookmark>,
        most: usize,
    ) -> Result<Found, InvoiceError> {
        let found = self.search(member, wanted, after, most).await?;
        self.note(member, AuditAction::LookedAtInvoices, wanted, None).await?;
        Ok(found)
    }

    /// Notes that invoices are taken out, in which form.
    pub async fn begin_invoice_export(
        &self,
        member: &StaffMember,
        wanted: &InvoicesWanted<'_>,
        form: &str,
    ) -> Result<(), InvoiceError> {
        demand_list(member, wanted.exam)?;
        self.note(member, AuditAction::ExportedInvoices, wanted, Some(form)).await
    }

    /// The next page of an export that was begun.
    pub async fn invoice_export_page(
        &self,
        member: &StaffMember,
        wanted: &InvoicesWanted<'_>,
        after: Option<InvoiceBookmark>,
    ) -> Result<Found, InvoiceError> {
        self.search(member, wanted, after, usize::try_from(INVOICES_MAX).expect("a small constant")).await
    }

    /// The invoice of an order for the office, of which exam it is, and what was done with it.
    pub async fn office_invoice(
        &self,
        member: &StaffMember,
        order: OrderId,
    ) -> Result<(ExamId, Invoice, Vec<AuditEntry>), InvoiceError> {
        let exam = self.office_exam(member, order).await?;
        let client = self.database.client().await?;
        let invoice = self.unsealed(invoices::get(&client, order).await?.ok_or(InvoiceError::Unknown)?)?;
        let subject = subject(order);
        let history = audit::looking::history(&client, &subject).await?;
        Entry::by_staff(member.id, AuditAction::LookedAtInvoice, &subject).write(&client).await?;
        Ok((exam, invoice, history))
    }

    /// A document that was handed back, a PDF, so that the office can see what candidates get. `None`: there is none yet.
    pub async fn office_document(
        &self,
        member: &StaffMember,
        order: OrderId,
        which: InvoiceDocument,
    ) -> Result<Option<Vec<u8>>, InvoiceError> {
        self.office_exam(member, order).await?;
        let client = self.database.client().await?;
        let stored = invoices::get(&client, order).await?.ok_or(InvoiceError::Unknown)?;
        let document = match which {
            InvoiceDocument::Invoice => stored.issued,
            InvoiceDocument::CreditNote => stored.credited,
        };
        Entry::by_staff(member.id, AuditAction::LookedAtInvoice, &subject(order)).write(&client).await?;
        drop(client);
        match document {
            Some(document) => Ok(self.files.find(&key_of(order, document.id)).await?),
            None => Ok(None),
        }
    }

    async fn search(
        &self,
        member: &StaffMember,
        wanted: &InvoicesWanted<'_>,
        mut after: Option<InvoiceBookmark>,
        most: usize,
    ) -> Result<Found, InvoiceError> {
        demand_list(member, wanted.exam)?;
        let only_waiting = matches!(wanted.stage, Some(InvoiceStage::Wanted | InvoiceStage::CreditWanted));
        let is_wanted = |invoice: &Invoice| {
            wanted.stage.is_none_or(|stage| invoice.stage() == stage)
                && wanted.sought.is_none_or(|sought| invoice.fits(sought))
        };
        let mut found = Vec::new();
        for _ in 0..PAGES_MAX {
            let page = self.invoices_after(member, wanted.exam, only_waiting, after).await?;
            let is_last = i64::try_from(page.len()).is_ok_and(|count| count < INVOICES_MAX);
            for invoice in page {
                after = Some(InvoiceBookmark { asked_at: invoice.asked_at, order: invoice.order });
                if is_wanted(&invoice) {
                    found.push(invoice);
                }
                if found.len() >= most {
                    return Ok(Found { invoices: found, next: after });
                }
            }
            if is_last {
                return Ok(Found { invoices: found, next: None });
            }
        }
        Ok(Found { invoices: found, next: after })
    }

    async fn invoices_after(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        only_waiting: bool,
        after: Option<InvoiceBookmark>,
    ) -> Result<Vec<Invoice>, StoreError> {
        let after = after.map(|place| (place.asked_at, place.order));
        let (client, schools) = (self.database.client().await?, member.reach.schools.as_deref());
        let found = invoices::list(&client, (exam, schools), only_waiting, after, INVOICES_MAX).await?;
        found.into_iter().map(|invoice| self.unsealed(invoice)).collect()
    }

    /// Of which exam an order is, for whoever may make its invoice.
    pub(super) async fn office_exam(&self, member: &StaffMember, order: OrderId) -> Result<ExamId, InvoiceError> {
        let client = self.database.client().await?;
        let order = orders::get(&client, order).await?.ok_or(InvoiceError::Unknown)?;
        let about = (Some(&order.exam), order.account);
        demand_about::<InvoiceError>(&client, member, Right::MakeInvoices, about).await?;
        Ok(order.exam)
    }

    async fn note(
        &self,
        member: &StaffMember,
        action: AuditAction,
        wanted: &InvoicesWanted<'_>,
        form: Option<&str>,
    ) -> Result<(), InvoiceError> {
        let stage = wanted.stage.map(|stage| stage.to_string());
        // What was typed may be a name, and is not kept.
        let sought = wanted.sought.map(|_| "search");
        let parts: Vec<&str> = [form, stage.as_deref(), sought].into_iter().flatten().collect();
        let detail = parts.join(" ");
        let entry = Entry::by_staff(member.id, action, wanted.exam.as_str());
        let detail = Some(detail.as_str()).filter(|text| !text.is_empty());
        Ok(entry.detail(detail).write(&self.database.client().await?).await?)
    }
}

/// Refuses whoever may make no invoice of the exam; of which candidates, the list says.
fn demand_list(member: &StaffMember, exam: &ExamId) -> Result<(), Forbidden> {
    let scope = member.reach.schools.as_deref().map_or(Scope::Exam(exam), |schools| Scope::School(exam, schools));
    demand(member, Right::MakeInvoices, scope)
}

/// What the audit calls an order's invoice.
pub(super) fn subject(order: OrderId) -> String {
    format!("invoice.{order}")
}
