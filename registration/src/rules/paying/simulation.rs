//! Whatever happens in whatever order, and whoever dies between any two writes: who has paid has a seat, another one
//! offered, or the money back; who has a seat has paid; nothing goes back twice; and the journal is the channel's books.

mod tasks;
mod world;

use jiff::SignedDuration;

use crate::model::fen::Fen;
use crate::model::payment::journal::Account;
use crate::model::payment::refund::{RefundReason, RefundState};
use crate::model::payment::{Method, PaymentState};
use crate::rules::paying::attempt::{Heard, Said};
use crate::rules::paying::refund;
use crate::rules::paying::settling::Seats;

use tasks::{Task, came};
use world::{PRICE, Refund, Settled, World};

/// How many interleavings are tried, and how long each is.
const CASES: u64 = 100_000;
const MOVES: usize = 60;
/// Most rounds until everything is settled.
const ROUNDS_MAX: usize = 400;

/// Numbers that look random, the same ones again for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// One move of somebody.
fn one_move(world: &mut World, tasks: &mut Vec<Task>, dice: &mut Dice) {
    let row = if world.rows.is_empty() { None } else { Some(dice.below(world.rows.len())) };
    match (dice.below(28), row) {
        (0..=6, _) if !tasks.is_empty() => {
            let task = tasks.swap_remove(dice.below(tasks.len()));
            tasks.extend(world.advance(task, dice));
        }
        // Somebody dies.
        (7, _) if !tasks.is_empty() => drop(tasks.swap_remove(dice.below(tasks.len()))),
        (8, _) if dice.below(4) == 0 => tasks.clear(),
        (8 | 9, _) if world.seats == Seats::Open && world.now < world.expires_at => {
            let row = world.begin([Method::Alipay, Method::WechatPay][dice.below(2)]);
            tasks.push(Task::Call(row));
        }
        (10 | 11, Some(row)) => pay_there(world, row, dice),
        // A notification gets lost.
        (12, _) if !world.notices.is_empty() && dice.below(3) == 0 => {
            world.notices.swap_remove(dice.below(world.notices.len()));
        }
        (12 | 13, _) if !world.notices.is_empty() => {
            let at = dice.below(world.notices.len());
            // Some come again.
            let (row, said) = if dice.below(3) == 0 { world.notices[at].clone() } else { world.notices.remove(at) };
            tasks.extend(world.told(row, said));
        }
        (14, Some(row)) if world.rows[row].of.is_none() => tasks.push(Task::Ask(row, dice.below(3) == 0)),
        (15, Some(row)) => drop(world.hear(row, &[Heard::GivenUp, Heard::NoAnswer][dice.below(2)])),
        (16 | 17, Some(row)) => tasks.push(Task::Settle(row)),
        (18, _) if !world.refunds.is_empty() => {
            let number = dice.below(world.refunds.len());
            if dice.below(3) == 0 {
                world.hear_refund(number, &refund::Heard::Again);
            } else {
                tasks.push(Task::Refund(number));
            }
        }
        (19, _) => pass_time(world, SignedDuration::from_secs([5, 200, 800][dice.below(3)])),
        (20, _) => end_by_candidate(world, dice),
        // Others take seats and give them back.
        (21, _) => {
            let sitting = dice.below(2);
            world.free[sitting] = if dice.below(2) == 0 { 0 } else { 1 };
        }
        (22, _) => world.choose(dice.below(2)),
        (23, _) if world.seats == Seats::Settling => tasks.push(Task::Confirm),
        (24, _) => world.withdraw(),
        (25, Some(row)) if world.rows[row].of.is_none() => tasks.extend(world.told_wrong(row, dice)),
        (26, Some(row)) => refund_by_staff(world, row, dice),
        (27, _) if !world.refunds.is_empty() => world.agree(dice.below(world.refunds.len()), dice.below(2) == 0),
        _ => {}
    }
}

