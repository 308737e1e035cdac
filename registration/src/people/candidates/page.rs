//! One candidate's page: who it is, how far each exam is, what waits, what has happened, what is noted, and who looked.

use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use reservation::ids::ExamId;

use super::event::{Event, Place};
use super::notes::Note;
use super::reveal::What;
use super::store::account_sign_ins;
use super::{CandidateError, Candidates, Looking, Masked, timeline};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::case::{Case, CaseKind};
use crate::desk::cases::opinions::may_be_asked;
use crate::desk::permits::{Right, permits_somewhere};
use crate::desk::store::cases;
use crate::eligibility::state::frozen;
use crate::eligibility::store::bindings;
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam::Exam;
use crate::model::exam_rules::TaskKind;
use crate::model::facts::FaceState;
use crate::model::ids::AccountId;
use crate::model::order::{Order, OrderId};
use crate::model::room::SeatPlace;
use crate::model::room::ticket::TicketNumber;
use crate::people::accounts::{self, Account, AccountNumber};
use crate::people::identity;
use crate::people::store::{accounts as stored_accounts, identities};
use crate::rooms::store::{seat_assignments, tickets};
use crate::rules::standing::{Standing, standing};
use crate::rules::steps::{StepView, steps};
use crate::seats::store::orders;
use crate::store::StoreError;

/// Most exams whose steps are worked out for one page.
const EXAMS_MAX: usize = 12;
/// Most orders of an account that are read.
const ORDERS_MAX: i64 = 200;
/// Most cases that are read.
const CASES_MAX: i64 = 50;

/// Whom the account is bound to in an exam, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// In which exam.
    pub exam: ExamId,
    /// The name as the roster has it.
    pub name: String,
    /// The document, with its kind.
    pub document: (DocumentKind, String),
    /// The school, where the roster names one.
    pub school: String,
}

/// What a candidate has done in one exam.
#[derive(Debug, Clone)]
pub struct InExam {
    /// The exam that it is about.
    pub exam: Arc<Exam>,
    /// Its steps, as this candidate finds them.
    pub steps: Vec<StepView>,
    /// Where the registration stands, as the candidate is told.
    pub standing: Standing,
    /// Where its face check stands, where it has one.
    pub face: FaceState,
    /// Their orders, the newest first.
    pub orders: Vec<Order>,
    /// Where they sit, as published.
    pub places: Vec<SeatPlace>,
    /// The numbers of the tickets that are good.
    pub tickets: Vec<TicketNumber>,
}

/// All that a candidate's page shows. `Debug` names nobody: everything is masked.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Who it is.
    pub who: Masked,
    /// What can be shown whole, each masked; of a picture nothing.
    pub values: Vec<(What, String)>,
    /// When staff last confirmed in person who it is, where that counts; for whoever sees identities.
    pub in_person_at: Option<Timestamp>,
    /// When the account last signed in with its password, to ten minutes.
    pub signed_in_at: Option<Timestamp>,
    /// Since when its mobile is known to be theirs.
    pub mobile_verified_at: Option<Timestamp>,
    /// Since when its address is known to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// Whom it is bound to.
    pub bound: Vec<Bound>,
    /// What was done in each exam, those with orders first; at most [`EXAMS_MAX`].
    pub exams: Vec<InExam>,
    /// Exams in which nothing was begun and that ask who somebody is or for their face, for whoever confirms that in person; at most
    /// [`EXAMS_MAX`].
    pub not_begun: Vec<InExam>,
    /// The cases that wait for staff.
    pub cases: Vec<Case>,
    /// What staff noted, the newest first.
    pub notes: Vec<Note>,
    /// Who looked at the candidate's data last.
    pub looks: Vec<Event>,
    /// What has happened, the newest first, from the place on that was asked for.
    pub events: Vec<Event>,
    /// Where that goes on; `None`: it does not.
    pub next: Option<Place>,
}

