//! Finance on real stores: who may see money, finding payments, refunds by one and by two, what is taken out as files, and that
//! all of it is in the audit.

use http::StatusCode;
use registration::desk::staff::Role;
use registration::model::actor::Actor;
use registration::model::order::{Order, OrderState};
use registration::model::payment::refund::RefundState;
use registration::model::payment::{Method, Payment};

use crate::desk::picture_bytes;
use crate::house::{DOCUMENTS, EXAM, House, until};

const REFERENCE: &str = "4200002345202611291234567890";

/// A house with an exam, and somebody of each role who is signed in.
pub(crate) async fn staffed(mut house: House) -> House {
    house.import("exam", EXAM, &[]).await;
    for (name, role) in [("li.min", Role::Reviewer), ("wang.fang", Role::Finance), ("boss", Role::Administrator)] {
        house.hire(name, role).await;
        assert_eq!(house.sign_in(name).await.0, StatusCode::SEE_OTHER);
        house.by("nobody");
    }
    house
}

impl House {
    /// An order of a new candidate that Alipay has taken money for.
    async fn paid(&self, document: &str, reference: &str) -> (Order, Payment) {
        let order = self.order(document).await;
        let (payments, who) = (&self.registration.payments, Actor::Candidate(order.account));
        let payment = payments.begin(&who, Method::Alipay, &[(order.id, order.amount)]).await.unwrap();
        let gateway = Actor::Gateway("alipay".parse().unwrap());
        let received = payments.receive(payment.id, &gateway, Some(reference)).await.unwrap();
        // Nobody gives back what is just becoming a seat.
        let orders = &self.registration.orders;
        until("a seat", async || {
            orders.get(order.account, order.id).await.unwrap().unwrap().state == OrderState::Confirmed
        })
        .await;
        (order, received)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn finance_finds_payments_gives_money_back_by_two_and_takes_files_out() {
    let mut till = Box::pin(staffed(House::open(Vec::new()).await)).await;
    let (order, payment) = till.paid(DOCUMENTS[0], REFERENCE).await;
    let (other, small) = till.paid(DOCUMENTS[1], "=HYPERLINK(\"http://evil\")").await;
    let page = format!("/finance/payments/{}", payment.number());

    // A reviewer sees no money, and finance no cases.
    for path in ["/finance", &page, "/finance/open", "/finance/books", "/finance/days", "/finance/payments.csv"] {
        assert_eq!(till.by("li.min").get(path).await.0, StatusCode::FORBIDDEN, "{path}");
        assert!(till.by("nobody").get(path).await.1.starts_with("/sign-in"), "{path}");
    }
    let refund = format!("{page}/refund");
    let form = |amount: &str, reason: &str| format!("order={}&amount={amount}&reason={reason}", order.id);
    assert_eq!(till.by("li.min").post(&refund, &form("1", "x")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(till.by("wang.fang").get("/").await.1, "/finance");
    assert_eq!(till.by("wang.fang").get("/people").await.0, StatusCode::FORBIDDEN);

    finds(&mut till, &order, &other, &payment, &page).await;
    refunds(&mut till, &order, &payment, &page).await;

    // A small one goes by the word of one; the page says what is left.
    let small_page = format!("/finance/payments/{}", small.number());
    let form = format!("order={}&amount=20.00&reason=%E5%A4%9A%E6%94%B6", other.id);
    assert_eq!(
        till.by("wang.fang").post(&format!("{small_page}/refund"), &form).await.1,
        format!("{small_page}?done=refunded")
    );
    assert_eq!(till.registration.payments.refunds_of(other.id).await.unwrap()[0].state, RefundState::Due);
    let twice = till.by("boss").post(&format!("{small_page}/refund"), &form).await;
    assert!(twice.0 == StatusCode::CONFLICT && twice.2.contains("已经人工退过一次"), "{}", twice.2);

    takes_out(&mut till).await;
    gives_back_by_hand(&mut till).await;

    let (_, _, books) = till.by("wang.fang").get("/finance/books").await;
    assert!(books.contains("账目相符") && books.contains("支付宝待清算"), "{books}");
    assert!(till.by("wang.fang").get("/finance/days").await.2.contains("没有配置支付渠道"));
    assert_eq!(till.by("wang.fang").get("/finance/days/alipay/2026-11-20").await.0, StatusCode::NOT_FOUND);
    let sql = till.stores.pool().get().await.unwrap();
    let actions = sql.query("SELECT DISTINCT action FROM registration.audit ORDER BY 1", &[]).await.unwrap();
    let actions: Vec<String> = actions.iter().map(|row| row.get(0)).collect();
    for action in
        ["money.list", "money.look", "money.open", "money.books", "money.export", "refund.want", "refund.agree"]
    {
        assert!(actions.iter().any(|known| known == action), "{action}: {actions:?}");
    }
    till.registration.stop().await;
}

/// By any of its numbers, and by what it has in common with others.
async fn finds(till: &mut House, order: &Order, other: &Order, payment: &Payment, page: &str) {
    let (ours, theirs) = (order.id.to_string(), other.id.to_string());
    let all = till.by("wang.fang").get("/finance").await.2;
    assert!(all.contains(&ours) && all.contains(&theirs) && all.contains("学位外语考试"), "{all}");
    assert!(!all.contains("张伟") && !all.contains("1101"), "no person is named here");
    for q in [ours.clone(), payment.number(), payment.id.0.to_string(), REFERENCE.to_owned()] {
        let found = till.by("wang.fang").get(&format!("/finance?q={q}")).await.2;
        assert!(found.contains(page) && !found.contains(&theirs), "{q}: {found}");
    }
    for (query, is_found) in [
        ("method=alipay&state=received&exam=degree-english", true),
        ("method=wechat_pay", false),
        ("state=closed", false),
        ("exam=other", false),
        ("day=2020-01-01", false),
        ("q=%27%20OR%201%3D1", false),
        ("method=%3Cscript%3E&after=x", true),
    ] {
        let found = till.by("wang.fang").get(&format!("/finance?{query}")).await.2;
        assert_eq!(found.contains(page), is_found, "{query}: {found}");
        assert_eq!(found.contains("没有符合条件的收款"), !is_found, "{query}");
    }
    let one = till.by("wang.fang").get(page).await.2;
    for word in [REFERENCE, "到账", "支付宝待清算", "确认退款", "最多可退 ¥120.00"] {
        assert!(one.contains(word), "{word}: {one}");
    }
    assert_eq!(till.by("wang.fang").get("/finance/payments/7").await.0, StatusCode::NOT_FOUND);
}

/// More than one may give alone waits for another; what cannot go back does not.
async fn refunds(till: &mut House, order: &Order, payment: &Payment, page: &str) {
    let path = format!("{page}/refund");
    let form = |amount: &str, reason: &str| format!("order={}&amount={amount}&reason={reason}", order.id);
    for (amount, reason, said) in [
        ("120.01", "x", "最多可退 ¥120.00"),
        ("0", "x", "最多可退"),
        ("many", "x", "例如 120.00"),
        ("60.00", "", "请填写退款原因"),
    ] {
        let (status, _, text) = till.by("wang.fang").post(&path, &form(amount, reason)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(said), "{amount} {said}: {text}");
        assert!(text.contains("<details class=\"refuse\" open") && text.contains(&format!("value=\"{amount}\"")));
    }
    let asked = till.by("wang.fang").post(&path, &form("60.00", "%E7%97%85%E5%81%87")).await;
    assert_eq!(asked.1, format!("{page}?done=asked"));
    let [refund] = &till.registration.payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    let act = |word: &str| format!("/finance/refunds/{}/{word}", refund.id.number());
    let alone = till.by("wang.fang").post(&act("agree"), "").await;
    assert!(alone.0 == StatusCode::CONFLICT && alone.2.contains("申请人自己不能同意"), "{}", alone.2);
    assert_eq!(till.by("li.min").post(&act("agree"), "").await.0, StatusCode::FORBIDDEN);
    let open = till.by("boss").get("/finance/open").await.2;
    assert!(open.contains("同意退款 ¥60.00") && open.contains("请另一位财务人员核对"), "{open}");
    assert!(till.by("wang.fang").get("/finance/open").await.2.contains("须由另一位财务人员同意"));
    assert_eq!(till.by("boss").post(&act("agree"), "").await.1, format!("{page}?done=agreed"));
    let late = till.by("boss").post(&act("withdraw"), "").await;
    assert!(late.0 == StatusCode::CONFLICT && late.2.contains("没有改动"), "{}", late.2);
    assert_eq!(till.by("boss").post(&act("burn"), "").await.0, StatusCode::NOT_FOUND);
    let done = till.by("boss").get(&format!("{page}?done=agreed")).await.2;
    for word in ["已同意，退款几秒内发往渠道", "申请退款", "¥60.00 病假", "同意退款", "应退款"]
    {
        assert!(done.contains(word), "{word}: {done}");
    }
    assert_eq!(till.registration.payments.of_order(order.id).await.unwrap()[0].id, payment.id);
}

/// What a picture has paid for came by no channel: two agree as ever, somebody transfers it and writes that down.
async fn gives_back_by_hand(till: &mut House) {
    let order = till.order(DOCUMENTS[2]).await;
    till.registration.orders.hand_in(order.account, order.id, picture_bytes().into()).await.unwrap();
    let (reviews, zhao) = (till.registration.reviews.clone(), till.hire("zhao", Role::Reviewer).await);
    reviews.screenshot(&zhao, order.id).await.unwrap();
    let look = reviews.get(&zhao, order.id).await.unwrap().unwrap().look.unwrap();
    reviews.confirm(&zhao, order.id, &look).await.unwrap();
    let payments = till.registration.payments.clone();
    let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    let page = format!("/finance/payments/{}", paid.number());
    let form = till.by("wang.fang").get(&page).await.2;
    assert!(form.contains("确认退款") && form.contains("不会自动退回") && form.contains("再转账"), "{form}");
    let entered = format!("order={}&amount=60.00&reason=%E7%97%85%E5%81%87", order.id);
    assert_eq!(till.by("wang.fang").post(&format!("{page}/refund"), &entered).await.1, format!("{page}?done=asked"));
    let [refund] = &payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    let act = |word: &str| format!("/finance/refunds/{}/{word}", refund.id.number());
    let given = "reference=T-9&reason=%E8%BD%AC%E8%B4%A6";
    let early = till.by("wang.fang").post(&act("by-hand"), given).await;
    assert!(early.0 == StatusCode::CONFLICT && early.2.contains("待第二人同意"), "{}", early.2);
    let agreed = till.by("boss").post(&act("agree"), "").await.1;
    assert_eq!(agreed, format!("{page}?done=agreed"));
    let said = till.by("boss").get(&agreed).await.2;
    assert!(said.contains("已同意。请转账退给付款人") && said.contains("登记已退 ¥60.00"), "{said}");
    assert!(till.by("boss").get("/finance/open").await.2.contains("这笔款没有经过支付渠道"));
    assert_eq!(till.by("wang.fang").post(&act("by-hand"), given).await.1, format!("{page}?done=hand"));
    assert_eq!(payments.refunds_of(order.id).await.unwrap()[0].state, RefundState::Done);
    let again = till.by("wang.fang").get(&page).await.2;
    assert!(again.contains("已经人工退过一次。其余部分请在学校缴费平台办理"), "{again}");
}

/// Files whose numbers stay what they are, and of which no cell is a formula.
async fn takes_out(till: &mut House) {
    let (status, _, text) = till.by("wang.fang").get("/finance/payments.csv?state=received").await;
    assert!(status == StatusCode::OK && text.starts_with('\u{feff}'), "{text}");
    assert!(text.contains(&format!("{REFERENCE}\t")) && text.contains("'=HYPERLINK"), "{text}");
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(till.by("wang.fang").get("/finance/payments.csv?state=failed").await.2.lines().count(), 1);
    let (status, _, table) = till.by("wang.fang").get("/finance/payments.xlsx").await;
    assert!(status == StatusCode::OK && table.starts_with("PK"));
}
