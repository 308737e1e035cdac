//! Invoices (发票): candidates say for whom, the finance office makes them elsewhere from a list and hands the documents back,
//! and candidates find them at their orders. When money has gone back of what was invoiced, a credit note is wanted.

mod office;

use bytes::Bytes;
use object_store::path::Path;
use uuid::Uuid;

use super::Payments;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Forbidden;
use crate::desk::staff::StaffMember;
use crate::model::clock;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::{OrderId, OrderState};
use crate::model::payment::invoice::{Invoice, InvoiceTitle};
use crate::payments::store::invoices::{self, Document, StoredInvoice, Which};
use crate::pictures::files::FileKey;
use crate::seats::store::orders;
use crate::store::StoreError;

pub use office::{Found, InvoiceBookmark, InvoicesWanted};

/// Most bytes of a document.
pub const DOCUMENT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Within so many bytes of its end a PDF says that it ends.
const END_BYTES: usize = 1024;
/// Most lines that are read at once.
pub const INVOICES_MAX: i64 = 500;

/// Why nothing was done about an invoice. Refusals first (the caller can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
    /// They may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The candidate has no such order, or nobody wants an invoice for it.
    #[error("there is no such order, or no invoice is wanted for it")]
    Unknown,
    /// Nothing was, or is to be, paid for it; or the candidate's school has paid.
    #[error("there is nothing to be invoiced for this order")]
    Nothing(OrderState),
    /// It was made already: ask the finance office.
    #[error("the invoice was made already")]
    Issued,
    /// No credit note is wanted.
    #[error("there is nothing to be credited")]
    NothingToCredit,
    /// The document is too large.
    #[error("a document has at most {DOCUMENT_BYTES_MAX} bytes")]
    TooLarge,
    /// It is no PDF, or not a whole one.
    #[error("the document is no PDF, or was cut off")]
    NotAPdf,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One of the two documents of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceDocument {
    /// The invoice as issued.
    Invoice,
    /// The credit note for what has gone back since.
    CreditNote,
}

impl From<InvoiceDocument> for Which {
    fn from(document: InvoiceDocument) -> Self {
        match document {
            InvoiceDocument::Invoice => Self::Invoice,
            InvoiceDocument::CreditNote => Self::CreditNote,
        }
    }
}

impl Payments {
    /// Wants an invoice for one's own order, paid or yet to be paid, or one with another title. Once it is made, the title
    /// stays.
    pub async fn ask_invoice(
        &self,
        account: AccountId,
        order: OrderId,
        title: &InvoiceTitle,
    ) -> Result<Invoice, InvoiceError> {
        let found = orders::get(&self.database.client().await?, order).await?;
        let found = found.filter(|found| found.account == account).ok_or(InvoiceError::Unknown)?;
        let state = found.state_at(clock::now());
        // The invoice for what a school has paid is the school's.
        if found.amount == Fen(0) || !state.is_live() || found.is_paid_by_school {
            return Err(InvoiceError::Nothing(state));
        }
        let text = serde_json::to_vec(title).map_err(|_| StoreError::Corrupt("an invoice's title"))?;
        let sealed = self.vault.seal(&context(order), &text);
        let client = self.database.client().await?;
        if !invoices::ask(&client, (order, &found.exam), &sealed, clock::now()).await? {
            return Err(InvoiceError::Issued);
        }
        let asked = invoices::get(&client, order).await?.ok_or(InvoiceError::Unknown)?;
        Ok(self.unsealed(asked)?)
    }

    /// The invoice of one's own order. `None`: none is wanted.
    pub async fn invoice(&self, account: AccountId, order: OrderId) -> Result<Option<Invoice>, StoreError> {
        let client = self.database.client().await?;
        let found = orders::get(&client, order).await?.filter(|found| found.account == account);
        let invoice = match found {
            Some(_) => invoices::get(&client, order).await?,
            None => None,
        };
        invoice.map(|invoice| self.unsealed(invoice)).transpose()
    }

    /// A document of one's own order, a PDF. `None`: there is none yet.
    pub async fn invoice_document(
        &self,
        account: AccountId,
        order: OrderId,
        which: InvoiceDocument,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let client = self.database.client().await?;
        let found = orders::get(&client, order).await?.filter(|found| found.account == account);
        let invoice = match found {
            Some(_) => invoices::get(&client, order).await?,
            None => None,
        };
        drop(client);
        let document = invoice.and_then(|invoice| match which {
            InvoiceDocument::Invoice => invoice.issued,
            InvoiceDocument::CreditNote => invoice.credited,
        });
        match document {
            Some(document) => self.files.find(&key_of(order, document.id)).await,
            None => Ok(None),
        }
    }

