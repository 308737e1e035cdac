//! A refund: money that goes back, all of it or a part, for one reason. Plain values.

use jiff::{SignedDuration, Timestamp};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::{Method, PaymentId};
use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::model::ids::StaffId;
use crate::model::order::OrderId;

/// A refund's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefundId(pub Uuid);

impl RefundId {
    /// What the channel knows it by: 32 hexadecimal digits.
    pub fn number(self) -> String {
        self.0.simple().to_string()
    }

    /// The refund of which a channel speaks; nothing where the number is none of ours.
    pub fn of_number(number: &str) -> Option<Self> {
        PaymentId::of_number(number).map(|id| Self(id.0))
    }
}

/// Why money goes back. Of one payment there is at most one refund a reason that has
/// not come to nothing. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefundReason {
    /// The order was paid for already.
    Double,
    /// It is not what was asked for.
    WrongAmount,
    /// It came when the seats had gone, and no other was chosen.
    Late,
    /// Staff say so.
    Staff,
    /// The candidate gave up a seat that was paid for.
    Withdrawn,
}

/// Where a refund stands. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RefundState {
    /// One of the staff wants it, and another one must agree.
    Asked,
    /// It is to be sent.
    Due,
    /// It was sent, and no answer is here yet.
    Sent,
    /// The channel has it.
    Processing,
    /// Nobody knows what became of it; the channel must be asked.
    Unknown,
    /// Our account at the channel has too little; it is sent again.
    Short,
    /// The channel cannot: a person must act.
    Abnormal,
    /// The money went back.
    Done,
    /// It came to nothing.
    Closed,
}

impl RefundState {
    /// Does a refund in this state never leave it?
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Closed)
    }
}

/// Money on its way back to who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The number by which it is known, to the channel too.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// By which way the money came, and goes back.
    pub method: Method,
    /// For which order it came.
    pub order: OrderId,
    /// How much goes back.
    pub amount: Fen,
    /// Why it goes back.
    pub reason: RefundReason,
    /// Where it stands.
    pub state: RefundState,
    /// Since when there is one.
    pub created_at: Timestamp,
    /// Who wanted it.
    pub asked_by: Actor,
    /// Who of the staff agreed, where it needs two.
    pub agreed_by: Option<StaffId>,
    /// Did the operator agree at the command line, who is nobody of the staff?
    pub is_agreed_by_operator: bool,
    /// What staff wrote.
    pub note: Option<String>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// What the channel said last.
    pub code: Option<String>,
    /// Since when people must look at it.
    pub stuck_at: Option<Timestamp>,
    /// The transfer by which staff say to have given it back, where no channel does.
    pub by_hand: Option<ByHand>,
    /// Did nobody agree to it in time?
    pub is_expired: bool,
}

/// So long a refund waits for a second person; then it is over.
pub const AGREED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

impl Refund {
    /// Has a second person agreed to it, or the operator in place of one?
    pub fn is_agreed(&self) -> bool {
        self.agreed_by.is_some() || self.is_agreed_by_operator
    }

    /// Until when somebody else must agree to it; nothing where nobody need.
    pub fn agree_until(&self) -> Option<Timestamp> {
        (self.state == RefundState::Asked).then(|| self.created_at + AGREED_WITHIN)
    }
}

/// How staff gave money back that no channel gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// What the bank, or the school's cash desk, calls it.
    pub reference: String,
    /// Why it went so.
    pub reason: String,
    /// Who wrote it down.
    pub by: StaffId,
}
