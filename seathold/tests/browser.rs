//! The whole way in real browsers: a candidate's phone from the list of exams to the confirmed seat, a member of
//! staff at a desk who confirms it, and a second candidate whose page counts along.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::Locator;
use testkit::{Browser, Device, ServedApp};

const WAIT: Duration = Duration::from_secs(20);
const SITTING: &str = "en-0522-am-lakeside";
/// A well-formed number (GB 11643): region, birth date, sequence, check digit.
const DOCUMENT: &str = "110105199001010010";

async fn click(browser: &Browser, css: &str) {
    let element = browser.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
    let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
    // The driver scrolls as little as it can, which leaves the element below the bar at the bottom.
    let argument = vec![serde_json::to_value(&element).unwrap()];
    browser.execute("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", argument).await.unwrap();
    element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
}

async fn fill(browser: &Browser, css: &str, text: &str) {
    let element = browser.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
    let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
    element.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
}

/// Waits until the page shows the words.
async fn shows(browser: &Browser, words: &str) {
    let script = "return document.body.innerText";
    let mut seen = String::new();
    for _ in 0..WAIT.as_millis() / 100 {
        seen = browser.execute(script, Vec::new()).await.unwrap().as_str().unwrap_or_default().to_owned();
        if seen.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words} is not in: {seen}");
}

/// Waits until the address contains the part, and returns the path.
async fn arrives(browser: &Browser, part: &str) -> String {
    for _ in 0..WAIT.as_millis() / 100 {
        let url = browser.current_url().await.unwrap();
        if url.as_str().contains(part) {
            return url.path().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{part} is not in {}", browser.current_url().await.unwrap());
}

async fn choose(phone: &Browser) {
    let agreed = phone.find(Locator::Css("#agree")).await.unwrap();
    if !agreed.is_selected().await.unwrap() {
        click(phone, "label[for=agree]").await;
    }
    let radio = phone.find(Locator::Id(&format!("sitting-{SITTING}"))).await.unwrap();
    if !radio.is_selected().await.unwrap() {
        click(phone, &format!("label[for=sitting-{SITTING}]")).await;
    }
    click(phone, "form.choose button[type=submit]").await;
}

/// From the list to a held seat; returns the order's path.
async fn hold_a_seat(app: &ServedApp, phone: &Browser) -> String {
    phone.goto(app.url()).await.unwrap();
    phone.screenshot("walk-1-exams").await;
    click(phone, "a[href='/exams/degree-english']").await;
    shows(phone, "余 240 / 240").await;
    phone.screenshot("walk-2-exam").await;
    choose(phone).await;

    // A guest signs up, and finds the choice again.
    arrives(phone, "/sign-in").await;
    click(phone, "a[href^='/sign-up']").await;
    fill(phone, "#name", "张伟").await;
    fill(phone, "#document", DOCUMENT).await;
    fill(phone, "#mobile", "13912345678").await;
    fill(phone, "#password", "secret-1").await;
    phone.screenshot("walk-3-sign-up").await;
    click(phone, "main form button[type=submit]").await;
    arrives(phone, "/exams/degree-english").await;
    choose(phone).await;
    let order = arrives(phone, "/orders/").await;
    shows(phone, "¥120.00").await;
    phone.screenshot("walk-4-payment").await;
    order
}

async fn hand_in(phone: &Browser, picture: PathBuf) {
    let album = phone.find(Locator::Css("#album")).await.unwrap();
    album.send_keys(&picture.canonicalize().unwrap().display().to_string()).await.unwrap();
    phone.screenshot("walk-5-picture").await;
    click(phone, "form[action$='/screenshot'] button[type=submit]").await;
    arrives(phone, "/receipt").await;
    shows(phone, "等待审核").await;
    phone.screenshot("walk-6-receipt").await;
}

async fn staff_confirms(app: &ServedApp, desk: &Browser) {
    desk.goto(app.staff_url()).await.unwrap();
    fill(desk, "#name", "demo").await;
    fill(desk, "#password", "demo-seathold").await;
    click(desk, "main form button[type=submit]").await;
    shows(desk, "张伟").await;
    desk.screenshot("walk-7-desk").await;
    click(desk, "form[action$='/confirm'] button[type=submit]").await;
    shows(desk, "已确认").await;
    desk.screenshot("walk-8-decided").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_walk_from_the_list_of_exams_to_the_staffs_confirmation() {
    let mut app = ServedApp::start().await;
    let phone = Browser::start(Device::Phone).await;
    let desk = Browser::start(Device::Desk).await;

    // Somebody else looks on, and never reloads.
    desk.goto(&format!("{}/exams/degree-english", app.url())).await.unwrap();
    shows(&desk, "余 240 / 240").await;
    let order = hold_a_seat(&app, &phone).await;
    shows(&desk, "余 239 / 240").await;

    // Another page and back: the hold is where it was.
    phone.goto(app.url()).await.unwrap();
    click(&phone, &format!("a[href='{order}']")).await;
    assert_eq!(arrives(&phone, "/orders/").await, order);
    let picture = phone.screenshot("walk-order-of-the-payment").await;
    hand_in(&phone, picture).await;
    staff_confirms(&app, &desk).await;

    phone.refresh().await.unwrap();
    shows(&phone, "报名成功").await;
    phone.screenshot("walk-9-confirmed").await;
    phone.goto(&format!("{}/me", app.url())).await.unwrap();
    shows(&phone, "已确认").await;

    assert_eq!(phone.console().await, Vec::<String>::new(), "the phone's console");
    assert_eq!(desk.console().await, Vec::<String>::new(), "the desk's console");
    phone.close().await;
    desk.close().await;
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_without_scripts_holds_a_seat_too() {
    let mut app = ServedApp::start().await;
    let phone = Browser::start(Device::Phone).await;
    phone.block_scripts().await;
    phone.goto(&format!("{}/sign-up", app.url())).await.unwrap();
    for (field, text) in
        [("#name", "李娜"), ("#document", DOCUMENT), ("#mobile", "13912345678"), ("#password", "secret-1")]
    {
        fill(&phone, field, text).await;
    }
    click(&phone, "main form button[type=submit]").await;
    click(&phone, "a[href='/exams/degree-english']").await;
    arrives(&phone, "/exams/degree-english").await;
    choose(&phone).await;
    arrives(&phone, "/orders/").await;
    phone.screenshot("walk-without-scripts").await;
    phone.close().await;
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_inside_wechat_is_sent_outside() {
    let mut app = ServedApp::start().await;
    let wechat = Browser::start(Device::WeChat).await;
    wechat.goto(&format!("{}/exams/degree-english", app.url())).await.unwrap();
    shows(&wechat, "浏览器").await;
    assert!(wechat.find_all(Locator::Css("form")).await.unwrap().is_empty(), "nothing else works there");
    wechat.screenshot("walk-wechat").await;
    wechat.close().await;
    assert!(app.stop().await.success());
}
