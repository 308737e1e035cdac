//! Traps of channels that no other test closes, and refunds by staff of money that is neither a seat nor a refund yet.
//! The table of all of them is in `docs/payments.md`.

use gateways::pay::{NotGenuine, Start, Surface};
use registration::Fen;
use registration::desk::staff::Role;
use registration::model::ids::AccountId;
use registration::model::order::{OrderId, OrderState};
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::model::payment::{Method, PaymentId, PaymentState};
use registration::payments::{Going, NotifiedError, RefundError, Stuck};
use sandbox::{AnswerTwist, Conduct, NewsTwist, RefundTwist};

use crate::payments_beside::states;
use crate::shop::{Shop, at, number};
use crate::world::{Setup, ids, until};

/// Somebody new has a seat of the sitting and is about to pay for it.
async fn going(shop: &Shop, candidate: u32, sitting: &str, method: Method) -> (AccountId, OrderId, Going) {
    let account = shop.world.candidate(candidate).await.id;
    let order = shop.world.hold(account, &[sitting]).await.unwrap();
    let going = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
    (account, order.id, going)
}

async fn bought(shop: &Shop, candidate: u32, sitting: &str, method: Method) -> (OrderId, PaymentId) {
    let (_, order, going) = going(shop, candidate, sitting, method).await;
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order, "confirmed").await;
    (order, number(&going).0)
}

async fn count(shop: &Shop, of: &str) -> i64 {
    shop.world.sql().await.query_one(&format!("SELECT count(*) FROM {of}"), &[]).await.unwrap().get(0)
}

async fn refund_state(shop: &Shop, order: OrderId) -> RefundState {
    shop.world.registration.payments.refunds_of(order).await.unwrap()[0].state
}

#[tokio::test(flavor = "multi_thread")]
async fn what_channels_do_in_their_own_time_moves_nothing_twice() {
    let shop = Shop::open(Setup { capacities: vec![20, 8, 8], ..Setup::default() }).await;
    a_probe_is_written_down_nowhere(&shop).await;
    an_address_that_is_over_is_asked_for_with_the_same_words(&shop).await;
    a_refund_is_asked_after_though_no_news_come(&shop).await;
    a_second_success_changes_nothing(&shop).await;
    what_nobody_can_tell_for_a_week_is_shown_to_staff(&shop).await;
    a_trade_that_ends_by_time_ends_the_attempt_and_not_the_order(&shop).await;
    shop.until_books_agree().await;
    shop.finish().await;
}

/// Trap 1: WeChat Pay tries out whether signatures are checked.
async fn a_probe_is_written_down_nowhere(shop: &Shop) {
    going(shop, 1, "s0", Method::WechatPay).await;
    let before = count(shop, "registration.payment_events").await;
    let header = |name: &str| match name {
        "wechatpay-signature" => Some("WECHATPAY/SIGNTEST/not even base64".to_owned()),
        "wechatpay-timestamp" => Some(jiff::Timestamp::now().as_second().to_string()),
        "wechatpay-nonce" => Some("n".to_owned()),
        "wechatpay-serial" => Some("PUB_KEY_ID_0".to_owned()),
        _ => None,
    };
    let told = shop.world.registration.payments.heard("wechat_pay", &header, b"{}").await;
    assert!(matches!(told, Err(NotifiedError::NotGenuine(NotGenuine::Probe))), "{told:?}");
    assert_eq!(count(shop, "registration.payment_events").await, before);
}

/// Trap 15: WeChat Pay's address is good for five minutes, whatever the order's expiry is.
async fn an_address_that_is_over_is_asked_for_with_the_same_words(shop: &Shop) {
    let (account, order, first) = going(shop, 2, "s0", Method::WechatPay).await;
    let payment = number(&first).0;
    let said = async || {
        let row = "SELECT order_call, calls FROM registration.payments WHERE id = $1";
        let row = shop.world.sql().await.query_one(row, &[&payment.0]).await.unwrap();
        (row.get::<_, String>(0), row.get::<_, i32>(1))
    };
    let (words, calls) = said().await;
    let later = format!("UPDATE registration.payments SET start_until = now() WHERE id = '{}'", payment.0);
    shop.world.execute(&later).await;
    let again = shop.pay(account, order, Method::WechatPay, Surface::Phone).await.unwrap();
    assert_eq!(number(&again).0, payment, "the same order at the channel");
    assert_eq!(said().await, (words, calls + 1), "the same words");
    assert!(shop.pay_there(&again).await);
    shop.world.until_row(order, "confirmed").await;
}

