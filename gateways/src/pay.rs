//! Taking money by a payment channel: plain values that every channel is asked with and answers with. Amounts are
//! whole fen. What a channel did not say clearly is [`PayError::Unclear`], and only another answer of its own settles it.

pub(crate) mod bank;
pub(crate) mod bill;
pub(crate) mod channel;
pub(crate) mod charge;
pub(crate) mod error;
pub(crate) mod fen;
pub(crate) mod form;
pub(crate) mod news;
pub(crate) mod remark;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod sheet;
pub(crate) mod status;
pub(crate) mod words;

pub use bank::{Bank, BankKind};
pub use bill::{Bill, BillError, BillKind, BillLine};
pub use channel::Channel;
pub use charge::{Charge, Form, Onward, OrderCall, Start, Surface};
pub use error::PayError;
pub use news::{News, NotGenuine};
pub use remark::{Gravity, Remark};
pub use status::{Paid, PaymentStatus, RefundOrder, RefundStatus};
