//! A channel's file of a day: what it says moved, line by line, in fen.

use jiff::Timestamp;

/// What a channel says moved in a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// In the file's order.
    pub lines: Vec<BillLine>,
}

/// One payment or one refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// Which of both.
    pub kind: BillKind,
    /// Our number of the attempt.
    pub number: String,
    /// What the channel calls the payment.
    pub reference: String,
    /// When, if the channel says so.
    pub at: Option<Timestamp>,
    /// How much came, or went back, in fen; before what the channel gave as a discount.
    pub amount_fen: u64,
    /// What the channel kept for itself, in fen; below zero it gave back.
    pub fee_fen: i64,
}

/// Which way money went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BillKind {
    /// Money came to us.
    Payment,
    /// Back. How far a refund has got is not here: a bill is a snapshot, and only a query tells.
    Refund {
        /// Our number of the refund.
        number: String,
    },
}

/// Why there is no bill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillError {
    /// The channel has none of that day: not yet, or because nothing moved.
    #[error("there is no bill of that day: it comes after ten in the morning, and only if money moved")]
    NotThere,
    /// The channel refuses: its code.
    #[error("refused: {0}")]
    Refused(String),
    /// It is not what the channel made: its hash or its sums do not fit, or another program has saved it anew.
    #[error("the bill is not as the channel made it ({0}): download it again, and do not open it before")]
    Changed(String),
    /// It is no bill of this channel's: what is wrong.
    #[error("the bill cannot be read: {0}")]
    Unreadable(String),
    /// No answer, a broken one, or one whose signature is wrong.
    #[error("unclear: {0}")]
    Unclear(String),
}