/// Trap 38: what nobody has paid for ends at the channel, whose word must not get lost; the seat is the order's business.
async fn a_trade_that_ends_by_time_ends_the_attempt_and_not_the_order(shop: &Shop) {
    let (_, order, going) = going(shop, 10, "s0", Method::Alipay).await;
    let Going::Start { start: Start::Go { url, .. }, .. } = &going else { panic!("{going:?}") };
    shop.sandbox.buyer(&shop.site).open(url).await.unwrap();
    shop.sandbox.pay().act(at(Method::Alipay), &number(&going).1).unwrap();
    // The channel's clock only: for us the seat lives.
    shop.sandbox.pay().advance(std::time::Duration::from_secs(20 * 60));
    until("closed", async || states(&shop.world, order).await == [PaymentState::Closed]).await;
    assert_eq!(shop.world.row_state(order).await, "unpaid");
}

/// Trap 36: the word that a refund went through often never comes.
async fn a_refund_is_asked_after_though_no_news_come(shop: &Shop) {
    let payments = &shop.world.registration.payments;
    for (candidate, method) in [(3, Method::Alipay), (4, Method::WechatPay)] {
        let (order, payment) = bought(shop, candidate, "s0", method).await;
        let (news_often, refunds) = ([(NewsTwist::Lost, 100)].into(), vec![Some(RefundTwist::Slow)]);
        shop.sandbox.pay().behave(at(method), Conduct { news_often, refunds, ..Conduct::default() });
        let of = (payment, order);
        payments.refund(shop.world.reviewer.id, of, Fen(5_000), ("", Fen(100_000))).await.unwrap();
        until("done", async || refund_state(shop, order).await == RefundState::Done).await;
        shop.sandbox.pay().behave(at(method), Conduct::default());
    }
}

/// Trap 37: weeks later Alipay tells of the end of a trade as of a second success, of one that was refunded, too.
async fn a_second_success_changes_nothing(shop: &Shop) {
    let before = (count(shop, "registration.payments").await, count(shop, "registration.journal").await);
    let trades = shop.sandbox.pay().trades();
    let paid = trades.iter().find(|trade| trade.is_paid() && trade.channel == at(Method::Alipay)).unwrap();
    shop.sandbox.pay().finish(at(Method::Alipay), &paid.number).unwrap();
    until("told", async || {
        let told = shop.sandbox.pay().deliveries();
        let of_it = told.iter().filter(|told| told.number == paid.number && told.about == "payment");
        of_it.filter(|told| told.is_acknowledged).count() >= 2
    })
    .await;
    assert_eq!((count(shop, "registration.payments").await, count(shop, "registration.journal").await), before);
}

/// An attempt of which the channel has said nothing for a week is on staff's list, and asked after all the same.
async fn what_nobody_can_tell_for_a_week_is_shown_to_staff(shop: &Shop) {
    let (_, order, going) = going(shop, 5, "s0", Method::WechatPay).await;
    let payment = number(&going).0;
    let answers_often = [(AnswerTwist::SystemError, 100)].into();
    shop.sandbox.pay().behave(at(Method::WechatPay), Conduct { answers_often, ..Conduct::default() });
    let week = format!(
        "UPDATE registration.payments SET created_at = now() - interval '8 days', expires_at = now() - interval '7 days 1 hour',
             ask_at = now() WHERE id = '{}'",
        payment.0
    );
    shop.world.execute(&week).await;
    let is_shown = async || {
        let stuck = shop.world.registration.payments.stuck().await.unwrap();
        stuck.iter().any(|one| matches!(one, Stuck::Payment { payment: one, .. } if *one == payment))
    };
    until("staff's list", async || is_shown().await).await;
    assert_eq!(states(&shop.world, order).await, [PaymentState::Pending], "only the channel says what became of it");
    shop.sandbox.pay().behave(at(Method::WechatPay), Conduct::default());
    let again = format!("UPDATE registration.payments SET ask_at = now() WHERE id = '{}'", payment.0);
    shop.world.execute(&again).await;
    until("closed", async || states(&shop.world, order).await == [PaymentState::Closed]).await;
    assert!(!is_shown().await);
}

