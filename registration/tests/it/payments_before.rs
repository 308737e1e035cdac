//! What the version before left is opened by this one: every order stands where it stood, and what was paid or claimed for
//! it is a payment.

use registration::desk::case::CaseKind;
use registration::model::actor::Actor;
use registration::model::facts::ReviewState;
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderState};
use registration::model::payment::{Method, PaymentState};
use registration::rules::standing::{Change, State, standing};
use registration::rules::steps::steps;

use crate::before::Before;
use crate::old::{OldOrder, OldProcess};
use crate::payments_beside::RULES;
use crate::world::{Setup, World, exam};

/// The last version without payments.
const BEFORE: i32 = 18;

/// One order, and what it must be afterwards.
struct Case {
    name: &'static str,
    order: OldOrder,
    state: &'static str,
    payments: &'static [PaymentState],
}

use PaymentState::{Failed, Pending, Received};

/// An order in every state that the version before knows, by its own statements.
async fn every_state(before: &Before, old: &OldProcess) -> Vec<Case> {
    let mut cases = Vec::new();
    let sole = ("main", true);
    for (name, state, payments) in [
        ("unpaid", "unpaid", &[][..]),
        ("unpaid with a picture that was not accepted", "unpaid", &[]),
        ("waiting", "waiting", &[Pending]),
        ("waiting with two pictures", "waiting", &[Pending]),
        ("waiting again", "waiting", &[Failed, Pending]),
        ("waiting, its seat was gone", "waiting", &[Pending]),
        ("confirming", "waiting", &[Pending]),
        ("confirming, died", "confirmed", &[Received]),
        ("confirmed", "confirmed", &[Received]),
        ("confirmed at the second try", "confirmed", &[Failed, Received]),
        ("confirmed, waiting again with another form", "confirmed", &[Received]),
        ("confirmed, refused with another form", "confirmed", &[Received]),
        ("confirmed, waiting again with another picture", "confirmed", &[Received]),
        ("confirmed, refused, cancelled", "cancelled", &[Received]),
        ("refused", "refused", &[Failed]),
        ("refused twice", "refused", &[Failed, Failed]),
        ("refused too often", "cancelled", &[Failed, Failed, Failed]),
        ("cancelled", "cancelled", &[Failed]),
        ("cancelled, owing", "cancelled", &[Failed]),
        ("lapsed", "lapsed", &[]),
        ("released", "released", &[]),
        ("released, owing", "released", &[]),
    ] {
        let account = before.candidate().await;
        before.form(account).await;
        let order = old.hold(account, &["s0"], sole).await.unwrap();
        bring(old, &order, name).await;
        cases.push(Case { name, order, state, payments });
    }
    // Several of one part, of which one is paid for.
    let account = before.candidate().await;
    let paid = old.hold(account, &["s0"], ("main", false)).await.unwrap();
    bring(old, &paid, "confirmed").await;
    cases.push(Case { name: "of several", order: paid, state: "confirmed", payments: &[Received] });
    let unpaid = old.hold(account, &["s2"], ("main", false)).await.unwrap();
    cases.push(Case { name: "another of several", order: unpaid, state: "unpaid", payments: &[] });
    cases
}