    /// Hands a document back that was made elsewhere: the invoice, of what is paid now, or the credit note, of what has gone
    /// back since. Another one takes its place.
    pub async fn hand_back_invoice(
        &self,
        member: &StaffMember,
        order: OrderId,
        which: InvoiceDocument,
        pdf: Bytes,
    ) -> Result<Invoice, InvoiceError> {
        self.office_exam(member, order).await?;
        check_pdf(&pdf)?;
        let id = Uuid::now_v7();
        let at = key_of(order, id);
        // The file is there before the row that names it.
        self.files.put(&at, self.vault.seal(&at.context, &pdf)).await?;
        match self.note_document(member, (order, which), id).await {
            Ok(Some(earlier)) => self.files.delete(&key_of(order, earlier)).await?,
            Ok(None) => {}
            Err(refusal) => {
                self.files.delete(&at).await?;
                return Err(refusal);
            }
        }
        let now = invoices::get(&self.database.client().await?, order).await?.ok_or(InvoiceError::Unknown)?;
        Ok(self.unsealed(now)?)
    }

    /// Notes a document, and says which one's place it has taken.
    async fn note_document(
        &self,
        member: &StaffMember,
        (order, which): (OrderId, InvoiceDocument),
        id: Uuid,
    ) -> Result<Option<Uuid>, InvoiceError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        if !invoices::lock(&transaction, order).await? {
            return Err(InvoiceError::Unknown);
        }
        let stored = invoices::get(&transaction, order).await?.ok_or(InvoiceError::Unknown)?;
        let earlier = match which {
            InvoiceDocument::Invoice => stored.issued,
            InvoiceDocument::CreditNote => stored.credited,
        };
        let invoice = self.unsealed(stored)?;
        let amount = match which {
            // A better document of the same invoice.
            InvoiceDocument::Invoice => earlier.map_or(invoice.amount, |earlier| earlier.amount),
            // All that has gone back, what an earlier note said with it.
            InvoiceDocument::CreditNote => Fen(invoice.to_credit().0 + earlier.map_or(0, |earlier| earlier.amount.0)),
        };
        if amount == Fen(0) {
            return Err(match which {
                InvoiceDocument::Invoice => InvoiceError::Nothing(OrderState::Unpaid),
                InvoiceDocument::CreditNote => InvoiceError::NothingToCredit,
            });
        }
        let document = Document { id, amount, at: clock::now() };
        invoices::hand_back(&transaction, order, which.into(), &document, member.id).await?;
        let action = match which {
            InvoiceDocument::Invoice => AuditAction::HandedBackInvoice,
            InvoiceDocument::CreditNote => AuditAction::HandedBackCredit,
        };
        let (subject, detail) = (office::subject(order), amount.to_string());
        let entry = Entry::by_staff(member.id, action, &subject).detail(detail.as_str());
        entry.write(&transaction).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(earlier.map(|earlier| earlier.id))
    }

    fn unsealed(&self, stored: StoredInvoice) -> Result<Invoice, StoreError> {
        let StoredInvoice { order, asked_at, title, amount, issued, credited } = stored;
        let text = self.vault.open(&context(order), &title)?;
        let title = serde_json::from_slice(&text).map_err(|_| StoreError::Corrupt("an invoice's title"))?;
        let of = |document: Document| (document.amount, document.at);
        Ok(Invoice { order, asked_at, title, amount, issued: issued.map(of), credited: credited.map(of) })
    }
}

/// Is it a whole PDF of a bearable size?
fn check_pdf(pdf: &[u8]) -> Result<(), InvoiceError> {
    if pdf.len() > DOCUMENT_BYTES_MAX {
        return Err(InvoiceError::TooLarge);
    }
    let tail = &pdf[pdf.len().saturating_sub(END_BYTES)..];
    let is_whole = pdf.starts_with(b"%PDF-") && tail.windows(5).any(|five| five == b"%%EOF");
    if is_whole { Ok(()) } else { Err(InvoiceError::NotAPdf) }
}

fn context(order: OrderId) -> String {
    format!("invoice {order}")
}

fn key_of(order: OrderId, id: Uuid) -> FileKey {
    FileKey {
        path: Path::from_iter(["invoices".to_owned(), order.to_string(), id.to_string()]),
        context: format!("invoice {order} {id}"),
    }
}
