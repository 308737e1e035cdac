//! The tables of the rules: every state, every word.

use jiff::{SignedDuration, Timestamp};

use super::attempt::{self, Attempt, Came, Heard, Said, Step};
use super::refund;
use super::schedule;
use super::settling::{self, Gone, Late, Next, Owing, Seats};
use crate::model::fen::Fen;
use crate::model::payment::journal::{Account, Entry, EntryKind};
use crate::model::payment::refund::{RefundReason, RefundState};
use crate::model::payment::{Method, PaymentState};
use strum::VariantArray;

fn came(reference: &str) -> Came {
    Came { reference: Some(reference.to_owned()), amount: Fen(12_000), at: None }
}

#[test]
fn every_state_hears_every_word() {
    use PaymentState::{Closed, Created, Failed, Pending, Received, Unknown};
    let (paid, stay) = (Said::Paid(came("T1")), || Step::Stay);
    let to = |state| Step::To(state);
    let receive = || Step::Receive(came("T1"));
    // created, pending, unknown; what is final stays but for money.
    let table: [(Heard, [Step; 3]); 15] = [
        (Heard::Sending, [to(Pending), Step::Call, Step::Call]),
        (Heard::Begun, [to(Pending), stay(), to(Pending)]),
        (Heard::Refused("X".to_owned()), [to(Failed), to(Failed), stay()]),
        (Heard::Unclear, [to(Unknown), to(Unknown), stay()]),
        (Heard::Said(Said::NotThere), [stay(), stay(), to(Pending)]),
        (Heard::Said(Said::Waiting), [stay(), stay(), to(Pending)]),
        (Heard::Said(Said::Closed), [to(Closed), to(Closed), to(Closed)]),
        (Heard::Said(paid.clone()), [receive(), receive(), receive()]),
        (Heard::AfterClosing(Said::NotThere), [to(Closed), to(Closed), to(Closed)]),
        (Heard::AfterClosing(Said::Closed), [to(Closed), to(Closed), to(Closed)]),
        (Heard::AfterClosing(Said::Waiting), [to(Pending), stay(), to(Pending)]),
        (Heard::AfterClosing(paid), [receive(), receive(), receive()]),
        (Heard::NoAnswer, [stay(), stay(), stay()]),
        (Heard::GivenUp, [to(Closed), stay(), stay()]),
        (Heard::Failed, [to(Failed), to(Failed), to(Failed)]),
    ];
    for (heard, steps) in table {
        for (state, step) in [Created, Pending, Unknown].into_iter().zip(steps) {
            let attempt = Attempt { state, calls: 1, reference: None };
            assert_eq!(attempt::step(&attempt, &heard), step, "{state} hears {heard:?}");
        }
        for state in [Received, Closed, Failed] {
            let attempt = Attempt { state, calls: 1, reference: Some("T1".to_owned()) };
            let is_money = matches!(heard, Heard::Said(Said::Paid(_)) | Heard::AfterClosing(Said::Paid(_)));
            let step = if is_money && state != Received { Step::ReceiveLate(came("T1")) } else { Step::Stay };
            assert_eq!(attempt::step(&attempt, &heard), step, "{state} hears {heard:?}");
        }
    }
}

#[test]
fn a_refusal_says_nothing_of_an_earlier_call_and_money_comes_once() {
    let attempt = Attempt { state: PaymentState::Pending, calls: 2, reference: None };
    let refused = Heard::Refused("ORDERPAID".to_owned());
    assert_eq!(attempt::step(&attempt, &refused), Step::To(PaymentState::Unknown));
    let attempt = Attempt { state: PaymentState::Received, calls: 1, reference: Some("T1".to_owned()) };
    assert_eq!(attempt::step(&attempt, &Heard::Said(Said::Paid(came("T2")))), Step::Strange);
}

