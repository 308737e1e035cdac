//! A candidate's way through an exam as a list of steps. Pure: the progress bar draws it, every page asks it what
//! comes next.

use jiff::Timestamp;

use crate::exams::{ExamPage, Window};
use crate::order::{Order, OrderState};

/// The steps, in their order. Reading the notice is part of choosing: nothing is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Choosing sittings: 选择场次.
    Sittings,
    /// Paying and handing in the picture: 缴费.
    Payment,
    /// Staff look at it: 审核.
    Review,
    /// Registered: 报名完成.
    Done,
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Not yet, or no more.
    Locked,
    /// The candidate's turn.
    Open,
    /// Staff's turn.
    Waiting {
        /// Since when.
        since: Timestamp,
    },
    /// Done.
    Passed,
    /// Staff said no; the step before is open again.
    Refused {
        /// Why, in the words of staff.
        reason: String,
        /// Until when it can be mended.
        until: Timestamp,
    },
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    /// Which.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
}

/// The steps of a candidate whose live order of the exam, if any, is `order`.
pub fn steps(exam: &ExamPage, order: Option<&Order>, now: Timestamp) -> [StepView; 4] {
    use StepState::{Locked, Open, Passed, Refused, Waiting};
    let choosing = if exam.window(now) == Window::Open { Open } else { Locked };
    let states = match order.map(|order| (order, &order.state)) {
        None | Some((_, OrderState::Lapsed | OrderState::Released | OrderState::Cancelled)) => {
            [choosing, Locked, Locked, Locked]
        }
        Some((_, OrderState::Unpaid)) => [Passed, Open, Locked, Locked],
        Some((order, OrderState::WaitingReview)) => {
            [Passed, Passed, Waiting { since: order.submitted_at.unwrap_or(order.created_at) }, Locked]
        }
        Some((_, OrderState::Refused { reason, until })) => {
            [Passed, Open, Refused { reason: reason.clone(), until: *until }, Locked]
        }
        Some((_, OrderState::Confirmed)) => [Passed, Passed, Passed, Passed],
    };
    let kinds = [StepKind::Sittings, StepKind::Payment, StepKind::Review, StepKind::Done];
    let mut states = states.into_iter();
    kinds.map(|kind| StepView { kind, state: states.next().expect("there is a state for each of the four kinds") })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::StepState::{Locked, Open, Passed, Refused, Waiting};
    use super::*;
    use crate::accounts::AccountId;
    use crate::fen::Fen;
    use crate::text::{Paragraphs, Text};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Open from second 100 to 200.
    fn exam() -> ExamPage {
        let text = Text { zh: "考试".to_owned(), en: "Exam".to_owned() };
        ExamPage {
            id: "exam".parse().unwrap(),
            title: text.clone(),
            organiser: text,
            notice: Paragraphs { zh: Vec::new(), en: Vec::new() },
            opens_at: at(100),
            closes_at: at(200),
            payment_deadline: at(300),
            hold: SignedDuration::from_secs(10),
            grace: SignedDuration::ZERO,
            resubmit: SignedDuration::from_hours(24),
            fee: Fen(0),
            payment_url: "https://pay.example.com/".to_owned(),
            groups: Vec::new(),
            sittings: Vec::new(),
        }
    }

    fn order(state: OrderState) -> Order {
        Order {
            id: crate::order::OrderId::from_bits(1),
            account: AccountId(uuid::Uuid::nil()),
            exam: "exam".parse().unwrap(),
            sittings: Vec::new(),
            amount: Fen(0),
            state,
            expires_at: at(160),
            created_at: at(150),
            submitted_at: Some(at(155)),
            decided_at: None,
        }
    }

    fn states(order: Option<OrderState>, now: i64) -> [StepState; 4] {
        steps(&exam(), order.map(self::order).as_ref(), at(now)).map(|step| step.state)
    }

    #[test]
    fn without_an_order_one_chooses_while_the_window_is_open() {
        for (now, choosing) in [(99, Locked), (100, Open), (199, Open), (200, Locked)] {
            assert_eq!(states(None, now), [choosing, Locked, Locked, Locked], "at {now}");
        }
        for ended in [OrderState::Lapsed, OrderState::Released, OrderState::Cancelled] {
            assert_eq!(states(Some(ended), 150), states(None, 150));
        }
    }

    #[test]
    fn an_order_goes_its_way_even_after_the_window() {
        for now in [150, 250] {
            assert_eq!(states(Some(OrderState::Unpaid), now), [Passed, Open, Locked, Locked]);
            let waiting = [Passed, Passed, Waiting { since: at(155) }, Locked];
            assert_eq!(states(Some(OrderState::WaitingReview), now), waiting);
            assert_eq!(states(Some(OrderState::Confirmed), now), [Passed, Passed, Passed, Passed]);
        }
    }

    #[test]
    fn a_refusal_opens_payment_again_and_says_why() {
        let refused = OrderState::Refused { reason: "看不清".to_owned(), until: at(400) };
        let why = Refused { reason: "看不清".to_owned(), until: at(400) };
        assert_eq!(states(Some(refused), 150), [Passed, Open, why, Locked]);
    }
}
