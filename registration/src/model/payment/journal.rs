//! The journal: double entry of all money, in fen. Plain values.

use std::fmt;

use super::Method;
use crate::model::fen::Fen;

/// An account of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Account {
    /// What candidates have paid, and have nothing for yet.
    Candidate,
    /// What is at a channel, or came by it.
    Clearing(Method),
    /// What seats were paid with.
    Income,
    /// What is to go back.
    RefundDue,
}

impl fmt::Display for Account {
    /// The word of the store.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candidate => f.write_str("candidate"),
            Self::Clearing(method) => write!(f, "clearing.{method}"),
            Self::Income => f.write_str("income"),
            Self::RefundDue => f.write_str("refund_due"),
        }
    }
}

/// What an entry is of. The words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum EntryKind {
    /// Money of a payment came.
    Received,
    /// It bought seats.
    Settled,
    /// It is to go back.
    RefundDue,
    /// It went back.
    Refunded,
    /// It was to go back, and that came to nothing: it is what it was before.
    RefundClosed,
}

/// An entry: one amount from one account to another, so that it balances by its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What it is of.
    pub kind: EntryKind,
    /// How much moved, always above zero.
    pub amount: Fen,
    /// What is debited.
    pub debit: Account,
    /// What is credited.
    pub credit: Account,
}

impl Entry {
    /// The entry of this kind, of money that came by `method`. `is_income` where a refund is of money that has
    /// bought seats.
    pub fn of(kind: EntryKind, amount: Fen, method: Method, is_income: bool) -> Self {
        let clearing = Account::Clearing(method);
        let held = if is_income { Account::Income } else { Account::Candidate };
        let (debit, credit) = match kind {
            EntryKind::Received => (clearing, Account::Candidate),
            EntryKind::Settled => (Account::Candidate, Account::Income),
            EntryKind::RefundDue => (held, Account::RefundDue),
            EntryKind::Refunded => (Account::RefundDue, clearing),
            EntryKind::RefundClosed => (Account::RefundDue, held),
        };
        Self { kind, amount, debit, credit }
    }
}
