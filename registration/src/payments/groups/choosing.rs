//! Whom a school would pay for: found by what they have in common, or by a list that somebody hands in.

use std::collections::{HashMap, HashSet};

use deadpool_postgres::GenericClient;
use reservation::ids::{ExamId, SittingId};

use super::listed::{self, BadLine, LineFault, ListError, Named};
use super::{GroupError, Payments};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand, demand_somewhere, permits_about};
use crate::desk::staff::StaffMember;
use crate::eligibility;
use crate::model::clock;
use crate::model::document::Document;
use crate::model::exam::Exam;
use crate::model::exam_rules::{OrganisationCode, SubjectId, TaskKind};
use crate::model::ids::AccountId;
use crate::model::order::{OrderId, OrderState};
use crate::model::organisation::ancestry;
use crate::model::payment::group::GroupCandidate;
use crate::model::roster::RosterRecord;
use crate::payments::ORDERS_MAX;
use crate::people::{accounts, store};
use crate::seats::store::orders::{StoredOrder, unpaid};
use crate::store::StoreError;

/// Orders that are looked at at once while candidates of an organisation are looked for, and how often.
const PAGE: i64 = 1_000;
const PAGES_MAX: usize = 50;
/// Most orders that the people of a list may have.
const OF_PEOPLE_MAX: i64 = 4_000;

/// Whom a school would pay for. What is not named does not matter.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Of which exam.
    pub exam: &'a ExamId,
    /// Whose candidates they are.
    pub organisation: Option<&'a OrganisationCode>,
    /// What they sit.
    pub subject: Option<&'a SubjectId>,
}

/// What a list that was handed in names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadList {
    /// The orders, in the order of the lines, at most [`ORDERS_MAX`].
    pub orders: Vec<OrderId>,
    /// Lines that name none.
    pub bad: Vec<BadLine>,
}

