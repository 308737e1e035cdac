//! Finance on real stores: who may see money, finding payments, refunds by one and by two, what is taken out as files, and that
//! all of it is in the audit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum_extra::extract::cookie::Key;
use backoffice::BackofficeState;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};
use registration::desk::staff::Role;
use registration::model::actor::Actor;
use registration::model::order::Order;
use registration::model::payment::refund::RefundState;
use registration::model::payment::{Method, Payment};
use registration::people::accounts::NewAccount;
use registration::secrets::vault::Vault;
use registration::{Fen, Registration, RegistrationConfig};
use reservation::engine::{Engine, EngineConfig};
use testkit::TestStores;
use tower::ServiceExt;

const EXAM: &str = r#"
id = "degree-english"
title = { zh = "学位外语考试", en = "Degree English" }
organiser = { zh = "临江大学", en = "Linjiang University" }
hold_seconds = 900
grace_seconds = 60
opens_at = 2020-01-01T09:00:00+08:00
closes_at = 2090-01-01T17:00:00+08:00
payment_deadline = 2090-01-01T18:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/degree-english"
groups = []
[notice]
zh = ["第一条"]
en = ["First"]
"#;
const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,,一号楼,Building 1,2090-05-22T09:00:00+08:00,5,
";
const REFERENCE: &str = "4200002345202611291234567890";

struct Till {
    registration: Registration,
    router: Router,
    /// Who is signed in: a cookie each.
    cookies: Vec<(&'static str, String)>,
    stores: TestStores,
}

impl Till {
    async fn start() -> Self {
        let stores = TestStores::start().await;
        let redis_url = stores.redis_url().to_owned();
        let engine = Engine::start(EngineConfig { redis_url, postgres: stores.pool() }).await.unwrap();
        let registration = Registration::open(RegistrationConfig {
            postgres: stores.pool(),
            engine,
            files: Arc::new(object_store::memory::InMemory::new()),
            vault: Vault::load_or_create(&stores.dir().join("vault-key")).unwrap(),
            gateways: Default::default(),
            accounts: Default::default(),
        })
        .await
        .unwrap();
        let dir = stores.dir().join("exam");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("exam.toml"), EXAM).unwrap();
        std::fs::write(dir.join("sittings.csv"), SITTINGS).unwrap();
        registration.exams.import(&dir).await.unwrap();
        for (name, role) in [("li.min", Role::Reviewer), ("wang.fang", Role::Finance), ("boss", Role::Administrator)] {
            registration.staff.add(name, "a long password", role).await.unwrap();
        }
        let state = BackofficeState {
            registration: registration.clone(),
            cookie_key: Key::generate(),
            demo: true,
            refund_alone_max: Fen(5_000),
            site_url: "http://127.0.0.1:1".to_owned(),
        };
        let mut till = Self { registration, router: backoffice::router(state), cookies: Vec::new(), stores };
        for name in ["li.min", "wang.fang", "boss"] {
            let form = format!("name={name}&password=a%20long%20password");
            let answer = till.send(name, form_of("/sign-in?next=/", &form)).await;
            assert_eq!(answer.0, StatusCode::SEE_OTHER);
        }
        till
    }

    /// An order of a new candidate that Alipay has taken money for.
    async fn paid(&self, document: &str, reference: &str) -> (Order, Payment) {
        let new = NewAccount::parse("张伟", document, "13912345678", "secret-1").unwrap();
        let account = self.registration.accounts.register(new).await.unwrap().id;
        let (exam, sitting) = ("degree-english".parse().unwrap(), "morning".parse().unwrap());
        let order = self.registration.orders.hold(account, &exam, &[sitting], false).await.unwrap();
        let (payments, who) = (&self.registration.payments, Actor::Candidate(account));
        let payment = payments.begin(&who, Method::Alipay, &[(order.id, order.amount)]).await.unwrap();
        let gateway = Actor::Gateway("alipay".parse().unwrap());
        (order, payments.receive(payment.id, &gateway, Some(reference)).await.unwrap())
    }

