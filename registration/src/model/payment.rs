//! A payment: one attempt to pay, or money that came, for one order or several. Plain values.

pub mod group;
pub mod invoice;
pub mod journal;
pub mod listed;
pub mod refund;
pub mod tax_number;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use super::actor::Actor;
use super::fen::Fen;
use super::order::OrderId;

/// A payment's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentId(pub Uuid);

impl PaymentId {
    /// What a channel knows it by: 32 hexadecimal digits.
    pub fn number(self) -> String {
        self.0.simple().to_string()
    }

    /// The payment of which a channel speaks; nothing where the number is none of ours.
    pub fn of_number(number: &str) -> Option<Self> {
        let is_ours = number.len() == 32 && number.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_ours { Uuid::try_parse(number).ok().map(Self) } else { None }
    }
}

/// By which way money comes. The words are those of the store.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Method {
    /// On the school's own page; the candidate sends a picture of it, and staff say whether the money has come.
    Screenshot,
    /// Alipay's page or code.
    Alipay,
    /// WeChat Pay's page or code.
    WechatPay,
    /// A bank, through a platform that the school has a contract with.
    Bank,
    /// A school, for many candidates at once.
    School,
    /// A way that a later version knows. Nothing here begins such a payment or asks about it; that it is there counts.
    #[serde(skip)]
    Other,
}

/// Where a payment stands. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum PaymentState {
    /// It is written down, and nobody outside has heard of it.
    Created,
    /// It is under way: somebody outside, or staff, will say what became of it.
    Pending,
    /// Nobody knows what became of it; whoever takes the money must be asked.
    Unknown,
    /// The money is here. It stays so, whatever becomes of the seats.
    Received,
    /// It was given up before money came.
    Closed,
    /// Whoever takes the money, or staff, said no.
    Failed,
}

impl Method {
    /// Is there a channel that can be asked, and that gives money back? By the other ways people do both.
    pub fn has_channel(self) -> bool {
        match self {
            // What only a later version knows is left to it: nobody gives it back by hand meanwhile.
            Self::Alipay | Self::WechatPay | Self::Bank | Self::Other => true,
            Self::Screenshot | Self::School => false,
        }
    }
}

impl PaymentState {
    /// Does a payment in this state never leave it?
    pub fn is_final(self) -> bool {
        matches!(self, Self::Received | Self::Closed | Self::Failed)
    }

    /// Is somebody outside still to say what becomes of it?
    pub fn is_under_way(self) -> bool {
        !self.is_final()
    }

    /// Must its orders cost what they cost when it began?
    pub fn binds_amount(self) -> bool {
        !matches!(self, Self::Closed | Self::Failed)
    }
}

/// What happened to a payment. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum PaymentEvent {
    /// An attempt was begun.
    Created,
    /// A candidate says to have paid, and shows a picture of it.
    HandedIn,
    /// Another picture came while the first one waited.
    Evidence,
    /// The order call is on its way to the channel.
    Sent,
    /// The channel took the order call, or says that nobody has paid yet.
    Pending,
    /// No clear answer came.
    Unknown,
    /// Money is said to have come again, which changes nothing: people must look.
    Strange,
    /// The money came.
    Received,
    /// It was given up.
    Closed,
    /// It came to nothing.
    Failed,
}

/// One attempt to pay, or money that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The number by which it is known.
    pub id: PaymentId,
    /// By which way.
    pub method: Method,
    /// How much is to be paid, or came.
    pub amount: Fen,
    /// Where it stands.
    pub state: PaymentState,
    /// What the gateway calls it.
    pub reference: Option<String>,
    /// Since when there is one.
    pub created_at: Timestamp,
    /// When the money came.
    pub received_at: Option<Timestamp>,
    /// How much really came.
    pub received: Option<Fen>,
    /// The attempt that had come to its end before its money came: this payment is that money.
    pub of_attempt: Option<PaymentId>,
    /// Who said last what became of it, and when.
    pub decided: Option<(Actor, Timestamp)>,
    /// Why it came to nothing, in the words of whoever said so.
    pub reason: Option<String>,
    /// What of it is for which order.
    pub orders: Vec<(OrderId, Fen)>,
}

impl Payment {
    /// What the channel knows it by.
    pub fn number(&self) -> String {
        self.of_attempt.unwrap_or(self.id).number()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for method in Method::VARIANTS {
            assert_eq!(method.to_string().parse(), Ok(*method));
        }
        for state in PaymentState::VARIANTS {
            assert_eq!(state.to_string().parse(), Ok(*state));
        }
        let word: &str = Method::WechatPay.into();
        assert_eq!(word, "wechat_pay");
        let id = PaymentId(Uuid::from_u128(0x2a));
        assert_eq!(PaymentId::of_number(&id.number()), Some(id));
        for other in ["", "2a", "0000000000000000000000000000002A", "00000000-0000-0000-0000-00000000002a"] {
            assert_eq!(PaymentId::of_number(other), None, "{other}");
        }
    }

    #[test]
    fn money_that_came_binds_the_amount_for_good() {
        use PaymentState::{Closed, Created, Failed, Pending, Received, Unknown};
        let binding: Vec<PaymentState> =
            PaymentState::VARIANTS.iter().copied().filter(|state| state.binds_amount()).collect();
        assert_eq!(binding, [Created, Pending, Unknown, Received]);
        let over: Vec<PaymentState> = PaymentState::VARIANTS.iter().copied().filter(|state| state.is_final()).collect();
        assert_eq!(over, [Received, Closed, Failed]);
    }
}
