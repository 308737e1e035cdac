//! What becomes of money that came: a seat, a choice of other sittings, or a refund; and the journal says the same.

use registration::Fen;
use registration::desk::case::Subject;
use registration::desk::cases::Decided;
use registration::desk::finance::FinanceError;
use registration::model::actor::Actor;
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderState};
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::model::payment::{Method, Payment, PaymentState};
use registration::payments::{HandedBack, RefundError, Stuck};
use registration::rules::standing::{Action, State, standing};
use registration::rules::steps::steps;
use registration::seats::ChooseOtherError;

use crate::cases::MINUTES;
use crate::world::{Setup, World, exam, ids, until};

fn gateway() -> Actor {
    Actor::Gateway("alipay".parse().unwrap())
}

async fn begin(world: &World, order: &Order) -> Payment {
    let candidate = Actor::Candidate(order.account);
    world.registration.payments.begin(&candidate, Method::Alipay, &[(order.id, order.amount)]).await.unwrap()
}

async fn receive(world: &World, payment: &Payment) {
    world.registration.payments.receive(payment.id, &gateway(), None).await.unwrap();
}

/// Somebody else gets a seat of the sitting for good.
async fn take_for_good(world: &World, number: u32, sitting: &str) {
    let order = world.hold(world.candidate(number).await.id, &[sitting]).await.unwrap();
    receive(world, &begin(world, &order).await).await;
    world.until_row(order.id, "confirmed").await;
}

/// An order whose seat has lapsed while a payment of it was under way.
async fn lapsed(world: &World, number: u32) -> (Order, Payment) {
    let order = world.hold(world.candidate(number).await.id, &["s0"]).await.unwrap();
    let payment = begin(world, &order).await;
    world.until_row(order.id, "lapsed").await;
    (order, payment)
}

async fn balance(world: &World, account: &str) -> Fen {
    let books = world.registration.payments.books().await.unwrap();
    assert_eq!(books.differences, [], "{:?}", books.balances);
    books.balances.iter().find(|(name, _)| name == account).map_or(Fen(0), |(_, balance)| *balance)
}

async fn short_holds() -> World {
    World::start(Setup { hold_seconds: 2, grace_seconds: 0, capacities: vec![1, 1, 1], ..Setup::default() }).await
}

