//! What the simulation plays: rows that change one transaction at a time, a channel with books of its own, and an engine
//! with one seat in each of two sittings.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::exam_rules::{RefundRate, RefundRules};
use crate::model::fen::Fen;
use crate::model::payment::journal::{Account, Entry, EntryKind};
use crate::model::payment::refund::{RefundReason, RefundState};
use crate::model::payment::{Method, PaymentState};
use crate::rules::paying::attempt::{self, Attempt, Came, Heard, Said, Step};
use crate::rules::paying::refund;
use crate::rules::paying::settling::Seats;
use crate::rules::paying::withdrawal;

/// What the order costs.
pub(super) const PRICE: Fen = Fen(12_000);
/// So long the seats are held.
const HOLD: SignedDuration = SignedDuration::from_secs(900);

/// A payment's row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) attempt: Attempt,
    pub(super) method: Method,
    pub(super) received: Option<Fen>,
    /// The attempt of which this is late money.
    pub(super) of: Option<usize>,
    /// What it has become: nothing while no money has come.
    pub(super) settled: Option<Settled>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    Due,
    Seat,
    Choice(Timestamp),
    Refund,
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) payment: usize,
    pub(super) amount: Fen,
    pub(super) reason: RefundReason,
    pub(super) state: RefundState,
}

/// What a channel has of an attempt.
#[derive(Debug, Clone, Default)]
pub(super) struct AtChannel {
    pub(super) is_known: bool,
    pub(super) is_closed: bool,
    pub(super) paid: Option<Fen>,
    /// Refunds by their number: done, or waiting for somebody.
    pub(super) refunds: BTreeMap<usize, (Fen, bool)>,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) seats: Seats,
    /// Of which sitting the order's seat is, and whether the engine holds it for the order.
    pub(super) sitting: usize,
    pub(super) is_held: bool,
    pub(super) is_confirmed_there: bool,
    /// Free seats of the two sittings.
    pub(super) free: [u32; 2],
    pub(super) expires_at: Timestamp,
    pub(super) closes_at: Timestamp,
    /// What comes back when of what is given up.
    pub(super) rates: RefundRules,
    pub(super) is_withdrawn: bool,
    pub(super) rows: Vec<Row>,
    pub(super) refunds: Vec<Refund>,
    pub(super) journal: Vec<Entry>,
    pub(super) channel: Vec<AtChannel>,
    /// What channels have still to tell.
    pub(super) notices: Vec<(usize, Said)>,
}

