//! One attempt to pay: what is heard of it, and what follows.

use jiff::Timestamp;

use crate::model::fen::Fen;
use crate::model::payment::PaymentState;

/// What is known of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Where it stands.
    pub state: PaymentState,
    /// How often its order call was sent.
    pub calls: u32,
    /// What the channel calls the money that came.
    pub reference: Option<String>,
}

/// Money that a channel says has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// What the channel calls it.
    pub reference: Option<String>,
    /// How much came.
    pub amount: Fen,
    /// When, if the channel says so.
    pub at: Option<Timestamp>,
}

/// What a channel says of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It has never heard of it, or will only once the payer acts.
    NotThere,
    /// Nobody has paid yet.
    Waiting,
    /// The money is there.
    Paid(Came),
    /// Nobody has paid, and nobody can any more.
    Closed,
}

/// What is heard of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The order call is about to be sent.
    Sending,
    /// The channel took the order call.
    Begun,
    /// It refused the order call, with this code.
    Refused(String),
    /// Nobody knows what became of the order call.
    Unclear,
    /// A notification, or the answer to a question.
    Said(Said),
    /// It was told to close the attempt, and asked what became of it then.
    AfterClosing(Said),
    /// It was asked, and there was no clear answer.
    NoAnswer,
    /// The payer gave up, or the order ended.
    GivenUp,
    /// Whoever may say so says that it came to nothing.
    Failed,
}

/// What follows from what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing follows: it stays as it is.
    Stay,
    /// It stays as it is, and the order call may be sent once more.
    Call,
    /// It moves to a state in which nothing was paid.
    To(PaymentState),
    /// The money is received, and to be settled.
    Receive(Came),
    /// Money came for what had come to its end: a payment of its own right, received, and to be settled.
    ReceiveLate(Came),
    /// Money is said to have come a second time, under another reference. Nothing changes, and people must look.
    Strange,
}

/// What is heard of an attempt moves it like this. A state that is final is never left; what is unknown is left only by
/// a word of the channel.
pub fn step(attempt: &Attempt, heard: &Heard) -> Step {
    use PaymentState::{Closed, Created, Failed, Pending, Received, Unknown};
    let to = |state: PaymentState| if state == attempt.state { Step::Stay } else { Step::To(state) };
    match (attempt.state, heard) {
        // Money is money, whatever state it finds.
        (Created | Pending | Unknown, Heard::Said(Said::Paid(came)) | Heard::AfterClosing(Said::Paid(came))) => {
            Step::Receive(came.clone())
        }
        (Closed | Failed, Heard::Said(Said::Paid(came)) | Heard::AfterClosing(Said::Paid(came))) => {
            Step::ReceiveLate(came.clone())
        }
        (Received, Heard::Said(Said::Paid(came)) | Heard::AfterClosing(Said::Paid(came))) => {
            let is_other =
                came.reference.is_some() && attempt.reference.is_some() && came.reference != attempt.reference;
            if is_other { Step::Strange } else { Step::Stay }
        }
        (Received | Closed | Failed, _) => Step::Stay,

        (Created, Heard::Sending) => Step::To(Pending),
        (Pending | Unknown, Heard::Sending) => Step::Call,

        (Created | Pending | Unknown, Heard::Begun) => to(Pending),
        (Created | Pending | Unknown, Heard::Unclear) => to(Unknown),
        // Of several calls one may have been taken before another was refused.
        (Created | Pending, Heard::Refused(_)) => {
            if attempt.calls <= 1 {
                Step::To(Failed)
            } else {
                Step::To(Unknown)
            }
        }
        (Unknown, Heard::Refused(_)) => Step::Stay,

        (Created | Pending | Unknown, Heard::Said(Said::Closed)) => Step::To(Closed),
        // Nobody outside has heard of it: there is nothing to be known.
        (Created, Heard::Said(Said::NotThere | Said::Waiting) | Heard::NoAnswer) => Step::Stay,
        (Pending | Unknown, Heard::Said(Said::NotThere | Said::Waiting)) => to(Pending),
        (Pending | Unknown, Heard::NoAnswer) => Step::Stay,

        (Created | Pending | Unknown, Heard::AfterClosing(Said::NotThere | Said::Closed)) => Step::To(Closed),
        (Created | Pending | Unknown, Heard::AfterClosing(Said::Waiting)) => to(Pending),

        (Created, Heard::GivenUp) => Step::To(Closed),
        // Only the channel can say that nobody has paid.
        (Pending | Unknown, Heard::GivenUp) => Step::Stay,
        (Created | Pending | Unknown, Heard::Failed) => Step::To(Failed),
    }
}
