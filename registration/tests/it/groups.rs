//! A school pays for many candidates at once: their orders are locked meanwhile, what has gone wrong shows before anybody
//! pays, and each order is settled by itself.

use gateways::pay::Surface;
use jiff::SignedDuration;
use registration::Fen;
use registration::model::ids::AccountId;
use registration::model::order::{BySchool, Order, OrderId, OrderState};
use registration::model::payment::group::{GroupLine, GroupPayment, GroupState, LineState};
use registration::model::payment::invoice::InvoiceTitle;
use registration::model::payment::refund::{RefundReason, RefundState};
use registration::model::payment::{Method, PaymentState};
use registration::payments::{Going, GroupError, HandedBack, InvoiceError, Looking, NewList, PayRefusal, RefundError};
use registration::seats::{DropError, HandInError, OrderError, ReleaseError};
use reservation::ids::ExamId;

use crate::shop::{Shop, at};
use crate::world::{Setup, exam, ids, until};

struct Registered {
    account: AccountId,
    order: Order,
}

async fn registered(shop: &Shop, numbers: std::ops::Range<u32>) -> Vec<Registered> {
    let mut all = Vec::new();
    for number in numbers {
        let account = shop.world.candidate(number).await.id;
        all.push(Registered { account, order: shop.world.hold(account, &["s0"]).await.unwrap() });
    }
    all
}

fn orders(of: &[Registered]) -> Vec<OrderId> {
    of.iter().map(|one| one.order.id).collect()
}

fn list<'a>(exam: &'a ExamId, orders: &'a [OrderId]) -> NewList<'a> {
    NewList { exam, organisation: None, title: " 计算机学院 ", orders, lasts: SignedDuration::from_hours(2) }
}

async fn begin(shop: &Shop, orders: &[OrderId]) -> Result<GroupPayment, GroupError> {
    shop.world.registration.payments.begin_group(&shop.staff, &list(&exam(), orders)).await
}

/// How these orders stand, in this order.
fn of(lines: &[GroupLine], numbers: &[OrderId]) -> Vec<&'static str> {
    let line = |number: &OrderId| lines.iter().find(|line| line.order == *number).cloned().unwrap();
    states(&numbers.iter().map(line).collect::<Vec<_>>())
}

fn states(lines: &[GroupLine]) -> Vec<&'static str> {
    let word = |line: &GroupLine| match line.state {
        LineState::Ready { .. } => "ready",
        LineState::Unknown => "unknown",
        LineState::OtherSchool => "other school",
        LineState::NotPayable(_) => "not payable",
        LineState::Paying => "paying",
        LineState::Locked(_) => "locked",
        LineState::NeedsFirst(_) => "needs first",
        LineState::OtherAmount(_) => "other amount",
    };
    lines.iter().map(word).collect()
}

/// The order's time is up, and somebody else has its seat for good.
async fn lose(shop: &Shop, one: &Registered, number: u32) {
    let over = format!(
        "UPDATE registration.orders SET expires_at = now() - interval '90 s', lapses_at = now() - interval '90 s'
         WHERE id = '{}'",
        one.order.id
    );
    shop.world.execute(&over).await;
    shop.world.engine.release(&exam(), &one.order.sittings[0].hold).await.unwrap();
    shop.world.until_row(one.order.id, "lapsed").await;
    take_for_good(shop, number, "s0").await;
}

