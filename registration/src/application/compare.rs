//! Comparing a form with the roster, field by field: what is equal passes at once, the rest goes to staff with what
//! differs.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::Applications;
use crate::desk::case::CaseKind;
use crate::desk::cases::CaseError;
use crate::desk::permits::{Right, demand_about};
use crate::desk::staff::StaffMember;
use crate::eligibility::keys;
use crate::eligibility::store::roster;
use crate::model::document::Document;
use crate::model::exam::Exam;
use crate::model::exam_rules::{FieldKind, FieldName, TaskKind};
use crate::model::facts::ReviewState;
use crate::model::ids::AccountId;
use crate::model::person::PersonName;
use crate::model::roster::{RosterRecord, name_key, plain};
use crate::people::accounts;
use crate::people::identity;
use crate::people::store::identities;
use crate::rules::details::{Answers, is_asked};
use crate::store::StoreError;

/// The name of the difference when the roster has no such document.
const DOCUMENT: &str = "document";
/// The name of the difference when it has it under another name.
const NAME: &str = "name";

/// The name of the difference when nobody could compare the photo with the verified face.
const PHOTO: &str = "photo";

/// What comparing a form with the roster said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The exam reviews no form.
    NoReview,
    /// The exam has no roster.
    NoRoster,
    /// Everything is equal: the form passes without staff.
    Equal,
    /// These fields differ; `name` and `document` stand for the person.
    Differs(Vec<FieldName>),
}

/// Who the candidate is, as far as that is known.
struct Declared {
    document: Document,
    name: PersonName,
    mobile: Option<String>,
}

impl Comparison {
    /// The same, or for staff when a machine could not tell something.
    pub(super) fn at_most(self, needs_staff: bool) -> Self {
        match self {
            Self::Equal if needs_staff => Self::Differs(vec![name_of(PHOTO)]),
            Self::Differs(mut fields) if needs_staff => {
                fields.push(name_of(PHOTO));
                Self::Differs(fields)
            }
            other => other,
        }
    }

    /// The same, or for staff when they have refused the form before, though nothing differs now.
    pub(super) fn again_for_staff(self, was_refused: bool) -> Self {
        match self {
            Self::Equal if was_refused => Self::Differs(Vec::new()),
            other => other,
        }
    }

    /// The review's state as it is stored.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::NoReview => "none",
            Self::NoRoster | Self::Differs(_) => "waiting",
            Self::Equal => "passed",
        }
    }

    /// The differing fields as they are stored.
    pub(super) fn differences(&self) -> Option<Vec<String>> {
        match self {
            Self::NoReview | Self::NoRoster => None,
            Self::Equal => Some(Vec::new()),
            Self::Differs(fields) => Some(fields.iter().map(FieldName::to_string).collect()),
        }
    }

    /// The review's state as steps know it.
    pub(super) fn state(&self, now: Timestamp) -> ReviewState {
        match self {
            Self::NoReview => ReviewState::None,
            Self::NoRoster | Self::Differs(_) => ReviewState::Waiting { since: now },
            Self::Equal => ReviewState::Passed { at: now },
        }
    }
}

impl Applications {
    /// Compares a form that is handed in with the roster.
    pub(super) async fn compare(
        &self,
        client: &impl GenericClient,
        account: AccountId,
        exam: &Exam,
        answers: &Answers,
    ) -> Result<Comparison, StoreError> {
        if !exam.rules.asks_for(&TaskKind::Review) {
            return Ok(Comparison::NoReview);
        }
        if !roster::is_there(client, &exam.id).await? {
            return Ok(Comparison::NoRoster);
        }
        let Some((declared, record)) = self.declared_in_roster(client, account, exam).await? else {
            return Ok(Comparison::Differs(vec![name_of(DOCUMENT)]));
        };
        let mut differing = Vec::new();
        if name_key(&declared.name) != name_key(&record.name) {
            differing.push(name_of(NAME));
        }
        let differs = |field: &&FieldName| !is_equal(exam, &declared, &record, answers, field);
        differing.extend(exam.rules.review.compare.iter().filter(differs).cloned());
        Ok(if differing.is_empty() { Comparison::Equal } else { Comparison::Differs(differing) })
    }

