//! What documents are called, and what is wrong with their numbers.

use pagekit::words::Words;
use registration::model::document::{Document, DocumentError, DocumentKind, Region};

/// What a document is called.
pub(crate) fn kind_word(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("kind-resident-id"),
        DocumentKind::HkMacauPermit => w.t("kind-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("kind-taiwan-permit"),
        DocumentKind::Passport => w.t("kind-passport"),
        DocumentKind::HongKongId => w.t("kind-hong-kong-id"),
        DocumentKind::MacauId => w.t("kind-macau-id"),
        DocumentKind::ForeignResidentId => w.t("kind-foreign-resident-id"),
    }
    .into_owned()
}

/// What a document is called whose number is known: an ID card, or a residence permit, and never both. Short enough for paper.
pub(crate) fn document_name(w: Words, document: &Document) -> String {
    match document.resident_id().map(|id| id.region()) {
        Some(Region::Mainland) => w.t("document-id-card").into_owned(),
        Some(Region::HongKongMacauTaiwan) => w.t("document-residence-permit").into_owned(),
        None => kind_name(w, document.kind()),
    }
}

/// What 居民身份证 and the others are called.
pub(crate) fn kind_name(w: Words, kind: DocumentKind) -> String {
    match kind {
        DocumentKind::ResidentId => w.t("document-resident-id"),
        DocumentKind::HkMacauPermit => w.t("document-hk-macau-permit"),
        DocumentKind::TaiwanPermit => w.t("document-taiwan-permit"),
        DocumentKind::Passport => w.t("document-passport"),
        DocumentKind::HongKongId => w.t("document-hong-kong-id"),
        DocumentKind::MacauId => w.t("document-macau-id"),
        DocumentKind::ForeignResidentId => w.t("document-foreign-resident-id"),
    }
    .into_owned()
}

/// What is wrong with a number.
pub(crate) fn document_fault(w: Words, kind: DocumentKind, error: DocumentError) -> String {
    match error {
        DocumentError::Length => w.t("document-error-length"),
        DocumentError::Character => w.t("document-error-character"),
        DocumentError::Place => w.t("document-error-place"),
        DocumentError::BirthDate => w.t("document-error-date"),
        DocumentError::Check => w.t("document-error-check"),
        DocumentError::ForeignResident => w.t("field-document-foreign"),
        DocumentError::Form(_) => w.with("document-error-form", &[("kind", kind_name(w, kind).into())]),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;

    #[test]
    fn a_number_says_whether_it_is_a_card_or_a_permit() {
        let w = crate::catalogue::words(Language::Zh);
        let named = |number: &str| document_name(w, &Document::parse(DocumentKind::ResidentId, number).unwrap());
        assert_eq!(named("110105199001010010"), "居民身份证");
        assert_eq!(named("810000199408230021"), "港澳台居民居住证");
        let passport = Document::parse(DocumentKind::Passport, "E12345678").unwrap();
        assert_eq!(document_name(w, &passport), "护照");
    }
}
