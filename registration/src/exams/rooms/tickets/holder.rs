//! Whose ticket it is: by the roster where the exam binds accounts to it, else as the account says; with the photo of the
//! form, else the verified one.

use crate::model::document::Document;
use crate::model::exam::Exam;
use crate::model::exam_rules::{FieldKind, TaskKind};
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::model::room::ticket::Holder;
use crate::pictures::kept::PictureId;
use crate::rooms::tickets::Tickets;
use crate::store::StoreError;

/// Whose it is, as known here.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownHolder {
    pub(super) name: Option<PersonName>,
    pub(super) document: Option<Document>,
    pub(super) photo: Option<PictureId>,
}

impl From<KnownHolder> for Holder {
    fn from(known: KnownHolder) -> Self {
        Self { name: known.name, document: known.document, has_photo: known.photo.is_some() }
    }
}

impl Tickets {
    /// Whose tickets the account's are in this exam.
    pub(super) async fn holder(&self, exam: &Exam, account: AccountId) -> Result<KnownHolder, StoreError> {
        let found = self.accounts.account(account).await?;
        let mut known = KnownHolder {
            name: found.as_ref().and_then(|account| account.name.clone()),
            document: found.and_then(|account| account.document),
            photo: self.photo_of(exam, account).await?,
        };
        if exam.rules.asks_for(&TaskKind::Eligibility)
            && let Some(person) = self.eligibility.person(account, &exam.id, None).await?
        {
            known.name = Some(person.record.name);
            known.document = Some(person.record.document);
        }
        Ok(known)
    }

    /// The photo that was handed in with the form; where the form has none, the one of the verified identity.
    async fn photo_of(&self, exam: &Exam, account: AccountId) -> Result<Option<PictureId>, StoreError> {
        let field = exam.rules.form.fields.iter().find(|field| field.kind == FieldKind::Photo);
        if let Some(field) = field {
            let answers = self.applications.get(account, &exam.id).await?.details;
            return Ok(answers.and_then(|answers| answers.get(&field.name).parse().ok()));
        }
        match exam.rules.asks_for(&TaskKind::Identity) {
            true => self.applications.identity.verified_photo(account).await,
            false => Ok(None),
        }
    }
}
