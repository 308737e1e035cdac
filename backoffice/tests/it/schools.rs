//! A school pays for many: chosen by tick or by a list, looked at before, locked, paid by a code or by a transfer. And what
//! finance does besides: invoices, refunds by hand, bills as files, what is taken out.

use gateways::Channel;
use gateways::alipay::AlipayConfig;
use gateways::pay::{Start, Surface};
use gateways::settings::Variables;
use gateways::wechat_pay::WechatPayConfig;
use http::StatusCode;
use registration::Fen;
use registration::model::order::{Order, OrderState};
use registration::model::payment::Method;
use registration::model::payment::group::GroupId;
use registration::model::payment::invoice::InvoiceTitle;
use registration::model::payment::refund::RefundState;
use registration::payments::{Going, InvoiceError, Looking, Payer};
use sandbox::Sandbox;

use crate::finance::staffed;
use crate::house::{DOCUMENTS, House, until};

const PDF: &[u8] = b"%PDF-1.7\nan invoice\n%%EOF\n";

struct School {
    house: House,
    sandbox: Sandbox,
    finance: registration::desk::staff::StaffMember,
}

impl School {
    async fn open() -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let variables = Variables::default().with(sandbox.variables());
        let pay = vec![
            Channel::alipay(AlipayConfig::of(&variables).unwrap()),
            Channel::wechat_pay(WechatPayConfig::of(&variables).unwrap()),
        ];
        let house = Box::pin(staffed(House::open(pay).await)).await;
        let exam = format!("{}\n[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n", crate::house::EXAM);
        house.import("exam", &exam, &[]).await;
        let all = house.registration.staff.list().await.unwrap();
        let finance = all.into_iter().find(|one| one.name == "wang.fang").unwrap();
        Self { house, sandbox, finance }
    }

    /// Whoever works for finance.
    fn wang(&mut self) -> &mut House {
        self.house.by("wang.fang")
    }

    async fn state(&self, order: &Order) -> OrderState {
        self.house.registration.orders.get(order.account, order.id).await.unwrap().unwrap().state
    }

    /// The order's time is up.
    async fn lose(&self, order: &Order) {
        let over = format!(
            "UPDATE registration.orders SET expires_at = now() - interval '90 s', lapses_at = now() - interval '90 s'
             WHERE id = '{}'",
            order.id
        );
        self.house.stores.pool().get().await.unwrap().batch_execute(&over).await.unwrap();
        until("a lapsed order", async || self.state(order).await == OrderState::Lapsed).await;
    }

    /// A candidate who pays for themselves, by a code.
    async fn pays_alone(&self) -> Order {
        let order = self.house.order("110101199003070011").await;
        let payer = Payer {
            surface: Surface::Desk,
            ip: [203, 0, 113, 7].into(),
            subject: "考试报名费",
            notify_url: "http://127.0.0.1:1/pay/wechat_pay/notify",
            return_url: "http://127.0.0.1:1/",
            bank: None,
        };
        let payments = &self.house.registration.payments;
        let going = payments.pay(order.account, order.id, Method::WechatPay, &payer).await.unwrap();
        let Going::Start { start: Start::Scan { code, .. }, .. } = going else { panic!("{going:?}") };
        self.sandbox.buyer("http://127.0.0.1:1/").open(&code).await.unwrap().pay_and_close().await.unwrap();
        until("a seat that is paid for", async || {
            payments.page(order.account, order.id, Looking::Person).await.unwrap();
            self.state(&order).await == OrderState::Confirmed
        })
        .await;
        order
    }

    /// Somebody scans the list's code, and pays.
    async fn scan(&self, group: GroupId) {
        let payments = &self.house.registration.payments;
        let (_, attempts) = payments.group_attempts(&self.finance, group).await.unwrap();
        let Some(Start::Scan { code, .. }) = &attempts[0].start else { panic!("{attempts:?}") };
        self.sandbox.buyer("http://127.0.0.1:1/").open(code).await.unwrap().pay_and_close().await.unwrap();
    }
}

