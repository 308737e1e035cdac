//! What notifications say, and why one is not believed.

use super::status::{PaymentStatus, RefundStatus};

/// What a genuine notification says. It may be repeated, late, and out of order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Of a payment.
    Payment {
        /// Our number of the attempt.
        number: String,
        /// What became of it.
        status: PaymentStatus,
    },
    /// Of a refund.
    Refund {
        /// Our number of the refund.
        number: String,
        /// Our number of the payment.
        payment: String,
        /// What became of it.
        status: RefundStatus,
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