impl Candidates {
    /// A candidate's page, from this place of the time line on. That somebody opened it is written down; going on in its time
    /// line is no other look.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`] and [`CandidateError::Store`].
    pub async fn open(
        &self,
        looking: &Looking<'_>,
        number: AccountNumber,
        from: Option<Place>,
    ) -> Result<Sheet, CandidateError> {
        looking.demand(Right::SeeCandidates)?;
        let client = self.database.client().await?;
        self.demand_seen(&client, looking, number.account()).await?;
        if from.is_none() {
            let subject = number.to_string();
            let entry = Entry::by_staff(looking.member.id, AuditAction::LookedAtCandidate, &subject);
            entry.write(&client).await?;
        }
        drop(client);
        self.read(looking, number, from).await
    }

    /// The same without another look: after something was done on the page.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`] and [`CandidateError::Store`].
    pub async fn read(
        &self,
        looking: &Looking<'_>,
        number: AccountNumber,
        from: Option<Place>,
    ) -> Result<Sheet, CandidateError> {
        looking.demand(Right::SeeCandidates)?;
        let client = self.database.client().await?;
        let account = number.account();
        self.demand_seen(&client, looking, account).await?;
        let ids = [account.0];
        // Of whoever works for some schools, the candidate is seen in the exams in which they are of these.
        let theirs =
            self.in_schools(&client, looking, &ids).await?.map(|mut all| all.remove(&account.0).unwrap_or_default());
        let looking = &Looking { exams: theirs.as_deref().or(looking.exams), ..*looking };
        let names = looking.names();
        let stored = stored_accounts::get(&client, account.0).await?.ok_or(CandidateError::Unknown)?;
        let declared = accounts::read(&self.vault, &stored)?;
        let who = self.masked(&client, looking, &ids).await?.remove(&account.0).ok_or(CandidateError::Unknown)?;
        let (values, in_person_at) = self.values(&client, looking, &declared).await?;
        let bound = bindings::of_accounts(&client, &ids, names.as_deref()).await?;
        let bound = bound.iter().map(|binding| {
            let record = frozen(&self.vault, binding)?;
            let document = (record.document.kind(), record.document.masked());
            let school = record.column("school").to_owned();
            Ok(Bound { exam: binding.exam.clone(), name: record.name.masked(), document, school })
        });
        let bound = bound.collect::<Result<_, StoreError>>()?;
        let mut cases = cases::open_of_account(&client, clock::now(), account, names.as_deref(), CASES_MAX).await?;
        let notes = self.notes(&client, account).await?;
        let untold: Vec<&Case> = cases.iter().filter(|case| may_be_asked(&self.exams, case)).collect();
        let mut looks = timeline::looked(&client, looking, account).await?;
        let (mut events, next) = timeline::events(&client, looking, account, from).await?;
        for told in [&mut looks, &mut events] {
            told.retain(|event| {
                timeline::is_theirs(event, looking) && !timeline::is_hint(event, &untold, looking.member.id)
            });
        }
        cases.retain(|case| looking.exams.is_none() || case.exam.is_some());
        cases.retain(|case| permits_somewhere(looking.member, Right::See(case.kind())));
        let signed_in_at = account_sign_ins::of(&client, &ids).await?.into_iter().next().map(|(_, at)| at);
        // The steps ask for connections of their own.
        drop(client);
        let exams = self.in_exams(account, &who.exams).await?;
        let not_begun = self.in_exams(account, &self.to_confirm(looking, &who.exams)).await?;
        Ok(Sheet {
            who,
            values,
            in_person_at,
            signed_in_at,
            mobile_verified_at: declared.mobile_verified_at,
            email_verified_at: declared.email_verified_at,
            bound,
            exams,
            not_begun,
            cases,
            notes,
            looks,
            events,
            next,
        })
    }

