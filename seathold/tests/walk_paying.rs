//! Paying in real browsers, against the real binary and its sandbox: on a phone by Alipay without any news, by WeChat Pay
//! without scripts, and at a desk by a code that a phone scans, whose app never comes back.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod code;
    pub(crate) mod people;
}

use serde_json::{Value, json};
use testkit::{BrowserOptions, Caller, Device, ServedApp, Walker};

use walking::code::link_in;
use walking::people::prove_mobile;

const EXAM: &str = "/exams/campus-english";
/// The picture of the code as a `data:` URL.
const PICTURE: &str = r##"
const done = arguments[arguments.length - 1];
fetch(document.querySelector(".code img").src).then((answer) => answer.blob()).then((picture) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(picture);
});
"##;

/// Somebody new who holds a seat; the order's path.
async fn holds(app: &ServedApp, device: Device, name: &str, number: &str, mobile: &str) -> (Walker, String) {
    let browser = Walker::start(app.url(), BrowserOptions { device, ..BrowserOptions::default() }).await;
    browser.open(&format!("/sign-up?exam=campus-english&next={EXAM}")).await;
    for (field, text) in [("#name", name), ("#document", number), ("#mobile", mobile), ("#password", "secret-1")] {
        browser.fill(field, text).await;
    }
    prove_mobile(app, &browser, mobile).await;
    browser.tap("main form > button[type=submit]").await;
    browser.arrives(EXAM).await;
    browser.tap("label[for=agree]").await;
    browser.tap("label[for=sitting-en-0522-am-lakeside]").await;
    browser.tap("form.choose button[type=submit]").await;
    let order = browser.arrives("/orders/").await;
    (browser, order)
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
    let (mut phone, order) = holds(app, Device::Phone, "张伟", "110105199001010010", "13912345671").await;
    confirms(&mut phone, "alipay", "张伟").await;
    phone.shows("立即付款").await;
    // The back button leads to the page that waits, and stays there.
    phone.back().await.unwrap();
    phone.shows("还没有收到到账通知").await;
    phone.looks("paying-alipay-3-back").await;
    phone.tap("a[rel=external]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("报名成功").await;
    phone.shows("交易号").await;
    phone.looks("paying-alipay-4-receipt").await;
    assert_eq!(phone.path().await, format!("{order}/receipt"));
    behaves(app, json!({"channel": "alipay"})).await;
    phone
}

/// Without scripts: a link leads there. WeChat Pay is told which site the payer comes from, or opens nothing.
async fn by_wechat(app: &ServedApp) -> Walker {
    let (mut phone, _) = holds(app, Device::SmallPhone, "孙剑峰", "310104198807070019", "13912345672").await;
    phone.block_scripts().await;
    confirms(&mut phone, "wechat_pay", "孙剑峰").await;
    phone.shows("付款后回到本页").await;
    phone.looks("paying-wechat_pay-3-going").await;
    phone.tap("a[rel=external]").await;
    phone.tap("button[value=pay]").await;
    phone.turns_to("报名成功").await;
    phone
}

/// A code on a screen; the phone that scanned it never comes back.
async fn by_code(app: &ServedApp, phone: &Walker) {
    let (mut desk, _) = holds(app, Device::Desk, "李样例", "430102199506150022", "13912345673").await;
    desk.shows("用手机扫码").await;
    desk.tap(".channel[value=alipay]").await;
    desk.tap("form.pay button[type=submit]").await;
    desk.shows("扫描二维码付款").await;
    desk.find_one(".code a[download]").await;
    desk.looks("paying-desk-code").await;
    let picture = desk.execute_async(PICTURE, Vec::new()).await.unwrap();
    phone.goto(&link_in(picture.as_str().unwrap())).await.unwrap();
    phone.tap("button[value=pay_and_close]").await;
    desk.turns_to("报名成功").await;
    desk.looks("paying-desk-receipt").await;
    desk.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b15_c9_d4_paying_on_a_phone_and_by_a_code_to_the_receipt() {
    let mut app = ServedApp::start().await;
    let phone = by_alipay(&app).await;
    by_code(&app, &phone).await;
    phone.finish().await;
    by_wechat(&app).await.finish().await;
    app.stop().await;
}
