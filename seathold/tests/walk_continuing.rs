//! The continuing-education exam, as a reader of its handbooks 1.2 and 2.0 walks through it: an account by user name on
//! a computer, the real-name check that goes on by a code on the phone, the form with a photo of the same person, the
//! review against the roster, a sitting, the payment, the admission ticket; and by the manual channel with staff who refuse
//! at first.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod continuing;
    pub(crate) mod desk;
    pub(crate) mod office;
    pub(crate) mod people;
    pub(crate) mod photo;
    pub(crate) mod ticket;
}

use specimen::form_photo;
use testkit::{BrowserOptions, Device, ServedApp, Walker};

use walking::continuing::{
    EXAM, LIN, SHENJIANG, SUN, TONGPU, agree, claim, fill_form, liveness, pay_on_the_phone, sign_up,
};
use walking::desk::{refuse, staff};
use walking::people::{Album, next_step, others_take};
use walking::photo;
use walking::ticket::{Sitter, takes_ticket};

async fn desk(app: &ServedApp) -> Walker {
    Walker::start(app.url(), BrowserOptions { device: Device::Desk, ..BrowserOptions::default() }).await
}

async fn look_around(pc: &mut Walker) {
    pc.open("/").await;
    pc.looks("ce-01-exams").await;
    pc.tap(&format!("a[href='{EXAM}']")).await;
    pc.shows("第 1 步，共 5 步").await;
    for step in ["考生报名", "报名资格审核", "选择场次", "缴费", "打印准考证", "缴费截止"] {
        pc.shows(step).await;
    }
    pc.looks("ce-02-exam").await;
    pc.tap(".callout a.button").await;
    pc.arrives("/sign-in").await;
    pc.tap("a[href^='/sign-up']").await;
    pc.arrives("/sign-up").await;
    // A short name, a password of one kind, no agreement.
    pc.fill("#username", "sun").await;
    pc.fill("#password", "abcdefgh").await;
    pc.tap("main form > button[type=submit]").await;
    pc.shows("用户名应为 8–18 位字母").await;
    pc.shows("密码至少要有数字、字母、符号中的两种").await;
    pc.shows("请先阅读并同意").await;
    pc.looks("ce-03-sign-up-errors").await;
}

async fn prove_identity(app: &ServedApp, pc: &mut Walker, album: &Album) {
    next_step(pc, EXAM, "/me/identity").await;
    pc.fill("#name", SUN.name).await;
    pc.fill("#number", "310104198807070018").await;
    pc.tap("label[for=consent]").await;
    pc.tap("button[value='/liveness']").await;
    pc.shows("校验位不对").await;
    pc.looks("ce-04-wrong-number").await;
    next_step(pc, EXAM, "/me/identity").await;
    claim(pc, &SUN, "/liveness").await;
    pc.looks("ce-05-liveness").await;
    pc.tap("form[action^='/me/identity/handover'] button").await;
    pc.shows("等待手机完成认证").await;
    pc.looks("ce-06-code").await;
    let link = pc.scan("img.code").await;
    let link = link.strip_prefix(app.url()).expect("the code leads to this site").to_owned();

    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;
    phone.open(&link).await;
    phone.shows("在手机上认证").await;
    phone.looks("ce-07-handover").await;
    phone.tap("main form button").await;
    phone.arrives("/me/identity/liveness").await;
    phone.looks("ce-07-phone").await;
    // The phone may do nothing else.
    phone.open("/me").await;
    phone.arrives("/sign-in").await;
    phone.open(&format!("/me/identity/liveness?exam=continuing-education&next={EXAM}")).await;
    let face = album.keep("sun.jpg", &form_photo(SUN.face));
    liveness(&mut phone, &face, "fail").await;
    phone.shows("请由本人再试").await;
    phone.looks("ce-08-not-passed").await;
    pc.shows("等待手机完成认证").await;
    liveness(&mut phone, &face, "pass").await;
    phone.shows("请回到电脑").await;
    phone.looks("ce-09-phone-done").await;
    pc.shows("实名认证已完成").await;
    pc.looks("ce-10-verified").await;
    phone.finish().await;
    let mut other = Walker::start(app.url(), BrowserOptions::default()).await;
    other.open(&link).await;
    other.shows("这个二维码已经用过").await;
    other.looks("ce-11-used-link").await;
    other.finish().await;
}