    /// The exams, besides those that were begun, in which whoever looks may confirm somebody in person. Whoever works for some exams or
    /// schools alone sees no candidate of theirs there yet.
    fn to_confirm(&self, looking: &Looking<'_>, begun: &[ExamId]) -> Vec<ExamId> {
        if !looking.is_everything() || !permits_somewhere(looking.member, Right::Decide(CaseKind::Face)) {
            return Vec::new();
        }
        let (now, looked_at) = (clock::now(), [TaskKind::Identity, TaskKind::Face]);
        let asks =
            |exam: &Exam| exam.rules.steps.iter().any(|step| looked_at.iter().any(|task| step.tasks.contains(task)));
        let all = self.exams.list();
        let open = all.iter().filter(|exam| asks(exam) && exam.closes_at > now && !begun.contains(&exam.id));
        open.map(|exam| exam.id.clone()).take(EXAMS_MAX).collect()
    }

    /// What can be shown whole of an account, masked; and when it was confirmed in person who it is.
    async fn values(
        &self,
        client: &impl GenericClient,
        looking: &Looking<'_>,
        account: &Account,
    ) -> Result<(Vec<(What, String)>, Option<Timestamp>), StoreError> {
        let mut in_person_at = None;
        let declared = [
            (What::Name, account.name.as_ref().map(|name| name.masked())),
            (What::Document, account.document.as_ref().map(|document| document.masked())),
            (What::Mobile, account.mobile.as_ref().map(|mobile| mobile.masked())),
            (What::Email, account.email.as_ref().map(|email| email.masked())),
            (What::Username, account.username.as_ref().map(|name| name.masked())),
        ];
        let mut values: Vec<(What, String)> =
            declared.into_iter().filter_map(|(what, value)| Some((what, value?))).collect();
        if let Some(stored) = identities::get(client, account.id.0).await? {
            if stored.name.is_some() {
                let person = identity::open(&self.vault, &stored)?;
                values.push((What::VerifiedName, person.name.masked()));
                values.push((What::VerifiedDocument, person.document.masked()));
            }
            values.extend(stored.picture.map(|_| (What::Portrait, String::new())));
            in_person_at = stored.in_person_at.filter(|_| looking.is_everything());
        }
        values.retain(|(what, _)| what.is_for(looking));
        Ok((values, in_person_at))
    }

    /// How far the candidate is in each of these exams.
    async fn in_exams(&self, account: AccountId, exams: &[ExamId]) -> Result<Vec<InExam>, StoreError> {
        if exams.is_empty() {
            return Ok(Vec::new());
        }
        let (now, client) = (clock::now(), self.database.client().await?);
        let mut of_exam: HashMap<ExamId, Vec<Order>> = HashMap::new();
        for order in orders::of_account(&client, account, ORDERS_MAX).await? {
            of_exam.entry(order.exam.clone()).or_default().push(order.view(now));
        }
        let ids: Vec<OrderId> = of_exam.values().flatten().map(|order| order.id).collect();
        let mut places = seat_assignments::of_orders(&client, &ids).await?;
        let mut numbers = tickets::good_of(&client, &ids).await?;
        drop(client);
        let mut all = Vec::new();
        for exam in exams.iter().filter_map(|exam| self.exams.get(exam)).take(EXAMS_MAX) {
            let orders = of_exam.remove(&exam.id).unwrap_or_default();
            let facts = self.applications.facts(account, &exam, &orders).await?;
            let steps = steps(&exam, &facts, now);
            let standing = standing(&exam, &facts, &steps, now);
            let places = orders.iter().filter_map(|order| places.remove(&order.id)).flatten().collect();
            let tickets = orders.iter().filter_map(|order| numbers.remove(&order.id)).flatten().collect();
            let face = facts.face.clone();
            all.push(InExam { exam, steps, standing, face, orders, places, tickets });
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.orders.iter().map(|order| order.created_at).max()));
        Ok(all)
    }
}