/// Where a form has led: the list's page.
fn group_of(location: &str) -> (String, GroupId) {
    let number = location.strip_prefix("/finance/groups/").unwrap().split('?').next().unwrap();
    (format!("/finance/groups/{number}"), GroupId::of_number(number).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn b16_e2_a_school_pays_for_a_list_and_finance_makes_the_invoices() {
    let mut school = Box::pin(School::open()).await;
    for path in ["/finance/groups", "/finance/groups/new", "/finance/invoices", "/finance/invoices.csv"] {
        assert_eq!(school.house.by("li.min").get(path).await.0, StatusCode::FORBIDDEN, "{path}");
        assert!(school.house.by("nobody").get(path).await.1.starts_with("/sign-in"), "{path}");
    }
    assert!(!school.house.by("li.min").get("/people").await.2.contains("href=\"/finance"), "not theirs, not shown");
    let (_, _, none) = school.wang().get("/finance/groups").await;
    assert!(none.contains("还没有集体缴费") && none.contains("href=\"/finance/invoices\""), "{none}");
    let mut orders = Vec::new();
    for document in DOCUMENTS {
        orders.push(school.house.order(document).await);
    }
    chooses(&mut school, &orders).await;
    let page = locks_and_pays(&mut school, &orders).await;
    let (_, _, paid) = school.wang().get(&page).await;
    for word in ["座位已确认", "款项已到账", "去掉不能缴费的", "发起缴费"] {
        assert!(paid.contains(word), "{word}: {paid}");
    }
    // What a school has paid for is invoiced to the school.
    let payments = school.house.registration.payments.clone();
    let title = InvoiceTitle::parse("临江大学", "12100000400010275N").unwrap();
    let refused = payments.ask_invoice(orders[0].account, orders[0].id, &title).await;
    assert!(matches!(refused, Err(InvoiceError::Nothing(OrderState::Confirmed))), "{refused:?}");
    let alone = Box::pin(school.pays_alone()).await;
    invoices(&mut school, &alone).await;
    transfers_and_gives_back(&mut school, &orders[3]).await;
    bills_and_files(&mut school).await;
    school.house.registration.stop().await;
    school.sandbox.stop().await;
}

/// By tick, and by a list in which some lines are wrong; how they stand shows before anything is locked.
async fn chooses(school: &mut School, orders: &[Order]) {
    let (_, _, all) = school.wang().get("/finance/groups/new").await;
    for order in orders {
        assert!(all.contains(&format!("value=\"{}\" checked", order.id)), "{all}");
    }
    assert!(all.contains("张伟") && all.contains("1101**********002X") && !all.contains(DOCUMENTS[0]), "masked: {all}");
    let none = school.wang().post("/finance/groups/preview", "exam=degree-english").await;
    assert!(none.0 == StatusCode::UNPROCESSABLE_ENTITY && none.2.contains("请至少勾选一份"), "{}", none.2);

    let text = format!(
        "\u{59d3}\u{540d},\u{8bc1}\u{4ef6}\u{53f7}\u{7801}\r\n张伟,{}\r\n{}\r\n没有\r\n1.10105E+17\r\n{}\r\n110105194912310038\r\n",
        DOCUMENTS[0], orders[1].id, orders[0].id
    );
    // As a table program of a Chinese Windows writes it.
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let exam = ("exam", None, b"degree-english".as_slice());
    let (status, _, read) =
        school.wang().upload("/finance/groups/read", &[exam, ("file", Some("名单.csv"), &gbk)]).await;
    assert_eq!(status, StatusCode::OK, "{read}");
    for word in ["第 4 行", "第 5 行", "缩写", "第 6 行", "同一份", "第 7 行", "没有这个订单", "¥240.00", "锁定这 2 份"]
    {
        assert!(read.contains(word), "{word}: {read}");
    }
    let workbook =
        school.wang().upload("/finance/groups/read", &[exam, ("file", Some("a.xlsx"), b"PK\x03\x04\0\0")]).await;
    assert!(workbook.0 == StatusCode::UNPROCESSABLE_ENTITY && workbook.2.contains("不要上传 Excel 工作簿"));
    let pasted = school.wang().upload("/finance/groups/read", &[exam, ("pasted", None, b"0000-0001")]).await;
    assert!(pasted.2.contains("名单里没有可以缴费的"), "{}", pasted.2);
    let audit = "SELECT count(*) FROM registration.audit WHERE action = 'group.look'";
    let looks: i64 = school.house.stores.pool().get().await.unwrap().query_one(audit, &[]).await.unwrap().get(0);
    assert!(looks >= 4, "{looks}");
}

/// Locked; one seat goes meanwhile, and is left out; the rest is paid by a code.
async fn locks_and_pays(school: &mut School, orders: &[Order]) -> String {
    let form = |title: &str, hours: &str| {
        let numbers: Vec<String> = orders[..3].iter().map(|order| order.id.to_string()).collect();
        format!("exam=degree-english&title={title}&hours={hours}&orders={}", numbers.join("+"))
    };
    for (title, hours, said) in [("", "24", "请填写名称"), ("A", "73", "最多锁定 72 小时"), ("A", "0", "最多锁定")]
    {
        let (status, _, text) = school.wang().post("/finance/groups", &form(title, hours)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(said), "{said}: {text}");
        assert!(text.contains("¥360.00"), "what was looked at is still there");
    }
    let (status, location, text) = school.wang().post("/finance/groups", &form("School", "24")).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
    let (page, id) = group_of(&location);
    assert!(school.wang().get(&location).await.2.contains("名单已锁定"));
    let again = school.wang().post("/finance/groups", &form("Other", "24")).await;
    assert!(again.0 == StatusCode::CONFLICT && again.2.contains("已在“School”名单里"), "{}", again.2);
    let short = school.wang().post(&format!("{page}/receive"), "amount=1&reference=T-1").await;
    assert!(short.0 == StatusCode::UNPROCESSABLE_ENTITY && short.2.contains("金额必须是 ¥360.00"), "{}", short.2);

    school.lose(&orders[2]).await;
    let (_, _, gone) = school.wang().get(&page).await;
    assert!(gone.contains("1 份现在不能缴费，整单不能支付") && gone.contains("座位已过期"), "{gone}");
    assert!(!gone.contains("用微信支付缴费"), "not before the one is left out");
    let early = school.wang().post(&format!("{page}/pay"), "by=wechat_pay").await;
    assert!(early.0 == StatusCode::CONFLICT && early.2.contains("请看下表"), "{}", early.2);
    assert_eq!(school.wang().post(&format!("{page}/leave-out"), "").await.1, format!("{page}?done=left-out"));
    assert!(school.wang().get(&page).await.2.contains("¥240.00"));

    let going = school.wang().post(&format!("{page}/pay"), "by=wechat_pay").await;
    assert_eq!(going.1, format!("{page}/paying?by=wechat_pay"), "{}", going.2);
    let (_, _, code) = school.wang().get(&going.1).await;
    assert!(
        code.contains("http-equiv=\"refresh\" content=\"5; url=/finance/groups/")
            && code.contains("code.png?by=wechat_pay"),
        "{code}"
    );
    assert!(school.wang().get(&format!("{page}/code.png?by=wechat_pay")).await.2.contains("PNG"));
    assert_eq!(school.wang().get(&format!("{page}/code.png?by=alipay")).await.0, StatusCode::NOT_FOUND);
    school.scan(id).await;
    // The page asks while somebody looks: no notification has come.
    for _ in 0..300 {
        if school.wang().get(&going.1).await.1.ends_with("?done=paid") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(school.wang().get(&going.1).await.1, format!("{page}?done=paid"));
    for order in &orders[..2] {
        until("a seat", async || school.state(order).await == OrderState::Confirmed).await;
    }
    page
}

/// Wanted, found, taken out, handed back one by one and many at once.
async fn invoices(school: &mut School, order: &Order) {
    let title = InvoiceTitle::parse("临江大学", "12100000400010275N").unwrap();
    let payments = school.house.registration.payments.clone();
    payments.ask_invoice(order.account, order.id, &title).await.unwrap();
    let page = format!("/finance/invoices/{}", order.id);
    for (query, is_found) in
        [("", true), ("q=0275n", true), ("stage=wanted", true), ("stage=made", false), ("q=%E6%B1%9F%E5%8D%97", false)]
    {
        let found = school.wang().get(&format!("/finance/invoices?{query}")).await.2;
        assert_eq!(found.contains("12100000400010275N"), is_found, "{query}: {found}");
    }
    let (_, _, csv) = school.wang().get("/finance/invoices.csv?stage=wanted").await;
    assert!(csv.contains("临江大学,12100000400010275N\t,120.00"), "{csv}");
    assert!(school.wang().get("/finance/invoices.xlsx").await.2.starts_with("PK"));

    let which = ("which", None, b"invoice".as_slice());
    let broken = school.wang().upload(&format!("{page}/document"), &[which, ("file", Some("a.pdf"), b"<html>")]).await;
    assert!(broken.0 == StatusCode::UNPROCESSABLE_ENTITY && broken.2.contains("不是 PDF"), "{}", broken.2);
    let name = format!("发票_{}.pdf", order.id);
    let many = school
        .wang()
        .upload(
            "/finance/invoices/documents",
            &[
                which,
                ("files", Some(&name), PDF),
                ("files", Some("scan.pdf"), PDF),
                ("files", Some(&name), PDF),
                ("files", Some("0000-0001.pdf"), PDF),
            ],
        )
        .await;
    assert_eq!(many.0, StatusCode::OK);
    for word in ["传回 1 个，没有传回 3 个", "文件名里没有订单号", "前面已有一个文件", "没有这个订单"]
    {
        assert!(many.2.contains(word), "{word}: {}", many.2);
    }
    let (status, _, pdf) = school.wang().get(&format!("{page}/invoice.pdf")).await;
    assert!(status == StatusCode::OK && pdf.as_bytes() == PDF);
    let made = school.wang().get(&page).await.2;
    assert!(made.contains("已开票") && made.contains("传回了发票: ¥120.00"), "{made}");
    assert_eq!(school.house.by("li.min").get(&format!("{page}/invoice.pdf")).await.0, StatusCode::FORBIDDEN);
    let early = school
        .wang()
        .upload(&format!("{page}/document"), &[("which", None, b"credit-note"), ("file", Some("a.pdf"), PDF)])
        .await;
    assert!(early.0 == StatusCode::CONFLICT && early.2.contains("没有需要红冲"), "{}", early.2);
    // Some of it goes back: a credit note is wanted.
    let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    payments.refund(school.finance.id, (paid.id, order.id), Fen(4_000), ("多收", Fen(5_000))).await.unwrap();
    let wanted = school.wang().get("/finance/invoices?stage=credit_wanted").await.2;
    assert!(wanted.contains("待开红字发票") && wanted.contains("¥40.00"), "{wanted}");
    let note = school
        .wang()
        .upload(&format!("{page}/document"), &[("which", None, b"credit-note"), ("file", Some("a.pdf"), PDF)])
        .await;
    assert_eq!(note.1, format!("{page}?done=handed-back"));
}

/// A transfer pays for another list; what it paid for goes back by two, and by hand.
async fn transfers_and_gives_back(school: &mut School, order: &Order) {
    let form = format!("exam=degree-english&title=T&hours=2&orders={}", order.id);
    let (page, _) = group_of(&school.wang().post("/finance/groups", &form).await.1);
    let taken = school.wang().post(&format!("{page}/receive"), "amount=120.00&reference=BANK-77").await;
    assert_eq!(taken.1, format!("{page}?done=received"), "{}", taken.2);
    until("a seat", async || school.state(order).await == OrderState::Confirmed).await;
    let payments = school.house.registration.payments.clone();
    let [paid] = &payments.of_order(order.id).await.unwrap()[..] else { panic!("one") };
    let money = format!("/finance/payments/{}", paid.id.number());
    let refund = format!("order={}&amount=60.00&reason=x", order.id);
    assert_eq!(school.wang().post(&format!("{money}/refund"), &refund).await.1, format!("{money}?done=asked"));
    // Nobody agrees in time: it is over, told, and may be asked for anew.
    let old = "UPDATE registration.refunds SET created_at = now() - interval '25 hours' WHERE state = 'asked'";
    school.house.stores.pool().get().await.unwrap().batch_execute(old).await.unwrap();
    until("the end of it", async || payments.refunds_of(order.id).await.unwrap()[0].state == RefundState::Closed).await;
    let open = school.wang().get("/finance/open").await.2;
    assert!(open.contains("过期作废的退款申请") && open.contains(&order.id.to_string()), "{open}");
    assert!(school.wang().get(&money).await.2.contains("无人同意，已作废"));
    assert_eq!(school.wang().post(&format!("{money}/refund"), &refund).await.1, format!("{money}?done=asked"));

    let second = payments.refunds_of(order.id).await.unwrap().pop().unwrap();
    let at = |act: &str| format!("/finance/refunds/{}/{act}", second.id.number());
    assert_eq!(school.house.by("boss").post(&at("agree"), "").await.1, format!("{money}?done=agreed"));
    let due = school.wang().get(&money).await.2;
    assert!(due.contains("已另行转账") && due.contains("没有经过支付渠道"), "{due}");
    let nothing = school.wang().post(&at("by-hand"), "reference=+&reason=x").await;
    assert!(nothing.0 == StatusCode::UNPROCESSABLE_ENTITY && nothing.2.contains("请填写转账流水号"), "{}", nothing.2);
    let noted = school.wang().post(&at("by-hand"), "reference=BACK-1&reason=x").await;
    assert_eq!(noted.1, format!("{money}?done=hand"), "two have agreed before");
    let done = school.wang().get(&money).await.2;
    assert!(done.contains("BACK-1") && done.contains("登记已另行转账"), "{done}");
    assert_eq!(payments.books().await.unwrap().differences, []);
}

/// A bill as a file, of the wrong day or channel too; and what was found, and the journal, as files.
async fn bills_and_files(school: &mut School) {
    let line = "`2025-03-05 12:00:00,`4200000001,`00000000000000000000000000000001,`SUCCESS,`,`0.72000,`120.00,`0.00";
    let heads = "交易时间,微信订单号,商户订单号,交易状态,商户退款单号,手续费,订单金额,申请退款金额";
    let sums = "总交易单数,订单总金额,申请退款总金额\r\n`1,`120.00,`0.00";
    let bill = format!("\u{feff}{heads}\r\n{line}\r\n{sums}\r\n").into_bytes();
    let field = |name: &'static str, value: &'static [u8]| (name, None, value);
    let file = ("file", Some("bill.csv"), bill.as_slice());
    for (channel, day, said) in [
        (b"wechat_pay".as_slice(), b"2025-03-04".as_slice(), "多数交易不是"),
        (b"alipay", b"2025-03-05", "这是微信支付的账单"),
        (b"bank", b"2025-03-05", "没有配置这个渠道"),
        (b"wechat_pay", b"", "请选择渠道和账单日期"),
    ] {
        let (status, _, text) =
            school.wang().upload("/finance/import", &[field("channel", channel), field("day", day), file]).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(said), "{said}: {text}");
    }
    let right = [field("channel", b"wechat_pay"), field("day", b"2025-03-05"), file];
    assert_eq!(school.house.by("li.min").upload("/finance/import", &right).await.0, StatusCode::FORBIDDEN);
    let taken = school.wang().upload("/finance/import", &right).await;
    assert_eq!(taken.1, "/finance/days/wechat_pay/2025-03-05?done=imported", "{}", taken.2);
    let day = school.wang().get(&taken.1).await.2;
    assert!(day.contains(&format!("{} B", bill.len())) && day.contains("已核对（文件）"), "{day}");

    let (_, _, found) = school.wang().get("/finance/findings.csv?from=2025-03-05&until=2025-03-05").await;
    assert!(found.lines().count() == 2 && found.contains("00000000000000000000000000000001\t"), "{found}");
    assert!(school.wang().get("/finance/findings.xlsx?from=2025-03-01&until=2025-03-31").await.2.starts_with("PK"));
    let today = jiff::tz::Offset::constant(8).to_datetime(jiff::Timestamp::now()).date();
    let days = format!("from={}&until={today}", today.yesterday().unwrap());
    let (_, _, journal) = school.wang().get(&format!("/finance/journal.csv?{days}")).await;
    assert!(journal.contains("学校统缴待清算") && journal.lines().count() > 10, "{journal}");
    for path in ["journal.csv?from=2026-02-01&until=2026-01-01", "findings.xlsx?from=&until=x"] {
        let (status, _, text) = school.wang().get(&format!("/finance/{path}")).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("最多 366 天"), "{path}: {text}");
    }
}
