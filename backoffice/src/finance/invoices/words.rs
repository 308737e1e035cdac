//! What of invoices is called how, and why a document was not taken.

use http::StatusCode;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::model::payment::invoice::InvoiceStage;
use registration::payments::{DOCUMENT_BYTES_MAX, InvoiceDocument, InvoiceError};

/// How far an invoice is.
pub(crate) fn stage(w: Words, stage: InvoiceStage) -> (Tone, String) {
    let (tone, word) = match stage {
        InvoiceStage::Wanted => (Tone::Care, w.t("invoice-wanted")),
        InvoiceStage::CreditWanted => (Tone::Care, w.t("invoice-credit-wanted")),
        InvoiceStage::Made => (Tone::Good, w.t("invoice-made")),
        InvoiceStage::Credited => (Tone::Good, w.t("invoice-credit-made")),
        InvoiceStage::Nothing => (Tone::Plain, w.t("invoice-nothing")),
    };
    (tone, word.into_owned())
}

/// What one of the two documents is called.
pub(crate) fn document(w: Words, which: InvoiceDocument) -> String {
    match which {
        InvoiceDocument::Invoice => w.t("invoice-document"),
        InvoiceDocument::CreditNote => w.t("invoice-credit-note"),
    }
    .into_owned()
}

/// The word of a document in addresses and forms.
pub(crate) fn name(which: InvoiceDocument) -> &'static str {
    match which {
        InvoiceDocument::Invoice => "invoice",
        InvoiceDocument::CreditNote => "credit-note",
    }
}

/// The document that an address or a form means.
pub(crate) fn of_name(text: &str) -> Option<InvoiceDocument> {
    [InvoiceDocument::Invoice, InvoiceDocument::CreditNote].into_iter().find(|which| name(*which) == text)
}

/// How large a document may be, in MB.
pub(crate) fn megabytes_max() -> String {
    (DOCUMENT_BYTES_MAX / 1024 / 1024).to_string()
}

/// Why a document was not taken, in a sentence; nothing where that has a page of its own.
pub(crate) fn refusal(w: Words, error: &InvoiceError) -> Option<(StatusCode, String)> {
    let (status, text) = match error {
        InvoiceError::Unknown => (StatusCode::NOT_FOUND, w.t("invoice-refused-unknown")),
        InvoiceError::Nothing(_) => (StatusCode::CONFLICT, w.t("invoice-refused-nothing")),
        InvoiceError::NothingToCredit => (StatusCode::CONFLICT, w.t("invoice-refused-credit")),
        InvoiceError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, w.with("invoice-refused-large", &[("most", megabytes_max().into())]))
        }
        InvoiceError::NotAPdf => (StatusCode::UNPROCESSABLE_ENTITY, w.t("invoice-refused-pdf")),
        InvoiceError::Forbidden(_) => (StatusCode::FORBIDDEN, w.t("invoice-refused-forbidden")),
        InvoiceError::Issued | InvoiceError::Store(_) => return None,
    };
    Some((status, text.into_owned()))
}
