//! The accounts and the cases of an exam as lists.

use std::collections::HashMap;

use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::{LIST_PAGE_MAX, ListError, Lists, page_max};
use crate::desk::case::{Case, CaseId};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::desk::store::cases;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::people::accounts::{Account, read};
use crate::people::candidates::store::account_sign_ins;
use crate::people::store::{accounts, identities};
use crate::store::StoreError;

/// An account with whose it is. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct ListedAccount {
    /// The account. Its document is what it declares.
    pub account: Account,
    /// Whose it is, as their ticket says; `None` of an account that says nothing.
    pub name: Option<PersonName>,
    /// The document, to be masked unless the whole was asked for.
    pub document: Option<Document>,
    /// Is it verified that they are who they say to be?
    pub is_verified: bool,
    /// When it last signed in with its password, to ten minutes.
    pub signed_in_at: Option<Timestamp>,
}

/// A case with whose it is. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct ListedCase {
    /// The case, open or closed.
    pub case: Case,
    /// Whose it is, as their ticket says; `None` of an account that says nothing.
    pub name: Option<PersonName>,
    /// The document, to be masked unless the whole was asked for.
    pub document: Option<Document>,
}

impl Lists {
    /// The next accounts with something in an exam, at most [`LIST_PAGE_MAX`], and behind which the next ones stand; `None`: that
    /// was all.
    ///
    /// # Errors
    /// [`ListError::Forbidden`], [`ListError::Unknown`] and [`ListError::Store`].
    pub async fn accounts(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        after: Option<AccountId>,
    ) -> Result<(Vec<ListedAccount>, Option<AccountId>), ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        let page = self.tickets.exams.get(exam).ok_or(ListError::Unknown)?;
        let client = self.tickets.database.client().await?;
        let stored = accounts::all_of_exam(&client, exam.as_str(), after.map(|id| id.0), page_max()).await?;
        let next = stored.last().filter(|_| stored.len() >= LIST_PAGE_MAX).map(|last| AccountId(last.id));
        let ids: Vec<Uuid> = stored.iter().map(|account| account.id).collect();
        let verified = identities::get_all(&client, &ids).await?;
        let verified: HashMap<Uuid, bool> =
            verified.into_iter().map(|one| (one.account, one.state == "verified")).collect();
        let signed_in: HashMap<Uuid, Timestamp> = account_sign_ins::of(&client, &ids).await?.into_iter().collect();
        drop(client);
        let of: Vec<AccountId> = ids.iter().map(|id| AccountId(*id)).collect();
        let mut named = self.tickets.named(&page, &of).await?;
        let listed = |one: &accounts::StoredAccount| {
            let whose = named.remove(&AccountId(one.id)).unwrap_or_default();
            Ok(ListedAccount {
                account: read(&self.tickets.vault, one)?,
                name: whose.name,
                document: whose.document,
                is_verified: verified.get(&one.id).copied().unwrap_or_default(),
                signed_in_at: signed_in.get(&one.id).copied(),
            })
        };
        Ok((stored.iter().map(listed).collect::<Result<_, StoreError>>()?, next))
    }

    /// The next cases of an exam, at most [`LIST_PAGE_MAX`], and behind which the next ones stand; `None`: that was all.
    ///
    /// # Errors
    /// [`ListError::Forbidden`], [`ListError::Unknown`] and [`ListError::Store`].
    pub async fn cases(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        after: Option<CaseId>,
    ) -> Result<(Vec<ListedCase>, Option<CaseId>), ListError> {
        demand(member, Right::Export, Scope::Exam(exam))?;
        let page = self.tickets.exams.get(exam).ok_or(ListError::Unknown)?;
        let client = self.tickets.database.client().await?;
        let found = cases::all_of_exam(&client, clock::now(), exam, after, page_max()).await?;
        drop(client);
        let next = found.last().filter(|_| found.len() >= LIST_PAGE_MAX).map(|last| last.id);
        let of: Vec<AccountId> = found.iter().map(|case| case.account).collect();
        let named = self.tickets.named(&page, &of).await?;
        let listed = |case: Case| {
            let whose = named.get(&case.account).cloned().unwrap_or_default();
            ListedCase { case, name: whose.name, document: whose.document }
        };
        Ok((found.into_iter().map(listed).collect(), next))
    }
}
