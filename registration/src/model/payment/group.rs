//! A payment of a school for many candidates (集体缴费). Plain values.

use jiff::Timestamp;
use reservation::ids::{ExamId, SittingId};
use uuid::Uuid;

use super::{Payment, PaymentId};
use crate::model::exam_rules::{OrganisationCode, SubjectId};
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::{OrderId, OrderState};
use crate::model::person::PersonName;

/// The number of a school's payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub Uuid);

impl GroupId {
    /// What stands in addresses: 32 hexadecimal digits.
    pub fn number(self) -> String {
        self.0.simple().to_string()
    }

    /// The list of which an address speaks; nothing where the text is no number of ours.
    pub fn of_number(number: &str) -> Option<Self> {
        PaymentId::of_number(number).map(|id| Self(id.0))
    }
}

/// What keeps an order from being paid for, or changed, by its candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLock {
    /// The school's payment.
    pub group: GroupId,
    /// What staff call it.
    pub title: String,
    /// It ends then, if it is not paid or released before.
    pub until: Timestamp,
}

/// Somebody for whom a school might pay. `Debug` names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCandidate {
    /// The order to be paid for.
    pub order: OrderId,
    /// Who they are, as the exam or else their account says; nothing where neither does.
    pub name: Option<PersonName>,
    /// Their document number as pages show it: `110105********002X`.
    pub document_masked: Option<String>,
    /// What they sit.
    pub sittings: Vec<SittingId>,
    /// What it costs.
    pub amount: Fen,
    /// So long its seats are held.
    pub expires_at: Timestamp,
}

/// One order of a list, and whether it can be paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupLine {
    /// The order that the line names.
    pub order: OrderId,
    /// How it stands.
    pub state: LineState,
}

/// How an order of a list stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineState {
    /// It is unpaid and its seats are held.
    Ready {
        /// What it costs.
        amount: Fen,
        /// So long its seats are held.
        expires_at: Timestamp,
    },
    /// There is no such order in this exam.
    Unknown,
    /// Its candidate belongs to another school.
    OtherSchool,
    /// Nothing is to be paid for it: its seats are gone, or it is paid for.
    NotPayable(OrderState),
    /// The candidate is paying for it, and the channel cannot say what becomes of that.
    Paying,
    /// It is on the list of another school's payment.
    Locked(GroupLock),
    /// A subject that it needs must be paid for first, and is not on the list.
    NeedsFirst(SubjectId),
    /// It costs another sum than when the list was made.
    OtherAmount(Fen),
}

/// Where a school's payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// Its orders are locked.
    Open,
    /// The money has come.
    Paid(PaymentId),
    /// Staff let its orders go.
    Released,
    /// It was not paid in time, and its orders are free.
    Over,
}

/// A school's payment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPayment {
    /// The number by which it is known.
    pub id: GroupId,
    /// The exam of all its orders.
    pub exam: ExamId,
    /// Whose candidates they are, where that was said.
    pub organisation: Option<OrganisationCode>,
    /// What staff call it.
    pub title: String,
    /// Who began it.
    pub begun_by: StaffId,
    /// When the list was handed in.
    pub created_at: Timestamp,
    /// So long its orders are locked at most.
    pub locked_until: Timestamp,
    /// Where it stands.
    pub state: GroupState,
    /// Its orders and what each cost when the list was made.
    pub orders: Vec<(OrderId, Fen)>,
}

impl GroupPayment {
    /// What is to be paid for all of them.
    pub fn amount(&self) -> Fen {
        self.orders.iter().map(|(_, amount)| *amount).sum()
    }
}

/// A school's payment with all that its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupPage {
    /// What is kept of it.
    pub group: GroupPayment,
    /// How each of its orders stands now, in their order.
    pub lines: Vec<GroupLine>,
    /// The payments that were made for it, the oldest first.
    pub payments: Vec<Payment>,
}
