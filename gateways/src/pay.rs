//! Taking money by a payment channel: plain values that every channel is asked with and answers with. Amounts are
//! whole fen. What a channel did not say clearly is [`PayError::Unclear`], and only another answer of its own settles it.

pub(crate) mod bill;
pub(crate) mod channel;
pub(crate) mod fen;
pub(crate) mod finding;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod sheet;
pub(crate) mod words;

use std::net::IpAddr;

use jiff::Timestamp;

pub use bill::{Bill, BillError, BillKind, BillLine};
pub use channel::Channel;
pub use finding::{Finding, Gravity};

/// Where the payer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// In the browser of a phone that has the channel's app.
    Phone,
    /// At another screen: a code is shown, and scanned with a phone.
    Desk,
}

/// What is to be paid.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// Our number of this attempt, 6 to 32 ASCII letters and digits. Stored before the channel hears of it.
    pub number: &'a str,
    /// How much, in fen.
    pub amount_fen: u64,
    /// What for, as the payer reads it.
    pub subject: &'a str,
    /// After this the channel takes no money for it.
    pub expires_at: Timestamp,
    /// Where the payer's connection comes from.
    pub payer_ip: IpAddr,
    /// Where the payer is.
    pub surface: Surface,
    /// Where the channel tells us what became of it. Without a query.
    pub notify_url: &'a str,
    /// Where the payer's browser goes afterwards. Coming back proves nothing.
    pub return_url: &'a str,
}

/// An order call as it is sent, the first time and every time again: a channel refuses one that differs. Whoever asks
/// stores it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCall {
    /// Which of the channel's calls it is.
    pub product: String,
    /// What is sent, without signature and time.
    pub body: String,
}

/// How the payer goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The browser goes there, as an address.
    Go {
        /// The address, at the channel.
        url: String,
        /// From then on the order call must be sent again to get another one.
        until: Option<Timestamp>,
    },
    /// This text is shown as a QR code and scanned by the channel's app.
    Scan {
        /// What the code says.
        code: String,
        /// From then on the order call must be sent again to get another one.
        until: Option<Timestamp>,
    },
}

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
pub enum Standing {
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
pub enum RefundStanding {
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

/// What a genuine notification says. It may be repeated, late, and out of order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Of a payment.
    Payment {
        /// Our number of the attempt.
        number: String,
        /// What became of it.
        standing: Standing,
    },
    /// Of a refund.
    Refund {
        /// Our number of the refund.
        number: String,
        /// Our number of the payment.
        payment: String,
        /// What became of it.
        standing: RefundStanding,
    },
    /// Of something that we do not know. It is acknowledged, counted, and changes nothing.
    Other(String),
}

/// Why a notification is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// The channel tests whether we look at signatures.
    #[error("a probe of the channel's")]
    Probe,
    /// Its signature is wrong, or by a key that we do not have.
    #[error("the signature is not the channel's")]
    Signature,
    /// It is signed, but longer ago, or later, than it may be.
    #[error("it was signed at another time")]
    Time,
    /// It is for another merchant or another app.
    #[error("it is for somebody else")]
    Foreign,
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable,
}

/// Why a channel did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// It said no, and nothing has happened: its code.
    #[error("refused: {0}")]
    Refused(String),
    /// Nobody knows what happened: no answer, a broken one, one whose signature is wrong, or a fault of the channel's.
    #[error("unclear: {0}")]
    Unclear(String),
}