#[test]
fn a_refund_has_one_end() {
    use RefundState::{Abnormal, Asked, Closed, Done, Due, Processing, Sent, Short, Unknown};
    for state in RefundState::VARIANTS.iter().copied() {
        let is_sent = refund::step(state, &refund::Heard::Sending) == refund::Step::Send;
        assert_eq!(is_sent, matches!(state, Due | Short), "{state}: what may be there is asked after first");
        let done = refund::step(state, &refund::Heard::Said(refund::Said::Done));
        let is_open = !state.is_final() && state != Asked;
        assert_eq!(done == refund::Step::End(Done, EntryKind::Refunded), is_open, "{state}");
        assert_eq!(refund::needs_people(state), matches!(state, Asked | Short | Abnormal | Closed), "{state}");
        let by_hand = refund::step(state, &refund::Heard::ByHand);
        assert_eq!(by_hand == refund::Step::End(Done, EntryKind::Refunded), matches!(state, Due | Abnormal), "{state}");
        let not_there = refund::step(state, &refund::Heard::Said(refund::Said::NotThere));
        let again = matches!(state, Sent | Unknown | Processing | Abnormal);
        assert_eq!(not_there == refund::Step::To(Due), again, "{state}");
    }
    let withdrawn = refund::step(Asked, &refund::Heard::NotAgreed);
    assert_eq!(withdrawn, refund::Step::End(Closed, EntryKind::RefundClosed));
}

#[test]
fn what_has_bought_no_seat_goes_back_whole_and_not_while_it_becomes_one() {
    use refund::ByStaff::{Begins, Later, TooMuch, Whole};
    let left = Fen(12_000);
    for seats in [Seats::Open, Seats::Settling, Seats::Settled, Seats::Ended] {
        for amount in [-1, 0, 12_001] {
            assert_eq!(refund::by_staff(Fen(amount), left, true, seats), TooMuch);
            assert_eq!(refund::by_staff(Fen(amount), left, false, seats), TooMuch);
        }
        for amount in [1, 12_000] {
            assert_eq!(refund::by_staff(Fen(amount), left, true, seats), Begins, "of a seat that was bought");
        }
        let (part, whole) = match seats {
            Seats::Open | Seats::Ended => (Whole, Begins),
            Seats::Settling | Seats::Settled => (Later, Later),
        };
        assert_eq!(refund::by_staff(Fen(11_999), left, false, seats), part, "{seats:?}");
        assert_eq!(refund::by_staff(left, left, false, seats), whole, "{seats:?}");
    }
}

#[test]
fn nobody_gets_the_money_back_before_the_same_seat_was_asked_for() {
    let now = Timestamp::UNIX_EPOCH;
    let owing = |seats, is_paid_by_other| Owing { is_right_amount: true, seats, is_paid_by_other, choice_until: None };
    for (seats, by_other, next) in [
        (Seats::Open, false, Next::Confirm),
        (Seats::Ended, false, Next::TakeAgain),
        (Seats::Settling, false, Next::Wait),
        (Seats::Settled, false, Next::Bought),
        (Seats::Settled, true, Next::Refund(RefundReason::Double)),
        // It was given up, after other money had bought it.
        (Seats::Ended, true, Next::Refund(RefundReason::Double)),
    ] {
        assert_eq!(settling::next(&owing(seats, by_other), now), next);
        let wrong = Owing { is_right_amount: false, ..owing(seats, by_other) };
        assert_eq!(settling::next(&wrong, now), Next::Refund(RefundReason::WrongAmount));
    }
    let until = now + SignedDuration::from_hours(1);
    let choosing = Owing { choice_until: Some(until), ..owing(Seats::Ended, false) };
    assert_eq!(settling::next(&choosing, until), Next::Choosing);
    let over = until + SignedDuration::from_secs(1);
    assert_eq!(settling::next(&choosing, over), Next::TakeAgain, "once more, before it goes back");

    let closes_at = now + SignedDuration::from_hours(10);
    let late = |gone, was_offered, offered, at| settling::when_gone(gone, was_offered, offered, closes_at, 24, at);
    assert_eq!(late(Gone::Full, false, 1, now), Late::Offer { until: closes_at }, "no longer than registration");
    assert_eq!(late(Gone::Full, false, 0, now), Late::Refund);
    assert_eq!(late(Gone::Full, true, 3, now), Late::Refund);
    assert_eq!(late(Gone::Against, false, 3, now), Late::Refund);
    assert_eq!(late(Gone::Begun, false, 3, closes_at), Late::Refund);
}

