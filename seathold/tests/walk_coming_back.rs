//! Away and back in a real browser: what answered a form is never asked for twice, what was typed is there again, a code
//! is not lost by a tap too early, and what waits for staff turns by itself.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod desk;
    pub(crate) mod people;
}

use specimen::{App, OrderScreen, form_photo};
use testkit::{BrowserOptions, Device, ServedApp, Walker};

use walking::desk::staff;
use walking::people::{Album, next_step, prove_mobile};

const EXAM: &str = "/exams/continuing-education";
const PASSWORD: &str = "jiaowai-2027";
const NAME: &str = "林晓";
const MOBILE: &str = "13812340002";

/// Follows a link of the masthead, and goes back.
async fn away_and_back(browser: &Walker) {
    let before = browser.path().await;
    browser.tap(".masthead a.home").await;
    browser.arrives("/").await;
    browser.leaves(before.split('?').next().unwrap()).await;
    browser.back().await.unwrap();
    browser.leaves("/").await;
}

async fn sign_up(app: &ServedApp, browser: &Walker) {
    browser.open(&format!("/sign-up?exam=continuing-education&next={EXAM}")).await;
    // An answer of 422 is gone back to as a form, and loaded anew as one.
    browser.tap("main form > button[type=submit]").await;
    browser.shows("用户名应为 8–18 位字母").await;
    away_and_back(browser).await;
    browser.find_one("#username").await;
    browser.tap("main form > button[type=submit]").await;
    browser.shows("用户名应为 8–18 位字母").await;
    browser.refresh().await.unwrap();
    browser.find_one("#username").await;
    assert!(!browser.has(".summary").await, "loading anew sends nothing");
    browser.fill("#username", "linxiao1992").await;
    browser.fill("#mobile", MOBILE).await;
    browser.fill("#password", PASSWORD).await;
    prove_mobile(app, browser, MOBILE).await;
    browser.tap("#agree").await;
    browser.tap("main form > button[type=submit]").await;
    browser.leaves("/sign-up").await;
}

/// Who one is: what the number says shows while it is typed.
async fn claim(browser: &Walker, way: &str) {
    next_step(browser, EXAM, "/me/identity").await;
    browser.fill("#name", NAME).await;
    browser.fill("#number", "310104199202140024").await;
    assert!(!browser.has(".derived dl:not([hidden])").await, "the check character is wrong");
    browser.fill("#number", "3101 0419 9202 1400 23").await;
    browser.shows("1992年2月14日").await;
    assert_eq!(browser.find_one(".derived div:nth-child(2) dd").await.text().await.unwrap(), "女");
    browser.select("#kind", "passport").await;
    assert!(!browser.has(".derived dl:not([hidden])").await, "a passport says nothing of it");
    browser.select("#kind", "resident_id").await;
    browser.tap("label[for=consent]").await;
    browser.tap(&format!("button[value='{way}']")).await;
    browser.arrives(&format!("/me/identity{way}")).await;
}

