//! What an exam asks of its candidates, as data: steps, accounts, identity, forms, subjects, eligibility. Plain values in
//! the shape of `exam.toml`, kept as one JSON value, of which fields of a later version are ignored: only the file is read
//! without mercy (`exams/definition/exam_file/unknown.rs`). No rule here knows any exam by name.

mod accommodation;
mod account;
mod eligibility;
mod form;
mod identity;
mod names;
mod payment;
mod programme;
mod reasons;
mod refund;
mod reminder;
mod second_opinion;
mod task;
mod ticket;
mod waiting_list;

use serde::{Deserialize, Serialize};

pub use accommodation::{AccommodationKind, AccommodationRules, EXTRA_TIME_PERCENT_MAX};
pub use account::{AccountRules, CaptchaRule, LoginKind, MobileRule, PasswordRules};
pub use eligibility::{EligibilityRules, ReviewRules, ScoreReviewRules};
pub use form::{Choice, Condition, FieldKind, FieldRule, Form};
pub use identity::{CardCheck, FaceRules, IdentityRules, IdentityWay, PhotoRules, UnknownCardCheck};
pub use names::{FieldName, OrganisationCode, PartId, SubjectId};
pub use payment::{CHOICE_HOURS_MAX, PAYEES_MAX, PaymentRules};
pub use programme::{CampusRule, GroupRule, PartRule, Subject};
pub use reasons::{REASON_OF_LIST_CHARS_MAX, REASONS_MAX, ReasonRules};
pub use refund::{RATES_MAX, RefundRate, RefundRules};
pub use reminder::{ReminderKind, ReminderRules};
pub use second_opinion::SecondOpinionRules;
pub use task::{StepRule, TaskKind, TaskKindError};
pub use ticket::{
    ARRIVE_MINUTES_MAX, NumberError, NumberFields, NumberPart, NumberPattern, SITTING_MINUTES_MAX, TICKET_RULES_MAX,
    TicketDesign, TicketRules,
};
pub use waiting_list::{OFFER_MINUTES_MAX, OFFERS_MAX, WaitingListRules};

use crate::model::text::Text;

/// Everything that an exam asks of its candidates, windows and fees apart. The default is an exam of two steps: choose,
/// and pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamRules {
    /// How one signs up when coming from this exam.
    #[serde(default)]
    pub account: AccountRules,
    /// Whom candidates ask, and when: a telephone number, an office.
    #[serde(default)]
    pub contact: Option<Text>,
    /// The way through the exam, in order.
    #[serde(default = "two_steps")]
    pub steps: Vec<StepRule>,
    /// How candidates prove who they are, when a step asks for it.
    #[serde(default)]
    pub identity: IdentityRules,
    /// The face check, when a step asks for it.
    #[serde(default)]
    pub face: FaceRules,
    /// The registration form, when a step asks for it.
    #[serde(default)]
    pub form: Form,
    /// Who may register at all, when a step asks for it.
    #[serde(default)]
    pub eligibility: EligibilityRules,
    /// How the form is reviewed, when a step asks for it.
    #[serde(default)]
    pub review: ReviewRules,
    /// The parts of the exam that are chosen one after the other; without any there is one, `main`.
    #[serde(default)]
    pub parts: Vec<PartRule>,
    /// The subjects that sittings name.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    /// More about groups of sittings.
    #[serde(default)]
    pub group_rules: Vec<GroupRule>,
    /// A name short enough for a button: 学位外语. Values that an exam does not use are not written: there were versions
    /// that read no rules with a field that they did not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_title: Option<Text>,
    /// Within how many working days staff usually decide, where the exam promises something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_days: Option<u8>,
    /// How the fee is paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub payment: PaymentRules,
    /// What comes back of the fee to whoever gives up a paid seat.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refund: RefundRules,
    /// What stands on admission tickets.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: TicketRules,
    /// Which accommodations can be asked for, when a step asks for them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accommodations: AccommodationRules,
    /// Of what candidates are reminded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reminders: ReminderRules,
    /// What staff say most often when they send something back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reasons: ReasonRules,
    /// What is done with seats that come back, where that is not simply whoever comes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_list: Option<WaitingListRules>,
    /// From one network (/24 of IPv4, /48 of IPv6) at most so many accounts hold seats that are not paid for yet; `None`
    /// is no bound: where candidates are at one school, they share a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats_per_network: Option<u32>,
}

fn is_default<T: Default + PartialEq>(rules: &T) -> bool {
    *rules == T::default()
}

fn two_steps() -> Vec<StepRule> {
    let step = |zh: &str, en: &str, task| StepRule {
        title: Text { zh: zh.to_owned(), en: en.to_owned() },
        tasks: vec![task],
        is_optional: false,
        opens_at: None,
        closes_at: None,
        note: None,
    };
    vec![
        step("选择场次", "Choose a sitting", TaskKind::Sittings(PartId::main())),
        step("缴费", "Pay", TaskKind::Payment(PartId::main())),
    ]
}

impl Default for ExamRules {
    fn default() -> Self {
        Self {
            account: AccountRules::default(),
            contact: None,
            steps: two_steps(),
            identity: IdentityRules::default(),
            face: FaceRules::default(),
            form: Form::default(),
            eligibility: EligibilityRules::default(),
            review: ReviewRules::default(),
            parts: Vec::new(),
            subjects: Vec::new(),
            group_rules: Vec::new(),
            short_title: None,
            review_days: None,
            payment: PaymentRules::default(),
            refund: RefundRules::default(),
            ticket: TicketRules::default(),
            accommodations: AccommodationRules::default(),
            reminders: ReminderRules::default(),
            reasons: ReasonRules::default(),
            waiting_list: None,
            seats_per_network: None,
        }
    }
}

impl ExamRules {
    /// Is this task on the way through the exam?
    pub fn asks_for(&self, task: &TaskKind) -> bool {
        self.steps.iter().any(|step| step.tasks.contains(task))
    }

    /// The subject of that id.
    pub fn subject(&self, id: &SubjectId) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.id == *id)
    }

    /// Does any subject need another one?
    pub fn has_requirements(&self) -> bool {
        self.subjects.iter().any(|subject| !subject.requires.is_empty())
    }

    /// What is known of a part; the part `main` need not be described.
    pub fn part(&self, id: &PartId) -> Option<&PartRule> {
        self.parts.iter().find(|part| part.id == *id)
    }
}