/// Brings an unpaid order to where its name says.
async fn bring(old: &OldProcess, order: &OldOrder, name: &str) {
    let id = order.id;
    let submits = match name.split([',', ' ']).next().unwrap() {
        "waiting" | "confirming" | "confirmed" | "refused" | "cancelled" => 1,
        _ => 0,
    };
    for _ in 0..submits {
        assert!(old.submit(order).await);
    }
    match name {
        "unpaid with a picture that was not accepted" => drop(old.keep_picture(id).await),
        "waiting with two pictures" => assert!(old.submit(order).await),
        "waiting again" => assert!(old.refuse(id, "看不清", 2).await && old.submit(order).await),
        "waiting, its seat was gone" => assert!(old.begin_confirm(id).await && old.undo_confirm(id).await),
        "confirming" | "confirming, died" => assert!(old.begin_confirm(id).await),
        "confirmed" => assert!(old.confirm(order).await),
        "confirmed at the second try" => {
            assert!(old.refuse(id, "看不清", 2).await && old.submit(order).await && old.confirm(order).await);
        }
        "confirmed, waiting again with another form" => {
            assert!(old.confirm(order).await);
            old.change_form(order.account, true).await;
        }
        "confirmed, refused with another form" => {
            assert!(old.confirm(order).await);
            old.change_form(order.account, true).await;
            assert!(old.refuse(id, "院校不符", 2).await);
        }
        "confirmed, waiting again with another picture" => {
            assert!(old.confirm(order).await);
            old.change_form(order.account, true).await;
            assert!(old.refuse(id, "院校不符", 2).await && old.submit(order).await);
        }
        "confirmed, refused, cancelled" => {
            assert!(old.confirm(order).await);
            old.change_form(order.account, true).await;
            assert!(old.refuse(id, "院校不符", 2).await && old.cancel(id).await);
            old.return_seats(order).await;
        }
        "refused" => assert!(old.refuse(id, "看不清", 2).await),
        "refused twice" => {
            assert!(
                old.refuse(id, "看不清", 2).await && old.submit(order).await && old.refuse(id, "金额不符", 2).await
            );
        }
        "refused too often" => {
            for left in [2, 1] {
                assert!(old.refuse(id, "看不清", 2).await && old.submit(order).await, "{left}");
            }
            assert!(old.refuse(id, "金额不符", 2).await);
            old.return_seats(order).await;
        }
        "cancelled" => {
            assert!(old.refuse(id, "看不清", 2).await && old.cancel(id).await);
            old.return_seats(order).await;
        }
        "cancelled, owing" => assert!(old.refuse(id, "看不清", 2).await && old.cancel(id).await),
        "lapsed" => {
            assert!(old.lapse(order).await);
            old.return_seats(order).await;
        }
        "released" => {
            assert!(old.release(id).await);
            old.return_seats(order).await;
        }
        "released, owing" => assert!(old.release(id).await),
        _ => {}
    }
}

fn word(state: &OrderState) -> &'static str {
    match state {
        OrderState::Unpaid => "unpaid",
        OrderState::WaitingReview => "waiting",
        OrderState::Refused { .. } => "refused",
        OrderState::Confirmed => "confirmed",
        OrderState::Lapsed => "lapsed",
        OrderState::Released => "released",
        OrderState::Cancelled => "cancelled",
        OrderState::Owed { .. } => "owed",
    }
}

/// How many rows there are of everything that must not get lost.
async fn counts(client: &tokio_postgres::Client) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["orders", "order_sittings", "screenshots", "audit", "applications"] {
        let statement = format!("SELECT count(*) FROM registration.{table}");
        counts.push(client.query_one(&statement, &[]).await.unwrap().get(0));
    }
    counts
}