async fn until_owed(world: &World, account: AccountId, order: &Order) {
    until("a choice", async || matches!(world.order(account, order.id).await.state, OrderState::Owed { .. })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_gets_the_same_seat_while_it_is_free() {
    let world = short_holds().await;
    let (order, payment) = lapsed(&world, 1).await;
    receive(&world, &payment).await;
    world.until_row(order.id, "confirmed").await;
    assert_eq!(world.registration.payments.refunds_of(order.id).await.unwrap(), []);
    assert_eq!(balance(&world, "income").await, Fen(-12_000));
    assert_eq!(balance(&world, "clearing.alipay").await, Fen(12_000));

    // Given back, then paid all the same.
    let account = world.candidate(2).await.id;
    let order = world.hold(account, &["s1"]).await.unwrap();
    let payment = begin(&world, &order).await;
    world.registration.orders.release(account, order.id).await.unwrap();
    receive(&world, &payment).await;
    world.until_row(order.id, "confirmed").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_without_a_seat_is_offered_another_one() {
    let world = short_holds().await;
    let (order, payment) = lapsed(&world, 1).await;
    let account = order.account;
    take_for_good(&world, 2, "s0").await;
    receive(&world, &payment).await;
    until_owed(&world, account, &order).await;
    let now = jiff::Timestamp::now();
    let owed = world.order(account, order.id).await;
    let OrderState::Owed { until: last } = owed.state else { panic!("{owed:?}") };
    let hours = last.duration_since(now).as_hours();
    assert!((23..=24).contains(&hours), "{hours}");

    // The registration says so, in one sentence.
    let page = world.registration.exams.get(&exam()).unwrap();
    let orders = [owed];
    let facts = world.registration.applications.facts(account, &page, &orders).await.unwrap();
    let told = standing(&page, &facts, &steps(&page, &facts, now), now);
    assert!(matches!(told.state, State::Owed { order: id, .. } if id == order.id), "{told:?}");
    assert_eq!((told.action, told.until), (Some(Action::ChooseOther(order.id)), Some(last)));
    let letters = "SELECT count(*) FROM registration.outbox WHERE kind = 'order_owed'";
    assert_eq!(world.sql().await.query_one(letters, &[]).await.unwrap().get::<_, i64>(0), 1);

    let orders = &world.registration.orders;
    let [instead] = &orders.instead(account, order.id).await.unwrap()[..] else { panic!("one seat") };
    assert_eq!(instead.offered, ids(&["s1"]), "s2 is in no group, s0 is full");
    let refused = orders.choose_other(account, order.id, &ids(&["s2"])).await;
    assert!(matches!(refused, Err(ChooseOtherError::Choice)), "{refused:?}");
    let stranger = world.candidate(3).await.id;
    assert!(matches!(
        orders.choose_other(stranger, order.id, &ids(&["s1"])).await,
        Err(ChooseOtherError::NotOwed(None))
    ));
    let chosen = orders.choose_other(account, order.id, &ids(&["s1"])).await.unwrap();
    assert_eq!((chosen.state, chosen.sittings[0].sitting.as_str()), (OrderState::Confirmed, "s1"));
    assert_eq!(balance(&world, "income").await, Fen(-24_000));
    assert_eq!(balance(&world, "candidate").await, Fen(0));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_without_any_seat_goes_back() {
    let world = short_holds().await;
    let (order, payment) = lapsed(&world, 1).await;
    take_for_good(&world, 2, "s0").await;
    take_for_good(&world, 3, "s1").await;
    receive(&world, &payment).await;
    let payments = &world.registration.payments;
    until("a refund", async || !payments.refunds_of(order.id).await.unwrap().is_empty()).await;
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((refund.reason, refund.amount, refund.state), (RefundReason::Late, Fen(12_000), RefundState::Due));
    assert_eq!(balance(&world, "refund_due").await, Fen(-12_000));
    assert_eq!(world.order(order.account, order.id).await.state, OrderState::Lapsed);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_choose_in_time_gets_the_money_unless_the_seat_is_free_by_then() {
    let world = short_holds().await;
    let (order, payment) = lapsed(&world, 1).await;
    take_for_good(&world, 2, "s0").await;
    receive(&world, &payment).await;
    until_owed(&world, order.account, &order).await;
    let over = "UPDATE registration.settlements SET choice_until = now() - interval '1 second', due_at = now()
         WHERE state = 'choice'";
    world.execute(over).await;
    let payments = &world.registration.payments;
    until("a refund", async || !payments.refunds_of(order.id).await.unwrap().is_empty()).await;

    // Who wants none says so; and whose seat is free again gets it.
    let (other, payment) = {
        let order = world.hold(world.candidate(4).await.id, &["s1"]).await.unwrap();
        let payment = begin(&world, &order).await;
        world.until_row(order.id, "lapsed").await;
        (order, payment)
    };
    receive(&world, &payment).await;
    world.until_row(other.id, "confirmed").await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_twice_or_is_not_what_was_asked_for_goes_back() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let (first, second) = (begin(&world, &order).await, begin(&world, &order).await);
    receive(&world, &first).await;
    receive(&world, &second).await;
    world.until_row(order.id, "confirmed").await;
    let payments = &world.registration.payments;
    until("a refund", async || !payments.refunds_of(order.id).await.unwrap().is_empty()).await;
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one of two goes back") };
    assert_eq!((refund.reason, refund.amount), (RefundReason::Double, Fen(12_000)));

    let order = world.hold(world.candidate(2).await.id, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    let less = format!(
        "UPDATE registration.payments SET state = 'received', received_at = now(), received_fen = 11999,
             decided_kind = 'system', decided_at = now() WHERE id = '{}'",
        payment.id.0
    );
    world.execute(&less).await;
    until("a refund", async || !payments.refunds_of(order.id).await.unwrap().is_empty()).await;
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((refund.reason, refund.amount), (RefundReason::WrongAmount, Fen(11_999)));
    assert_eq!(world.order(order.account, order.id).await.state, OrderState::Unpaid, "it can be paid for rightly");
    assert_eq!(balance(&world, "clearing.alipay").await, Fen(24_000 + 11_999));
    world.finish().await;
}

/// Staff have confirmed a picture, and can still take that back, when money comes by a channel: their decision comes first, and
/// what came second goes back. Else the candidate would have paid twice.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_while_a_decision_can_be_taken_back_waits_for_it() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    world.hand_in(order.account, order.id).await.unwrap();
    let (cases, version) = (&world.registration.cases, world.look(&world.reviewer, order.id).await.to_string());
    let subject = Subject::Payment(order.id);
    let id = cases.note(&world.reviewer, &subject, &version, &Decided::Passed, MINUTES).await.unwrap();
    receive(&world, &payment).await;
    let settle = "UPDATE registration.settlements SET due_at = now()";
    let tried = "SELECT count(*) FROM registration.settlements WHERE state = 'due' AND due_at > now()";
    until("settling has looked", async || {
        world.sql().await.query_one(tried, &[]).await.unwrap().get::<_, i64>(0) == 1
            || world.row_state(order.id).await == "confirmed"
    })
    .await;
    assert!(cases.get(&world.reviewer, id).await.unwrap().unwrap().noted.is_some(), "the decision stands");
    world.execute("UPDATE registration.cases SET noted_until = now() WHERE noted IS NOT NULL").await;
    world.until_row(order.id, "confirmed").await;
    world.execute(settle).await;
    let payments = &world.registration.payments;
    until("a refund", async || !payments.refunds_of(order.id).await.unwrap().is_empty()).await;
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one of two goes back") };
    assert_eq!((refund.reason, refund.amount), (RefundReason::Double, Fen(12_000)));
    assert_eq!(balance(&world, "clearing.screenshot").await, Fen(12_000));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_nothing_is_confirmed_without_a_payment() {
    let sittings = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity,group,fee
s0,英语,English,一教,Hall,2099-02-01T09:00:00+08:00,2,group,0.00
";
    let world = World::start(Setup { sittings: Some(sittings), ..Setup::default() }).await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    assert_eq!((order.state, order.amount), (OrderState::Confirmed, Fen(0)));
    assert!(world.registration.payments.of_order(order.id).await.unwrap().is_empty());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_refunds_by_staff_need_two() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    receive(&world, &payment).await;
    world.until_row(order.id, "confirmed").await;
    let (payments, staff) = (&world.registration.payments, world.reviewer.id);
    let (of, limit) = ((payment.id, order.id), Fen(10_000));
    let more = payments.refund(staff, of, Fen(12_001), ("", limit)).await;
    assert!(matches!(more, Err(RefundError::Amount(Fen(12_000)))), "{more:?}");
    let refund = payments.refund(staff, of, Fen(11_000), ("病假", limit)).await.unwrap();
    let again = payments.refund(staff, of, Fen(500), ("病假", limit)).await;
    assert!(matches!(again, Err(RefundError::Twice)), "{again:?}");
    let alone = payments.agree_to_refund(staff, refund, true).await;
    assert!(matches!(alone, Err(RefundError::SamePerson)), "{alone:?}");
    assert!(matches!(&payments.stuck().await.unwrap()[..], [Stuck::Refund(one)] if one.id == refund));
    let role = registration::desk::staff::Role::Administrator;
    // Whoever invited somebody could be both.
    let puppet = world.registration.staff.add("puppet", "long-enough-3", role).await.unwrap();
    let invited = "INSERT INTO registration.audit (at, staff, action, subject) VALUES (now(), $1, 'staff.invited', $2)";
    world.sql().await.execute(invited, &[&staff.0, &"staff.puppet"]).await.unwrap();
    let tied = payments.agree_to_refund(puppet.id, refund, true).await;
    assert!(matches!(tied, Err(RefundError::Tied)), "{tied:?}");
    let other = world.registration.staff.add("finance", "long-enough-2", role).await.unwrap();
    payments.agree_to_refund(other.id, refund, true).await.unwrap();
    let [agreed] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((agreed.state, agreed.agreed_by), (RefundState::Due, Some(other.id)));
    assert_eq!(balance(&world, "income").await, Fen(-1_000));
    assert!(payments.stuck().await.unwrap().is_empty());
    assert_eq!(payments.of_order(order.id).await.unwrap()[0].state, PaymentState::Received);
    world.finish().await;
}

/// Where a site has nobody else of finance the operator is the second person; the audit names the system.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_agrees_to_a_large_refund_where_nobody_else_can() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    let payment = begin(&world, &order).await;
    receive(&world, &payment).await;
    world.until_row(order.id, "confirmed").await;
    let (payments, finance) = (&world.registration.payments, &world.registration.finance);
    assert!(finance.waiting_for_two().await.unwrap().is_empty());
    let wanted = ("病假", Fen(10_000));
    let refund = payments.refund(world.reviewer.id, (payment.id, order.id), Fen(11_000), wanted).await.unwrap();
    let [waiting] = &finance.waiting_for_two().await.unwrap()[..] else { panic!("one") };
    assert_eq!((waiting.id, waiting.state), (refund, RefundState::Asked));
    // Fifty others have waited for longer, and are all that is listed.
    let others = "INSERT INTO registration.refunds (id, payment, order_id, amount_fen, reason, state, created_at, asked_kind, turn)
        SELECT gen_random_uuid(), payment, order_id, 1, reason, 'asked', created_at - interval '1 minute', 'system', n
        FROM registration.refunds, generate_series(2, 51) AS n";
    world.execute(others).await;
    assert!(finance.waiting_for_two().await.unwrap().iter().all(|one| one.id != refund));
    // What the audit does not take is not done.
    let refuses =
        "CREATE FUNCTION registration.refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refuses'; END $$;
        CREATE TRIGGER refuses BEFORE INSERT ON registration.audit FOR EACH ROW WHEN (NEW.action = 'refund.agree')
            EXECUTE FUNCTION registration.refuses()";
    world.execute(refuses).await;
    let refused = finance.decide_as_operator(refund, true).await;
    assert!(matches!(refused, Err(FinanceError::Store(_))), "{refused:?}");
    world.execute("DROP FUNCTION registration.refuses() CASCADE").await;
    assert_eq!(finance.decide_as_operator(refund, true).await.unwrap(), payment.id);
    let gone = "ALTER TABLE registration.refunds DISABLE TRIGGER refunds_stay; DELETE FROM registration.refunds WHERE amount_fen = 1;
        ALTER TABLE registration.refunds ENABLE TRIGGER refunds_stay";
    world.execute(gone).await;
    let [agreed] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((agreed.state, agreed.agreed_by), (RefundState::Due, None));
    let again = finance.decide_as_operator(refund, true).await;
    assert!(matches!(again, Err(FinanceError::Refund(RefundError::Moved(RefundState::Due)))), "{again:?}");
    // As given back by hand, too: a line of either.
    let shown = world.hold(world.candidate(2).await.id, &["s1"]).await.unwrap();
    world.hand_in(shown.account, shown.id).await.unwrap();
    world.confirm(shown.id).await.unwrap();
    let [paid] = &payments.of_order(shown.id).await.unwrap()[..] else { panic!("one") };
    let wanted = ("病假", Fen(100_000));
    let by_hand = payments.refund(world.reviewer.id, (paid.id, shown.id), Fen(11_000), wanted).await.unwrap();
    payments.refunded_by_hand(world.reviewer.id, by_hand, ("T-9", "转账"), Fen(10_000)).await.unwrap();
    assert_eq!(finance.decide_as_operator(by_hand, true).await.unwrap(), paid.id);
    let lines = "SELECT array_agg(action ORDER BY action) FROM registration.audit
        WHERE action LIKE 'refund.%agree' AND actor_kind = 'system'";
    let lines: Vec<String> = world.sql().await.query_one(lines, &[]).await.unwrap().get(0);
    assert_eq!(lines, ["refund.agree", "refund.by_hand_agree"]);
    world.finish().await;
}

/// Nobody is asked twice: what the operator agreed to needs nobody else once staff have given it back by hand.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_agreed_to_is_given_back_by_hand_without_a_second_person() {
    let world = World::usual().await;
    let (payments, staff, limit) = (&world.registration.payments, world.reviewer.id, Fen(10_000));
    let order = world.hold(world.candidate(1).await.id, &["s1"]).await.unwrap();
    world.hand_in(order.account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    let refund = payments.refund(staff, (paid.id, order.id), Fen(11_000), ("病假", limit)).await.unwrap();
    world.registration.finance.decide_as_operator(refund, true).await.unwrap();
    let [agreed] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((agreed.agreed_by, agreed.is_agreed_by_operator), (None, true));
    let given = payments.refunded_by_hand(staff, refund, ("T-9", "转账"), limit).await.unwrap();
    assert_eq!(given, HandedBack::Done);
    let [done] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!(done.state, RefundState::Done);
    world.finish().await;
}

/// The journal is only added to, and no entry leaves it unbalanced.
#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_kept_by_the_database() {
    let world = World::usual().await;
    let order = world.hold(world.candidate(1).await.id, &["s0"]).await.unwrap();
    world.hand_in(order.account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    assert_eq!(balance(&world, "clearing.screenshot").await, Fen(12_000));
    assert_eq!(balance(&world, "income").await, Fen(-12_000));
    let client = world.sql().await;
    for statement in [
        "UPDATE registration.journal SET at = now()",
        "DELETE FROM registration.journal_lines",
        "TRUNCATE registration.journal_lines",
        "TRUNCATE registration.journal CASCADE",
        "DELETE FROM registration.refunds WHERE true",
        "UPDATE registration.payments SET state = 'closed'",
        "UPDATE registration.payments SET received_fen = 1",
        "INSERT INTO registration.journal_lines (entry, line, account, debit_fen, credit_fen)
             SELECT id, 9, 'income', 5, 0 FROM registration.journal LIMIT 1",
        "INSERT INTO registration.journal (at, kind, payment, order_id)
             SELECT now(), 'settled', payment, 'S7K4-2M9Q' FROM registration.journal LIMIT 1",
    ] {
        let done = client.execute(statement, &[]).await;
        let is_empty = statement.starts_with("DELETE FROM registration.refunds");
        assert!(done.is_err() || is_empty && done.is_ok_and(|rows| rows == 0), "{statement}");
    }
    world.finish().await;
}
