//! Payments by other ways than a screenshot: money that a gateway received makes the seat the candidate's, whatever dies on
//! the way; and while a payment is under way, what it is for costs what it cost.

use registration::Fen;
use registration::desk::audit::AuditAction;
use registration::desk::payments::DecisionError;
use registration::model::actor::Actor;
use registration::model::order::{Order, OrderState};
use registration::model::payment::{Method, Payment, PaymentState};
use registration::payments::{BeginError, EndError};
use registration::seats::{ConfirmError, DropError, OrderError};
use reservation::hold::HoldState;

use crate::orders_many;
use crate::payments_beside::states;
use crate::world::{World, exam};

fn gateway() -> Actor {
    Actor::Gateway("alipay".parse().unwrap())
}

async fn begin(world: &World, order: &Order) -> Payment {
    let candidate = Actor::Candidate(order.account);
    world.registration.payments.begin(&candidate, Method::Alipay, &[(order.id, order.amount)]).await.unwrap()
}

/// Who decided, as the row says.
async fn decided(world: &World, order: &Order) -> (Option<String>, Option<String>, bool) {
    let row = "SELECT decided_kind, decided_id, decided_by IS NULL FROM registration.orders WHERE id = $1";
    let row = world.sql().await.query_one(row, &[&order.id.to_string()]).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}