/// Money that was on its way while its seat was given up and taken: other sittings are offered for it.
async fn in_choice(shop: &Shop) -> (AccountId, OrderId, PaymentId) {
    let (owner, order, going) = going(shop, 1, "s0", Method::WechatPay).await;
    shop.world.registration.orders.release(owner, order).await.unwrap();
    bought(shop, 2, "s0", Method::Alipay).await;
    shop.sandbox.pay().pay_late(at(Method::WechatPay), &number(&going).1).unwrap();
    until("a choice", async || matches!(shop.world.order(owner, order).await.state, OrderState::Owed { .. })).await;
    let late = shop.world.registration.payments.of_order(order).await.unwrap();
    let late = late.iter().find(|payment| payment.state == PaymentState::Received).unwrap();
    (owner, order, late.id)
}

/// Staff give back what has bought no seat whole or not at all; where the second of them does not agree, it is settled as if
/// nobody had asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_seat_yet_goes_back_whole_and_is_settled_when_nobody_agrees() {
    let shop = Shop::open(Setup { capacities: vec![1, 1, 1], ..Setup::default() }).await;
    let (owner, order, payment) = in_choice(&shop).await;
    let (payments, staff) = (&shop.world.registration.payments, shop.world.reviewer.id);
    let part = payments.refund(staff, (payment, order), Fen(2_000), ("", Fen(100_000))).await;
    assert!(matches!(part, Err(RefundError::Whole(Fen(12_000)))), "{part:?}");
    let asked = payments.refund(staff, (payment, order), Fen(12_000), ("", Fen(10_000))).await.unwrap();
    assert!(!matches!(shop.world.order(owner, order).await.state, OrderState::Owed { .. }), "nothing to be chosen");
    let other = shop.world.registration.staff.add("second", "long-enough-2", Role::Administrator).await.unwrap();
    payments.agree_to_refund(other.id, asked, false).await.unwrap();
    // The seat is gone still, another one is free still.
    until("a choice", async || matches!(shop.world.order(owner, order).await.state, OrderState::Owed { .. })).await;
    shop.world.registration.orders.choose_other(owner, order, &ids(&["s1"])).await.unwrap();
    shop.world.until_row(order, "confirmed").await;
    let [closed] = &payments.refunds_of(order).await.unwrap()[..] else { panic!("one") };
    assert_eq!((closed.reason, closed.state), (RefundReason::Staff, RefundState::Closed));
    shop.until_books_agree().await;
    assert_eq!(shop.clearing().await, Fen(24_000));
    shop.finish().await;
}

/// Of whoever settles money and whoever gives it back at the same moment one comes first, and the other sees that.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_waits_for_whoever_settles_the_same_order() {
    let shop = Shop::open(Setup::default()).await;
    let (_, order, going) = going(&shop, 1, "s0", Method::WechatPay).await;
    let payment = number(&going).0;
    let mut client = shop.world.sql().await;
    let held = client.transaction().await.unwrap();
    let lock = "SELECT FROM registration.orders WHERE id = $1 FOR UPDATE";
    held.query(lock, &[&order.to_string()]).await.unwrap();
    assert!(shop.pay_there(&going).await);
    until("the money", async || states(&shop.world, order).await == [PaymentState::Received]).await;
    let payments = shop.world.registration.payments.clone();
    let staff = shop.world.reviewer.id;
    let begun =
        tokio::spawn(async move { payments.refund(staff, (payment, order), Fen(12_000), ("", Fen(100_000))).await });
    until("both wait for the order", async || {
        let waiting = "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        count(&shop, waiting).await >= 2
    })
    .await;
    held.rollback().await.unwrap();
    let kept = match begun.await.unwrap() {
        Ok(_) => {
            until("done", async || refund_state(&shop, order).await == RefundState::Done).await;
            Fen(0)
        }
        Err(RefundError::Settling) => {
            shop.world.until_row(order, "confirmed").await;
            Fen(12_000)
        }
        Err(error) => panic!("{error}"),
    };
    shop.until_books_agree().await;
    assert_eq!(shop.clearing().await, kept);
    shop.finish().await;
}

/// A channel is believed about what was begun with it, and about nothing else, whatever it has signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_tells_of_its_own_payments_alone() {
    let shop = Shop::open(Setup::default()).await;
    let (_, order, going) = going(&shop, 1, "s0", Method::Alipay).await;
    shop.world.execute("UPDATE registration.payments SET method = 'wechat_pay'").await;
    assert!(shop.pay_there(&going).await);
    // Its news comes at once.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_ne!(states(&shop.world, order).await, [PaymentState::Received]);
    shop.world.execute("UPDATE registration.payments SET method = 'alipay'").await;
    shop.world.until_row(order, "confirmed").await;
    shop.until_books_agree().await;
    shop.finish().await;
}