/// What candidates and staff see of an order besides its state.
async fn shown(client: &tokio_postgres::Client) -> Vec<String> {
    let statement = "SELECT concat_ws(' ', id, account, amount_fen, expires_at, created_at, submitted_at,
             CASE WHEN paid_at IS NULL THEN concat_ws(' ', decided_at, refusals, reason, mend_until) END)
         FROM registration.orders ORDER BY id";
    client.query(statement, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn order_of(world: &World, case: &Case) -> Order {
    world.order(case.order.account, case.order.id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_left_is_opened_with_its_payments() {
    let setup = Setup { capacities: vec![40, 2, 2], rules: RULES, ..Setup::default() };
    let before = Before::open(BEFORE, setup).await;
    let old = OldProcess::new(before.stores.pool(), &before.engine, before.reviewer);
    let cases = every_state(&before, &old).await;
    let client = before.stores.pool().get().await.unwrap();
    let (rows, seen) = (counts(&client).await, shown(&client).await);
    let died = cases.iter().find(|case| case.name == "confirming, died").unwrap().order.id;
    let later = "UPDATE registration.orders SET decided_at = decided_at - interval '1 hour' WHERE id = $1";
    client.execute(later, &[&died.to_string()]).await.unwrap();

    let world = before.into_world().await;
    world.until_row(died, "confirmed").await;
    assert_eq!(counts(&client).await[..3], rows[..3], "nothing is lost");
    let now = shown(&client).await;
    let differing = seen.iter().zip(&now).filter(|(before, now)| before != now).count();
    assert!(differing <= 1, "only what was just confirmed: {seen:#?} {now:#?}");
    for case in &cases {
        let order = order_of(&world, case).await;
        let name = case.name;
        assert_eq!(word(&order.state), case.state, "{name}");
        let payments = world.registration.payments.of_order(order.id).await.unwrap();
        let states: Vec<PaymentState> = payments.iter().map(|payment| payment.state).collect();
        assert_eq!(states, case.payments, "{name}");
        for payment in &payments {
            assert_eq!((payment.method, payment.amount), (Method::Screenshot, order.amount), "{name}");
            assert_eq!(payment.orders, [(order.id, order.amount)], "{name}");
            let staff = payment.decided.as_ref().map(|(actor, _)| actor.clone());
            let expected = (payment.state != Pending).then_some(Actor::Staff(world.reviewer.id));
            assert_eq!(staff, expected, "{name}");
            assert_eq!(payment.received_at, order.paid_at.filter(|_| payment.state == Received), "{name}");
        }
        let last = payments.last().filter(|payment| payment.state == Failed);
        assert_eq!(last.and_then(|payment| payment.reason.clone()), last.and(order.reason.clone()), "{name}");
    }
    let none = "SELECT count(*) FROM registration.screenshots
         WHERE (accepted_at IS NOT NULL) <> (payment IS NOT NULL)";
    assert_eq!(client.query_one(none, &[]).await.unwrap().get::<_, i64>(0), 0, "each picture is evidence of one");
    changed_forms_wait(&world, &cases).await;

    // Another process that opens the same finds nothing to do.
    let payments = "SELECT count(*) FROM registration.payments";
    let count: i64 = client.query_one(payments, &[]).await.unwrap().get(0);
    let another = world.another_process().await;
    assert_eq!(client.query_one(payments, &[]).await.unwrap().get::<_, i64>(0), count);
    another.stop().await;
    world.finish().await;
}

/// Whose form was changed after the payment is registered, and staff look at the form.
async fn changed_forms_wait(world: &World, cases: &[Case]) {
    for case in cases {
        let is_waiting = case.name.starts_with("confirmed, waiting again");
        let is_refused = case.name == "confirmed, refused with another form";
        let account: AccountId = case.order.account;
        let page = world.registration.exams.get(&exam()).unwrap();
        let orders = [order_of(world, case).await];
        let facts = world.registration.applications.facts(account, &page, &orders).await.unwrap();
        match &facts.review {
            ReviewState::Waiting { .. } => assert!(is_waiting, "{}", case.name),
            ReviewState::Refused { reason } => assert!(is_refused && reason == "院校不符", "{}", case.name),
            _ => assert!(!is_waiting && !is_refused, "{}", case.name),
        }
        if is_waiting || is_refused {
            let now = jiff::Timestamp::now();
            let told = standing(&page, &facts, &steps(&page, &facts, now), now);
            let State::Registered { change: Some(change), .. } = told.state else { panic!("{told:?}") };
            assert_eq!(matches!(change, Change::Refused { .. }), is_refused);
        }
    }
    assert_eq!(world.count_waiting(CaseKind::Payment).await, 4, "of payments only those that are not confirmed");
}
