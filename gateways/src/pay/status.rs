//! What a channel says of an attempt, and of a refund.

use jiff::Timestamp;

/// Money that a channel says has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// What the channel calls the payment.
    pub reference: String,
    /// How much was to be paid, in fen: what the payer owed us, before what the channel gave as a discount.
    pub amount_fen: u64,
    /// When, if the channel says so.
    pub at: Option<Timestamp>,
    /// An opaque name of the payer, if the channel gives one.
    pub payer: Option<String>,
}

/// What a channel says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStatus {
    /// It has never heard of it, or will only once the payer acts.
    NotThere,
    /// Nobody has paid yet.
    Waiting,
    /// The money is there, or was: what was refunded later is paid all the same.
    Paid(Paid),
    /// Nobody has paid, and nobody can any more.
    Closed,
}

/// A refund. The same number again is the same refund.
#[derive(Debug, Clone, Copy)]
pub struct RefundOrder<'a> {
    /// Our number of the refund.
    pub number: &'a str,
    /// Our number of the payment.
    pub payment: &'a str,
    /// How much the payment was, in fen.
    pub total_fen: u64,
    /// How much goes back, in fen.
    pub amount_fen: u64,
    /// Why, as the payer reads it.
    pub reason: &'a str,
    /// Where the channel tells us what became of it. Without a query.
    pub notify_url: &'a str,
}

/// What a channel says of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    /// It has never heard of it.
    NotThere,
    /// It is under way.
    Processing,
    /// The money went back.
    Done(Option<Timestamp>),
    /// Our account at the channel has too little; the same refund may be tried again.
    Short,
    /// The payer's card or account takes no money; a person must act.
    Abnormal,
    /// It came to nothing.
    Closed,
}