/// Picks a photo, which the page puts in its frame.
async fn choose_photo(browser: &Walker, photo: &std::path::Path) {
    browser.attach("#album", photo).await;
    browser.find_one(".crop:not([hidden])").await;
    browser.find_one("#photo[data-here]").await;
}

async fn hand_in(browser: &mut Walker) {
    browser.tap(".actions button:not(.second)").await;
}

async fn choose(app: &ServedApp, browser: &mut Walker) {
    browser.arrives("/sittings").await;
    others_take(app, EXAM, "de-0425-pm-b", 6).await;
    browser.shows("已满员").await;
    browser.open(&format!("{EXAM}/sittings")).await;
    assert!(!browser.has("#sitting-de-0425-pm-b:not([disabled])").await, "a full sitting cannot be chosen");
    browser.shows("15 分钟").await;
    browser.looks("ce-17-sittings").await;
    browser.tap("label[for=sitting-en-0424-am-a]").await;
    browser.tap("form.choose button[type=submit]").await;
    browser.arrives("/orders/").await;
    browser.shows("¥150.00").await;
    browser.shows("14:").await;
    browser.looks("ce-18-payment").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a1_a2_a3_a5_a6_a7_a10_from_the_computer_by_the_phone_to_the_payment() {
    let mut app = ServedApp::start().await;
    let album = Album::new();
    let mut pc = desk(&app).await;
    look_around(&mut pc).await;
    sign_up(&app, &pc, &SUN).await;
    prove_identity(&app, &mut pc, &album).await;
    agree(&mut pc).await;
    pc.shows("已认证的信息").await;
    pc.shows("1988").await;
    // Nothing but a draft without the rest, and no photo of somebody else.
    fill_form(&pc, SHENJIANG).await;
    pc.looks("ce-13-form").await;
    hand_in(&mut pc).await;
    pc.shows("请选择证件照片").await;
    choose_photo(&pc, &album.keep("other.jpg", &form_photo(LIN.face))).await;
    pc.looks("ce-14-photo").await;
    hand_in(&mut pc).await;
    pc.shows("上传的照片与实名人不一致").await;
    pc.looks("ce-15-other-photo").await;
    choose_photo(&pc, &album.keep("sun.jpg", &form_photo(SUN.face))).await;
    hand_in(&mut pc).await;
    // Equal to the roster: it has passed at once.
    pc.arrives("/sittings").await;
    pc.looks("ce-16-passed").await;
    choose(&app, &mut pc).await;
    let order = pc.path().await;
    pc.open(EXAM).await;
    pc.looks("ce-19-exam").await;
    pc.open(&order).await;
    pay_by_code(&mut pc).await;
    let sitter = Sitter { exam: "continuing-education", sitting: "en-0424-am-a", name: SUN.name, has_photo: true };
    takes_ticket(&app, &mut pc, &sitter).await;
    pc.finish().await;
    app.stop().await;
}

/// Alipay is the only way of this exam: a code on the computer, and whatever scans it never comes back.
async fn pay_by_code(pc: &mut Walker) {
    pc.tap(".channel[value=alipay]").await;
    pc.shows(SUN.name).await;
    pc.tap("form.pay button[type=submit]").await;
    pc.shows("扫描二维码付款").await;
    pc.looks("ce-20-code").await;
    let (link, here) = (pc.scan(".code img").await, pc.window().await.unwrap());
    let scanner = pc.new_window(false).await.unwrap().handle;
    pc.switch_to_window(scanner).await.unwrap();
    pc.goto(&link).await.unwrap();
    pc.tap("button[value=pay_and_close]").await;
    pc.switch_to_window(here).await.unwrap();
    pc.turns_to("确认时间").await;
    pc.looks("ce-21-paid").await;
}

/// The manual channel: a photo with the document in hand, refused once, then confirmed.
async fn by_hand(app: &ServedApp, phone: &mut Walker, album: &Album) {
    next_step(phone, EXAM, "/me/identity").await;
    claim(phone, &LIN, "/manual").await;
    phone.looks("ce-30-manual").await;
    let holding = album.keep("holding.jpg", &form_photo(LIN.face));
    phone.attach("#holding-album", &holding).await;
    phone.find_one("#holding[data-here]").await;
    phone.tap("form[data-tiles] > button[type=submit]").await;
    phone.shows("等待人工审核").await;
    phone.looks("ce-31-waiting").await;
    let mut people = staff(app, "/people").await;
    people.shows(LIN.name).await;
    people.looks("ce-32-people").await;
    refuse(&people, 1).await;
    phone.open("/me/identity").await;
    phone.shows("看不清证件上的姓名或号码").await;
    phone.looks("ce-33-refused").await;
    phone.open(&format!("/me/identity?exam=continuing-education&next={EXAM}")).await;
    phone.tap("main a[href*='again=on']").await;
    claim(phone, &LIN, "/manual").await;
    phone.attach("#holding-album", &holding).await;
    phone.find_one("#holding[data-here]").await;
    phone.tap("form[data-tiles] > button[type=submit]").await;
    phone.shows("等待人工审核").await;
    people.open("/people").await;
    people.tap(walking::desk::CONFIRM).await;
    people.shows("已通过").await;
    people.finish().await;
    phone.open("/me/identity").await;
    phone.shows("实名认证已完成").await;
    phone.looks("ce-34-verified").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_a6_a10_by_the_manual_channel_and_a_refused_form() {
    let mut app = ServedApp::start().await;
    let album = Album::new();
    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;
    phone.open(&format!("/sign-up?exam=continuing-education&next={EXAM}")).await;
    sign_up(&app, &phone, &LIN).await;
    by_hand(&app, &mut phone, &album).await;
    agree(&mut phone).await;
    // Another school than the roster says: staff look at it.
    fill_form(&phone, SHENJIANG).await;
    let photo = album.keep("lin.jpg", &form_photo(LIN.face));
    choose_photo(&phone, &photo).await;
    photo::place(&phone).await;
    phone.looks("ce-35-form").await;
    // Moved out of its frame nobody is known by it: once more, as it is. What had arrived before is forgotten at once.
    choose_photo(&phone, &photo).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    phone.find_one("#photo[data-here]").await;
    hand_in(&mut phone).await;
    phone.shows("报名资格审核：待审核").await;
    phone.looks("ce-36-review").await;
    let mut forms = staff(&app, "/forms").await;
    forms.shows("不一致").await;
    forms.find_one(".form-photo img").await;
    forms.looks("ce-37-forms").await;
    refuse(&forms, 1).await;
    phone.open(EXAM).await;
    phone.shows("填写的信息与学籍不一致").await;
    phone.looks("ce-38-refused").await;
    phone.tap(".callout a.button").await;
    phone.arrives("/details").await;
    // The photo that was handed in is shown.
    let width = phone.execute("return document.querySelector('.photo-here').naturalWidth", Vec::new()).await.unwrap();
    assert!(width.as_u64().is_some_and(|width| width > 0), "{width}");
    phone.looks("ce-39-mend").await;
    phone.tap(TONGPU).await;
    hand_in(&mut phone).await;
    phone.shows("报名资格审核：待审核").await;
    // What staff refused, staff pass.
    forms.open("/forms").await;
    forms.tap(".decision button[data-key=c]").await;
    forms.shows("已通过").await;
    forms.finish().await;
    phone.open(EXAM).await;
    phone.tap(".callout a.button").await;
    phone.arrives("/sittings").await;
    phone.looks("ce-40-sittings").await;
    pay_on_the_phone(&phone).await;
    phone.looks("ce-41-paid").await;
    phone.finish().await;
    app.stop().await;
}
