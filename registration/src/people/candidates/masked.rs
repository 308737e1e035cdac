//! Who somebody is, masked: enough to tell people apart, and not enough to copy.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::{Candidates, Looking};
use crate::application::store::applications;
use crate::eligibility::state::frozen;
use crate::eligibility::store::bindings;
use crate::model::document::{Document, DocumentKind};
use crate::model::person::PersonName;
use crate::people::accounts::{self, AccountNumber};
use crate::people::identity;
use crate::people::store::{accounts as stored_accounts, identities};
use crate::store::StoreError;

/// Who somebody is, masked: as verified, else as declared, else as the roster has the person that the account is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The number of the account.
    pub number: AccountNumber,
    /// The name; `None` of an account that nobody has named.
    pub name: Option<String>,
    /// The document, with its kind.
    pub document: Option<(DocumentKind, String)>,
    /// The mobile of the account.
    pub mobile: Option<String>,
    /// The address of the account.
    pub email: Option<String>,
    /// The user name of the account.
    pub username: Option<String>,
    /// Is it verified that they are who they say to be?
    pub is_verified: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// The exams in which something was begun, of those that may be seen.
    pub exams: Vec<ExamId>,
}

impl Candidates {
    /// These accounts, masked, in any order; what is not there is not among them. Four queries, however many they are.
    pub(super) async fn masked(
        &self,
        client: &impl GenericClient,
        looking: &Looking<'_>,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Masked>, StoreError> {
        let names = looking.names();
        let mut people: HashMap<Uuid, (PersonName, Document)> = HashMap::new();
        for binding in bindings::of_accounts(client, ids, names.as_deref()).await? {
            let record = frozen(&self.vault, &binding)?;
            people.entry(binding.account.0).or_insert((record.name, record.document));
        }
        let verified = identities::get_all(client, ids).await?;
        let verified: HashMap<Uuid, identity::Person> = (verified.iter())
            .filter(|stored| stored.state == "verified")
            .map(|stored| Ok((stored.account, identity::open(&self.vault, stored)?)))
            .collect::<Result<_, StoreError>>()?;
        let mut exams: HashMap<Uuid, Vec<ExamId>> = HashMap::new();
        for (account, exam) in applications::exams_of_all(client, ids, names.as_deref()).await? {
            exams.entry(account.0).or_default().push(exam);
        }
        let mut masked = HashMap::new();
        for stored in stored_accounts::get_all(client, ids).await? {
            let account = accounts::read(&self.vault, &stored)?;
            let (bound_name, bound_document) = people.remove(&stored.id).unzip();
            let (name, document, is_verified) = match verified.get(&stored.id) {
                Some(person) => (Some(person.name.clone()), Some(person.document.clone()), true),
                None => (account.name.or(bound_name), account.document.or(bound_document), false),
            };
            masked.insert(
                stored.id,
                Masked {
                    number: account.number,
                    name: name.map(|name| name.masked()),
                    document: document.map(|document| (document.kind(), document.masked())),
                    mobile: account.mobile.map(|mobile| mobile.masked()),
                    email: account.email.map(|email| email.masked()),
                    username: account.username.map(|name| name.masked()),
                    is_verified,
                    created_at: account.created_at,
                    exams: exams.remove(&stored.id).unwrap_or_default(),
                },
            );
        }
        Ok(masked)
    }
}
