//! Cases: questions to staff, whatever they are about. Plain values.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::model::actor::Actor;
use crate::model::ids::{AccountId, StaffId};
use crate::model::order::OrderId;

/// What kind of question it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum CaseKind {
    /// Does this picture show the payment of this order?
    #[default]
    Payment,
    /// Is this person who they say?
    Identity,
    /// Is this the verified person?
    Face,
    /// Is what the form says so?
    Form,
    /// Is this earlier score theirs?
    Score,
    /// Does this proof show that somebody needs what they ask for?
    Accommodation,
}

impl CaseKind {
    /// All kinds, in the order of the desks.
    pub const ALL: [Self; 6] =
        [Self::Payment, Self::Identity, Self::Face, Self::Form, Self::Score, Self::Accommodation];
}

/// A case's number: given once, never again, and rising with each case that is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId(pub i64);

/// What a case is about. As text it is what the audit calls it, and its place in addresses: `S7K4-2M9Q`, `identity.UUID`,
/// `face.UUID.EXAM`, `application EXAM UUID`, `score_review EXAM UUID`, `accommodation EXAM UUID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The payment of this order.
    Payment(OrderId),
    /// The identity of this account.
    Identity(AccountId),
    /// The face of this account in this exam.
    Face(AccountId, ExamId),
    /// The form of this account in this exam.
    Form(ExamId, AccountId),
    /// The earlier score of this account in this exam.
    Score(ExamId, AccountId),
    /// What this account asks for in this exam.
    Accommodation(ExamId, AccountId),
}

/// The text names no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a case is about an order, identity.UUID, face.UUID.EXAM, or application, score_review or accommodation EXAM UUID"
)]
pub struct UnknownSubject;

impl Subject {
    /// The kind of its cases.
    pub fn kind(&self) -> CaseKind {
        match self {
            Self::Payment(_) => CaseKind::Payment,
            Self::Identity(_) => CaseKind::Identity,
            Self::Face(..) => CaseKind::Face,
            Self::Form(..) => CaseKind::Form,
            Self::Score(..) => CaseKind::Score,
            Self::Accommodation(..) => CaseKind::Accommodation,
        }
    }

    /// The account that the subject names; an order's is known to the order.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Payment(_) => None,
            Self::Identity(account)
            | Self::Face(account, _)
            | Self::Form(_, account)
            | Self::Score(_, account)
            | Self::Accommodation(_, account) => Some(*account),
        }
    }

    /// The exam that the subject names; an order's is known to the order.
    pub fn exam(&self) -> Option<&ExamId> {
        match self {
            Self::Payment(_) | Self::Identity(_) => None,
            Self::Face(_, exam) | Self::Form(exam, _) | Self::Score(exam, _) | Self::Accommodation(exam, _) => {
                Some(exam)
            }
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment(order) => write!(f, "{order}"),
            Self::Identity(account) => write!(f, "identity.{}", account.0),
            Self::Face(account, exam) => write!(f, "face.{}.{exam}", account.0),
            Self::Form(exam, account) => write!(f, "application {exam} {}", account.0),
            Self::Score(exam, account) => write!(f, "score_review {exam} {}", account.0),
            Self::Accommodation(exam, account) => write!(f, "accommodation {exam} {}", account.0),
        }
    }
}

impl FromStr for Subject {
    type Err = UnknownSubject;

    fn from_str(text: &str) -> Result<Self, UnknownSubject> {
        let account = |text: &str| text.parse::<Uuid>().map(AccountId).map_err(|_| UnknownSubject);
        let exam = |text: &str| text.parse::<ExamId>().map_err(|_| UnknownSubject);
        let pair = |text: &str| -> Result<(ExamId, AccountId), UnknownSubject> {
            let (of, who) = text.split_once(' ').ok_or(UnknownSubject)?;
            Ok((exam(of)?, account(who)?))
        };
        if let Some(rest) = text.strip_prefix("identity.") {
            Ok(Self::Identity(account(rest)?))
        } else if let Some(rest) = text.strip_prefix("face.") {
            let (who, of) = rest.split_once('.').ok_or(UnknownSubject)?;
            Ok(Self::Face(account(who)?, exam(of)?))
        } else if let Some(rest) = text.strip_prefix("application ") {
            pair(rest).map(|(exam, account)| Self::Form(exam, account))
        } else if let Some(rest) = text.strip_prefix("score_review ") {
            pair(rest).map(|(exam, account)| Self::Score(exam, account))
        } else if let Some(rest) = text.strip_prefix("accommodation ") {
            pair(rest).map(|(exam, account)| Self::Accommodation(exam, account))
        } else {
            text.parse().map(Self::Payment).map_err(|_| UnknownSubject)
        }
    }
}