/// The payer pays: what was asked for, or rarely something else; a closed attempt is not taken, one that nobody could
/// close is.
fn pay_there(world: &mut World, row: usize, dice: &mut Dice) {
    let is_in_time = world.now < world.expires_at || dice.below(6) == 0;
    let there = &mut world.channel[row];
    if !there.is_known || there.is_closed || there.paid.is_some() || !is_in_time {
        return;
    }
    let amount = if dice.below(12) == 0 { Fen(PRICE.0 + 1) } else { PRICE };
    there.paid = Some(amount);
    world.notices.push((row, Said::Paid(came(row, amount))));
}

fn pass_time(world: &mut World, by: SignedDuration) {
    world.now += by;
    let is_over = world.now > world.expires_at + SignedDuration::from_secs(60);
    if is_over && matches!(world.seats, Seats::Open | Seats::Ended) && world.is_held && !world.is_confirmed_there {
        world.is_held = false;
        world.free[world.sitting] += 1;
    }
    let is_owed = world.rows.iter().any(|row| row.settled == Some(Settled::Due) && row.received == Some(PRICE));
    if is_over && world.seats == Seats::Open && !world.is_held && !is_owed {
        world.seats = Seats::Ended;
    }
}

/// The candidate gives the seat back, when nothing is under way.
fn end_by_candidate(world: &mut World, dice: &mut Dice) {
    let is_under_way = world.rows.iter().any(|row| row.attempt.state.is_under_way());
    if world.seats == Seats::Open && !is_under_way && dice.below(4) == 0 {
        world.seats = Seats::Ended;
        if world.is_held {
            world.is_held = false;
            world.free[world.sitting] += 1;
        }
    }
}

/// Staff want to give back all that is left, or a part.
fn refund_by_staff(world: &mut World, row: usize, dice: &mut Dice) {
    if dice.below(3) == 0 {
        let amount = if dice.below(2) == 0 { world.left_of(row) } else { Fen(2_000) };
        world.refund_by_staff(row, amount, dice.below(2) == 0);
    }
}

/// What the jobs do until nothing is left: ask, settle, send. Nobody dies any more.
fn drain(world: &mut World, dice: &mut Dice) {
    for _ in 0..ROUNDS_MAX {
        pass_time(world, SignedDuration::from_hours(1));
        while let Some((row, said)) = world.notices.pop() {
            if let Some(task) = world.told(row, said) {
                world.advance(task, dice).and_then(|asked| world.advance(asked, dice));
            }
        }
        let mut tasks: Vec<Task> = Vec::new();
        for (at, row) in world.rows.iter().enumerate() {
            match row.attempt.state {
                PaymentState::Created => tasks.push(Task::Called(at, Heard::GivenUp)),
                PaymentState::Pending | PaymentState::Unknown => tasks.push(Task::Ask(at, true)),
                // Closed too early, they could be paid for all the same: they are asked after once they cannot.
                PaymentState::Closed | PaymentState::Failed => tasks.push(Task::Ask(at, false)),
                PaymentState::Received => {}
            }
            tasks.push(Task::Settle(at));
        }
        if world.seats == Seats::Settling {
            tasks.push(Task::Confirm);
        }
        for number in 0..world.refunds.len() {
            world.agree(number, dice.below(2) == 0);
            if world.refunds[number].state == RefundState::Abnormal {
                world.hear_refund(number, &refund::Heard::Again);
            }
            tasks.push(Task::Refund(number));
        }
        while let Some(task) = tasks.pop() {
            tasks.extend(world.advance(task, dice));
            world.check_now();
        }
        if is_settled(world) {
            return;
        }
    }
    panic!("never settled: {world:#?}");
}

fn is_settled(world: &World) -> bool {
    let heard = world.channel.iter().filter(|there| there.paid.is_some()).count();
    let received = world.rows.iter().filter(|row| row.received.is_some()).count();
    if heard != received {
        return false;
    }
    let rows = world
        .rows
        .iter()
        .all(|row| row.attempt.state.is_final() && !matches!(row.settled, Some(Settled::Due | Settled::Choice(_))));
    rows && world.refunds.iter().all(|one| one.state.is_final()) && world.seats != Seats::Settling
}

