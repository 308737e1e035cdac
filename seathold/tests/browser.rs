//! The whole way in real browsers: a candidate's phone from the list of exams to the confirmed seat, a member of
//! staff at a desk who confirms it, and a second candidate whose page counts along. And the waiting room: one position
//! per account, whatever happens to tabs and devices.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::Locator;
use serde_json::{Value, json};
use testkit::{Browser, Device, ServedApp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const WAIT: Duration = Duration::from_secs(20);
const SITTING: &str = "en-0522-am-lakeside";
/// A well-formed number (GB 11643): region, birth date, sequence, check digit.
const DOCUMENT: &str = "110105199001010010";

async fn click(browser: &Browser, css: &str) {
    let element = browser.find_within(WAIT, css).await;
    let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
    // The driver scrolls as little as it can, which leaves the element below the bar at the bottom.
    let argument = vec![serde_json::to_value(&element).unwrap()];
    browser.execute("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", argument).await.unwrap();
    element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
}

async fn fill(browser: &Browser, css: &str, text: &str) {
    let element = browser.find_within(WAIT, css).await;
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

/// Waits until the path contains the part, or the query a part with `=`, and returns the path.
async fn arrives(browser: &Browser, part: &str) -> String {
    for _ in 0..WAIT.as_millis() / 100 {
        let url = browser.current_url().await.unwrap();
        let looked_at = if part.contains('=') { url.as_str() } else { url.path() };
        if looked_at.contains(part) {
            return url.path().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{part} is not in {}", browser.current_url().await.unwrap());
}

/// Has the code sent, reads it at the demo's sandbox, and types it.
async fn prove_mobile(phone: &Browser) {
    let has_script = phone.execute("return document.documentElement.classList.contains('js')", Vec::new()).await;
    if has_script.unwrap().as_bool() == Some(true) {
        let seen = phone.find_within(WAIT, "[data-code]:not([hidden])").await;
        seen.unwrap_or_else(|error| panic!("no button for a code: {error}"));
        click(phone, "[data-code]").await;
        shows(phone, "验证码已发送").await;
    } else {
        // Without a script the form is sent without a code, which sends one and asks for it; a password is never echoed.
        click(phone, "main form button[type=submit]").await;
        shows(phone, "验证码已发送").await;
        fill(phone, "#password", "secret-1").await;
    }
    let sandbox = phone.find(Locator::Css(".demo a")).await.unwrap().attr("href").await.unwrap().unwrap();
    let address = sandbox.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /outbox.json HTTP/1.0\r\nhost: {address}\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let outbox: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    fill(phone, "#code", outbox[0]["values"][0].as_str().unwrap()).await;
}

async fn sign_up(phone: &Browser, name: &str) {
    for (field, text) in
        [("#name", name), ("#document", DOCUMENT), ("#mobile", "13912345678"), ("#password", "secret-1")]
    {
        fill(phone, field, text).await;
    }
    prove_mobile(phone).await;
    click(phone, "main form button[type=submit]").await;
}

async fn choose(phone: &Browser) {
    choose_sitting(phone, SITTING).await;
}

async fn choose_sitting(phone: &Browser, sitting: &str) {
    let agreed = phone.find(Locator::Css("#agree")).await.unwrap();
    if !agreed.is_selected().await.unwrap() {
        click(phone, "label[for=agree]").await;
    }
    let radio = phone.find(Locator::Id(&format!("sitting-{sitting}"))).await.unwrap();
    if !radio.is_selected().await.unwrap() {
        click(phone, &format!("label[for=sitting-{sitting}]")).await;
    }
    click(phone, "form.choose button[type=submit]").await;
}

/// From the list to a held seat; returns the order's path.
async fn hold_a_seat(app: &ServedApp, phone: &Browser) -> String {
    phone.goto(app.url()).await.unwrap();
    phone.screenshot("walk-1-exams").await;
    click(phone, "a[href='/exams/campus-english']").await;
    shows(phone, "余 240/240").await;
    phone.screenshot("walk-2-exam").await;
    choose(phone).await;

    // A guest signs up, and finds the choice again.
    arrives(phone, "/sign-in").await;
    click(phone, "a[href^='/sign-up']").await;
    fill(phone, "#name", "张伟").await;
    fill(phone, "#document", DOCUMENT).await;
    fill(phone, "#mobile", "13912345678").await;
    fill(phone, "#password", "secret-1").await;
    prove_mobile(phone).await;
    phone.screenshot("walk-3-sign-up").await;
    click(phone, "main form button[type=submit]").await;
    arrives(phone, "/exams/campus-english").await;
    choose(phone).await;
    let order = arrives(phone, "/orders/").await;
    shows(phone, "¥120.00").await;
    phone.screenshot("walk-4-payment").await;
    order
}

async fn hand_in(phone: &Browser, picture: PathBuf) {
    click(phone, ".by-screenshot > summary").await;
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
    click(desk, "form[action$='/confirm'] button[type=submit]:not(:disabled)").await;
    shows(desk, "已确认").await;
    desk.screenshot("walk-8-decided").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_walk_from_the_list_of_exams_to_the_staffs_confirmation() {
    let mut app = ServedApp::start().await;
    let phone = Browser::start(Device::Phone).await;
    let desk = Browser::start(Device::Desk).await;

    // Somebody else looks on, and never reloads.
    desk.goto(&format!("{}/exams/campus-english", app.url())).await.unwrap();
    shows(&desk, "余 240/240").await;
    let order = hold_a_seat(&app, &phone).await;
    shows(&desk, "余 239/240").await;

    // Its time runs out while a page is open: above the bar nothing says any more that the seat is kept.
    phone.goto(&format!("{}/exams/campus-english", app.url())).await.unwrap();
    shows(&phone, "您已锁定座位").await;
    phone.execute("document.querySelector('.hold').dataset.deadline = 0", Vec::new()).await.unwrap();
    shows(&phone, "座位可能已经放回名额里").await;
    let seen = phone.execute("return document.querySelector('main').innerText", Vec::new()).await.unwrap();
    assert!(!seen.as_str().unwrap().contains("您已锁定座位"), "{seen}");

    // Another page and back: the hold is where it was.
    phone.goto(app.url()).await.unwrap();
    click(&phone, &format!("a[href='{order}']")).await;
    assert_eq!(arrives(&phone, "/orders/").await, order);
    let picture = phone.screenshot("walk-order-of-the-payment").await;
    hand_in(&phone, picture).await;
    staff_confirms(&app, &desk).await;

    // The receipt turns by itself.
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
async fn browser_inside_wechat_is_sent_outside() {
    let mut app = ServedApp::start().await;
    let wechat = Browser::start(Device::WeChat).await;
    wechat.goto(&format!("{}/exams/campus-english", app.url())).await.unwrap();
    shows(&wechat, "浏览器").await;
    assert!(wechat.find_all(Locator::Css("form")).await.unwrap().is_empty(), "nothing else works there");
    wechat.screenshot("walk-wechat").await;
    wechat.close().await;
    assert!(app.stop().await.success());
}

/// Imports an exam of one sitting with one seat, behind a waiting room.
async fn import_rush(app: &ServedApp, opens_at: jiff::Timestamp) {
    let dir = app.data().join("rush");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("exam.toml"), RUSH.replace("OPENS", &opens_at.to_string())).unwrap();
    std::fs::write(dir.join("sittings.csv"), RUSH_SITTINGS).unwrap();
    let imported = app.command().args(["exam", "import"]).arg(&dir).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let since = std::time::Instant::now();
    while app.caller().call("GET", "/exams/rush", &Value::Null).await.is_none_or(|answer| answer.status != 200) {
        assert!(since.elapsed() < WAIT, "the exam does not show");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

const RUSH: &str = r#"
id = "rush"
title = { zh = "学位外语考试", en = "Degree English" }
organiser = { zh = "临江大学", en = "Linjiang University" }
hold_seconds = 900
opens_at = OPENS
closes_at = 2090-01-01T17:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.edu/campus-english"
[waiting_room]
mode = "on"
admit_per_second = 20
[notice]
zh = ["第一条"]
en = ["First"]
[[groups]]
id = "language"
title = { zh = "外语", en = "Language" }
"#;
const RUSH_SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,language,一号楼,Building 1,2090-05-22T09:00:00+08:00,1,
";

/// What the API says of a position in the line of `rush`.
async fn position(app: &ServedApp, candidate: &str) -> Value {
    let body = json!({"candidate": candidate});
    let answer = app.caller().call("POST", "/api/v1/exams/rush/waiting-room/positions", &body).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// Somebody takes the only seat over the API; returns the hold.
async fn take_the_seat(app: &ServedApp) -> String {
    let mut first = position(app, "first").await;
    while first["state"] != "admitted" {
        tokio::time::sleep(Duration::from_millis(200)).await;
        first = position(app, "first").await;
    }
    let body = json!({"candidate": "first", "sittings": ["morning"], "pass": first["pass"]});
    let held = app.caller().call("POST", "/api/v1/exams/rush/holds", &body).await.unwrap();
    assert_eq!(held.status, 201, "{}", held.body);
    held.json()["holds"][0]["id"].as_str().unwrap().to_owned()
}

async fn present(app: &ServedApp) -> u64 {
    tokio::time::sleep(Duration::from_millis(600)).await;
    let room = app.caller().call("GET", "/api/v1/exams/rush/waiting-room", &Value::Null).await.unwrap();
    room.json()["present"].as_u64().unwrap()
}

/// Opens the waiting room on a device that has never seen the site.
async fn another_device(app: &ServedApp, device: Device) -> Browser {
    let browser = Browser::start(device).await;
    browser.goto(&format!("{}/exams/rush/waiting", app.url())).await.unwrap();
    arrives(&browser, "/sign-in").await;
    fill(&browser, "#login", DOCUMENT).await;
    fill(&browser, "#password", "secret-1").await;
    click(&browser, "main form button[type=submit]").await;
    arrives(&browser, "/waiting").await;
    browser
}

/// Waits until the page, which refreshes itself after at most 30 s, leads on to the sittings.
async fn led_on(phone: &Browser) {
    for _ in 0..120 {
        if !phone.current_url().await.unwrap().path().ends_with("/waiting") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    shows(phone, "轮到您了").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_waits_in_line_with_one_position_for_two_devices_and_a_closed_tab() {
    let mut app = ServedApp::start().await;
    import_rush(&app, "2020-01-01T00:00:00Z".parse().unwrap()).await;
    let hold = take_the_seat(&app).await;

    // A guest is led into the waiting room, by way of signing up.
    let phone = Browser::start(Device::Phone).await;
    phone.goto(&format!("{}/exams/rush", app.url())).await.unwrap();
    shows(&phone, "现在选座需要排队").await;
    phone.screenshot("room-1-exam").await;
    click(&phone, ".bar a.button").await;
    arrives(&phone, "/sign-in").await;
    click(&phone, "a[href^='/sign-up']").await;
    sign_up(&phone, "张伟").await;
    arrives(&phone, "/exams/rush/waiting").await;
    shows(&phone, "第 1 位").await;
    shows(&phone, "现在没有空座位").await;
    phone.screenshot("room-2-waiting").await;
    click(&phone, "a[href$='#check']").await;
    arrives(&phone, "check=on").await;
    phone.screenshot("room-3-check").await;

    // Somebody comes later; a second device, a reload and a new tab change nothing.
    assert_eq!(position(&app, "later").await["ahead"], 1);
    let desk = another_device(&app, Device::Desk).await;
    shows(&desk, "第 1 位").await;
    desk.screenshot("room-4-desk").await;
    desk.refresh().await.unwrap();
    shows(&desk, "第 1 位").await;
    phone.close().await;
    let phone = another_device(&app, Device::Phone).await;
    shows(&phone, "第 1 位").await;
    assert_eq!(present(&app).await, 3);

    // A seat comes back: both devices are led on by themselves, and one takes it.
    let path = format!("/api/v1/exams/rush/holds/{hold}");
    assert_eq!(app.caller().call("DELETE", &path, &Value::Null).await.unwrap().status, 204);
    led_on(&phone).await;
    phone.screenshot("room-5-turn").await;
    choose_sitting(&phone, "morning").await;
    arrives(&phone, "/orders/").await;
    assert_eq!(phone.console().await, Vec::<String>::new(), "the phone's console");
    phone.close().await;
    desk.close().await;
    assert!(app.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_without_scripts_waits_for_the_opening_and_takes_a_seat() {
    let mut app = ServedApp::start().await;
    let phone = Browser::start(Device::Phone).await;
    phone.block_scripts().await;
    phone.goto(&format!("{}/sign-up?exam=campus-english", app.url())).await.unwrap();
    sign_up(&phone, "李娜").await;
    import_rush(&app, jiff::Timestamp::now() + jiff::SignedDuration::from_secs(20)).await;

    phone.goto(&format!("{}/exams/rush/waiting", app.url())).await.unwrap();
    shows(&phone, "距离开放").await;
    shows(&phone, "1 人").await;
    phone.screenshot("room-without-scripts").await;
    // The page refreshes itself within a few seconds after the opening.
    led_on(&phone).await;
    choose_sitting(&phone, "morning").await;
    arrives(&phone, "/orders/").await;
    phone.close().await;
    assert!(app.stop().await.success());
}
