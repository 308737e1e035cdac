//! Paying in real browsers, against the real binary and its sandbox: on a phone by Alipay without any news, by WeChat Pay
//! without scripts, and at a desk by a code that a phone scans, whose app never comes back. And every wrong turn: a school
//! pays meanwhile, a paid seat is given up, another sum is paid, two tabs pay, the time to pay is over.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod office;
    pub(crate) mod people;
    pub(crate) mod school;
}

use std::path::Path;

use serde_json::{Value, json};
use testkit::{BrowserOptions, Caller, Device, ServedApp, Walker};

use walking::people::prove_mobile;
use walking::school::School;

const EXAM: &str = "/exams/campus-english";

/// A form that a page does not offer, sent all the same; what answers it.
const SEND: &str = r##"
const [path, body, done] = [arguments[0], arguments[1], arguments[arguments.length - 1]];
const headers = { "content-type": "application/x-www-form-urlencoded" };
fetch(path, { method: "POST", headers, body }).then((answer) => answer.text()).then(done);
"##;

/// A browser in which nobody has been yet.
async fn browser(app: &ServedApp, device: Device) -> Walker {
    Walker::start(app.url(), BrowserOptions { device, ..BrowserOptions::default() }).await
}

/// Somebody new who holds a seat; the order's path.
async fn holds(app: &ServedApp, browser: &Walker, name: &str, number: &str, mobile: &str) -> String {
    browser.open(&format!("/sign-up?exam=campus-english&next={EXAM}")).await;
    for (field, text) in [("#name", name), ("#document", number), ("#mobile", mobile), ("#password", "secret-1")] {
        browser.fill(field, text).await;
    }
    prove_mobile(app, browser, mobile).await;
    browser.tap("main form > button[type=submit]").await;
    browser.arrives(EXAM).await;
    chooses(browser).await
}

/// On the exam's page: a sitting is chosen; the order's path.
async fn chooses(browser: &Walker) -> String {
    browser.tap("label[for=agree]").await;
    browser.tap("label[for=sitting-en-0522-am-lakeside]").await;
    browser.tap("form.choose button[type=submit]").await;
    browser.arrives("/orders/").await
}

/// Both confirmations: the channel, then in whose name and how much.
async fn confirms(browser: &mut Walker, channel: &str, name: &str) {
    browser.shows("缴费须知").await;
    browser.looks(&format!("paying-{channel}-1-channels")).await;
    browser.tap(&format!(".channel[value={channel}]")).await;
    browser.shows("确认缴费信息").await;
    browser.shows(name).await;
    browser.looks(&format!("paying-{channel}-2-confirm")).await;
    browser.tap("form.pay button[type=submit]").await;
}

