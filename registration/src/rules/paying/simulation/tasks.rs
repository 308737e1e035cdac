//! What goes on at once: each task is a row of steps, each step one write or one call. Whoever dies between two of them is
//! just not there any more.

use crate::model::fen::Fen;
use crate::model::payment::PaymentState;
use crate::model::payment::refund::RefundReason;
use crate::rules::paying::attempt::{Came, Heard, Said, Step};
use crate::rules::paying::refund;
use crate::rules::paying::settling::{self, Gone, Late, Next, Owing, Seats};

use super::Dice;
use super::world::{PRICE, Settled, World};

/// So long other sittings are offered.
const CHOICE_HOURS: u16 = 24;

/// What a call gave; nothing when no answer came.
#[derive(Debug, Clone)]
pub(super) enum Task {
    /// The order call: sent, and what came back is heard.
    Call(usize),
    Called(usize, Heard),
    /// A question, or closing first.
    Ask(usize, bool),
    Asked(usize, Heard),
    /// Settling one payment.
    Settle(usize),
    Confirm,
    Confirmed(bool),
    TakeAgain(usize),
    TakenAgain(usize, Option<Gone>),
    /// Sends the refund in that row.
    Refund(usize),
    SendRefund(usize, bool),
    RefundAnswered(usize, refund::Heard),
}

impl World {
    /// One step of a task, and the task as it goes on.
    pub(super) fn advance(&mut self, task: Task, dice: &mut Dice) -> Option<Task> {
        match task {
            Task::Call(row) => self.call(row, dice),
            Task::Called(row, heard) => self.done(|world| drop(world.hear(row, &heard))),
            Task::Ask(row, closes) => Some(Task::Asked(row, self.ask(row, closes, dice))),
            Task::Asked(row, heard) => self.done(|world| drop(world.hear(row, &heard))),
            Task::Settle(row) => self.settle(row),
            Task::Confirm => Some(Task::Confirmed(self.confirm_there())),
            Task::Confirmed(is_there) => self.done(|world| world.confirmed(is_there)),
            Task::TakeAgain(row) => Some(Task::TakenAgain(row, self.take_there())),
            Task::TakenAgain(row, gone) => self.done(|world| world.taken_again(row, gone)),
            Task::Refund(number) => {
                let step = self.hear_refund(number, &refund::Heard::Sending);
                Some(Task::SendRefund(number, step == refund::Step::Send))
            }
            Task::SendRefund(number, is_sent) => {
                Some(Task::RefundAnswered(number, self.refund_there(number, is_sent, dice)))
            }
            Task::RefundAnswered(number, heard) => {
                self.hear_refund(number, &heard);
                None
            }
        }
    }

    fn done(&mut self, write: impl FnOnce(&mut Self)) -> Option<Task> {
        write(self);
        None
    }

    /// The order call: committed as sent, then sent. It may arrive without an answer, or be refused.
    fn call(&mut self, row: usize, dice: &mut Dice) -> Option<Task> {
        let step = self.hear(row, &Heard::Sending);
        let is_sent = step == Step::Call || matches!(step, Step::To(PaymentState::Pending));
        if !is_sent {
            return None;
        }
        let is_late = self.now >= self.expires_at || self.channel[row].is_closed;
        let heard = match dice.below(8) {
            0 => Heard::Unclear,
            1 => Heard::Refused("SYSTEM_BUSY".to_owned()),
            _ if is_late => Heard::Refused("CLOSED".to_owned()),
            2 => {
                self.channel[row].is_known = true;
                Heard::Unclear
            }
            _ => {
                self.channel[row].is_known = true;
                Heard::Begun
            }
        };
        Some(Task::Called(row, heard))
    }

    /// What a channel answers. Closing what nobody has acted on yet proves nothing: it can be paid all the same.
    fn ask(&mut self, row: usize, closes: bool, dice: &mut Dice) -> Heard {
        if dice.below(6) == 0 {
            return Heard::NoAnswer;
        }
        let is_over = self.now >= self.expires_at;
        let there = &mut self.channel[row];
        if closes && there.is_known && there.paid.is_none() && dice.below(3) > 0 {
            there.is_closed = true;
            self.notices.push((row, Said::Closed));
        }
        let said = match there {
            there if there.paid.is_some() => Said::Paid(came(row, there.paid.unwrap_or_default())),
            there if there.is_closed => Said::Closed,
            there if there.is_known && is_over => Said::Closed,
            there if there.is_known => Said::Waiting,
            _ => Said::NotThere,
        };
        match (closes, said) {
            (true, Said::Waiting) => Heard::AfterClosing(Said::NotThere),
            (true, said) => Heard::AfterClosing(said),
            (false, said) => Heard::Said(said),
        }
    }

    /// What a channel tells by itself, as [`Payments::heard`](crate::payments::Payments::heard) takes it: another amount than
    /// was asked for is believed once the channel was asked.
    pub(super) fn told(&mut self, row: usize, said: Said) -> Option<Task> {
        match &said {
            Said::Paid(came) if came.amount != PRICE => Some(Task::Ask(row, false)),
            _ => self.done(|world| drop(world.hear(row, &Heard::Said(said)))),
        }
    }

