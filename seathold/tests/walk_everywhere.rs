//! The three exams by whoever cannot do what most do: in a browser of 2018 without any script, without a mouse on the smallest
//! of screens with the largest of letters, on an iPhone. And, by hand, each of them in every browser.

#![cfg(not(target_os = "macos"))]
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod cet;
    pub(crate) mod continuing;
    pub(crate) mod degree;
    pub(crate) mod desk;
    pub(crate) mod keys;
    pub(crate) mod people;
}

use fantoccini::key::Key;
use serde_json::json;
use testkit::{BrowserOptions, Device, Driven, OldVersion, ServedApp, Walker};

use walking::degree::Examinee;
use walking::desk::staff;
use walking::keys::Keys;
use walking::people::sign_out;
use walking::{cet, continuing, degree};

const LI: Examinee = Examinee { name: "李样例", number: "430102199506150022", mobile: "13912345678" };

/// Is a page drawn as [`by_keys_alone`] asked for it? Letters of 32 pixels in place of 16, of which 长辈版 makes 44 (`elder.css`) and
/// other pages 34.
const IS_AS_ASKED: &str = "parseFloat(getComputedStyle(document.documentElement).fontSize) >= 44
    && matchMedia('(prefers-color-scheme: dark)').matches && document.documentElement.dataset.display === 'elder'";

/// The degree exam to the seat that staff have confirmed.
async fn degree_to_its_end<B: Driven>(app: &ServedApp, phone: &mut Walker<B>) {
    let receipt = Box::pin(degree::walk(app, phone, &LI)).await;
    let desk = staff(app, "/").await;
    desk.turn("form[action$='/confirm'] button[type=submit]").await;
    desk.shows("已确认").await;
    desk.finish().await;
    phone.opens_until(&receipt, "报名成功").await;
}

/// Somebody has switched scripts off in the oldest browser that works.
async fn without_scripts(app: &ServedApp) {
    let mut phone = Walker::old(app.url(), OldVersion::V71).await;
    phone.switch_scripts_off().await;
    degree_to_its_end(app, &mut phone).await;
    assert!(!phone.has("html.js").await, "no script has run");
    phone.finish().await;
}

/// By Tab, Enter, Space and arrows alone, in 长辈版, in the dark, with letters of twice the size on a screen of 320 points.
async fn by_keys_alone(app: &ServedApp) {
    let options = BrowserOptions { device: Device::NarrowPhone, ..BrowserOptions::default() };
    let mut phone = Walker::start(app.url(), options).await;
    phone.set_dark(true).await;
    phone.open(&format!("/display?to=elder&next={}", cet::EXAM)).await;
    // With its first page a browser may start anew, and forget what was set before.
    phone.devtools("Page.setFontSizes", json!({"fontSizes": {"standard": 32}})).await;
    phone.open(cet::EXAM).await;
    phone.comes(IS_AS_ASKED).await;
    signs_up_by_keys(app, &mut phone).await;
    registers_by_keys(&mut phone).await;
    pays_by_keys(&Keys(&phone)).await;
    phone.turns_to("确认时间").await;
    phone.looks("keys-paid").await;
    phone.finish().await;
}

async fn signs_up_by_keys(app: &ServedApp, phone: &mut Walker) {
    let keys = Keys(phone);
    keys.turn(".callout a.button").await;
    phone.arrives("/sign-in").await;
    keys.turn("a[href^='/sign-up']").await;
    phone.arrives("/sign-up").await;
    keys.fill("#email", cet::EMAIL).await;
    keys.fill("#password", cet::PASSWORD).await;
    keys.tick("#agree").await;
    keys.reach("button[data-sums]").await;
    keys.press(Key::Enter).await;
    phone.shows("已通过验证").await;
    keys.turn("main form > button[type=submit]").await;
    phone.shows("我们已向").await;
    phone.open(&cet::link_to(app, cet::EMAIL).await).await;
    keys.turn("main form button[type=submit]").await;
    phone.arrives(cet::EXAM).await;
    phone.looks("keys-account").await;
}

async fn registers_by_keys(phone: &mut Walker) {
    let keys = Keys(phone);
    keys.turn(".callout a.button").await;
    phone.arrives("/notice").await;
    keys.tick("#agree").await;
    keys.turn("main form button[type=submit]").await;
    phone.arrives("/eligibility").await;
    keys.select("#kind", "resident_id").await;
    keys.fill("#number", cet::NUMBER).await;
    keys.fill("#name", cet::NAME).await;
    keys.turn("main form button[type=submit]").await;
    phone.arrives("/eligibility/person").await;
    keys.tick("#agree").await;
    keys.turn("form.stack button[type=submit]").await;
    phone.shows("保存成功").await;
    keys.turn(".callout a.button").await;
    phone.arrives("part=written").await;
    keys.choose("#sitting-cet4-written-993010").await;
    keys.turn("form.choose button[type=submit]").await;
    phone.shows("我的报考").await;
    phone.looks("keys-written").await;
}

async fn pays_by_keys(keys: &Keys<'_>) {
    for leads_on in [".mine .order-do a.link", ".channel[value=bank]", "button[name=bank][value=icbc]"] {
        keys.turn(leads_on).await;
    }
    for at_the_bank in ["form[action$='/frontTransReq.do'] button", "button[value=pay]", "form.back button"] {
        keys.turn(at_the_bank).await;
    }
    keys.0.comes(IS_AS_ASKED).await;
}

async fn on_an_iphone(app: &ServedApp) {
    let mut phone = Walker::webkit(app.url()).await;
    phone.open("/language?to=zh&next=/").await;
    continuing::walk(app, &mut phone, &continuing::SUN).await;
    phone.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn degree_without_scripts_cet_by_keys_alone_and_continuing_education_on_an_iphone() {
    let mut app = ServedApp::start().await;
    tokio::join!(Box::pin(without_scripts(&app)), Box::pin(by_keys_alone(&app)), Box::pin(on_an_iphone(&app)),);
    app.stop().await;
}

/// The three exams, one after the other, by three people who share a device.
async fn every_exam<B: Driven>(app: &ServedApp, mut phone: Walker<B>) {
    phone.open("/language?to=zh&next=/").await;
    degree_to_its_end(app, &mut phone).await;
    sign_out(&phone).await;
    Box::pin(cet::walk(app, &mut phone)).await;
    sign_out(&phone).await;
    Box::pin(continuing::walk(app, &mut phone, &continuing::SUN)).await;
    phone.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "each browser walks one exam in every run: all of them by hand, before a release"]
async fn browser_every_exam_in_every_browser() {
    for version in [OldVersion::V71, OldVersion::V79, OldVersion::V91] {
        let mut app = ServedApp::start().await;
        Box::pin(every_exam(&app, Walker::old(app.url(), version).await)).await;
        app.stop().await;
    }
    let mut app = ServedApp::start().await;
    Box::pin(every_exam(&app, Walker::start(app.url(), BrowserOptions::default()).await)).await;
    app.stop().await;
    let mut app = ServedApp::start().await;
    Box::pin(every_exam(&app, Walker::webkit(app.url()).await)).await;
    app.stop().await;
}
