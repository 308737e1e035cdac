//! A process of the version before works beside this one: payments follow what it does, and books stay right whoever of
//! the two moves an order.

use std::collections::HashSet;

use registration::desk::case::CaseKind;
use registration::model::facts::ReviewState;
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId, OrderState};
use registration::model::payment::PaymentState;
use registration::rules::details::Answers;

use crate::old::{OldOrder, OldProcess};
use crate::world::{Setup, World, exam};

/// A form, and no review of it: staff look at it together with the payment.
pub(crate) const RULES: &str = r#"
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["notice", "details"]

[[steps]]
title = { zh = "场次", en = "Sitting" }
tasks = ["sittings", "payment"]

[[form.fields]]
name = "school"
kind = "text"
label = { zh = "院校", en = "School" }
"#;

const SOLE: (&str, bool) = ("main", true);

pub(crate) fn answers(school: &str) -> Answers {
    Answers([("school".parse().unwrap(), school.to_owned())].into())
}

pub(crate) async fn start() -> World {
    World::start(Setup { capacities: vec![40, 40, 40], rules: RULES, ..Setup::default() }).await
}

/// A candidate whose form is in.
pub(crate) async fn candidate(world: &World, number: u32) -> AccountId {
    let account = world.candidate(number).await.id;
    let page = world.registration.exams.get(&exam()).unwrap();
    world.registration.applications.agree(account, &page, &[]).await.unwrap();
    fill_in(world, account, "申江大学").await;
    account
}

pub(crate) async fn fill_in(world: &World, account: AccountId, school: &str) -> ReviewState {
    let page = world.registration.exams.get(&exam()).unwrap();
    let orders = world.registration.orders.live(account, &exam()).await.unwrap();
    world.registration.applications.hand_in(account, &page, &orders, &answers(school)).await.unwrap()
}

pub(crate) async fn states(world: &World, order: OrderId) -> Vec<PaymentState> {
    let payments = world.registration.payments.of_order(order).await.unwrap();
    payments.iter().map(|payment| payment.state).collect()
}