#[test]
fn channels_are_asked_ever_more_rarely_but_while_the_seat_lives() {
    let begun = Timestamp::UNIX_EPOCH;
    let deadline = begun + SignedDuration::from_secs(900);
    let (mut now, mut longest, mut asked_at_the_end) = (begun, SignedDuration::ZERO, false);
    while now < deadline {
        let next = schedule::of_attempt(now, begun, deadline);
        assert!(!next.is_stuck);
        longest = longest.max(next.at.duration_since(now));
        now = next.at;
        asked_at_the_end = now > deadline && now <= deadline + SignedDuration::from_secs(2);
    }
    assert!(longest <= SignedDuration::from_secs(16), "{longest}");
    assert!(asked_at_the_end, "asked once more before the seat goes");

    let after = pauses(deadline, |now| schedule::of_attempt(now, begun, deadline));
    assert_eq!(after, whole_schedule());
}

/// The pauses from a moment on until people must look; and that it is asked daily from then on.
fn pauses(from: Timestamp, next: impl Fn(Timestamp) -> schedule::Next) -> Vec<i64> {
    let (mut now, mut pauses) = (from, Vec::new());
    loop {
        let told = next(now);
        if told.is_stuck {
            let week = SignedDuration::from_hours(7 * 24);
            assert!(now.duration_since(from) >= week, "people look after a week");
            assert_eq!(told.at.duration_since(now), SignedDuration::from_hours(24), "and it is asked all the same");
            return pauses;
        }
        pauses.push(told.at.duration_since(now).as_secs());
        now = told.at;
    }
}

/// 2 s, 5 s, 15 s, a minute, five minutes, hourly for a day, daily to the seventh.
fn whole_schedule() -> Vec<i64> {
    let (hour, day) = (3_600, 86_400);
    [[2, 5, 15, 60, 300].to_vec(), vec![hour; 24], vec![day; 6]].concat()
}

#[test]
fn a_refund_is_asked_after_by_the_same_schedule() {
    let sent = Timestamp::UNIX_EPOCH;
    assert_eq!(pauses(sent, |now| schedule::of_refund(now, sent)), whole_schedule());
    let tried = |seconds| {
        let now = sent + SignedDuration::from_secs(seconds);
        schedule::of_settling(now, sent).duration_since(now).as_secs()
    };
    assert_eq!([0, 2, 7, 22, 82, 1_000_000].map(tried), [2, 5, 15, 60, 60, 60], "a seat is tried for every minute");
}

#[test]
fn entries_go_from_what_came_to_what_it_became() {
    let of = |kind, is_income| Entry::of(kind, Fen(1), Method::WechatPay, is_income);
    let clearing = Account::Clearing(Method::WechatPay);
    for (kind, is_income, debit, credit) in [
        (EntryKind::Received, false, clearing, Account::Candidate),
        (EntryKind::Settled, false, Account::Candidate, Account::Income),
        (EntryKind::RefundDue, false, Account::Candidate, Account::RefundDue),
        (EntryKind::RefundDue, true, Account::Income, Account::RefundDue),
        (EntryKind::Refunded, false, Account::RefundDue, clearing),
        (EntryKind::RefundClosed, true, Account::RefundDue, Account::Income),
    ] {
        let entry = of(kind, is_income);
        assert_eq!((entry.debit, entry.credit), (debit, credit), "{kind:?}");
    }
    assert_eq!(clearing.to_string(), "clearing.wechat_pay");
}