    async fn get(&mut self, name: &'static str, path: &str) -> (StatusCode, String, String) {
        self.send(name, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, name: &'static str, path: &str, form: &str) -> (StatusCode, String, String) {
        self.send(name, form_of(path, form)).await
    }

    /// Status, where it leads, text.
    async fn send(&mut self, name: &'static str, mut request: Request<Body>) -> (StatusCode, String, String) {
        request.headers_mut().insert(HOST, "staff.example.edu".parse().unwrap());
        request.headers_mut().insert(ACCEPT_LANGUAGE, "zh-CN".parse().unwrap());
        if let Some((_, cookie)) = self.cookies.iter().find(|(known, _)| *known == name) {
            request.headers_mut().insert(COOKIE, cookie.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            self.cookies.push((name, set.to_str().unwrap().split(';').next().unwrap().to_owned()));
        }
        let location = response.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4 * 1024 * 1024).await.unwrap();
        (status, location, String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn form_of(path: &str, form: &str) -> Request<Body> {
    let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(Body::from(form.to_owned())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn finance_finds_payments_gives_money_back_by_two_and_takes_files_out() {
    let mut till = Till::start().await;
    let (order, payment) = till.paid("11010519491231002X", REFERENCE).await;
    let (other, small) = till.paid("440308199901101512", "=HYPERLINK(\"http://evil\")").await;
    let page = format!("/finance/payments/{}", payment.number());

    // A reviewer sees no money, and finance no cases.
    for path in ["/finance", &page, "/finance/open", "/finance/books", "/finance/days", "/finance/payments.csv"] {
        assert_eq!(till.get("li.min", path).await.0, StatusCode::FORBIDDEN, "{path}");
        assert!(till.get("nobody", path).await.1.starts_with("/sign-in"), "{path}");
    }
    let refund = format!("{page}/refund");
    let form = |amount: &str, reason: &str| format!("order={}&amount={amount}&reason={reason}", order.id);
    assert_eq!(till.post("li.min", &refund, &form("1", "x")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(till.get("wang.fang", "/").await.1, "/finance");
    assert_eq!(till.get("wang.fang", "/people").await.0, StatusCode::FORBIDDEN);

    finds(&mut till, &order, &other, &payment, &page).await;
    refunds(&mut till, &order, &payment, &page).await;

    // A small one goes by the word of one; the page says what is left.
    let small_page = format!("/finance/payments/{}", small.number());
    let form = format!("order={}&amount=20.00&reason=%E5%A4%9A%E6%94%B6", other.id);
    assert_eq!(
        till.post("wang.fang", &format!("{small_page}/refund"), &form).await.1,
        format!("{small_page}?done=refunded")
    );
    assert_eq!(till.registration.payments.refunds_of(other.id).await.unwrap()[0].state, RefundState::Due);
    let twice = till.post("boss", &format!("{small_page}/refund"), &form).await;
    assert!(twice.0 == StatusCode::CONFLICT && twice.2.contains("已经人工退过一次"), "{}", twice.2);

    takes_out(&mut till).await;

    let (_, _, books) = till.get("wang.fang", "/finance/books").await;
    assert!(books.contains("账目相符") && books.contains("支付宝待清算"), "{books}");
    assert!(till.get("wang.fang", "/finance/days").await.2.contains("没有配置支付渠道"));
    assert_eq!(till.get("wang.fang", "/finance/days/alipay/2026-11-20").await.0, StatusCode::NOT_FOUND);
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
async fn finds(till: &mut Till, order: &Order, other: &Order, payment: &Payment, page: &str) {
    let (ours, theirs) = (order.id.to_string(), other.id.to_string());
    let all = till.get("wang.fang", "/finance").await.2;
    assert!(all.contains(&ours) && all.contains(&theirs) && all.contains("学位外语考试"), "{all}");
    assert!(!all.contains("张伟") && !all.contains("1101"), "no person is named here");
    for q in [ours.clone(), payment.number(), payment.id.0.to_string(), REFERENCE.to_owned()] {
        let found = till.get("wang.fang", &format!("/finance?q={q}")).await.2;
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
        let found = till.get("wang.fang", &format!("/finance?{query}")).await.2;
        assert_eq!(found.contains(page), is_found, "{query}: {found}");
        assert_eq!(found.contains("没有符合条件的收款"), !is_found, "{query}");
    }
    let one = till.get("wang.fang", page).await.2;
    for word in [REFERENCE, "到账", "支付宝待清算", "确认退款", "最多可退 ¥120.00"] {
        assert!(one.contains(word), "{word}: {one}");
    }
    assert_eq!(till.get("wang.fang", "/finance/payments/7").await.0, StatusCode::NOT_FOUND);
}

/// More than one may give alone waits for another; what cannot go back does not.
async fn refunds(till: &mut Till, order: &Order, payment: &Payment, page: &str) {
    let path = format!("{page}/refund");
    let form = |amount: &str, reason: &str| format!("order={}&amount={amount}&reason={reason}", order.id);
    for (amount, reason, said) in [
        ("120.01", "x", "最多可退 ¥120.00"),
        ("0", "x", "最多可退"),
        ("many", "x", "例如 120.00"),
        ("60.00", "", "请填写退款原因"),
    ] {
        let (status, _, text) = till.post("wang.fang", &path, &form(amount, reason)).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(said), "{amount} {said}: {text}");
        assert!(text.contains("<details class=\"refuse\" open") && text.contains(&format!("value=\"{amount}\"")));
    }
    let asked = till.post("wang.fang", &path, &form("60.00", "%E7%97%85%E5%81%87")).await;
    assert_eq!(asked.1, format!("{page}?done=asked"));
    let [refund] = &till.registration.payments.refunds_of(order.id).await.unwrap()[..] else { panic!("one") };
    let act = |word: &str| format!("/finance/refunds/{}/{word}", refund.id.number());
    let alone = till.post("wang.fang", &act("agree"), "").await;
    assert!(alone.0 == StatusCode::CONFLICT && alone.2.contains("申请人自己不能同意"), "{}", alone.2);
    assert_eq!(till.post("li.min", &act("agree"), "").await.0, StatusCode::FORBIDDEN);
    let open = till.get("boss", "/finance/open").await.2;
    assert!(open.contains("同意退款 ¥60.00") && open.contains("请另一位财务人员核对"), "{open}");
    assert!(till.get("wang.fang", "/finance/open").await.2.contains("须由另一位财务人员同意"));
    assert_eq!(till.post("boss", &act("agree"), "").await.1, format!("{page}?done=agreed"));
    let late = till.post("boss", &act("withdraw"), "").await;
    assert!(late.0 == StatusCode::CONFLICT && late.2.contains("没有改动"), "{}", late.2);
    assert_eq!(till.post("boss", &act("burn"), "").await.0, StatusCode::NOT_FOUND);
    let done = till.get("boss", &format!("{page}?done=agreed")).await.2;
    for word in ["已同意，退款几秒内发往渠道", "申请退款", "¥60.00 病假", "同意退款", "应退款"]
    {
        assert!(done.contains(word), "{word}: {done}");
    }
    assert_eq!(till.registration.payments.of_order(order.id).await.unwrap()[0].id, payment.id);
}

/// Files whose numbers stay what they are, and of which no cell is a formula.
async fn takes_out(till: &mut Till) {
    let (status, _, text) = till.get("wang.fang", "/finance/payments.csv?state=received").await;
    assert!(status == StatusCode::OK && text.starts_with('\u{feff}'), "{text}");
    assert!(text.contains(&format!("{REFERENCE}\t")) && text.contains("'=HYPERLINK"), "{text}");
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(till.get("wang.fang", "/finance/payments.csv?state=failed").await.2.lines().count(), 1);
    let (status, _, table) = till.get("wang.fang", "/finance/payments.xlsx").await;
    assert!(status == StatusCode::OK && table.starts_with("PK"));
}
