//! Who somebody is, masked: enough to tell people apart, and not enough to copy.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::reveal::What;
use super::store::candidate_keys;
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

/// Who somebody is, masked: as verified, where that is for whoever looks, else as declared, else as the roster has the person that
/// the account is bound to.
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
    /// These accounts, masked, in any order; what is not there, or cannot be opened, is not among them. Four queries, however many
    /// they are.
    pub(super) async fn masked(
        &self,
        client: &impl GenericClient,
        looking: &Looking<'_>,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Masked>, StoreError> {
        let names = looking.names();
        let theirs = self.in_schools(client, looking, ids).await?;
        let is_theirs = |account: Uuid, exam: &ExamId| {
            theirs.as_ref().is_none_or(|all| all.get(&account).is_some_and(|exams| exams.contains(exam)))
        };
        let mut people: HashMap<Uuid, (PersonName, Document)> = HashMap::new();
        for binding in bindings::of_accounts(client, ids, names.as_deref()).await? {
            if !is_theirs(binding.account.0, &binding.exam) {
                continue;
            }
            let Some(record) = opened(binding.account.0, frozen(&self.vault, &binding)) else { continue };
            people.entry(binding.account.0).or_insert((record.name, record.document));
        }
        let mut verified: HashMap<Uuid, Option<identity::Person>> = HashMap::new();
        for stored in identities::get_all(client, ids).await?.iter().filter(|stored| stored.state == "verified") {
            // Who somebody was verified to be holds for all exams: whoever sees some of them sees that it was done, and not what it says.
            let is_seen = What::VerifiedName.is_for(looking);
            let person = if is_seen { opened(stored.account, identity::open(&self.vault, stored)) } else { None };
            verified.insert(stored.account, person);
        }
        let mut exams: HashMap<Uuid, Vec<ExamId>> = HashMap::new();
        for (account, exam) in applications::exams_of_all(client, ids, names.as_deref()).await? {
            if is_theirs(account.0, &exam) {
                exams.entry(account.0).or_default().push(exam);
            }
        }
        let mut masked = HashMap::new();
        for stored in stored_accounts::get_all(client, ids).await? {
            let Some(account) = opened(stored.id, accounts::read(&self.vault, &stored)) else { continue };
            let (bound_name, bound_document) = people.remove(&stored.id).unzip();
            let (is_verified, person) = (verified.contains_key(&stored.id), verified.remove(&stored.id).flatten());
            let (name, document) = match person {
                Some(person) => (Some(person.name), Some(person.document)),
                None => (account.name.or(bound_name), account.document.or(bound_document)),
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

    /// In which exams each of these accounts is a candidate of the schools for which whoever looks works; `None`: they work for all.
    pub(super) async fn in_schools(
        &self,
        client: &impl GenericClient,
        looking: &Looking<'_>,
        ids: &[Uuid],
    ) -> Result<Option<HashMap<Uuid, Vec<ExamId>>>, StoreError> {
        let Some(schools) = looking.schools() else { return Ok(None) };
        let mut exams: HashMap<Uuid, Vec<ExamId>> = HashMap::new();
        for (account, exam) in
            candidate_keys::exams_of_schools(client, ids, looking.names().as_deref(), schools).await?
        {
            exams.entry(account).or_default().push(exam);
        }
        Ok(Some(exams))
    }
}

/// What was opened; of what cannot be the log says whose it is, and the others are seen all the same.
fn opened<T>(account: Uuid, read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(%account, %error, "what is kept of an account cannot be opened")).ok()
}
