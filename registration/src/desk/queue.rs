//! A queue as a page lists it: each case with whom it is about, read for all of them together.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use crate::application::store::applications;
use crate::desk::case::{Case, Subject};
use crate::desk::cases::{Asked, CaseError, Cases};
use crate::desk::staff::StaffMember;
use crate::eligibility;
use crate::eligibility::read_score_review;
use crate::eligibility::store::score_reviews;
use crate::model::document::Document;
use crate::model::exam_rules::TaskKind;
use crate::model::fen::Fen;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::model::person::PersonName;
use crate::people::accounts;
use crate::people::store::identities;
use crate::people::{identity, store};
use crate::seats::store::orders;
use crate::store::StoreError;

/// A case in a queue. `Debug` names nobody.
#[derive(Debug, Clone)]
pub struct Line {
    /// The case that waits.
    pub case: Case,
    /// Whom it is about; nothing where nobody has said.
    pub name: Option<PersonName>,
    /// Their document number as pages show it: `110105********002X`.
    pub document_masked: Option<String>,
    /// What else a line says.
    pub note: Option<Note>,
}

/// What a line says besides whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// So much was to be paid.
    Amount(Fen),
    /// In so many fields the form differs from the roster.
    Differences(usize),
}

/// Who somebody is, as far as it is known.
type Who = (Option<PersonName>, Option<Document>);

impl Cases {
    /// Cases that wait, the first due first, with whom they are about.
    pub async fn queue(&self, member: &StaffMember, asked: &Asked<'_>) -> Result<Vec<Line>, CaseError> {
        let cases = self.open(member, asked).await?;
        let client = self.database.client().await?;
        let (accounts, people) = (self.accounts(&client, &cases).await?, self.people(&client, &cases).await?);
        let (bound, of_scores) = (self.bound(&client, &cases).await?, self.about_scores(&client, &cases).await?);
        let notes = notes(&client, &cases).await?;
        let line = |case: Case| {
            let of_exam = case.exam.clone().map(|exam| (exam, case.account));
            let who = match &case.subject {
                // An exam that binds people knows who sits it, whatever the account says to be.
                Subject::Payment(_) => of_exam.and_then(|key| bound.get(&key)).or(accounts.get(&case.account)),
                Subject::Identity(_) | Subject::Face(..) => people.get(&case.account),
                Subject::Form(..) | Subject::Accommodation(..) => accounts.get(&case.account),
                Subject::Score(..) => of_exam.and_then(|key| of_scores.get(&key)),
            };
            let (name, document) = who.cloned().unwrap_or_default();
            let document_masked = document.as_ref().map(Document::masked);
            Line { note: notes.get(&case.subject).copied(), name, document_masked, case }
        };
        Ok(cases.into_iter().map(line).collect())
    }

    /// Who the accounts say to be.
    async fn accounts(
        &self,
        client: &impl GenericClient,
        cases: &[Case],
    ) -> Result<HashMap<AccountId, Who>, StoreError> {
        let is_meant =
            |case: &&Case| matches!(case.subject, Subject::Payment(_) | Subject::Form(..) | Subject::Accommodation(..));
        let ids: Vec<_> = cases.iter().filter(is_meant).map(|case| case.account.0).collect();
        let stored = if ids.is_empty() { Vec::new() } else { store::accounts::get_all(client, &ids).await? };
        let read = |stored| accounts::read(&self.vault, stored).map(|one| (one.id, (one.name, one.document)));
        stored.iter().map(read).collect()
    }

    /// Who asks to be verified, or was.
    async fn people(&self, client: &impl GenericClient, cases: &[Case]) -> Result<HashMap<AccountId, Who>, StoreError> {
        let is_meant = |case: &&Case| matches!(case.subject, Subject::Identity(_) | Subject::Face(..));
        let ids: Vec<_> = cases.iter().filter(is_meant).map(|case| case.account.0).collect();
        let stored = if ids.is_empty() { Vec::new() } else { identities::get_all(client, &ids).await? };
        let known = stored.iter().filter(|stored| stored.name.is_some());
        let read = |stored: &identities::StoredIdentity| {
            let person = identity::open(&self.vault, stored)?;
            Ok((AccountId(stored.account), (Some(person.name), Some(person.document))))
        };
        known.map(read).collect()
    }

    /// Whom exams that bind people have bound to the accounts.
    async fn bound(
        &self,
        client: &impl GenericClient,
        cases: &[Case],
    ) -> Result<HashMap<(ExamId, AccountId), Who>, StoreError> {
        let binds =
            |exam: &ExamId| self.exams.get(exam).is_some_and(|exam| exam.rules.asks_for(&TaskKind::Eligibility));
        let payments = cases.iter().filter(|case| matches!(case.subject, Subject::Payment(_)));
        let pairs =
            payments.filter_map(|case| Some((case.exam.clone().filter(binds)?, case.account))).collect::<Vec<_>>();
        let records = eligibility::bound_people(client, &self.vault, &pairs).await?;
        Ok(records.into_iter().map(|(key, record)| (key, (Some(record.name), Some(record.document)))).collect())
    }

    /// Whom requests to review a score are about.
    async fn about_scores(
        &self,
        client: &impl GenericClient,
        cases: &[Case],
    ) -> Result<HashMap<(ExamId, AccountId), Who>, StoreError> {
        let pair = |case: &Case| match &case.subject {
            Subject::Score(exam, account) => Some((exam.clone(), *account)),
            _ => None,
        };
        let pairs: Vec<_> = cases.iter().filter_map(pair).collect();
        let stored = if pairs.is_empty() { Vec::new() } else { score_reviews::get_all(client, &pairs).await? };
        let read = |stored: score_reviews::StoredScoreReview| {
            let review = read_score_review(&self.vault, &stored)?;
            Ok(((stored.exam, stored.account), (Some(review.name), Some(review.document))))
        };
        stored.into_iter().map(read).collect()
    }
}

/// What lines say besides.
async fn notes(client: &impl GenericClient, cases: &[Case]) -> Result<HashMap<Subject, Note>, StoreError> {
    let (mut numbers, mut pairs): (Vec<OrderId>, Vec<(ExamId, AccountId)>) = Default::default();
    for case in cases {
        match &case.subject {
            Subject::Payment(order) => numbers.push(*order),
            Subject::Form(exam, account) => pairs.push((exam.clone(), *account)),
            Subject::Identity(_) | Subject::Face(..) | Subject::Score(..) | Subject::Accommodation(..) => {}
        }
    }
    let mut notes = HashMap::new();
    if !numbers.is_empty() {
        let amounts = orders::amounts(client, &numbers).await?;
        notes.extend(amounts.into_iter().map(|(order, amount)| (Subject::Payment(order), Note::Amount(amount))));
    }
    if !pairs.is_empty() {
        let counts = applications::difference_counts(client, &pairs).await?;
        notes.extend(
            counts.into_iter().map(|(exam, account, count)| (Subject::Form(exam, account), Note::Differences(count))),
        );
    }
    Ok(notes)
}