/// What must hold of payments at any moment. Nothing: it does.
async fn faults(world: &World) -> Vec<String> {
    let rules = [
        "SELECT 'two pending payments of ' || b.order_id FROM registration.payments p
             JOIN registration.payment_orders b ON b.payment = p.id
             WHERE p.state = 'pending' GROUP BY b.order_id HAVING count(*) > 1",
        "SELECT 'confirmed without money, or the other way round: ' || o.id FROM registration.orders o
             WHERE (o.state = 'confirmed') <> EXISTS (SELECT FROM registration.payments p
                 JOIN registration.payment_orders b ON b.payment = p.id
                 WHERE b.order_id = o.id AND p.state = 'received')",
        "SELECT 'waiting without a pending payment, or the other way round: ' || o.id FROM registration.orders o
             WHERE (o.state IN ('waiting_review', 'confirming')) <> EXISTS (SELECT FROM registration.payments p
                 JOIN registration.payment_orders b ON b.payment = p.id
                 WHERE b.order_id = o.id AND p.state = 'pending')",
        "SELECT 'another amount: ' || o.id FROM registration.orders o
             JOIN registration.payment_orders b ON b.order_id = o.id JOIN registration.payments p ON p.id = b.payment
             WHERE b.amount_fen <> o.amount_fen OR p.amount_fen <> o.amount_fen",
        "SELECT 'a picture that is evidence of nothing: ' || s.order_id FROM registration.screenshots s
             WHERE s.accepted_at IS NOT NULL AND s.payment IS NULL",
        "SELECT 'events do not end on the state: ' || p.id FROM registration.payments p
             WHERE (SELECT e.event FROM registration.payment_events e WHERE e.payment = p.id ORDER BY e.id DESC LIMIT 1)
                 NOT IN (p.state, CASE p.state WHEN 'pending' THEN 'handed_in' END,
                     CASE p.state WHEN 'pending' THEN 'evidence' ELSE p.state END)",
        "SELECT 'nobody decided: ' || o.id FROM registration.orders o
             WHERE o.decided_by IS NOT NULL AND (o.decided_kind, o.decided_id) IS DISTINCT FROM ('staff', o.decided_by::text)",
    ];
    let mut faults = Vec::new();
    for rule in rules {
        let rows = world.sql().await.query(rule, &[]).await.unwrap();
        faults.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_follow_what_the_version_before_writes() {
    use PaymentState::{Failed, Pending, Received};
    let world = start().await;
    let old = OldProcess::new(world.stores.pool(), &world.engine, world.reviewer.id);
    let account = candidate(&world, 1).await;
    let order = old.hold(account, &["s0"], SOLE).await.unwrap();
    assert!(states(&world, order.id).await.is_empty());
    assert!(old.submit(&order).await && old.submit(&order).await);
    assert_eq!(states(&world, order.id).await, [Pending], "another picture is of the same payment");
    assert!(old.refuse(order.id, "看不清", 2).await);
    let payments = world.registration.payments.of_order(order.id).await.unwrap();
    assert_eq!((payments[0].state, payments[0].reason.as_deref()), (Failed, Some("看不清")));
    assert!(old.submit(&order).await);
    assert!(old.begin_confirm(order.id).await && old.undo_confirm(order.id).await);
    assert_eq!(states(&world, order.id).await, [Failed, Pending]);
    assert!(old.confirm(&order).await);
    assert_eq!(states(&world, order.id).await, [Failed, Received]);
    assert_eq!(faults(&world).await, Vec::<String>::new());

    // A form that is changed there moves the order back; here it does not.
    old.change_form(account, true).await;
    let now = world.order(account, order.id).await;
    assert_eq!(now.state, OrderState::Confirmed);
    assert!(now.paid_at.is_some() && now.decided_at.is_some());
    assert_eq!(world.count_waiting(CaseKind::Form).await, 1);
    old.change_form(account, false).await;
    assert_eq!(world.count_waiting(CaseKind::Form).await, 1, "handed in as it was, it still waits");
    assert_eq!(states(&world, order.id).await, [Failed, Received]);

    // Refused too often; released; lapsed: whatever ends leaves no pending payment behind.
    let other = candidate(&world, 2).await;
    let ended = old.hold(other, &["s0"], SOLE).await.unwrap();
    assert!(old.submit(&ended).await && old.refuse(ended.id, "看不清", 0).await);
    old.return_seats(&ended).await;
    assert_eq!(states(&world, ended.id).await, [Failed]);
    let released = old.hold(other, &["s0"], SOLE).await.unwrap();
    assert!(old.release(released.id).await);
    old.return_seats(&released).await;
    let lapsed = old.hold(other, &["s0"], SOLE).await.unwrap();
    assert!(old.lapse(&lapsed).await);
    old.return_seats(&lapsed).await;
    assert!(states(&world, released.id).await.is_empty() && states(&world, lapsed.id).await.is_empty());
    assert_eq!(faults(&world).await, Vec::<String>::new());
    world.finish().await;
}

/// One begins, the other goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_version_begins_the_other_finishes() {
    use PaymentState::{Failed, Pending, Received};
    let world = start().await;
    let old = OldProcess::new(world.stores.pool(), &world.engine, world.reviewer.id);
    let account = candidate(&world, 1).await;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    assert!(old.refuse(order.id, "看不清", 2).await);
    world.hand_in(account, order.id).await.unwrap();
    assert_eq!(states(&world, order.id).await, [Failed, Pending]);
    assert!(old.begin_confirm(order.id).await);
    let look = world.look(&world.reviewer, order.id).await;
    let confirmed = world.registration.reviews.confirm(&world.reviewer, order.id, &look).await.unwrap();
    assert_eq!(confirmed.state, OrderState::Confirmed);
    assert_eq!(states(&world, order.id).await, [Failed, Received]);
    assert_eq!(faults(&world).await, Vec::<String>::new());
    world.finish().await;
}

/// Numbers that look random, the same ones again for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

fn as_old(order: &Order, lapses_at: jiff::Timestamp) -> OldOrder {
    let holds = order.sittings.iter().map(|seat| seat.hold.clone()).collect();
    OldOrder { id: order.id, account: order.account, holds, lapses_at }
}

/// The reviewer looks and decides. The other process's pictures have no files, so that there may be nothing to see.
async fn decide(world: &World, order: OrderId, is_good: bool) -> bool {
    let reviews = &world.registration.reviews;
    let Some(look) = reviews.get(&world.reviewer, order).await.unwrap().unwrap().look else { return false };
    let _ = reviews.screenshot(&world.reviewer, order).await;
    match is_good {
        true => reviews.confirm(&world.reviewer, order, &look).await.is_ok(),
        false => reviews.refuse(&world.reviewer, order, &look, "金额不符").await.is_ok(),
    }
}

/// One move of one of the two versions on a candidate's newest order. Most are refused: the order is elsewhere.
async fn one_move(world: &World, old: &OldProcess, account: AccountId, dice: &mut Dice) -> String {
    let orders = world.registration.orders.of(account).await.unwrap();
    let live = orders.iter().find(|order| order.state.is_live());
    let Some(order) = live else {
        let choice = [&["s0"][..], &["s1"], &["s2"], &["s0", "s2"]][dice.below(4)];
        return match dice.below(2) {
            0 => format!("old hold {}", old.hold(account, choice, SOLE).await.is_some()),
            _ => format!("hold {}", world.hold(account, choice).await.is_ok()),
        };
    };
    let row = "SELECT lapses_at FROM registration.orders WHERE id = $1";
    let lapses_at = world.sql().await.query_one(row, &[&order.id.to_string()]).await.unwrap().get(0);
    let (id, as_old) = (order.id, as_old(order, lapses_at));
    let choice = dice.below(16);
    let is_done = match choice {
        0 => old.submit(&as_old).await,
        1 => old.begin_confirm(id).await,
        2 => old.finish_confirm(&as_old).await,
        3 => old.undo_confirm(id).await,
        4 => old.refuse(id, "看不清", 1).await,
        5 => old.cancel(id).await,
        6 if dice.below(4) == 0 => old.release(id).await,
        7 if dice.below(4) == 0 => old.lapse(&as_old).await,
        8 => {
            old.change_form(account, dice.below(2) == 0).await;
            true
        }
        9 => world.hand_in(account, id).await.is_ok(),
        10 | 11 => decide(world, id, choice == 10).await,
        12 if dice.below(4) == 0 => world.registration.orders.release(account, id).await.is_ok(),
        13 => world.replace(account, &[["s0", "s1"][dice.below(2)]]).await.is_ok(),
        14 => world.hand_in(account, id).await.is_ok() && world.hand_in(account, id).await.is_ok(),
        _ => false,
    };
    format!("{choice} of {id}: {is_done}")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_moves_orders_payments_say_the_same() {
    let world = start().await;
    let old = OldProcess::new(world.stores.pool(), &world.engine, world.reviewer.id);
    let mut accounts = Vec::new();
    for number in 0..6 {
        accounts.push(candidate(&world, number).await);
    }
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20);
    let (mut dice, mut told, mut known, mut next) = (Dice(seed), Vec::new(), HashSet::new(), 100);
    for _ in 0..240 {
        let at = dice.below(accounts.len());
        let account = accounts[at];
        // Whose seat is confirmed has hardly a move left: somebody else comes.
        let live = world.registration.orders.live(account, &exam()).await.unwrap();
        if live.iter().any(|order| order.state == OrderState::Confirmed) && dice.below(3) == 0 {
            next += 1;
            accounts[at] = candidate(&world, next).await;
        }
        told.push(one_move(&world, &old, account, &mut dice).await);
        assert_eq!(faults(&world).await, Vec::<String>::new(), "seed {seed}: {told:#?}");
        let rows = world.sql().await.query("SELECT id FROM registration.payments", &[]).await.unwrap();
        let now: HashSet<uuid::Uuid> = rows.iter().map(|row| row.get(0)).collect();
        assert!(known.is_subset(&now), "seed {seed}: a payment is gone");
        known = now;
    }
    assert!(known.len() > 15, "the moves came to something: {told:#?}");
    for statement in ["DELETE FROM registration.payments", "UPDATE registration.payment_events SET event = 'x'"] {
        assert!(world.sql().await.execute(statement, &[]).await.is_err(), "{statement}");
    }
    world.finish().await;
}