impl Payments {
    /// Unpaid orders that a school may pay for and that no list has locked, in the order of their numbers: at most
    /// [`ORDERS_MAX`], and whether there are more. That staff looked is written down.
    pub async fn group_candidates(
        &self,
        member: &StaffMember,
        choice: &Choice<'_>,
    ) -> Result<(Vec<GroupCandidate>, bool), GroupError> {
        self.demand_group(member, (choice.exam, choice.organisation))?;
        let exam = self.exams.get(choice.exam).ok_or_else(|| GroupError::UnknownExam(choice.exam.clone()))?;
        let of_subject = |subject: &SubjectId| {
            let is_of = |sitting: &&crate::model::exam::ExamSitting| sitting.subject.as_ref() == Some(subject);
            exam.sittings.iter().filter(is_of).map(|sitting| sitting.id.clone()).collect::<Vec<SittingId>>()
        };
        let sittings = choice.subject.map(of_subject);
        let client = self.database.client().await?;
        let (mut found, mut after, now) = (Vec::new(), None, clock::now());
        for _ in 0..PAGES_MAX {
            let page = unpaid::of_exam(&client, &exam.id, sittings.as_deref(), after, now, PAGE).await?;
            after = page.last().map(|order| order.id);
            let is_last = i64::try_from(page.len()).is_ok_and(|count| count < PAGE);
            found.extend(self.with_names(&client, &exam, choice.organisation, page).await?);
            if is_last || found.len() > ORDERS_MAX {
                break;
            }
        }
        let is_more = found.len() > ORDERS_MAX;
        found.truncate(ORDERS_MAX);
        let detail: Vec<&str> =
            [choice.organisation.map(OrganisationCode::as_str), choice.subject.map(SubjectId::as_str)]
                .into_iter()
                .flatten()
                .collect();
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtGroup, exam.id.as_str());
        entry.detail(Some(detail.join(" ").as_str()).filter(|text| !text.is_empty())).write(&client).await?;
        Ok((found, is_more))
    }

    /// Whose these orders of an exam are; orders that are not there, or not of this exam, are not among them.
    pub async fn group_people(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        orders: &[OrderId],
    ) -> Result<HashMap<OrderId, GroupCandidate>, GroupError> {
        demand_somewhere(member, Right::PayForGroups)?;
        let exam = self.exams.get(exam).ok_or_else(|| GroupError::UnknownExam(exam.clone()))?;
        let client = self.database.client().await?;
        let mut found = Vec::new();
        for order in unpaid::get_all(&client, orders).await?.into_iter().filter(|order| order.exam == exam.id) {
            let about = (Some(&exam.id), order.account);
            if permits_about(&client, member, Right::PayForGroups, about).await? {
                found.push(order);
            }
        }
        let people = self.with_names(&client, &exam, None, found).await?;
        Ok(people.into_iter().map(|one| (one.order, one)).collect())
    }

    /// Which orders a list names that somebody hands in: each line an order's number or a candidate's document. A candidate
    /// stands for all that they have to pay in the exam.
    pub async fn read_group_list(
        &self,
        member: &StaffMember,
        exam: &ExamId,
        file: &[u8],
    ) -> Result<Result<ReadList, ListError>, GroupError> {
        demand(member, Right::PayForGroups, Scope::Exam(exam))?;
        let exam = self.exams.get(exam).ok_or_else(|| GroupError::UnknownExam(exam.clone()))?;
        let (named, mut bad) = match listed::read(file) {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
        let client = self.database.client().await?;
        let known = self.known(&client, &exam, &named).await?;
        let (mut orders, mut seen) = (Vec::new(), HashSet::new());
        for one in &named {
            let faulty = |fault| BadLine { line: one.line, fault };
            match known.of(one) {
                Err(fault) => bad.push(faulty(fault)),
                Ok(of_line) if of_line.iter().all(|order| seen.contains(order)) => bad.push(faulty(LineFault::Twice)),
                Ok(of_line) if seen.len() + of_line.len() > ORDERS_MAX => bad.push(faulty(LineFault::TooMany)),
                Ok(of_line) => orders.extend(of_line.into_iter().filter(|order| seen.insert(*order))),
            }
        }
        bad.sort_by_key(|one| one.line);
        let entry = Entry::by_staff(member.id, AuditAction::LookedAtGroup, exam.id.as_str());
        entry.detail(format!("list {}", named.len()).as_str()).write(&client).await?;
        Ok(Ok(ReadList { orders, bad }))
    }

    /// What the stores know of the numbers of a list.
    async fn known(&self, client: &impl GenericClient, exam: &Exam, named: &[Named]) -> Result<Known, StoreError> {
        let numbers: Vec<OrderId> = named.iter().filter_map(|one| one.order).collect();
        let of_exam = |order: StoredOrder| (order.exam == exam.id).then_some(order.id);
        let orders = unpaid::get_all(client, &numbers).await?.into_iter().filter_map(of_exam).collect();
        let documents: Vec<Document> = named.iter().flat_map(|one| one.documents.iter().cloned()).collect();
        let mut people = eligibility::accounts_of_all(client, &self.vault, &exam.id, &documents).await?;
        let unbound: Vec<Document> = documents.into_iter().filter(|one| !people.contains_key(one)).collect();
        people.extend(accounts::declaring(client, &self.vault, &unbound).await?);
        let accounts: Vec<AccountId> = people.values().flatten().copied().collect();
        let now = clock::now();
        let mut of_accounts: HashMap<AccountId, Vec<OrderId>> = HashMap::new();
        for order in unpaid::of_accounts(client, &exam.id, &accounts, OF_PEOPLE_MAX).await? {
            if order.state_at(now) == OrderState::Unpaid {
                of_accounts.entry(order.account).or_default().push(order.id);
            }
        }
        Ok(Known { orders, people, of_accounts })
    }

    /// The candidates of an organisation among those of orders, each with whom the exam, or the account, says they are.
    async fn with_names(
        &self,
        client: &impl GenericClient,
        exam: &Exam,
        organisation: Option<&OrganisationCode>,
        orders: Vec<StoredOrder>,
    ) -> Result<Vec<GroupCandidate>, StoreError> {
        let binds = exam.rules.asks_for(&TaskKind::Eligibility);
        let pairs: Vec<(ExamId, AccountId)> =
            orders.iter().filter(|_| binds).map(|order| (exam.id.clone(), order.account)).collect();
        let bound = eligibility::bound_people(client, &self.vault, &pairs).await?;
        let bound: HashMap<AccountId, RosterRecord> =
            bound.into_iter().map(|((_, account), record)| (account, record)).collect();
        let is_theirs = |order: &StoredOrder| {
            let Some(organisation) = organisation else { return true };
            let campus = bound.get(&order.account).and_then(RosterRecord::campus);
            campus.is_some_and(|campus| {
                ancestry(&exam.organisations, &campus).iter().any(|one| one.code == *organisation)
            })
        };
        let orders: Vec<StoredOrder> = orders.into_iter().filter(is_theirs).collect();
        let unbound: Vec<_> =
            (orders.iter().filter(|order| !bound.contains_key(&order.account))).map(|order| order.account.0).collect();
        let stored = if unbound.is_empty() { Vec::new() } else { store::accounts::get_all(client, &unbound).await? };
        let declared: HashMap<AccountId, accounts::Account> = (stored.iter())
            .map(|stored| accounts::read(&self.vault, stored).map(|account| (account.id, account)))
            .collect::<Result<_, _>>()?;
        let candidate = |order: StoredOrder| {
            let (name, document) = match (bound.get(&order.account), declared.get(&order.account)) {
                (Some(record), _) => (Some(record.name.clone()), Some(record.document.clone())),
                (None, Some(account)) => (account.name.clone(), account.document.clone()),
                (None, None) => (None, None),
            };
            GroupCandidate {
                order: order.id,
                name,
                document_masked: document.as_ref().map(Document::masked),
                sittings: order.sittings.iter().map(|seat| seat.sitting.clone()).collect(),
                amount: order.amount,
                expires_at: order.expires_at,
            }
        };
        Ok(orders.into_iter().map(candidate).collect())
    }
}

/// What the stores know of the numbers of a list.
struct Known {
    /// Orders of the exam.
    orders: HashSet<OrderId>,
    /// Whose a document is.
    people: HashMap<Document, Vec<AccountId>>,
    /// What they have to pay.
    of_accounts: HashMap<AccountId, Vec<OrderId>>,
}

impl Known {
    /// The orders of a line; never none.
    fn of(&self, named: &Named) -> Result<Vec<OrderId>, LineFault> {
        if let Some(order) = named.order.filter(|order| self.orders.contains(order)) {
            return Ok(vec![order]);
        }
        let accounts: Vec<&AccountId> =
            named.documents.iter().filter_map(|one| self.people.get(one)).flatten().collect();
        if accounts.is_empty() {
            return Err(LineFault::Unknown);
        }
        let orders: Vec<OrderId> =
            accounts.iter().filter_map(|account| self.of_accounts.get(account)).flatten().copied().collect();
        if orders.is_empty() { Err(LineFault::NothingToPay) } else { Ok(orders) }
    }
}
