//! Payments as finance looks at them: which ones are wanted, one line of many, and everything about one. Plain values.

use jiff::Timestamp;
use jiff::civil::Date;
use reservation::ids::ExamId;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::journal::EntryKind;
use super::refund::Refund;
use super::{Method, Payment, PaymentEvent, PaymentId, PaymentState};
use crate::model::actor::Actor;
use crate::model::fen::Fen;
use crate::model::order::OrderId;

/// What was typed to find payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// An order's number.
    Order(OrderId),
    /// Our number of a payment, an attempt or a refund.
    Ours(PaymentId),
    /// What a channel calls a payment.
    Reference(String),
}

impl Sought {
    /// Reads what was typed; nothing where nothing was. Whatever is no number of ours is taken for a channel's.
    pub fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim().trim_start_matches('`');
        if typed.is_empty() {
            return None;
        }
        let ours: String = typed.chars().filter(|sign| *sign != '-').map(|sign| sign.to_ascii_lowercase()).collect();
        Some(match (PaymentId::of_number(&ours), typed.parse()) {
            (Some(id), _) => Self::Ours(id),
            (None, Ok(order)) => Self::Order(order),
            (None, Err(_)) => Self::Reference(typed.to_owned()),
        })
    }
}

/// Which payments are wanted. What is not named does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One number: of a payment, an order or a refund.
    pub sought: Option<Sought>,
    /// By which way.
    pub method: Option<Method>,
    /// In which state.
    pub state: Option<PaymentState>,
    /// Of which exam.
    pub exam: Option<ExamId>,
    /// Begun on which day, in China.
    pub day: Option<Date>,
}

/// Where a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bookmark {
    /// When the last one was begun.
    pub created_at: Timestamp,
    /// Which one it was.
    pub id: PaymentId,
}

/// One line of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The payment itself.
    pub payment: Payment,
    /// When the channel says that the money came.
    pub paid_at: Option<Timestamp>,
    /// The exam of its first order.
    pub exam: Option<ExamId>,
    /// What has gone back of it.
    pub refunded: Fen,
    /// What is still to go back.
    pub refunding: Fen,
    /// Since when people must look at it, or at a refund of it.
    pub stuck_at: Option<Timestamp>,
}

impl Listed {
    /// Where a list that ends with it goes on.
    pub fn bookmark(&self) -> Bookmark {
        Bookmark { created_at: self.payment.created_at, id: self.payment.id }
    }
}

/// What money that came has become. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Became {
    /// Nothing yet: it is still to be settled.
    Due,
    /// The order's seats.
    Seat,
    /// A choice of other sittings.
    Choice,
    /// A refund: it goes back.
    Refund,
}

/// What of a payment is for one order, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The order that this part pays.
    pub order: OrderId,
    /// How much of the payment is for it.
    pub amount: Fen,
    /// What has become of it; nothing where the money did not come by a channel.
    pub became: Option<Became>,
    /// Until when other sittings can be chosen.
    pub choice_until: Option<Timestamp>,
}

/// Something that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// When it happened, by our clock.
    pub at: Timestamp,
    /// Who did it, or said so.
    pub actor: Actor,
    /// The login name, where staff did it.
    pub staff_name: Option<String>,
    /// What happened to the payment.
    pub event: PaymentEvent,
    /// Why, where somebody said so.
    pub reason: Option<String>,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The entry that it is of.
    pub entry: i64,
    /// When it was written.
    pub at: Timestamp,
    /// What the entry is of.
    pub kind: EntryKind,
    /// Of which order.
    pub order: Option<OrderId>,
    /// The account of the books that the line changes.
    pub account: String,
    /// What is debited.
    pub debit: Fen,
    /// What is credited.
    pub credit: Fen,
}

/// Everything about one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The payment in one line.
    pub listed: Listed,
    /// Until when the channel takes money for it.
    pub expires_at: Option<Timestamp>,
    /// When the channel is asked next, and when it answered last.
    pub asked: (Option<Timestamp>, Option<Timestamp>),
    /// What of it is for which order.
    pub parts: Vec<Part>,
    /// What happened, the oldest first.
    pub events: Vec<Happened>,
    /// What goes back, or did.
    pub refunds: Vec<Refund>,
    /// What the journal says.
    pub lines: Vec<Line>,
}

impl Whole {
    /// What can still go back: what came, less every refund that has not come to nothing.
    pub fn left(&self) -> Fen {
        let came = self.listed.payment.received.unwrap_or_default();
        Fen(came.0 - self.listed.refunded.0 - self.listed.refunding.0)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_typed_is_a_number_of_ours_an_order_or_a_channels() {
        let id = PaymentId(Uuid::from_u128(0x2a));
        for typed in [id.number(), id.0.to_string(), format!(" `{} ", id.number().to_uppercase())] {
            assert_eq!(Sought::read(&typed), Some(Sought::Ours(id)), "{typed}");
        }
        let order = OrderId::from_bits(7);
        assert_eq!(Sought::read(&order.to_string()), Some(Sought::Order(order)));
        let reference = "4200002345202611291234567890";
        assert_eq!(Sought::read(reference), Some(Sought::Reference(reference.to_owned())));
        assert_eq!(Sought::read("  "), None);
    }
}