/// Behind which case of the queues a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bookmark {
    /// Until when it is to be decided.
    pub due: Timestamp,
    /// Since when it waits.
    pub since: Timestamp,
    /// Which of those that wait since the same moment.
    pub id: CaseId,
}

/// Which opening of a case has it. Whoever opens it again, in whichever window, gets another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClaimToken(pub(crate) Uuid);

impl ClaimToken {
    pub(crate) fn draw() -> Self {
        Self(Uuid::new_v4())
    }

    /// The token of the case that is loaded while this one's is shown: whoever gives this one back gives that one back, too.
    pub(crate) fn ahead(self) -> Self {
        Self(Uuid::from_u128(self.0.as_u128().wrapping_add(1)))
    }
}

impl fmt::Display for ClaimToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ClaimToken {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// Who works on a case, and how long nobody else decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who of the staff works on it.
    pub by: StaffId,
    /// Their login name, for the sentence that others read.
    pub name: String,
    /// Then it is free again.
    pub until: Timestamp,
    /// Which opening of the case has it.
    pub token: ClaimToken,
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// Staff, or a rule, said yes: what was asked for is the candidate's.
    Passed,
    /// Staff said no, with a reason; the candidate may hand it in again, which opens the case again.
    Refused,
    /// Nobody decided: the candidate took it back, or it was no question any more.
    Withdrawn,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When it was decided or taken back.
    pub at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// Who decided; nobody when it was withdrawn.
    pub by: Option<Actor>,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// A question to staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number, by which pages link to it.
    pub id: CaseId,
    /// The exam, unless it is of none.
    pub exam: Option<ExamId>,
    /// The account whose question it is.
    pub account: AccountId,
    /// What it is about.
    pub subject: Subject,
    /// Which of what was handed in: another one when it must be looked at anew.
    pub version: String,
    /// Since when it waits, or waited last.
    pub waiting_since: Timestamp,
    /// Until when it is to be decided.
    pub due: Timestamp,
    /// Who works on it now.
    pub claim: Option<Claim>,
    /// Who has said what they think of what it waits with, where a second one is asked. None of them decides it, and nobody
    /// else is told.
    pub opinions: Vec<StaffId>,
    /// Who decided it, and until when they can take that back; it is carried out then.
    pub noted: Option<(StaffId, Timestamp)>,
    /// How it ended; nothing while it is open.
    pub closed: Option<Closed>,
}

impl Case {
    /// What kind of question it is.
    pub fn kind(&self) -> CaseKind {
        self.subject.kind()
    }

    /// Have two said what they think of it, who differ? Whoever decides then sees both.
    pub fn is_disputed(&self) -> bool {
        self.opinions.len() >= 2
    }

    /// Where it stands in the queues.
    pub fn bookmark(&self) -> Bookmark {
        Bookmark { due: self.due, since: self.waiting_since, id: self.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_back_and_has_the_kind_it_says() {
        let (account, exam) = (AccountId(Uuid::from_u128(7)), || "degree-english".parse::<ExamId>().unwrap());
        let all = [
            Subject::Payment(OrderId::from_bits(7)),
            Subject::Identity(account),
            Subject::Face(account, exam()),
            Subject::Form(exam(), account),
            Subject::Score(exam(), account),
            Subject::Accommodation(exam(), account),
        ];
        assert_eq!(all.each_ref().map(Subject::kind), CaseKind::ALL);
        for subject in all {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for bad in ["", "identity.7", "face.00000000-0000-0000-0000-000000000007", "application ce", "order.1"] {
            assert_eq!(bad.parse::<Subject>(), Err(UnknownSubject), "{bad}");
        }
        for kind in CaseKind::ALL {
            assert_eq!(kind.as_ref().parse(), Ok(kind));
        }
    }
}
