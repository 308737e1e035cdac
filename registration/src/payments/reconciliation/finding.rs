//! Where a channel's bill and our books differ. Plain values.

use jiff::Timestamp;
use jiff::civil::Date;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::model::fen::Fen;
use crate::model::payment::refund::RefundId;
use crate::model::payment::{Method, PaymentId};

/// A finding's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FindingId(pub i64);

/// How bill and books differ. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum FindingKind {
    /// We have money that is on no bill.
    OursOnly,
    /// The bill has money that we know nothing of.
    TheirsOnly,
    /// Both have it, of different amounts.
    Amount,
    /// The bill says that money came; here it has not.
    State,
    /// Both have it, under different numbers of the channel's.
    Reference,
    /// The two do not have it on the same day; while the other day's bill is not here, nobody can tell.
    Midnight,
    /// We say that a refund is done, and it is on no bill.
    RefundOurs,
    /// The bill has a refund that is none of ours.
    RefundTheirs,
    /// Both have the refund, of different amounts.
    RefundAmount,
    /// The bill has a refund that was never sent, or that came to nothing here.
    RefundState,
}

/// One difference between a bill and our books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The number by which it is known.
    pub id: FindingId,
    /// Of which channel.
    pub channel: Method,
    /// Of which day, in China.
    pub day: Date,
    /// How they differ.
    pub kind: FindingKind,
    /// The number that it is about: ours of the attempt or the refund, or whatever stands on the bill.
    pub subject: String,
    /// The payment, if it is one of ours.
    pub payment: Option<PaymentId>,
    /// The refund, if it is one of ours.
    pub refund: Option<RefundId>,
    /// What we have.
    pub ours: Option<Fen>,
    /// What the bill says.
    pub theirs: Option<Fen>,
    /// Where it stands here, the channel's own number, or the other day.
    pub detail: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it was no longer so, or was seen to.
    pub closed_at: Option<Timestamp>,
    /// The login name of whoever saw to it.
    pub closed_by: Option<String>,
    /// What was done.
    pub note: Option<String>,
}