/// What must hold when everything is settled.
fn check(world: &World) {
    let told: i64 = world.channel.iter().filter_map(|there| there.paid).map(|paid| paid.0).sum();
    let back: i64 = world.channel.iter().flat_map(|there| there.refunds.values()).map(|(amount, _)| amount.0).sum();
    let clearing = world.balance(|account| matches!(account, Account::Clearing(_)));
    assert_eq!(clearing, told - back, "the journal is the channel's books: {world:#?}");
    assert_eq!(world.balance(|account| account == Account::Candidate), 0, "nobody is owed anything: {world:#?}");
    assert_eq!(world.balance(|account| account == Account::RefundDue), 0, "{world:#?}");
    let seats = world.rows.iter().filter(|row| row.settled == Some(Settled::Seat)).count();
    let is_had = seats == 1 && !world.is_withdrawn;
    assert!(seats <= 1, "a seat is paid for once: {world:#?}");
    assert_eq!(world.seats == Seats::Settled, is_had, "a seat is paid for, and kept: {world:#?}");
    assert_eq!(world.is_confirmed_there, is_had, "the engine says the same: {world:#?}");
    let is_of_seat = |one: &&Refund| world.rows[one.payment].settled == Some(Settled::Seat);
    let returned = world.refunds.iter().filter(is_of_seat).filter(|one| one.state == RefundState::Done);
    let returned: i64 = returned.map(|one| one.amount.0).sum();
    let earned = PRICE.0 * i64::try_from(seats).unwrap() - returned;
    assert_eq!(-world.balance(|account| account == Account::Income), earned, "what is kept is income: {world:#?}");
    for at in 0..world.rows.len() {
        check_refunds(world, at);
    }
}

/// At most one refund a reason, each with its reason, and what has bought no seat went back.
fn check_refunds(world: &World, at: usize) {
    let row = &world.rows[at];
    let of: Vec<_> = world.refunds.iter().filter(|one| one.payment == at).collect();
    for (number, one) in of.iter().enumerate() {
        assert!(of[..number].iter().all(|other| other.reason != one.reason), "one refund a reason: {world:#?}");
    }
    let went = of.iter().filter(|one| one.state == RefundState::Done);
    let went: Fen = went.map(|one| one.amount).sum();
    match (row.received, row.settled) {
        (None, None) => assert!(of.is_empty()),
        (Some(PRICE), Some(Settled::Seat)) => {
            let is_right = |one: &&Refund| match one.reason {
                RefundReason::Withdrawn => world.is_withdrawn,
                // What nobody of the staff agreed to may have been wanted before the seat was bought.
                reason => reason == RefundReason::Staff,
            };
            assert!(of.iter().all(is_right) && went <= PRICE, "{world:#?}");
        }
        (Some(amount), Some(Settled::Refund)) => assert_eq!(went, amount, "all of it went back: {world:#?}"),
        other => panic!("{other:?}: {world:#?}"),
    }
}

#[test]
fn money_buys_a_seat_or_goes_back_whatever_happens() {
    let first = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let mut seen: [(&str, u64); 8] =
        ["bought", "back", "late", "double", "withdrawn", "by staff", "not agreed", "wrong amount"]
            .map(|what| (what, 0));
    for seed in first..first + CASES {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let (mut world, mut tasks) = (World::new(), Vec::new());
        for _ in 0..MOVES {
            one_move(&mut world, &mut tasks, &mut dice);
            world.check_now();
        }
        drain(&mut world, &mut dice);
        check(&world);
        let by_staff = |one: &&Refund| one.reason == RefundReason::Staff;
        let happened = [
            world.seats == Seats::Settled,
            !world.refunds.is_empty(),
            world.rows.iter().any(|row| row.of.is_some()),
            world.rows.iter().filter(|row| row.received.is_some()).count() > 1,
            world.is_withdrawn,
            world.refunds.iter().any(|one| by_staff(&one) && one.state == RefundState::Done),
            world.refunds.iter().any(|one| by_staff(&one) && one.state == RefundState::Closed),
            world.refunds.iter().any(|one| one.reason == RefundReason::WrongAmount),
        ];
        for ((_, times), is_so) in seen.iter_mut().zip(happened) {
            *times += u64::from(is_so);
        }
    }
    for (what, times) in seen {
        assert!(times > CASES / 200, "{what} was tried {times} times only");
    }
}