    /// What the roster says of the candidate, for staff to compare with; nothing when it does not know the document.
    pub async fn in_roster(
        &self,
        member: &StaffMember,
        account: AccountId,
        exam: &Exam,
    ) -> Result<Option<RosterRecord>, CaseError> {
        let client = self.database.client().await?;
        demand_about::<CaseError>(&client, member, Right::See(CaseKind::Form), (Some(&exam.id), account)).await?;
        Ok(self.declared_in_roster(&client, account, exam).await?.map(|(_, record)| record))
    }

    async fn declared_in_roster(
        &self,
        client: &impl GenericClient,
        account: AccountId,
        exam: &Exam,
    ) -> Result<Option<(Declared, RosterRecord)>, StoreError> {
        let Some(declared) = self.declared(client, account).await? else { return Ok(None) };
        let index = keys::document(&self.vault, &declared.document);
        let found = roster::of_document(client, &exam.id, &index).await?;
        let Some(found) = found else { return Ok(None) };
        let record = keys::open(&self.vault, ("roster", &exam.id, &found.document_index), &found.record)?;
        Ok(Some((declared, record)))
    }

    /// The document of the account, by which the form knows what it need not ask.
    pub(super) async fn document_of(&self, account: AccountId) -> Result<Option<Document>, StoreError> {
        let found = crate::people::store::accounts::get(&self.database.client().await?, account.0).await?;
        found.map_or(Ok(None), |found| Ok(accounts::read(&self.vault, &found)?.document))
    }

    /// Who the candidate is: as verified, else as the account says.
    async fn declared(&self, client: &impl GenericClient, account: AccountId) -> Result<Option<Declared>, StoreError> {
        let Some(found) = crate::people::store::accounts::get(client, account.0).await? else { return Ok(None) };
        let declared = accounts::read(&self.vault, &found)?;
        let mobile = declared.mobile.map(|mobile| mobile.expose().to_owned());
        let identity = identities::get(client, account.0).await?;
        let person = match identity.filter(|found| found.state == "verified") {
            Some(verified) => Some(identity::open(&self.vault, &verified)?).map(|who| (who.document, who.name)),
            None => declared.document.zip(declared.name),
        };
        Ok(person.map(|(document, name)| Declared { document, name, mobile }))
    }
}

fn name_of(text: &str) -> FieldName {
    text.parse().expect("a constant within the alphabet")
}

/// Is a field of the form equal to the roster's column of the same name? What was not asked is.
fn is_equal(exam: &Exam, declared: &Declared, record: &RosterRecord, answers: &Answers, name: &FieldName) -> bool {
    let Some(field) = exam.rules.form.field(name).filter(|field| is_asked(&exam.rules.form, field, answers)) else {
        return true;
    };
    let expected = plain(record.column(name.as_str()));
    let answer = answers.get(name);
    let is_it = |text: &str| plain(text) == expected;
    match field.kind {
        // Compared as the person's, and what the number says of them.
        FieldKind::Name | FieldKind::Document | FieldKind::BirthDate | FieldKind::Sex => true,
        FieldKind::Mobile => is_it(declared.mobile.as_deref().unwrap_or_default()),
        // A roster has the value, or what candidates read.
        FieldKind::Choice => {
            let chosen = field.choices.iter().find(|choice| choice.value == answer);
            is_it(answer) || chosen.is_some_and(|choice| is_it(&choice.zh) || is_it(&choice.en))
        }
        // A school or campus may stand there by its code.
        FieldKind::Text | FieldKind::Photo => {
            let place = exam.organisations.iter().find(|one| plain(one.code.as_str()) == expected);
            is_it(answer)
                || place.is_some_and(|place| {
                    [&place.name.zh, &place.name.en].iter().any(|name| plain(name) == plain(answer))
                })
        }
    }
}
