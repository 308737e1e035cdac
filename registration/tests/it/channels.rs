//! Paying by Alipay, WeChat Pay and a bank, as the sandbox plays them: on phones and by codes; late, twice, without any news, and
//! with every answer that can go wrong.

use gateways::pay::{Start, Surface};
use registration::Fen;
use registration::model::order::{OrderId, OrderState};
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::model::payment::{Method, PaymentState};
use registration::payments::{Going, Looking, NotifiedError, PayRefusal, Stuck};
use registration::seats::ReleaseError;
use sandbox::{AnswerTwist, Call, Conduct, NewsTwist, PayTwist, RefundTwist, Wrong};

use crate::payments_beside::states;
use crate::shop::{Shop, at, number};
use crate::world::{Setup, World, until};

const ALL: [Method; 3] = [Method::Alipay, Method::WechatPay, Method::Bank];

async fn refunded(world: &World, order: OrderId, reason: RefundReason) {
    until("a refund that is done", async || {
        let refunds = world.registration.payments.refunds_of(order).await.unwrap();
        refunds.iter().any(|refund| (refund.reason, refund.state) == (reason, RefundState::Done))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_paid_for_by_each_channel_on_phone_and_desk() {
    let shop = Shop::open(Setup { capacities: vec![8, 8, 8], ..Setup::default() }).await;
    let mut number = 0;
    for method in ALL {
        for surface in [Surface::Phone, Surface::Desk] {
            number += 1;
            let account = shop.world.candidate(number).await.id;
            let order = shop.world.hold(account, &["s0"]).await.unwrap();
            let payments = &shop.world.registration.payments;
            let offer = payments.offer(account, order.id, surface).await.unwrap();
            assert_eq!(offer, Some((Fen(12_000), ALL.to_vec())));
            let going = shop.pay(account, order.id, method, surface).await.unwrap();
            let again = shop.pay(account, order.id, method, surface).await.unwrap();
            assert_eq!(going, again, "the same order goes to the same cashier");
            let Going::Start { start, expires_at, .. } = &going else { panic!("{going:?}") };
            let is_scanned = surface == Surface::Desk && method != Method::Bank;
            assert_eq!(matches!(start, Start::Scan { .. }), is_scanned);
            assert_eq!(*expires_at, order.expires_at);
            assert!(shop.pay_there(&going).await, "{method} {surface:?}");
            shop.world.until_row(order.id, "confirmed").await;
            assert_eq!(states(&shop.world, order.id).await, [PaymentState::Received]);
            let over = shop.pay(account, order.id, method, surface).await;
            assert!(matches!(over, Err(PayRefusal::NotPayable(OrderState::Confirmed))), "{over:?}");
            let page = payments.page(account, order.id, Looking::Person).await.unwrap().unwrap();
            assert!(page.channels.is_empty() && page.attempts.is_empty() && page.received.len() == 1);
        }
    }
    shop.until_books_agree().await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_news_everything_is_settled_within_half_a_minute() {
    let shop = Shop::open(Setup { capacities: vec![8, 8, 8], ..Setup::default() }).await;
    for method in ALL {
        let conduct = Conduct { news_often: [(NewsTwist::Lost, 100)].into(), ..Conduct::default() };
        shop.sandbox.pay().behave(at(method), conduct);
    }
    let mut orders = Vec::new();
    for (number, method) in [(1, Method::Alipay), (2, Method::WechatPay), (3, Method::Bank)] {
        let account = shop.world.candidate(number).await.id;
        let order = shop.world.hold(account, &["s0"]).await.unwrap();
        let going = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
        assert!(shop.pay_there(&going).await);
        orders.push(order.id);
    }
    for order in orders {
        shop.world.until_row(order, "confirmed").await;
    }
    shop.until_books_agree().await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_by_another_channel_closes_the_first_and_what_comes_twice_goes_back() {
    let shop = Shop::open(Setup::default()).await;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let first = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    let second = shop.pay(account, order.id, Method::WechatPay, Surface::Desk).await.unwrap();
    assert_eq!(states(&shop.world, order.id).await, [PaymentState::Closed, PaymentState::Pending]);
    assert!(shop.pay_there(&second).await);
    shop.world.until_row(order.id, "confirmed").await;
    // Alipay hears of an attempt only once the payer acts: the page that was open can be paid on all the same.
    assert!(shop.pay_there(&first).await);
    refunded(&shop.world, order.id, RefundReason::Double).await;
    let trade = shop.sandbox.pay().trade(at(Method::Alipay), &number(&first).1).unwrap();
    assert_eq!((trade.refunded_fen(), trade.refunds.len()), (12_000, 1));
    let of_order = shop.world.registration.payments.of_order(order.id).await.unwrap();
    assert_eq!(of_order.iter().filter(|payment| payment.of_attempt.is_some()).count(), 1, "late money is its own");
    assert_eq!(of_order[0].state, PaymentState::Closed, "and what was closed stays so");
    shop.until_books_agree().await;
    shop.finish().await;
}

/// Another bank is another way to the same order, and another kind of screen the same way. What cannot be closed ends at
/// its time, or by another channel's money: then what comes by the bank as well goes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_is_chosen_anew_for_the_same_order_and_its_second_money_goes_back() {
    let shop = Shop::open(Setup::default()).await;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let banks: Vec<_> = shop.page(account, order.id).await.banks.iter().map(|bank| bank.word).collect();
    assert!(banks.contains(&"icbc") && banks.contains(&"abc"), "{banks:?}");
    let first = shop.pay_by_bank(account, order.id, Surface::Desk, Some("icbc")).await.unwrap();
    let second = shop.pay_by_bank(account, order.id, Surface::Phone, Some("abc")).await.unwrap();
    assert_eq!(number(&first), number(&second), "one order there");
    let kept = shop.page(account, order.id).await.attempts[0].start.clone().unwrap();
    assert_eq!((shop.bank_of(&first), kept.bank()), (Some("icbc"), Some("abc")));
    let nobody = shop.pay_by_bank(account, order.id, Surface::Phone, Some("nobody")).await;
    assert!(matches!(nobody, Err(PayRefusal::NotOffered(Method::Bank))), "{nobody:?}");
    shop.sandbox.buyer(&shop.site).go(&kept).await.unwrap();
    let other = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert_eq!(states(&shop.world, order.id).await, [PaymentState::Pending, PaymentState::Pending]);
    assert!(shop.pay_there(&other).await && shop.pay_there(&second).await);
    shop.world.until_row(order.id, "confirmed").await;
    refunded(&shop.world, order.id, RefundReason::Double).await;
    shop.until_books_agree().await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_money_with_no_seat_left_reaches_the_payer_again() {
    let setup = Setup { hold_seconds: 70, grace_seconds: 0, capacities: vec![1, 1, 1], ..Setup::default() };
    let shop = Shop::open(setup).await;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let going = shop.pay(account, order.id, Method::WechatPay, Surface::Phone).await.unwrap();
    // Given back: the channel closes it, and money that was on its way comes all the same.
    shop.world.registration.orders.release(account, order.id).await.unwrap();
    assert_eq!(states(&shop.world, order.id).await, [PaymentState::Closed]);
    for (candidate, sitting) in [(2, "s0"), (3, "s1")] {
        let other = shop.world.candidate(candidate).await.id;
        let order = shop.world.hold(other, &[sitting]).await.unwrap();
        let going = shop.pay(other, order.id, Method::Alipay, Surface::Phone).await.unwrap();
        assert!(shop.pay_there(&going).await);
        shop.world.until_row(order.id, "confirmed").await;
    }
    shop.sandbox.pay().pay_late(at(Method::WechatPay), &number(&going).1).unwrap();
    refunded(&shop.world, order.id, RefundReason::Late).await;
    shop.until_books_agree().await;
    assert_eq!(shop.clearing().await, Fen(24_000));
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_was_just_paid_for_is_not_given_back() {
    let shop = Shop::open(Setup::default()).await;
    for method in ALL {
        let conduct = Conduct { news_often: [(NewsTwist::Lost, 100)].into(), ..Conduct::default() };
        shop.sandbox.pay().behave(at(method), conduct);
    }
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let going = shop.pay(account, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    let refused = shop.world.registration.orders.release(account, order.id).await;
    assert!(matches!(refused, Err(ReleaseError::Paid(_))), "{refused:?}");
    shop.world.until_row(order.id, "confirmed").await;
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_call_without_an_answer_is_unknown_until_the_channel_says() {
    let shop = Shop::open(Setup::default()).await;
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let wrong = Wrong { call: Some(Call::Order), twist: AnswerTwist::BadGateway, is_undone: false };
    shop.sandbox.pay().behave(at(Method::WechatPay), Conduct { answers: vec![wrong], ..Conduct::default() });
    let unclear = shop.pay(account, order.id, Method::WechatPay, Surface::Desk).await;
    assert!(matches!(unclear, Err(PayRefusal::Unclear)), "{unclear:?}");
    // It is asked, and is there: the same call goes on.
    until("pending", async || states(&shop.world, order.id).await == [PaymentState::Pending]).await;
    let going = shop.pay(account, order.id, Method::WechatPay, Surface::Desk).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order.id, "confirmed").await;
    assert_eq!(states(&shop.world, order.id).await, [PaymentState::Received], "one attempt, however often it was sent");
    shop.finish().await;
}

/// What is not the channel's, or tells of another amount, settles nothing; the true word does.
#[tokio::test(flavor = "multi_thread")]
async fn news_that_is_not_right_settles_nothing() {
    let shop = Shop::open(Setup { capacities: vec![20, 8, 8], ..Setup::default() }).await;
    let twists = [
        NewsTwist::WrongSignature,
        NewsTwist::WrongAmount,
        NewsTwist::OtherMerchant,
        NewsTwist::Probe,
        NewsTwist::Doubled,
        NewsTwist::UnknownFields,
    ];
    let mut number = 0;
    for method in ALL {
        let conduct = Conduct { news: twists.map(Some).to_vec(), ..Conduct::default() };
        shop.sandbox.pay().behave(at(method), conduct);
        for twist in twists {
            number += 1;
            let account = shop.world.candidate(number).await.id;
            let order = shop.world.hold(account, &["s0"]).await.unwrap();
            let going = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
            assert!(shop.pay_there(&going).await, "{method} {twist:?}");
            shop.world.until_row(order.id, "confirmed").await;
            assert_eq!(shop.world.registration.payments.refunds_of(order.id).await.unwrap(), [], "{method} {twist:?}");
        }
    }
    let header = |_: &str| None;
    let forged =
        shop.world.registration.payments.heard("alipay", &header, b"out_trade_no=1&trade_status=TRADE_SUCCESS");
    assert!(matches!(forged.await, Err(NotifiedError::NotGenuine(_))));
    let nobody = shop.world.registration.payments.heard("screenshot", &header, b"").await;
    assert!(matches!(nobody, Err(NotifiedError::UnknownChannel)));
    shop.until_books_agree().await;
    shop.finish().await;
}

/// A refund that lacks money, is slow, or that the card takes none of: one refund, and people are told.
#[tokio::test(flavor = "multi_thread")]
async fn refunds_that_go_wrong_are_one_refund_all_the_same() {
    let shop = Shop::open(Setup { capacities: vec![8, 8, 8], ..Setup::default() }).await;
    let payments = &shop.world.registration.payments;
    for (number, twist) in [(1, RefundTwist::Short), (2, RefundTwist::Slow), (3, RefundTwist::Abnormal)] {
        let account = shop.world.candidate(number).await.id;
        let order = shop.world.hold(account, &["s0"]).await.unwrap();
        let going = shop.pay(account, order.id, Method::WechatPay, Surface::Phone).await.unwrap();
        assert!(shop.pay_there(&going).await);
        shop.world.until_row(order.id, "confirmed").await;
        let conduct = Conduct { refunds: vec![Some(twist)], ..Conduct::default() };
        shop.sandbox.pay().behave(at(Method::WechatPay), conduct);
        let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
        let of = (paid.id, order.id);
        let refund = payments.refund(shop.world.reviewer.id, of, Fen(5_000), ("", Fen(100_000))).await.unwrap();
        let state = async || payments.refunds_of(order.id).await.unwrap()[0].state;
        if twist == RefundTwist::Slow {
            until("done", async || state().await == RefundState::Done).await;
            continue;
        }
        let stuck = if twist == RefundTwist::Short { RefundState::Short } else { RefundState::Abnormal };
        until("stuck", async || state().await == stuck).await;
        let told = payments.stuck().await.unwrap();
        assert!(told.iter().any(|one| matches!(one, Stuck::Refund(one) if one.id == refund)), "{told:?}");
        if twist == RefundTwist::Short {
            payments.refund_again(refund).await.unwrap();
            until("done", async || state().await == RefundState::Done).await;
        }
        let trade = shop.sandbox.pay().trade(at(Method::WechatPay), &number_of(&going)).unwrap();
        assert_eq!(trade.refunds.len(), 1, "{twist:?}");
    }
    shop.until_books_agree().await;
    shop.finish().await;
}

fn number_of(going: &Going) -> String {
    number(going).1
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sum_is_written_down_buys_nothing_and_goes_back() {
    let shop = Shop::open(Setup { capacities: vec![8, 8, 8], ..Setup::default() }).await;
    let payments = &shop.world.registration.payments;
    for (number, (method, twist)) in (1..).zip([(Method::Alipay, PayTwist::Less), (Method::WechatPay, PayTwist::More)])
    {
        let account = shop.world.candidate(number).await.id;
        let order = shop.world.hold(account, &["s0"]).await.unwrap();
        let going = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
        let Going::Start { start: Start::Go { url, .. }, .. } = &going else { panic!("{going:?}") };
        shop.sandbox.buyer(&shop.site).open(url).await.unwrap().pay_wrong(twist).await.unwrap();
        refunded(&shop.world, order.id, RefundReason::WrongAmount).await;
        let came = Fen(if twist == PayTwist::Less { 6_000 } else { 12_100 });
        let page = payments.page(account, order.id, Looking::Person).await.unwrap().unwrap();
        assert_eq!(page.received.iter().map(|payment| payment.received).collect::<Vec<_>>(), [Some(came)]);
        assert_eq!(page.refunds.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [came]);
        assert_eq!(shop.world.order(account, order.id).await.state, OrderState::Unpaid, "the seat is still held");
        // The right sum is taken all the same.
        let again = shop.pay(account, order.id, method, Surface::Phone).await.unwrap();
        assert!(shop.pay_there(&again).await);
        shop.world.until_row(order.id, "confirmed").await;
    }
    shop.until_books_agree().await;
    shop.finish().await;
}
