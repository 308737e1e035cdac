//! Settling money that came for an order: a seat, another one offered, or a refund. Nobody gets the money back while a seat
//! of the sitting is free, and a second payment of the same seats always goes back.

use jiff::{SignedDuration, Timestamp};

use crate::model::payment::refund::RefundReason;

/// Where the seats of the order are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seats {
    /// Held or frozen, as far as is known, or to be taken anew by whoever confirms.
    Open,
    /// Somebody said yes, and the engine is being told.
    Settling,
    /// They are the candidate's.
    Settled,
    /// The order has ended.
    Ended,
}

/// What is known when money is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owing {
    /// Is what came what was asked for, and what the order costs?
    pub is_right_amount: bool,
    /// Where the seats are.
    pub seats: Seats,
    /// Has other money bought them?
    pub is_paid_by_other: bool,
    /// Until when other sittings are offered, if they are.
    pub choice_until: Option<Timestamp>,
}

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The seats are confirmed.
    Confirm,
    /// The same seats are taken anew, then confirmed.
    TakeAgain,
    /// Somebody is at it.
    Wait,
    /// The candidate is choosing.
    Choosing,
    /// This money has bought the seats, which only has to be written down.
    Bought,
    /// It goes back.
    Refund(RefundReason),
}

/// What is done with money that came.
pub fn next(owing: &Owing, now: Timestamp) -> Next {
    if !owing.is_right_amount {
        return Next::Refund(RefundReason::WrongAmount);
    }
    match (owing.seats, owing.is_paid_by_other, owing.choice_until) {
        // Whoever gave up what other money had bought wants no second one.
        (Seats::Settled | Seats::Settling | Seats::Ended, true, _) => Next::Refund(RefundReason::Double),
        (Seats::Settling, false, _) => Next::Wait,
        (Seats::Settled, false, _) => Next::Bought,
        (Seats::Open, _, _) => Next::Confirm,
        (Seats::Ended, false, Some(until)) if now <= until => Next::Choosing,
        (Seats::Ended, false, _) => Next::TakeAgain,
    }
}

/// Why the same seats were not to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// There is no free one.
    Full,
    /// The candidate has other seats instead, or the rules are against it.
    Against,
    /// The sitting has begun.
    Begun,
}

/// What is done when the same seats are gone. `offered` are other sittings of the same price that can be chosen now.
pub fn when_gone(
    gone: Gone,
    was_offered: bool,
    offered: usize,
    closes_at: Timestamp,
    hours: u16,
    now: Timestamp,
) -> Late {
    match gone {
        // Once is enough: who did not choose gets the money.
        _ if was_offered => Late::Refund,
        Gone::Against => Late::Refund,
        Gone::Full | Gone::Begun if offered == 0 => Late::Refund,
        Gone::Full | Gone::Begun => {
            let until = (now + SignedDuration::from_hours(hours.into())).min(closes_at);
            if until > now { Late::Offer { until } } else { Late::Refund }
        }
    }
}

/// What becomes of late money whose seats are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// Other sittings are offered.
    Offer {
        /// Until when another sitting may be chosen.
        until: Timestamp,
    },
    /// It goes back.
    Refund,
}
