//! Giving up seats that were paid for: what comes back is told first, and comes back once; the rest is kept.

use gateways::pay::Surface;
use registration::Fen;
use registration::desk::staff::Role;
use registration::model::order::OrderState;
use registration::model::payment::Method;
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::payments::{HandedBack, Looking, RefundError, Stuck};
use registration::seats::WithdrawError;

use crate::shop::{Shop, at, number};
use crate::world::{Setup, World, until};

const RULES: &str = "[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n
[refund]
rates = [
    { until = 2021-01-01T00:00:00+08:00, percent = 100 },
    { until = 2098-01-01T00:00:00+08:00, percent = 67 },
]
note = { zh = \"其余部分为考务费\", en = \"The rest is for what is prepared\" }
";
const BY_SCREENSHOT: &str = "[refund]\nrates = [{ until = 2098-01-01T00:00:00+08:00, percent = 50 }]\n";

async fn balance(world: &World, account: &str) -> Fen {
    let books = world.registration.payments.books().await.unwrap();
    assert_eq!(books.differences, [], "{:?}", books.balances);
    books.balances.iter().find(|(name, _)| name == account).map_or(Fen(0), |(_, balance)| *balance)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_seat_is_given_up_at_the_rate_of_the_day() {
    let shop = Shop::open(Setup { capacities: vec![1, 1, 1], rules: RULES, ..Setup::default() }).await;
    let (orders, payments) = (&shop.world.registration.orders, &shop.world.registration.payments);
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let unpaid = orders.withdrawal(account, order.id).await;
    assert!(matches!(unpaid, Err(WithdrawError::NotPaid(OrderState::Unpaid))), "{unpaid:?}");
    let first = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    let second = shop.pay(account, order.id, Method::WechatPay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&second).await);
    shop.world.until_row(order.id, "confirmed").await;

    let told = orders.withdrawal(account, order.id).await.unwrap();
    assert_eq!((told.terms.back, told.terms.kept, told.terms.percent), (Fen(8_040), Fen(3_960), 67));
    assert_eq!(told.method, Some(Method::WechatPay));
    let stranger = shop.world.candidate(2).await.id;
    let theirs = orders.withdraw(stranger, order.id, Fen(8_040)).await;
    assert!(matches!(theirs, Err(WithdrawError::UnknownOrder)), "{theirs:?}");
    let other = orders.withdraw(account, order.id, Fen(12_000)).await;
    assert!(matches!(other, Err(WithdrawError::Changed(terms)) if terms == told.terms), "{other:?}");
    assert_eq!(shop.world.order(account, order.id).await.state, OrderState::Confirmed);

    let withdraw = || orders.withdraw(account, order.id, Fen(8_040));
    let (one, another) = tokio::join!(withdraw(), withdraw());
    for done in [one.unwrap(), another.unwrap(), withdraw().await.unwrap()] {
        assert_eq!((done.state, done.paid_at.is_some()), (OrderState::Released, true));
    }
    shop.world.until_free("s0", 1).await;
    until("the money", async || {
        let refunds = payments.refunds_of(order.id).await.unwrap();
        matches!(&refunds[..], [one] if one.reason == RefundReason::Withdrawn && one.state == RefundState::Done)
    })
    .await;
    let trade = shop.sandbox.pay().trade(at(Method::WechatPay), &number(&second).1).unwrap();
    assert_eq!((trade.refunded_fen(), trade.refunds.len()), (8_040, 1));
    assert_eq!(balance(&shop.world, "income").await, Fen(-3_960), "the rest is kept");

    // Money that comes for it now buys no second seat, though one is free.
    assert!(shop.pay_there(&first).await);
    until("the second money back", async || {
        let refunds = payments.refunds_of(order.id).await.unwrap();
        refunds.iter().any(|one| one.reason == RefundReason::Double && one.state == RefundState::Done)
    })
    .await;
    // Who gave up may come again.
    let again = shop.world.hold(account, &["s0"]).await.unwrap();
    let going = shop.pay(account, again.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(again.id, "confirmed").await;
    // A part that staff gave back before counts.
    let [paid] = &payments.of_order(again.id).await.unwrap()[..] else { panic!("one") };
    payments.refund(shop.staff.id, (paid.id, again.id), Fen(10_000), ("", Fen(100_000))).await.unwrap();
    let told = orders.withdrawal(account, again.id).await.unwrap();
    assert_eq!((told.terms.back, told.terms.kept), (Fen(2_000), Fen(0)));
    orders.withdraw(account, again.id, Fen(2_000)).await.unwrap();
    shop.until_books_agree().await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_picture_has_paid_for_is_given_back_by_hand() {
    let world = World::start(Setup { rules: BY_SCREENSHOT, ..Setup::default() }).await;
    let (orders, payments) = (&world.registration.orders, &world.registration.payments);
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let told = orders.withdrawal(account, order.id).await.unwrap();
    assert_eq!((told.terms.back, told.method), (Fen(6_000), Some(Method::Screenshot)));
    orders.withdraw(account, order.id, Fen(6_000)).await.unwrap();
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!(refund.state, RefundState::Due);
    assert!(matches!(&payments.stuck().await.unwrap()[..], [Stuck::Refund(one)] if one.id == refund.id));
    assert_eq!(balance(&world, "refund_due").await, Fen(-6_000));
    for _ in 0..2 {
        payments.refunded_by_hand(world.reviewer.id, refund.id, ("T-9", "转账"), Fen(100_000)).await.unwrap();
    }
    assert_eq!(payments.stuck().await.unwrap(), []);
    assert_eq!(balance(&world, "income").await, Fen(-6_000));
    assert_eq!(balance(&world, "clearing.screenshot").await, Fen(6_000));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_give_back_what_a_picture_has_paid_for_by_two_and_by_hand() {
    let world = World::start(Setup { capacities: vec![3, 3, 3], rules: BY_SCREENSHOT, ..Setup::default() }).await;
    let payments = &world.registration.payments;
    let (account, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let (order, waiting) = (world.hold(account, &["s0"]).await.unwrap(), world.hold(other, &["s0"]).await.unwrap());
    world.hand_in(account, order.id).await.unwrap();
    world.hand_in(other, waiting.id).await.unwrap();
    world.confirm(order.id).await.unwrap();
    let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    let [pending] = &payments.of_order(waiting.id).await.unwrap()[..] else { panic!("one") };
    let (one, two) = (
        world.reviewer.id,
        world.registration.staff.add("wang.fang", "long-enough-1", Role::Finance).await.unwrap().id,
    );
    let refund = async |of, amount, limit| payments.refund(one, of, Fen(amount), ("病假", Fen(limit))).await;

    // Money that nobody has confirmed does not go back, nor more than came, nor another order's.
    for of in [(pending.id, waiting.id), (paid.id, waiting.id)] {
        assert!(matches!(refund(of, 1, 100_000).await, Err(RefundError::Unknown)), "{of:?}");
    }
    let of = (paid.id, order.id);
    assert!(matches!(refund(of, 12_001, 100_000).await, Err(RefundError::Amount(Fen(12_000)))));
    // Above the limit two agree before, and nobody else is needed once it was transferred.
    let id = refund(of, 7_000, 5_000).await.unwrap();
    assert!(matches!(refund(of, 7_000, 5_000).await, Err(RefundError::Amount(Fen(5_000)))), "more than is left");
    assert!(matches!(refund(of, 1_000, 5_000).await, Err(RefundError::Twice)));
    let early = payments.refunded_by_hand(one, id, ("T-9", "转账"), Fen(5_000)).await;
    assert!(matches!(early, Err(RefundError::Moved(RefundState::Asked))), "{early:?}");
    assert!(matches!(payments.agree_to_refund(one, id, true).await, Err(RefundError::SamePerson)));
    payments.agree_to_refund(two, id, true).await.unwrap();
    let [due] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    assert_eq!((due.state, due.method), (RefundState::Due, Method::Screenshot));
    assert!(due.stuck_at.is_some(), "people must transfer it: no channel does");
    let page = payments.page(account, order.id, Looking::Nobody).await.unwrap().unwrap();
    assert_eq!(page.refunds.len(), 1, "the candidate's page says so");
    assert_eq!(balance(&world, "refund_due").await, Fen(-7_000));
    let given = payments.refunded_by_hand(one, id, ("T-9", "转账"), Fen(5_000)).await.unwrap();
    assert_eq!(given, HandedBack::Done);
    assert_eq!(payments.books().await.unwrap().differences, []);
    assert_eq!((balance(&world, "income").await, balance(&world, "refund_due").await), (Fen(-5_000), Fen(0)));
    // The seat stays; who gives it up gets what is left and no more.
    assert_eq!(world.order(account, order.id).await.state, OrderState::Confirmed);
    let told = world.registration.orders.withdrawal(account, order.id).await.unwrap();
    assert_eq!(told.terms.back, Fen(5_000));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_up_where_the_exam_does_not_say_so_nor_too_late() {
    let shop = Shop::open(Setup::default()).await;
    let orders = &shop.world.registration.orders;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let going = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order.id, "confirmed").await;
    let off = orders.withdraw(account, order.id, Fen(12_000)).await;
    assert!(matches!(off, Err(WithdrawError::NotOffered)), "{off:?}");
    assert!(shop.world.registration.payments.refunds_of(order.id).await.unwrap().is_empty());
    // Only the channel gives back what came by it.
    let [paid] = &shop.world.registration.payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    let payments = &shop.world.registration.payments;
    let refund = payments.refund(shop.staff.id, (paid.id, order.id), Fen(1), ("", Fen(0))).await.unwrap();
    let by_hand = payments.refunded_by_hand(shop.staff.id, refund, ("T-9", "转账"), Fen(100_000)).await;
    assert!(matches!(by_hand, Err(RefundError::ByChannel)), "{by_hand:?}");
    payments.agree_to_refund(shop.staff.id, refund, false).await.unwrap();
    shop.finish().await;
}
