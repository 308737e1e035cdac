//! Random moves of candidates, schools, channels and clocks on real stores, with channels that behave badly, and processes that
//! die: in the end everybody who has paid has a seat or the money, and the books are the channels' to the fen.

use futures_util::future::join_all;
use gateways::pay::Surface;
use jiff::SignedDuration;
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId, OrderState};
use registration::model::payment::Method;
use registration::payments::{Going, NewList};
use sandbox::{AnswerTwist, Conduct, NewsTwist, RefundTwist};

use crate::shop::{Shop, at, number};
use crate::world::{Setup, exam, ids, until};

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

/// So many candidates move at once.
const AT_ONCE: usize = 5;
const RULES: &str = "[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n[refund]\nrates = [{ until = 2098-01-01T00:00:00+08:00, percent = 67 }]\n";

/// Moves that are tried; most of a thousand when asked for.
fn moves() -> usize {
    std::env::var("MONEY_MOVES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

fn bad_days(seed: u64) -> Conduct {
    Conduct {
        seed,
        silence_ms: 500,
        news_often: [
            (NewsTwist::Lost, 10),
            (NewsTwist::Doubled, 10),
            (NewsTwist::Late, 10),
            (NewsTwist::WrongSignature, 5),
            (NewsTwist::WrongAmount, 5),
        ]
        .into(),
        answers_often: [(AnswerTwist::BadGateway, 3), (AnswerTwist::CutOff, 3), (AnswerTwist::SystemError, 3)].into(),
        refunds_often: [(RefundTwist::Slow, 30), (RefundTwist::Short, 10)].into(),
        ..Conduct::default()
    }
}

struct Candidate {
    account: AccountId,
    /// Where the payer was sent, by which channel, and for which order.
    open: Vec<(Method, Going, OrderId)>,
}

/// One move of one candidate. Many are refused.
async fn one_move(shop: &Shop, of: &mut Candidate, mut dice: Dice) {
    let orders = &shop.world.registration.orders;
    let all: Vec<Order> = orders.of(of.account).await.unwrap();
    let newest = all.first();
    let owed = all.iter().find(|order| matches!(order.state, OrderState::Owed { .. }));
    match (dice.below(12), newest) {
        (_, None) | (0, _) => drop(shop.world.hold(of.account, &[["s0", "s1"][dice.below(2)]]).await),
        (1..=4, Some(order)) => {
            let method = [Method::Alipay, Method::WechatPay][dice.below(2)];
            let surface = [Surface::Phone, Surface::Desk][dice.below(2)];
            if let Ok(going @ Going::Start { .. }) = shop.pay(of.account, order.id, method, surface).await {
                // Most pay at once; some look around first, and pay later, or by another channel besides.
                if dice.below(3) > 0 {
                    shop.pay_there(&going).await;
                }
                of.open.push((method, going, order.id));
            }
        }
        (5 | 6, Some(_)) if !of.open.is_empty() => {
            let (_, going, _) = &of.open[dice.below(of.open.len())];
            shop.pay_there(going).await;
        }
        (7, Some(_)) if !of.open.is_empty() => {
            let (method, going, _) = &of.open[dice.below(of.open.len())];
            if dice.below(3) == 0 {
                drop(shop.sandbox.pay().pay_late(at(*method), &number(going).1));
            } else {
                shop.sandbox.pay().tell_again(at(*method), &number(going).1);
            }
        }
        (8, Some(order)) => drop(orders.release(of.account, order.id).await),
        // Its time is up. Where it is paid for, somebody may just be confirming its seat, which nobody else may touch.
        (9, Some(order)) if order.state == OrderState::Unpaid && !is_paid_there(shop, of, order.id) => {
            let over = format!(
                "UPDATE registration.orders SET expires_at = now() - interval '40 s', lapses_at = now() - interval '40 s'
                 WHERE id = '{}' AND state = 'unpaid'",
                order.id
            );
            shop.world.execute(&over).await;
            for seat in &order.sittings {
                drop(shop.world.engine.release(&exam(), &seat.hold).await);
            }
        }
        (10, _) => {
            if let Some(order) = owed {
                drop(orders.choose_other(of.account, order.id, &ids(&[["s0", "s1"][dice.below(2)]])).await);
            }
        }
        (11, Some(order)) => {
            if let Ok(told) = orders.withdrawal(of.account, order.id).await {
                // Twice at once, as from two tabs.
                let withdraw = || orders.withdraw(of.account, order.id, told.terms.back);
                drop(tokio::join!(withdraw(), withdraw()));
            }
        }
        _ => {}
    }
}

/// A school locks the unpaid orders of some, and mostly pays for them at once; who was paid for can pay there again, late, too.
async fn school(shop: &Shop, accounts: Vec<AccountId>, mut dice: Dice) -> Vec<(AccountId, Method, Going, OrderId)> {
    let (registration, mut unpaid) = (&shop.world.registration, Vec::new());
    for account in accounts {
        let live = registration.orders.live(account, &exam()).await.unwrap();
        unpaid.extend(live.iter().filter(|order| order.state == OrderState::Unpaid).map(|order| (account, order.id)));
    }
    let orders: Vec<OrderId> = unpaid.iter().map(|(_, order)| *order).collect();
    let (exam, lasts) = (exam(), SignedDuration::from_mins(10));
    let list = NewList { exam: &exam, organisation: None, title: "一班", orders: &orders, lasts };
    let Ok(group) = registration.payments.begin_group(&shop.staff, &list).await else { return Vec::new() };
    let method = [Method::Alipay, Method::WechatPay][dice.below(2)];
    let Ok(going @ Going::Start { .. }) = shop.pay_group(group.id, method).await else { return Vec::new() };
    if dice.below(4) == 0 {
        drop(registration.payments.release_group(&shop.staff, group.id).await);
    } else {
        shop.pay_there(&going).await;
    }
    unpaid.into_iter().map(|(account, order)| (account, method, going.clone(), order)).collect()
}

/// Has the candidate paid for this order at a channel?
fn is_paid_there(shop: &Shop, of: &Candidate, order: OrderId) -> bool {
    of.open.iter().filter(|(.., paid_for)| *paid_for == order).any(|(method, going, _)| {
        shop.sandbox.pay().trade(at(*method), &number(going).1).is_some_and(|trade| trade.is_paid())
    })
}

/// Several candidates move at once; some of those who have their seats make way for others.
async fn round(shop: &Shop, candidates: &mut [Candidate], dice: &mut Dice, next: &mut u32) {
    for of in candidates.iter_mut() {
        // Whose seat is confirmed has hardly a move left, but to pay twice or to give up.
        let live = shop.world.registration.orders.live(of.account, &exam()).await.unwrap();
        if live.iter().any(|order| order.state == OrderState::Confirmed) && dice.below(3) == 0 {
            *next += 1;
            *of = Candidate { account: shop.world.candidate(*next).await.id, open: Vec::new() };
        }
    }
    if dice.below(4) == 0 {
        let accounts = candidates.iter().filter(|_| dice.below(3) > 0).map(|of| of.account).collect();
        let dice = Dice(u64::try_from(dice.below(usize::MAX)).unwrap());
        for (account, method, going, order) in school(shop, accounts, dice).await {
            let of = candidates.iter_mut().find(|of| of.account == account).unwrap();
            of.open.push((method, going, order));
        }
    }
    let moves =
        candidates.iter_mut().map(|of| one_move(shop, of, Dice(u64::try_from(dice.below(usize::MAX)).unwrap())));
    join_all(moves.collect::<Vec<_>>()).await;
}

/// Nothing is left to be asked, settled or sent.
async fn is_settled(shop: &Shop) -> bool {
    let open = "SELECT
        (SELECT count(*) FROM registration.payments WHERE state IN ('created', 'pending', 'unknown'))
        + (SELECT count(*) FROM registration.settlements WHERE state IN ('due', 'choice'))
        + (SELECT count(*) FROM registration.refunds WHERE state NOT IN ('done', 'closed'))";
    shop.world.sql().await.query_one(open, &[]).await.unwrap().get::<_, i64>(0) == 0
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_the_books_are_the_channels() {
    let capacities = vec![u32::try_from(moves() / 20).unwrap() + 2; 3];
    let mut shop = Shop::open(Setup { capacities, rules: RULES, ..Setup::default() }).await;
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut dice = Dice(seed);
    for method in [Method::Alipay, Method::WechatPay] {
        shop.sandbox.pay().behave(at(method), bad_days(seed));
    }
    let mut candidates = Vec::new();
    for number in 0..10 {
        candidates.push(Candidate { account: shop.world.candidate(number).await.id, open: Vec::new() });
    }
    let mut next = 100;
    for number in 0..moves() / AT_ONCE {
        let first = dice.below(candidates.len() - AT_ONCE + 1);
        round(&shop, &mut candidates[first..first + AT_ONCE], &mut dice, &mut next).await;
        if number % 20 == 19 {
            shop.world.restart_registration().await;
        }
    }
    // The channels behave again, and every deadline comes.
    for method in [Method::Alipay, Method::WechatPay] {
        shop.sandbox.pay().behave(at(method), Conduct::default());
    }
    until("nothing left", async || {
        let over = "UPDATE registration.payments SET expires_at = now() - interval '10 s', ask_at = now()
                 WHERE order_call IS NOT NULL AND state IN ('created', 'pending', 'unknown');
             UPDATE registration.payments SET ask_at = now() WHERE order_call IS NOT NULL AND state IN ('closed', 'failed');
             UPDATE registration.settlements SET choice_until = now() - interval '1 s', due_at = now() WHERE state = 'choice';
             UPDATE registration.settlements SET due_at = now() WHERE state = 'due';
             UPDATE registration.refunds SET ask_at = now() WHERE state NOT IN ('done', 'closed')";
        shop.world.execute(over).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        is_settled(&shop).await && shop.clearing().await == shop.till()
    })
    .await;
    let twice = "SELECT count(*) FROM (SELECT payment FROM registration.refunds GROUP BY payment, order_id, reason
         HAVING count(*) > 1) t";
    assert_eq!(shop.world.sql().await.query_one(twice, &[]).await.unwrap().get::<_, i64>(0), 0);
    let paid = shop.sandbox.pay().trades().iter().filter(|trade| trade.is_paid()).count();
    let counted = async |of: &str| -> i64 {
        let count = format!("SELECT count(*) FROM registration.{of}");
        shop.world.sql().await.query_one(&count, &[]).await.unwrap().get(0)
    };
    let withdrawn = counted("refunds WHERE reason = 'withdrawn'").await;
    let groups = counted("payments WHERE of_group IS NOT NULL AND state = 'received'").await;
    println!("{} moves, {paid} paid, {groups} of them for a school, {withdrawn} given up", moves());
    assert!(paid > moves() / 50, "the moves came to something: {paid} of {} paid", moves());
    let live = "UPDATE registration.orders SET state = 'released', seats_owed = true WHERE state = 'unpaid'";
    shop.world.execute(live).await;
    shop.finish().await;
}