impl World {
    pub(super) fn new() -> Self {
        let now = Timestamp::UNIX_EPOCH;
        Self {
            now,
            seats: Seats::Open,
            sitting: 0,
            is_held: true,
            is_confirmed_there: false,
            free: [0, 1],
            expires_at: now + HOLD,
            closes_at: now + SignedDuration::from_hours(100),
            rates: RefundRules {
                rates: [(1, 100), (2, 33), (90, 0)]
                    .map(|(hours, percent)| RefundRate { until: now + SignedDuration::from_hours(hours), percent })
                    .to_vec(),
                note: None,
            },
            is_withdrawn: false,
            rows: Vec::new(),
            refunds: Vec::new(),
            journal: Vec::new(),
            channel: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// The number by which a channel knows a payment.
    pub(super) fn number(&self, row: usize) -> usize {
        self.rows[row].of.unwrap_or(row)
    }

    pub(super) fn begin(&mut self, method: Method) -> usize {
        let under_way = |row: &Row| row.method == method && row.attempt.state.is_under_way();
        if let Some(found) = self.rows.iter().position(under_way) {
            return found;
        }
        self.add(method, PaymentState::Created, None, None)
    }

    fn add(&mut self, method: Method, state: PaymentState, received: Option<Fen>, of: Option<usize>) -> usize {
        let attempt = Attempt { state, calls: 0, reference: None };
        let settled = received.map(|_| Settled::Due);
        self.rows.push(Row { attempt, method, received, of, settled });
        self.channel.push(AtChannel::default());
        self.rows.len() - 1
    }

    /// One transaction of an attempt: the rules say what is written.
    pub(super) fn hear(&mut self, row: usize, heard: &Heard) -> Step {
        let before = self.rows[row].attempt.clone();
        let step = attempt::step(&before, heard);
        match &step {
            Step::Stay | Step::Strange => {}
            Step::Call => self.rows[row].attempt.calls += 1,
            Step::To(state) => {
                if *heard == Heard::Sending {
                    self.rows[row].attempt.calls += 1;
                }
                self.rows[row].attempt.state = *state;
            }
            Step::Receive(came) => self.receive(row, came),
            Step::ReceiveLate(came) => {
                if !self.rows.iter().any(|other| other.of == Some(row)) {
                    let late = self.add(self.rows[row].method, PaymentState::Pending, None, Some(row));
                    self.receive(late, came);
                }
            }
        }
        let after = self.rows[row].attempt.state;
        assert!(!before.state.is_final() || before.state == after, "{before:?} heard {heard:?}");
        let is_word = !matches!(heard, Heard::Sending | Heard::NoAnswer | Heard::GivenUp | Heard::Unclear);
        assert!(
            before.state != PaymentState::Unknown || after == before.state || is_word,
            "{before:?} heard {heard:?}"
        );
        step
    }

    fn receive(&mut self, row: usize, came: &Came) {
        let found = &mut self.rows[row];
        found.attempt.state = PaymentState::Received;
        found.attempt.reference.clone_from(&came.reference);
        (found.received, found.settled) = (Some(came.amount), Some(Settled::Due));
        let entry = Entry::of(EntryKind::Received, came.amount, found.method, false);
        self.journal.push(entry);
    }

    /// The order's seats are confirmed, and one payment has bought them.
    pub(super) fn finish(&mut self) {
        self.seats = Seats::Settled;
        if self.rows.iter().any(|row| row.settled == Some(Settled::Seat)) {
            return;
        }
        let is_good = |row: &&mut Row| {
            matches!(row.settled, Some(Settled::Due | Settled::Choice(_))) && row.received == Some(PRICE)
        };
        if let Some(row) = self.rows.iter_mut().find(is_good) {
            row.settled = Some(Settled::Seat);
            let entry = Entry::of(EntryKind::Settled, PRICE, row.method, false);
            self.journal.push(entry);
        }
    }

    /// All that came goes back.
    pub(super) fn begin_refund(&mut self, payment: usize, reason: RefundReason) {
        let amount = self.rows[payment].received.unwrap_or_default();
        self.refund_part(payment, amount, reason);
    }

    /// A part of it does, at most what is left.
    fn refund_part(&mut self, payment: usize, amount: Fen, reason: RefundReason) {
        let is_begun = self.new_refund(payment, amount, reason, RefundState::Due);
        let is_told = reason == RefundReason::Withdrawn && amount > Fen(0);
        assert!(is_begun || !is_told, "what was promised comes back: {self:#?}");
        if self.rows[payment].settled != Some(Settled::Seat) {
            self.rows[payment].settled = Some(Settled::Refund);
        }
    }

    /// False: there is one for this reason, or more would go back than came.
    fn new_refund(&mut self, payment: usize, amount: Fen, reason: RefundReason, state: RefundState) -> bool {
        let is_twice = self.refunds.iter().any(|one| (one.payment, one.reason) == (payment, reason));
        if is_twice || amount > self.left_of(payment) || amount == Fen(0) {
            return false;
        }
        let is_of_seat = self.rows[payment].settled == Some(Settled::Seat);
        let entry = Entry::of(EntryKind::RefundDue, amount, self.rows[payment].method, is_of_seat);
        self.journal.push(entry);
        self.refunds.push(Refund { payment, amount, reason, state });
        true
    }

    /// What has not gone back of a payment, nor is to.
    pub(super) fn left_of(&self, payment: usize) -> Fen {
        let counts = |one: &&Refund| one.payment == payment && one.state != RefundState::Closed;
        let gone: Fen = self.refunds.iter().filter(counts).map(|one| one.amount).sum();
        Fen(self.rows[payment].received.unwrap_or_default().0 - gone.0)
    }

    /// Staff want to give back so much; a large sum wants two of them.
    pub(super) fn refund_by_staff(&mut self, payment: usize, amount: Fen, needs_two: bool) {
        let Some(settled) = self.rows[payment].settled else { return };
        let is_of_seat = settled == Settled::Seat;
        let may = refund::by_staff(amount, self.left_of(payment), is_of_seat, self.seats);
        if may != refund::ByStaff::Begins {
            return;
        }
        let state = if needs_two { RefundState::Asked } else { RefundState::Due };
        if self.new_refund(payment, amount, RefundReason::Staff, state) && !is_of_seat {
            self.rows[payment].settled = Some(Settled::Refund);
        }
    }

    /// The second one of the staff agrees, or does not: then what has bought no seat is settled anew.
    pub(super) fn agree(&mut self, number: usize, is_agreed: bool) {
        let (payment, state) = (self.refunds[number].payment, self.refunds[number].state);
        if state != RefundState::Asked {
            return;
        }
        self.hear_refund(number, if is_agreed { &refund::Heard::Agreed } else { &refund::Heard::NotAgreed });
        if !is_agreed && self.rows[payment].settled == Some(Settled::Refund) {
            self.rows[payment].settled = Some(Settled::Due);
        }
    }

    /// The candidate gives up what was paid for, at the rate of that moment. Again: nothing.
    pub(super) fn withdraw(&mut self) {
        let Some(row) = self.rows.iter().position(|row| row.settled == Some(Settled::Seat)) else { return };
        if self.seats != Seats::Settled {
            return;
        }
        let gone = Fen(PRICE.0 - self.left_of(row).0);
        let Some(terms) = withdrawal::terms(&self.rates, (PRICE, gone), None, self.now) else { return };
        assert_eq!(terms.back.0 + terms.kept.0 + gone.0, PRICE.0, "what does not come back is kept");
        (self.seats, self.is_withdrawn) = (Seats::Ended, true);
        (self.is_held, self.is_confirmed_there) = (false, false);
        self.free[self.sitting] += 1;
        self.refund_part(row, terms.back, RefundReason::Withdrawn);
    }

    /// One transaction of a refund.
    pub(super) fn hear_refund(&mut self, number: usize, heard: &refund::Heard) -> refund::Step {
        let found = self.refunds[number].clone();
        let step = refund::step(found.state, heard);
        let row = &self.rows[found.payment];
        match step {
            refund::Step::Stay => {}
            refund::Step::Send => self.refunds[number].state = RefundState::Sent,
            refund::Step::To(state) => self.refunds[number].state = state,
            refund::Step::End(state, kind) => {
                let is_of_seat = row.settled == Some(Settled::Seat);
                self.journal.push(Entry::of(kind, found.amount, row.method, is_of_seat));
                self.refunds[number].state = state;
            }
        }
        assert!(!found.state.is_final() || found.state == self.refunds[number].state);
        step
    }

    /// What an account has, debits less credits.
    pub(super) fn balance(&self, is_it: impl Fn(Account) -> bool) -> i64 {
        let of = |entry: &Entry| {
            let debit = if is_it(entry.debit) { entry.amount.0 } else { 0 };
            let credit = if is_it(entry.credit) { entry.amount.0 } else { 0 };
            debit - credit
        };
        self.journal.iter().map(of).sum()
    }

    /// What must hold at any moment: the journal says where every fen is, and nobody has a seat that nobody paid for.
    pub(super) fn check_now(&self) {
        let sum = |amounts: &mut dyn Iterator<Item = Fen>| amounts.map(|amount| amount.0).sum::<i64>();
        let received = sum(&mut self.rows.iter().filter_map(|row| row.received));
        let done = |one: &&Refund| one.state == RefundState::Done;
        let back = sum(&mut self.refunds.iter().filter(done).map(|one| one.amount));
        let clearing = self.balance(|account| matches!(account, Account::Clearing(_)));
        assert_eq!(clearing, received - back, "the channels have what came and did not go back: {self:#?}");
        let is_owed = |row: &&Row| matches!(row.settled, Some(Settled::Due | Settled::Choice(_)));
        let owed = sum(&mut self.rows.iter().filter(is_owed).filter_map(|row| row.received));
        assert_eq!(-self.balance(|account| account == Account::Candidate), owed, "owed is what waits: {self:#?}");
        let open = |one: &&Refund| !one.state.is_final();
        let due = sum(&mut self.refunds.iter().filter(open).map(|one| one.amount));
        assert_eq!(-self.balance(|account| account == Account::RefundDue), due, "{self:#?}");
        let has_paid = self.rows.iter().any(|row| row.received == Some(PRICE));
        let has_seat = self.is_confirmed_there || self.seats == Seats::Settled;
        assert!(has_paid || !has_seat, "a seat that nobody paid for: {self:#?}");
    }
}