async fn is_confirmed(world: &World, order: &Order) {
    let now = world.order(order.account, order.id).await;
    assert_eq!(now.state, OrderState::Confirmed);
    for seat in &now.sittings {
        let hold = world.engine.find(&exam(), &seat.hold).await.unwrap();
        assert_eq!((hold.state, hold.reference), (HoldState::Confirmed, Some(order.id.reference())));
    }
    assert_eq!(decided(world, order).await, (Some("gateway".to_owned()), Some("alipay".to_owned()), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_a_gateway_received_makes_the_seats_the_candidates() {
    let world = World::usual().await;
    let (orders, payments) = (&world.registration.orders, &world.registration.payments);
    let order = world.hold(world.candidate(1).await.id, &["s0", "s2"]).await.unwrap();
    let payment = begin(&world, &order).await;
    assert_eq!((payment.state, payment.amount), (PaymentState::Created, Fen(24_000)));
    let early = orders.confirm(order.id, &gateway()).await;
    assert!(matches!(early, Err(ConfirmError::NotPaid)), "{early:?}");

    for _ in 0..2 {
        let received = payments.receive(payment.id, &gateway(), Some("2026112922001")).await.unwrap();
        assert_eq!((received.state, received.reference.as_deref()), (PaymentState::Received, Some("2026112922001")));
        let confirmed = orders.confirm(order.id, &gateway()).await.unwrap();
        assert_eq!(confirmed.state, OrderState::Confirmed);
    }
    is_confirmed(&world, &order).await;
    // What another version knows how to pay by is a payment all the same.
    world.execute("UPDATE registration.payments SET method = 'later_pay'").await;
    assert_eq!(payments.of_order(order.id).await.unwrap()[0].method, Method::Other);
    world.execute("UPDATE registration.payments SET method = 'alipay'").await;
    for over in [payments.close(payment.id, &Actor::System).await, payments.fail(payment.id, &gateway(), "x").await] {
        assert!(matches!(over, Err(EndError::Over(PaymentState::Received))), "what came stays: {over:?}");
    }
    let [line] = &world.history(order.id).await[..] else { panic!("confirmed once") };
    assert_eq!((&line.actor, &line.action, &line.seen), (&gateway(), &AuditAction::Confirmed, &None));
    let events = "SELECT string_agg(event || ' ' || actor_kind, ', ' ORDER BY id) FROM registration.payment_events";
    let events: String = world.sql().await.query_one(events, &[]).await.unwrap().get(0);
    assert_eq!(events, "created candidate, received gateway", "each move once");
    let refused = payments.begin(&gateway(), Method::Alipay, &[(order.id, order.amount)]).await;
    assert!(matches!(refused, Err(BeginError::NotPayable(_, OrderState::Confirmed))), "{refused:?}");
    world.finish().await;
}

/// The machine is cut off between each two of the writes that confirm an order.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_confirmation_survives_a_death_between_any_two_steps() {
    let mut world = World::usual().await;
    let mut orders = Vec::new();
    for number in 0..4 {
        let order = world.hold(world.candidate(number).await.id, &[["s0", "s1"][number as usize % 2]]).await.unwrap();
        let payment = begin(&world, &order).await;
        world.registration.payments.receive(payment.id, &gateway(), None).await.unwrap();
        orders.push(order);
    }
    // Before the order was told; before the engine was; before the row was; after everything.
    let begun = |order: &Order| {
        format!(
            "UPDATE registration.orders SET state = 'confirming', decided_kind = 'gateway', decided_id = 'alipay',
                 decided_at = now() - interval '1 hour' WHERE id = '{}'",
            order.id
        )
    };
    world.execute(&begun(&orders[1])).await;
    world.execute(&begun(&orders[2])).await;
    world.engine.confirm(&exam(), &orders[2].sittings[0].hold, &orders[2].id.reference()).await.unwrap();
    world.registration.orders.confirm(orders[3].id, &gateway()).await.unwrap();
    world.restart_registration().await;
    for order in &orders[1..] {
        world.until_row(order.id, "confirmed").await;
    }
    world.registration.orders.confirm(orders[0].id, &gateway()).await.unwrap();
    for order in &orders {
        is_confirmed(&world, order).await;
        assert_eq!(states(&world, order.id).await, [PaymentState::Received]);
    }
    world.finish().await;
}

/// What was claimed by a screenshot is expected no more once the money has come by another way.
#[tokio::test(flavor = "multi_thread")]
async fn money_overtakes_a_screenshot() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    world.hand_in(order.account, order.id).await.unwrap();
    assert_eq!(states(&world, order.id).await, [PaymentState::Created, PaymentState::Pending]);
    let look = world.look(&world.reviewer, order.id).await;
    world.registration.payments.receive(payment.id, &gateway(), None).await.unwrap();
    world.until_row(order.id, "confirmed").await;
    assert_eq!(states(&world, order.id).await, [PaymentState::Received, PaymentState::Closed]);
    assert_eq!(decided(&world, &order).await, (Some("gateway".to_owned()), Some("alipay".to_owned()), true));
    let late = world.registration.reviews.refuse(&world.reviewer, order.id, &look, "看不清").await;
    assert!(matches!(late, Err(DecisionError::NotWaiting(OrderState::Confirmed))), "{late:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_payment_is_under_way_the_amount_stays() {
    let world = orders_many::start(900).await;
    let account = world.candidate(1).await.id;
    let (orders, payments) = (&world.registration.orders, &world.registration.payments);
    let order = world.hold(account, &["en4", "en6"]).await.unwrap();
    let en6 = "en6".parse().unwrap();
    let wrong = payments.begin(&gateway(), Method::Alipay, &[(order.id, Fen(1))]).await;
    assert!(matches!(wrong, Err(BeginError::Amount(_, Fen(6_500)))), "{wrong:?}");
    let twice = payments.begin(&gateway(), Method::Alipay, &[(order.id, order.amount), (order.id, order.amount)]).await;
    assert!(matches!(twice, Err(BeginError::Orders)), "{twice:?}");
    let payment = begin(&world, &order).await;
    let refused = orders.drop_seat(account, order.id, &en6).await;
    assert!(matches!(refused, Err(DropError::Paying)), "{refused:?}");
    assert_eq!(world.order(account, order.id).await, order);
    payments.close(payment.id, &Actor::Candidate(account)).await.unwrap();
    orders.drop_seat(account, order.id, &en6).await.unwrap();
    assert_eq!(world.order(account, order.id).await.amount, Fen(3_000));

    // Of a payment that begins and a seat that is dropped at the same moment one wins.
    for number in 2..8 {
        let account = world.candidate(number).await.id;
        let order = world.hold(account, &["en4", "en6"]).await.unwrap();
        let (whole, school) = ([(order.id, order.amount)], gateway());
        let (begun, dropped) =
            tokio::join!(payments.begin(&school, Method::School, &whole), orders.drop_seat(account, order.id, &en6),);
        let now = world.order(account, order.id).await.amount;
        match (&begun, &dropped) {
            (Ok(begun), Err(DropError::Paying)) => assert_eq!((begun.amount, now), (Fen(6_500), Fen(6_500))),
            (Err(BeginError::Amount(_, left)), Ok(())) => assert_eq!((*left, now), (Fen(3_000), Fen(3_000))),
            other => panic!("{other:?}"),
        }
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_payment_is_under_way_no_other_sitting_is_chosen() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    let refused = world.replace(account, &["s1"]).await;
    assert!(matches!(refused, Err(OrderError::Paying(id)) if id == order.id), "{refused:?}");
    assert_eq!(world.order(account, order.id).await, order);
    world.registration.payments.fail(payment.id, &gateway(), "closed by the payer").await.unwrap();
    assert_eq!(world.replace(account, &["s1"]).await.unwrap().id, order.id);
    world.finish().await;
}