async fn behaves(app: &ServedApp, conduct: Value) {
    let answer = Caller::new(app.sandbox_url(), "").call("POST", "/control", &conduct).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// To the app at once, back by itself; no news ever comes, and the page finds out.
async fn by_alipay(app: &ServedApp) -> Walker {
    behaves(app, json!({"channel": "alipay", "news_often": {"lost": 100}})).await;
    let mut phone = browser(app, Device::Phone).await;
    let order = holds(app, &phone, "张伟", "110105199001010010", "13912345671").await;
    confirms(&mut phone, "alipay", "张伟").await;
    phone.shows("立即付款").await;
    // The back button leads to the page that waits, and stays there.
    phone.back().await.unwrap();
    phone.shows("还没有收到到账通知").await;
    phone.looks("paying-alipay-3-back").await;
    phone.tap("a[rel=external]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("确认时间").await;
    phone.looks("paying-alipay-4-receipt").await;
    assert_eq!(phone.path().await, format!("{order}/receipt"));
    behaves(app, json!({"channel": "alipay"})).await;
    phone
}

/// Without scripts: a link leads there. WeChat Pay is told which site the payer comes from, or opens nothing.
async fn by_wechat(app: &ServedApp) -> Walker {
    let mut phone = browser(app, Device::SmallPhone).await;
    holds(app, &phone, "孙剑峰", "310104198807070019", "13912345672").await;
    phone.block_scripts().await;
    confirms(&mut phone, "wechat_pay", "孙剑峰").await;
    phone.shows("付款后回到本页").await;
    phone.looks("paying-wechat_pay-3-going").await;
    phone.tap("a[rel=external]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("确认时间").await;
    phone
}

/// A code on a screen; the phone that scanned it never comes back.
async fn by_code(app: &ServedApp, desk: &mut Walker, phone: &Walker) {
    holds(app, desk, "李样例", "430102199506150022", "13912345673").await;
    shows_code(desk).await;
    desk.looks("paying-desk-code").await;
    phone.goto(&desk.scan(".code img").await).await.unwrap();
    phone.tap("button[value=pay_and_close]").await;
    desk.turns_to("确认时间").await;
    desk.looks("paying-desk-receipt").await;
}

async fn shows_code(desk: &Walker) {
    desk.shows("用手机扫码").await;
    desk.tap(".channel[value=alipay]").await;
    desk.tap("form.pay button[type=submit]").await;
    desk.shows("扫描二维码付款").await;
    desk.find_one(".code a[download]").await;
}

/// While a code is on the screen the school begins to pay: the page says so, nothing is offered anywhere, every door refuses.
/// Then the school has paid.
async fn by_school(app: &ServedApp, desk: &mut Walker) {
    let order = holds(app, desk, "周敏", "110105199203040023", "13912345674").await;
    shows_code(desk).await;
    let school = School::open(app).await;
    let group = school.lock(order.trim_start_matches("/orders/")).await;
    desk.turns_to("学校正在为您集体缴费").await;
    assert_eq!(desk.path().await, order);
    for nowhere in [".channel", "#upload", ".release-part", "a[href*=sittings]"] {
        assert!(!desk.has(nowhere).await, "{nowhere} is offered");
    }
    desk.looks("paying-school-1-locked").await;
    for (door, form) in [("/release", ""), ("/pay", "by=alipay"), ("/drop", "sitting=en-0522-am-lakeside")] {
        let answer = desk.execute_async(SEND, vec![json!(format!("{order}{door}")), json!(form)]).await.unwrap();
        assert!(answer.as_str().unwrap().contains("被学校集体缴费锁定"), "{door}: {answer}");
    }
    let other = json!("agree=on&replace=on&sitting-1=en-0522-pm-lakeside");
    let answer = desk.execute_async(SEND, vec![json!(format!("{EXAM}/hold")), other]).await.unwrap();
    assert!(answer.as_str().unwrap().contains("暂时不能更换场次"), "{answer}");
    for page in ["/", EXAM, "/me"] {
        desk.open(page).await;
        desk.shows("学校正在为您集体缴费").await;
        desk.shows("学校集体缴费锁定；到时学校还没有缴费，座位自动释放").await;
        assert!(!desk.has("form.choose").await && !desk.text().await.contains("去缴费"), "{page}");
    }
    desk.open(&order).await;
    desk.shows("如有疑问，请联系学校老师").await;
    school.pay(group).await;
    desk.turns_to("学校已为您集体缴费，座位已确认").await;
    desk.looks("paying-school-2-receipt").await;
    assert!(!desk.has("#invoice").await, "the invoice is the school's");
    desk.open("/me").await;
    desk.shows("学校已集体缴费").await;
    school.close().await;
    desk.delete_all_cookies().await.unwrap();
}

/// What would come back is shown before one agrees; then the seat goes and the money comes.
async fn gives_up(phone: &mut Walker) {
    phone.open("/me").await;
    phone.tap(".order-part a[href*=orders]").await;
    phone.tap("a[href$=withdraw]").await;
    phone.shows("¥96.00").await;
    phone.shows("原路退回支付宝").await;
    phone.looks("paying-withdraw-1-sum").await;
    phone.tap("label[for=agree]").await;
    phone.tap("form.stack button[type=submit]").await;
    phone.shows("已退考").await;
    phone.turns_to("已退款").await;
    phone.shows("已原路退回").await;
    phone.looks("paying-withdraw-2-ended").await;
}

/// A yuan too much: it buys nothing, the page says so, and it goes back.
async fn pays_another_sum(phone: &mut Walker) -> String {
    phone.open(EXAM).await;
    let order = chooses(phone).await;
    phone.tap(".channel[value=wechat_pay]").await;
    phone.tap("form.pay button[type=submit]").await;
    phone.tap("button[value=pay_more]").await;
    phone.shows("¥121.00").await;
    phone.open(&order).await;
    phone.turns_to("付款金额不符").await;
    phone.shows("收到 ¥121.00，应缴 ¥120.00").await;
    phone.turns_to("已退款").await;
    assert_eq!(phone.path().await, order, "the seat is held, and not confirmed");
    phone.find_one(".channel[value=alipay]").await;
    phone.looks("paying-wrong-amount").await;
    order
}

/// One tab stays at Alipay, the other pays by WeChat Pay; then the first one pays as well.
async fn pays_in_two_tabs(phone: &mut Walker, order: &str) {
    phone.tap(".channel[value=alipay]").await;
    phone.tap("form.pay button[type=submit]").await;
    phone.shows("立即付款").await;
    let first = phone.window().await.unwrap();
    let second = phone.new_window(false).await.unwrap().handle;
    phone.switch_to_window(second).await.unwrap();
    phone.open(order).await;
    phone.tap(".channel[value=wechat_pay]").await;
    phone.tap("form.pay button[type=submit]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("确认时间").await;
    phone.switch_to_window(first).await.unwrap();
    phone.tap("button[value=pay]").await;
    phone.turns_to("重复支付").await;
    phone.turns_to("已退款").await;
    phone.looks("paying-twice").await;
}

/// The time to pay is over, and registration, too: the page says what becomes of money, and the doors take none.
async fn comes_too_late(app: &ServedApp, desk: &mut Walker, dir: &Path) {
    desk.open("/exams/campus-closing").await;
    let order = chooses(desk).await;
    imports(app, dir, "campus-closing", "2026-11-20T17:00:00+08:00");
    let over = "SET expires_at = now() - interval '3 minutes', lapses_at = now() - interval '2 minutes'";
    app.execute(&format!("UPDATE registration.orders {over} WHERE exam = 'campus-closing'")).await;
    // The server reads a changed exam within seconds.
    for _ in 0..400 {
        desk.open(&order).await;
        if desk.text().await.contains("缴费已截止") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    desk.shows("请不要再付款").await;
    desk.shows("款项到账后自动原路退回").await;
    assert!(!desk.has(".channel").await && !desk.has("#upload").await, "nothing is taken any more");
    desk.looks("paying-closed").await;
    let answer = desk.execute_async(SEND, vec![json!(format!("{order}/pay")), json!("by=alipay")]).await.unwrap();
    assert!(answer.as_str().unwrap().contains("缴费已截止"), "{answer}");
    desk.open("/").await;
    desk.shows("缴费已截止").await;
    desk.open("/exams/campus-closing").await;
    desk.shows("已经付款，查看怎么办").await;
}

/// What came of all this stands on the finance office's list, and nothing of it waits for people.
async fn finance_has_it(app: &ServedApp, desk: &Walker) {
    desk.goto(&format!("{}/sign-in?next=/finance", app.staff_url())).await.unwrap();
    desk.fill("#name", "demo").await;
    desk.fill("#password", "demo-seathold").await;
    desk.tap("main form button[type=submit]").await;
    desk.shows("¥121.00").await;
    desk.goto(&format!("{}/finance/open", app.staff_url())).await.unwrap();
    assert!(!desk.text().await.contains("¥121.00"), "it went back by itself");
}

/// The exam that ships, under another number, with money back for whoever gives up, until registration closes.
fn imports(app: &ServedApp, dir: &Path, id: &str, closes_at: &str) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/campus-english");
    let toml = std::fs::read_to_string(shipped.join("exam.toml")).unwrap();
    let deadline = closes_at.replace("17:00:00", "18:00:00");
    let toml = toml
        .replace("id = \"campus-english\"", &format!("id = \"{id}\""))
        .replace("closes_at = 2027-05-07T17:00:00+08:00", &format!("closes_at = {closes_at}"))
        .replace("payment_deadline = 2027-05-07T18:00:00+08:00", &format!("payment_deadline = {deadline}"));
    let refund = "\n[refund]\nrates = [{ until = 2027-05-01T00:00:00+08:00, percent = 80 }]\n";
    std::fs::write(dir.join("exam.toml"), toml + refund).unwrap();
    std::fs::copy(shipped.join("sittings.csv"), dir.join("sittings.csv")).unwrap();
    let imported = app.command().args(["exam", "import"]).arg(dir).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn b15_b16_c9_d4_e1_paying_and_every_wrong_turn_to_the_receipt() {
    let mut app = ServedApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    imports(&app, dir.path(), "campus-english", "2027-05-07T17:00:00+08:00");
    imports(&app, dir.path(), "campus-closing", "2027-05-07T17:00:00+08:00");
    let mut phone = by_alipay(&app).await;
    let mut desk = browser(&app, Device::Desk).await;
    Box::pin(by_school(&app, &mut desk)).await;
    by_code(&app, &mut desk, &phone).await;
    comes_too_late(&app, &mut desk, dir.path()).await;
    gives_up(&mut phone).await;
    let order = pays_another_sum(&mut phone).await;
    pays_in_two_tabs(&mut phone, &order).await;
    phone.finish().await;
    finance_has_it(&app, &desk).await;
    desk.finish().await;
    by_wechat(&app).await.finish().await;
    app.stop().await;
}
