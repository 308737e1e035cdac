//! One refund: what is heard of it, and what follows.

use crate::model::fen::Fen;
use crate::model::payment::journal::EntryKind;
use crate::model::payment::refund::RefundState;
use crate::rules::paying::settling::Seats;

/// What a channel says of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It has never heard of it.
    NotThere,
    /// It is under way.
    Processing,
    /// The money went back.
    Done,
    /// Our account there has too little.
    Short,
    /// The payer's card or account takes no money.
    Abnormal,
    /// It came to nothing.
    Closed,
}

/// What is heard of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A second member of staff agreed.
    Agreed,
    /// One of the staff withdrew what nobody had agreed to.
    NotAgreed,
    /// It is about to be sent.
    Sending,
    /// An answer, a notification.
    Said(Said),
    /// The channel refused it, with this code.
    Refused(String),
    /// There was no clear answer.
    NoAnswer,
    /// Staff want it to be sent again.
    Again,
    /// Staff have given it back, where there is no channel that does, or the channel has said that it cannot.
    ByHand,
}

/// What follows from what was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing follows: it stays as it is.
    Stay,
    /// It is sent, under the number that it has.
    Send,
    /// It stands there now.
    To(RefundState),
    /// It has come to an end, with an entry.
    End(RefundState, EntryKind),
}

/// What is heard of a refund moves it like this.
pub fn step(state: RefundState, heard: &Heard) -> Step {
    use RefundState::{Abnormal, Asked, Closed, Done, Due, Processing, Sent, Short, Unknown};
    let to = |next: RefundState| if next == state { Step::Stay } else { Step::To(next) };
    match (state, heard) {
        (Done | Closed, _) => Step::Stay,
        (Asked, Heard::Agreed) => Step::To(Due),
        (Asked, Heard::NotAgreed) => Step::End(Closed, EntryKind::RefundClosed),
        (Asked, _) => Step::Stay,
        (_, Heard::Agreed | Heard::NotAgreed) => Step::Stay,

        // What a channel has heard of, only the channel ends, unless it has said that it cannot.
        (Due | Abnormal, Heard::ByHand) => Step::End(Done, EntryKind::Refunded),
        (_, Heard::ByHand) => Step::Stay,

        (Due | Short, Heard::Sending) => Step::Send,
        // It may be there: the channel is asked before it is sent again.
        (Sent | Unknown | Processing | Abnormal, Heard::Sending) => Step::Stay,
        (Short | Abnormal, Heard::Again) => Step::To(Due),
        (Due | Sent | Processing | Unknown, Heard::Again) => Step::Stay,

        (_, Heard::Said(Said::Done)) => Step::End(Done, EntryKind::Refunded),
        (_, Heard::Said(Said::Closed)) => Step::End(Closed, EntryKind::RefundClosed),
        (_, Heard::Said(Said::Processing)) => to(Processing),
        (_, Heard::Said(Said::Abnormal)) => to(Abnormal),
        (_, Heard::Said(Said::Short)) => to(Short),
        // It is not under way there: the same one is sent again.
        (Short, Heard::Said(Said::NotThere)) => Step::Stay,
        (_, Heard::Said(Said::NotThere)) => to(Due),
        (_, Heard::Refused(_)) => to(Abnormal),
        (Due | Sent, Heard::NoAnswer) => Step::To(Unknown),
        (Processing | Unknown | Short | Abnormal, Heard::NoAnswer) => Step::Stay,
    }
}

/// What becomes of staff's wish to give money back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByStaff {
    /// The refund begins.
    Begins,
    /// It is nothing, or more than is left.
    TooMuch,
    /// What has bought no seat yet goes back whole: what would be left of it could buy none, and nobody would see to it.
    Whole,
    /// The order's seats are just becoming the candidate's, by this money or by other: it is clear in a moment.
    Later,
}

/// Staff want to give back so much of money of which so much is left: of what has bought a seat, or of what has not while the
/// order's seats stand so.
pub fn by_staff(amount: Fen, left: Fen, is_of_seat: bool, seats: Seats) -> ByStaff {
    if amount <= Fen(0) || amount > left {
        return ByStaff::TooMuch;
    }
    match seats {
        _ if is_of_seat => ByStaff::Begins,
        Seats::Settling | Seats::Settled => ByStaff::Later,
        Seats::Open | Seats::Ended if amount < left => ByStaff::Whole,
        Seats::Open | Seats::Ended => ByStaff::Begins,
    }
}

/// Must people look at a refund that stands there?
pub fn needs_people(state: RefundState) -> bool {
    use RefundState::{Abnormal, Asked, Closed, Done, Due, Processing, Sent, Short, Unknown};
    match state {
        Asked | Short | Abnormal | Closed => true,
        Due | Sent | Processing | Unknown | Done => false,
    }
}