async fn code_link(app: &ServedApp, pc: &Walker) -> String {
    let link = pc.scan("img.code").await;
    link.strip_prefix(app.url()).expect("the code leads to this site").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_the_code_for_the_phone_is_not_lost_and_says_when_it_is_over() {
    let mut app = ServedApp::start().await;
    let mut pc = Walker::start(app.url(), BrowserOptions { device: Device::Desk, ..Default::default() }).await;
    sign_up(&app, &pc).await;
    claim(&pc, "/liveness").await;
    pc.tap("form[action^='/me/identity/handover'] button").await;
    pc.shows("等待手机完成认证").await;
    let link = code_link(&app, &pc).await;
    away_and_back(&pc).await;
    assert_eq!(code_link(&app, &pc).await, link, "it is the same code");
    // Too early: it says so, and the code stays.
    pc.tap("main a.button").await;
    pc.shows("还没有收到手机上的结果").await;
    assert_eq!(code_link(&app, &pc).await, link);
    pc.looks("back-1-too-early").await;

    // Its time is over: the page turns by itself, and one button makes another.
    app.execute("UPDATE registration.identity_handovers SET expires_at = now() - interval '1 second'").await;
    pc.turns_to("这个二维码已过期").await;
    assert!(!pc.has("img.code").await);
    pc.looks("back-2-over").await;
    pc.tap("form[action^='/me/identity/handover'] button").await;
    pc.shows("等待手机完成认证").await;
    let another = code_link(&app, &pc).await;
    assert_ne!(another, link);

    // The phone scans it: the computer says so by itself.
    let phone = Walker::start(app.url(), BrowserOptions::default()).await;
    phone.open(&another).await;
    phone.tap("main form button").await;
    phone.arrives("/me/identity/liveness").await;
    pc.turns_to("手机已扫码").await;
    pc.looks("back-3-scanned").await;
    phone.finish().await;
    pc.finish().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_a5_a6_what_waits_turns_by_itself_and_what_was_typed_is_there_again() {
    let mut app = ServedApp::start().await;
    let album = Album::new();
    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;
    sign_up(&app, &phone).await;
    claim(&phone, "/manual").await;
    let photo = album.keep("lin.jpg", &form_photo(12));
    phone.attach("#holding-album", &photo).await;
    phone.find_one("#holding[data-here]").await;
    phone.tap("form[data-tiles] > button[type=submit]").await;
    phone.shows("等待人工审核").await;
    phone.shows("有结果后，本页自动更新").await;
    phone.looks("back-4-waiting").await;
    let people = staff(&app, "/people").await;
    people.tap(walking::desk::CONFIRM).await;
    people.shows("已通过").await;
    people.finish().await;
    // Nobody loads it anew.
    phone.turns_to("实名认证已完成").await;

    next_step(&phone, EXAM, "/notice").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("请先勾选").await;
    away_and_back(&phone).await;
    phone.tap("label[for=agree]").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives("/details").await;

    // Typed, and away by a link without saving.
    phone.fill("#f-address", "上海市样例区样例路 1 号").await;
    phone.tap("label[for=f-school-0]").await;
    phone.shows("已自动保存").await;
    phone.tap("label[for=f-political_status-3]").await;
    away_and_back(&phone).await;
    phone.shows("这是您上次填写的内容").await;
    phone.looks("back-5-kept").await;
    let address = phone.find_one("#f-address").await.prop("value").await.unwrap();
    assert_eq!(address.as_deref(), Some("上海市样例区样例路 1 号"));
    assert!(phone.has("#f-school-0:checked").await && phone.has("#f-political_status-3:checked").await);
    // Another device has it, too; and an answer of 422 is gone back to.
    phone.tap(".actions button:not(.second)").await;
    phone.shows("请选择证件照片").await;
    away_and_back(&phone).await;
    assert!(phone.has("#f-school-0:checked").await);
    phone.attach("#album", &photo).await;
    phone.find_one(".crop:not([hidden])").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    phone.tap(".actions button:not(.second)").await;
    phone.shows("报名资格审核：待审核").await;
    let forms = staff(&app, "/forms").await;
    forms.tap(".decision button[data-key=c]").await;
    forms.shows("已通过").await;
    forms.finish().await;
    phone.turns_to("下一步：选择场次").await;
    phone.open(&format!("{EXAM}/details")).await;
    phone.shows("保存修改后会重新审核").await;
    assert!(!phone.text().await.contains("还没有提交"), "it is handed in");
    phone.looks("back-6-again").await;
    phone.finish().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_a_picture_that_was_chosen_and_not_sent_is_not_thrown_away_by_the_result() {
    const CAMPUS: &str = "/exams/campus-english";
    let mut app = ServedApp::start().await;
    let album = Album::new();
    let paid = OrderScreen::of(App::Alipay, "2026112222001456781234567890");
    let picture = album.keep("order.jpg", &paid.draw().unwrap());
    let phone = Walker::start(app.url(), BrowserOptions::default()).await;
    phone.open(&format!("/sign-up?exam=campus-english&next={CAMPUS}")).await;
    for (field, text) in
        [("#name", "张伟"), ("#document", "110105199001010010"), ("#mobile", MOBILE), ("#password", "secret-1")]
    {
        phone.fill(field, text).await;
    }
    prove_mobile(&app, &phone, MOBILE).await;
    phone.tap("main form > button[type=submit]").await;
    phone.arrives(CAMPUS).await;
    phone.tap("label[for=agree]").await;
    phone.tap("label[for=sitting-en-0522-am-lakeside]").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.arrives("/orders/").await;
    phone.tap(".by-screenshot > summary").await;
    phone.attach("#album", &picture).await;
    phone.tap("form[action$='/screenshot'] button[type=submit]").await;
    phone.arrives("/receipt").await;
    phone.tap("details.release-part summary").await;
    phone.attach("#album", &picture).await;
    phone.shows("已上传").await;
    let desk = staff(&app, "/").await;
    desk.tap(walking::desk::CONFIRM).await;
    desk.shows("已确认").await;
    desk.finish().await;
    phone.turns_to("有结果了，请刷新本页查看").await;
    let is_kept = "return document.querySelector('.tile input[type=hidden]').value !== ''";
    assert_eq!(phone.execute(is_kept, Vec::new()).await.unwrap(), true, "what was sent is still on the page");
    phone.tap(".waits a").await;
    phone.shows("报名成功").await;
    phone.finish().await;
    app.stop().await;
}