    /// News that are not as things are: of another amount, of long ago, of a second payment under another reference.
    pub(super) fn told_wrong(&mut self, row: usize, dice: &mut Dice) -> Option<Task> {
        let there = &self.channel[row];
        let said = match (dice.below(3), there.paid) {
            (0, _) => Said::Paid(came(row, Fen(1))),
            (1, _) if there.is_known => Said::Waiting,
            (_, Some(_)) if self.rows[row].attempt.state == PaymentState::Received => {
                Said::Paid(Came { reference: Some("another".to_owned()), ..came(row, PRICE) })
            }
            _ => return None,
        };
        self.told(row, said)
    }

    fn settle(&mut self, row: usize) -> Option<Task> {
        let found = &self.rows[row];
        let choice_until = match found.settled {
            Some(Settled::Due) => None,
            Some(Settled::Choice(until)) => Some(until),
            _ => return None,
        };
        let owing = Owing {
            is_right_amount: found.received == Some(PRICE),
            seats: self.seats,
            is_paid_by_other: self.rows.iter().any(|row| row.settled == Some(Settled::Seat)),
            choice_until,
        };
        match settling::next(&owing, self.now) {
            Next::Refund(reason) => {
                assert_ne!(reason, RefundReason::Late, "the seat was not asked for: {self:#?}");
                self.done(|world| world.begin_refund(row, reason))
            }
            Next::Bought => self.done(World::finish),
            Next::Wait | Next::Choosing => None,
            Next::Confirm => {
                self.seats = Seats::Settling;
                Some(Task::Confirm)
            }
            Next::TakeAgain => Some(Task::TakeAgain(row)),
        }
    }

    /// The engine confirms what is held, or takes the same seat anew for whoever has paid.
    pub(super) fn confirm_there(&mut self) -> bool {
        if self.seats != Seats::Settling {
            return false;
        }
        if self.is_confirmed_there {
            return true;
        }
        if !self.is_held {
            if self.free[self.sitting] == 0 {
                return false;
            }
            self.free[self.sitting] -= 1;
            self.is_held = true;
        }
        self.is_confirmed_there = true;
        true
    }

    fn confirmed(&mut self, is_there: bool) {
        if self.seats != Seats::Settling {
            return;
        }
        if is_there {
            self.finish();
        } else if !self.is_confirmed_there {
            self.seats = Seats::Ended;
        }
    }

    fn take_there(&mut self) -> Option<Gone> {
        if self.is_held {
            return None;
        }
        if self.now >= self.closes_at || self.free[self.sitting] == 0 {
            return Some(Gone::Full);
        }
        self.free[self.sitting] -= 1;
        self.is_held = true;
        None
    }

    fn taken_again(&mut self, row: usize, gone: Option<Gone>) {
        let is_ended = self.seats == Seats::Ended;
        match gone {
            None if is_ended => self.seats = Seats::Open,
            None => {}
            Some(gone) if is_ended => {
                let was_offered = match self.rows[row].settled {
                    Some(Settled::Due) => false,
                    Some(Settled::Choice(_)) => true,
                    _ => return,
                };
                let offered = self.free.iter().filter(|free| **free > 0).count();
                let late = settling::when_gone(gone, was_offered, offered, self.closes_at, CHOICE_HOURS, self.now);
                match late {
                    Late::Offer { until } => self.rows[row].settled = Some(Settled::Choice(until)),
                    Late::Refund => self.begin_refund(row, RefundReason::Late),
                }
            }
            Some(_) => {}
        }
    }

    /// The candidate chooses another sitting for what came late.
    pub(super) fn choose(&mut self, sitting: usize) {
        let is_owed =
            |row: &super::world::Row| matches!(row.settled, Some(Settled::Choice(until)) if self.now <= until);
        let Some(row) = self.rows.iter().position(is_owed) else { return };
        if self.seats != Seats::Ended || self.free[sitting] == 0 || self.is_held {
            return;
        }
        self.free[sitting] -= 1;
        (self.sitting, self.is_held, self.seats) = (sitting, true, Seats::Open);
        self.rows[row].settled = Some(Settled::Due);
    }

    /// What a channel answers to a refund, or to a question after one. The same number again is the same refund.
    fn refund_there(&mut self, number: usize, is_sent: bool, dice: &mut Dice) -> refund::Heard {
        let (payment, amount) = (self.refunds[number].payment, self.refunds[number].amount);
        let at = self.number(payment);
        let there = &mut self.channel[at];
        let luck = dice.below(10);
        if luck == 0 {
            return refund::Heard::NoAnswer;
        }
        if is_sent && !there.refunds.contains_key(&number) {
            if luck == 1 {
                return refund::Heard::Said(refund::Said::Short);
            }
            let gone: Fen = there.refunds.values().map(|(amount, _)| *amount).sum();
            assert!(Fen(gone.0 + amount.0) <= there.paid.unwrap_or_default(), "more goes back than came");
            there.refunds.insert(number, (amount, luck > 3));
            if luck == 2 {
                return refund::Heard::NoAnswer;
            }
        }
        let said = match there.refunds.get_mut(&number) {
            None => refund::Said::NotThere,
            Some((_, true)) => refund::Said::Done,
            Some((_, is_done)) => {
                *is_done = luck > 4;
                if luck == 4 { refund::Said::Abnormal } else { refund::Said::Processing }
            }
        };
        refund::Heard::Said(said)
    }
}

/// Money by the attempt of that number.
pub(super) fn came(number: usize, amount: Fen) -> Came {
    Came { reference: Some(format!("T{number}")), amount, at: None }
}