/// Somebody else has a seat of the sitting for good.
async fn take_for_good(shop: &Shop, number: u32, sitting: &str) {
    let other = shop.world.candidate(number).await.id;
    let order = shop.world.hold(other, &[sitting]).await.unwrap();
    let going = shop.pay(other, order.id, Method::Alipay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order.id, "confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_locked_and_paid_for_in_one_sum() {
    let shop = Shop::open(Setup { capacities: vec![9, 9, 9], ..Setup::default() }).await;
    let (doors, payments) = (&shop.world.registration.orders, &shop.world.registration.payments);
    let all = registered(&shop, 1..4).await;
    let numbers = orders(&all);
    // One of them had begun to pay; that is closed.
    shop.pay(all[0].account, numbers[0], Method::WechatPay, Surface::Desk).await.unwrap();
    let lines = payments.group_lines(&shop.staff, &list(&exam(), &numbers)).await.unwrap();
    assert_eq!(states(&lines), ["paying", "ready", "ready"]);
    let reviewer = payments.begin_group(&shop.world.reviewer, &list(&exam(), &numbers)).await;
    assert!(matches!(reviewer, Err(GroupError::Forbidden(_))), "{reviewer:?}");
    let group = begin(&shop, &numbers).await.unwrap();
    assert_eq!((group.title.as_str(), group.amount(), group.state), ("计算机学院", Fen(36_000), GroupState::Open));

    // Their candidates neither pay, nor drop, nor change them.
    let one = &all[1];
    let page = payments.page(one.account, one.order.id, Looking::Person).await.unwrap().unwrap();
    assert_eq!(page.lock.map(|lock| lock.group), Some(group.id));
    assert!(page.channels.is_empty() && page.attempts.is_empty());
    let until = group.locked_until;
    assert_eq!(shop.world.order(one.account, one.order.id).await.by_school, Some(BySchool::Locked { until }));
    let paid = shop.pay(one.account, one.order.id, Method::Alipay, Surface::Phone).await;
    assert!(matches!(paid, Err(PayRefusal::Locked(_))), "{paid:?}");
    let released = doors.release(one.account, one.order.id).await;
    assert!(matches!(released, Err(ReleaseError::Locked(_))), "{released:?}");
    let dropped = doors.drop_seat(one.account, one.order.id, &ids(&["s0"])[0]).await;
    assert!(matches!(dropped, Err(DropError::Locked(_))), "{dropped:?}");
    let changed = shop.world.replace(one.account, &["s1"]).await;
    assert!(matches!(changed, Err(OrderError::Locked(_))), "{changed:?}");
    let shown = shop.world.hand_in(one.account, one.order.id).await;
    assert!(matches!(shown, Err(HandInError::Locked(_))), "{shown:?}");
    let twice = begin(&shop, &numbers[1..2]).await;
    assert!(matches!(&twice, Err(GroupError::Lines(lines)) if states(lines) == ["locked"]), "{twice:?}");

    let going = shop.pay_group(group.id, Method::WechatPay).await.unwrap();
    assert_eq!(shop.pay_group(group.id, Method::WechatPay).await.unwrap(), going, "the same cashier");
    assert!(matches!(going, Going::Start { expires_at, .. } if expires_at <= all[0].order.expires_at));
    let page = payments.page(one.account, one.order.id, Looking::Person).await.unwrap().unwrap();
    assert!(page.attempts.is_empty(), "the school's code is the school's");
    assert!(shop.pay_there(&going).await);
    for number in &numbers {
        shop.world.until_row(*number, "confirmed").await;
    }
    let order = shop.world.order(one.account, one.order.id).await;
    assert_eq!((order.state, order.by_school), (OrderState::Confirmed, Some(BySchool::Paid)));
    let own = payments.page(one.account, one.order.id, Looking::Nobody).await.unwrap().unwrap();
    assert_eq!(own.by_school, [(own.received[0].id, Fen(12_000))], "of this sum only a part is the candidate's");
    let title = InvoiceTitle::parse("王芳", "").unwrap();
    let asked = payments.ask_invoice(one.account, one.order.id, &title).await;
    assert!(matches!(asked, Err(InvoiceError::Nothing(_))), "the invoice is the school's: {asked:?}");
    let page = payments.group(&shop.staff, group.id).await.unwrap();
    assert!(matches!(page.group.state, GroupState::Paid(_)), "{:?}", page.group.state);
    assert_eq!(page.payments.iter().filter(|one| one.state == PaymentState::Received).count(), 1);
    // One of the seats is refunded: a part of the one sum.
    let of = (page.payments[0].id, numbers[2]);
    payments.refund(shop.staff.id, of, Fen(12_000), ("", Fen(100_000))).await.unwrap();
    shop.until_books_agree().await;
    let trade = shop.sandbox.pay().trade(at(Method::WechatPay), &page.payments[0].number()).unwrap();
    assert_eq!(trade.amount_fen, 36_000);
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_gone_shows_before_paying_and_is_left_out() {
    let shop = Shop::open(Setup { capacities: vec![3, 1, 1], ..Setup::default() }).await;
    let payments = &shop.world.registration.payments;
    let all = registered(&shop, 1..4).await;
    let numbers = orders(&all);
    take_for_good(&shop, 11, "s1").await;
    let missing: OrderId = "0000-0001".parse().unwrap();
    let unknown = begin(&shop, &[numbers[0], missing]).await;
    assert!(matches!(&unknown, Err(GroupError::Lines(lines)) if states(lines) == ["ready", "unknown"]), "{unknown:?}");
    assert!(matches!(begin(&shop, &[numbers[0], numbers[0]]).await, Err(GroupError::Orders)));
    let (site, school) = (exam(), "993010".parse().unwrap());
    let of_school = NewList { organisation: Some(&school), ..list(&site, &numbers) };
    assert_eq!(states(&payments.group_lines(&shop.staff, &of_school).await.unwrap())[0], "other school");

    let group = begin(&shop, &numbers).await.unwrap();
    lose(&shop, &all[1], 9).await;
    // The lock makes no hold longer, and what has lapsed is nobody's to lock.
    let lapsed = shop.world.order(all[1].account, numbers[1]).await;
    assert_eq!((lapsed.state, lapsed.by_school), (OrderState::Lapsed, None));
    let lines = payments.group(&shop.staff, group.id).await.unwrap().lines;
    assert_eq!(of(&lines, &numbers), ["ready", "not payable", "ready"]);
    assert!(lines.iter().any(|line| line.state == LineState::NotPayable(OrderState::Lapsed)));
    let refused = shop.pay_group(group.id, Method::Alipay).await;
    assert!(matches!(refused, Err(GroupError::Lines(_))), "{refused:?}");
    let left = payments.leave_out(&shop.staff, group.id).await.unwrap();
    assert_eq!((states(&left.lines), left.group.amount()), (vec!["ready", "ready"], Fen(24_000)));

    let less = payments.receive_group(&shop.staff, group.id, Fen(23_999), "T-1").await;
    assert!(matches!(less, Err(GroupError::Amount(Fen(24_000)))), "{less:?}");
    // The transfer is written down when one more seat has gone: that part goes back, by hand; the other is a seat.
    lose(&shop, &all[2], 10).await;
    let received = payments.receive_group(&shop.staff, group.id, Fen(24_000), "T-1").await.unwrap();
    let again = payments.receive_group(&shop.staff, group.id, Fen(24_000), "T-1").await.unwrap();
    assert_eq!((received.id, received.method), (again.id, Method::School));
    let second = payments.receive_group(&shop.staff, group.id, Fen(24_000), "T-2").await;
    assert!(matches!(second, Err(GroupError::NotOpen(GroupState::Paid(_)))), "{second:?}");
    shop.world.until_row(numbers[0], "confirmed").await;
    until("a refund", async || !payments.refunds_of(numbers[2]).await.unwrap().is_empty()).await;
    let [refund] = &payments.refunds_of(numbers[2]).await.unwrap()[..] else { panic!("one") };
    assert_eq!((refund.reason, refund.amount, refund.state), (RefundReason::Late, Fen(12_000), RefundState::Due));
    // Above what one may give alone, a second person says the same; or that it is wrong, and it is noted anew.
    let (one, other, given) = (shop.staff.id, shop.world.reviewer.id, ("T-9", "转账"));
    for is_agreed in [false, true] {
        let noted = payments.refunded_by_hand(one, refund.id, given, Fen(5_000)).await.unwrap();
        assert_eq!(noted, HandedBack::Waits);
        let alone = payments.agree_to_hand(one, refund.id, true).await;
        assert!(matches!(alone, Err(RefundError::SamePerson)), "{alone:?}");
        assert!(payments.books().await.unwrap().balances.contains(&("refund_due".to_owned(), Fen(-12_000))));
        payments.agree_to_hand(other, refund.id, is_agreed).await.unwrap();
    }
    let again = payments.refunded_by_hand(one, refund.id, given, Fen(5_000)).await.unwrap();
    assert_eq!(again, HandedBack::Done);
    let books = payments.books().await.unwrap();
    assert_eq!(books.differences, []);
    assert!(books.balances.contains(&("clearing.school".to_owned(), Fen(12_000))), "{:?}", books.balances);
    shop.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_by_itself_or_by_the_word_of_staff() {
    let shop = Shop::open(Setup { capacities: vec![9, 9, 9], ..Setup::default() }).await;
    let (doors, payments) = (&shop.world.registration.orders, &shop.world.registration.payments);
    let all = registered(&shop, 1..4).await;
    let numbers = orders(&all);
    let (site, short) = (exam(), SignedDuration::from_secs(1));
    let brief = NewList { lasts: short, ..list(&site, &numbers[..1]) };
    let over = payments.begin_group(&shop.staff, &brief).await.unwrap();
    until("the end of the lock", async || doors.release(all[0].account, numbers[0]).await.is_ok()).await;
    let state = payments.group(&shop.staff, over.id).await.unwrap().group.state;
    assert_eq!(state, GroupState::Over);
    let late = shop.pay_group(over.id, Method::Alipay).await;
    assert!(matches!(late, Err(GroupError::NotOpen(GroupState::Over))), "{late:?}");
    let long = NewList { lasts: SignedDuration::from_hours(73), ..brief.clone() };
    assert!(matches!(payments.begin_group(&shop.staff, &long).await, Err(GroupError::Lasts)));

    let group = begin(&shop, &numbers[1..]).await.unwrap();
    let going = shop.pay_group(group.id, Method::Alipay).await.unwrap();
    for _ in 0..2 {
        assert_eq!(payments.release_group(&shop.staff, group.id).await.unwrap().state, GroupState::Released);
    }
    // Each pays for themselves, though the school's page is still open somewhere: that money goes back.
    assert_eq!(shop.world.order(all[1].account, numbers[1]).await.by_school, None);
    let own = shop.pay(all[1].account, numbers[1], Method::WechatPay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&own).await);
    shop.world.until_row(numbers[1], "confirmed").await;
    assert!(shop.pay_there(&going).await, "Alipay hears of an attempt only once somebody acts");
    until("the second money back", async || {
        let refunds = payments.refunds_of(numbers[1]).await.unwrap();
        refunds.iter().any(|one| one.reason == RefundReason::Double && one.state == RefundState::Done)
    })
    .await;
    // For the other one it is the money that buys the seat.
    shop.world.until_row(numbers[2], "confirmed").await;
    let late = shop.world.order(all[2].account, numbers[2]).await;
    assert_eq!(late.by_school, Some(BySchool::Paid), "though the list was released");
    shop.until_books_agree().await;
    let all = payments.groups(&shop.staff, Some(&exam())).await.unwrap();
    assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [group.id, over.id]);
    shop.finish().await;
}
