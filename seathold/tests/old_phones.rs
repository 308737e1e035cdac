//! The pages in Chromium as phones had it in 2018, 2019 and 2021: an account, the identity card, the camera, a seat and its
//! clock, the screenshot with a lost line and a lost session in between, the receipt that turns by itself; and in each of
//! them another exam to its end. Without an error.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod cet;
    pub(crate) mod continuing;
    pub(crate) mod degree;
    pub(crate) mod desk;
    pub(crate) mod people;
}

use std::io::Cursor;

use image::{ImageFormat, load_from_memory};
use serde_json::{Value, json};
use specimen::{card_back, card_front};
use testkit::{Driven, OldChromium, OldVersion, ServedApp, Walker};
use tokio::sync::Mutex;

use walking::degree::EXAM;
use walking::people::{Album, sign_out};

const PASSWORD: &str = "degree-2027";
const SITTING: &str = "en-0522-am-lakeside";
const BY_SCREENSHOT: &str = ".by-screenshot > summary";
const SUBMIT_PICTURE: &str = "form[action$='/screenshot'] button[type=submit]";

type Phone = Walker<OldChromium>;

/// Who walks with which browser.
struct Person {
    version: OldVersion,
    name: &'static str,
    number: &'static str,
    mobile: &'static str,
}

const PEOPLE: [Person; 3] = [
    Person { version: OldVersion::V91, name: "李样例", number: "430102199506150022", mobile: "13912345601" },
    Person { version: OldVersion::V79, name: "张伟", number: "110105199001010010", mobile: "13912345602" },
    Person { version: OldVersion::V71, name: "孙剑峰", number: "310104198807070019", mobile: "13912345603" },
];

/// The same photo as phones keep it: lying on its side, with a note of how to turn it (EXIF orientation 6).
fn lying(photo: &[u8]) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    load_from_memory(photo).unwrap().rotate270().write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let note = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = u16::try_from(note.len() + 2).unwrap().to_be_bytes();
    let jpeg = jpeg.into_inner();
    [&jpeg[..2], b"\xff\xe1", &length, note, &jpeg[2..]].concat()
}

impl Person {
    /// Where the sittings are of the exam in which they take a seat.
    fn sittings(&self) -> &'static str {
        match self.version {
            OldVersion::V71 => "/exams/degree-english/sittings?part=main",
            OldVersion::V79 | OldVersion::V91 => "/exams/campus-english",
        }
    }
}

/// A screenshot of three screens, full of lines, so that it takes a while to send.
fn long_screenshot() -> Vec<u8> {
    let byte = |number: u32| u8::try_from(number % 251).unwrap();
    let dots = |x: u32, y: u32| image::Rgb([byte(x * y), byte(x ^ y), if y % 40 < 20 { 250 } else { 60 }]);
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::from_fn(540, 3_600, dots).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn sign_up(app: &ServedApp, phone: &Phone, person: &Person) {
    // A captcha is due: the script hands over to the page.
    phone.open(&format!("/sign-up?next={EXAM}")).await;
    phone.run("window.fetch = () => Promise.resolve(new Response('{\"page\":true}'))").await;
    phone.tap("[data-code]:not([hidden])").await;
    phone.shows("请先处理下面的问题").await;
    phone.open(&format!("/sign-up?next={EXAM}")).await;
    for (field, text) in
        [("#name", person.name), ("#document", person.number), ("#mobile", person.mobile), ("#password", PASSWORD)]
    {
        phone.fill(field, text).await;
    }
    phone.tap("[data-code]:not([hidden])").await;
    phone.shows("验证码已发送").await;
    let code = app.messages(person.mobile).await.into_iter().next().unwrap().code;
    phone.fill("#code", &code).await;
    phone.tap("main form > button[type=submit]").await;
    phone.arrives(EXAM).await;
    sign_out(phone).await;
    phone.open(&format!("/sign-in?next={EXAM}")).await;
    phone.fill("#login", person.number).await;
    phone.fill("#password", PASSWORD).await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives(EXAM).await;
}

async fn show_card(phone: &Phone, person: &Person, album: &Album) {
    let front = album.keep("front.jpg", &lying(&card_front(person.name, person.number).unwrap()));
    let back = album.keep("back.jpg", &card_back().unwrap());
    phone.open("/me/identity?exam=degree-english&next=/exams/degree-english").await;
    phone.tap("label[for=consent]").await;
    phone.tap("button[value='/card']").await;
    phone.arrives("/me/identity/card").await;
    // Whatever is no picture is told before it travels.
    let heic = album.keep("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    phone.attach("#card_front-album", &heic).await;
    phone.shows("暂不支持 HEIC 格式。请直接拍照，或转成 JPG 后再选").await;
    // Swapped: both sides are marked, and neither is called uploaded any more.
    phone.attach("#card_front-album", &back).await;
    phone.comes("!!document.querySelector('#card_front[data-here]')").await;
    phone.attach("#card_back-album", &front).await;
    phone.comes("!!document.querySelector('#card_back[data-here]')").await;
    phone.tap("form[data-tiles] > button[type=submit]").await;
    phone.shows("请先处理下面的问题").await;
    phone.comes("document.querySelectorAll('.tile .error span').length === 2").await;
    assert!(!phone.text().await.contains("已上传"), "{}", phone.text().await);

    phone.attach("#card_front-album", &front).await;
    // Sent while the picture still travels: it is said, and goes on by itself.
    phone.comes("!!document.querySelector('#card_front[data-here]')").await;
    phone.comes("document.querySelector('#card_front img').naturalWidth > 1").await;
    if person.version == OldVersion::V91 {
        phone.comes("(i => i.naturalWidth > i.naturalHeight)(document.querySelector('#card_front img'))").await;
    }
    slow(phone, 1_500).await;
    phone.attach("#card_back-album", &back).await;
    phone.shows("正在上传").await;
    phone.run("document.querySelector('form[data-tiles] > button[type=submit]').click()").await;
    phone.shows("传完后自动提交").await;
    phone.screenshot(&format!("old-{:?}-card", person.version)).await;
    slow(phone, -1).await;
    phone.shows("实名认证已完成").await;
    // As the server has it, it stands upright and is small.
    phone.comes("(i => i.complete && i.naturalWidth === 220)(document.querySelector('.portrait img'))").await;
    phone.screenshot(&format!("old-{:?}-verified", person.version)).await;
}

/// Uploads at so many bytes a second; `-1`: as fast as it goes.
async fn slow(phone: &Phone, upload: i32) {
    network(phone, false, upload).await;
}

async fn network(phone: &Phone, offline: bool, upload: i32) {
    // Unless downloads have a limit, too, uploads that have one stand still.
    let download = if upload < 0 { -1 } else { 10_000_000 };
    let conditions =
        json!({"offline": offline, "latency": 0, "downloadThroughput": download, "uploadThroughput": upload});
    phone.devtools("Network.emulateNetworkConditions", conditions).await;
}

async fn look_into_the_camera(phone: &Phone, person: &Person) {
    phone.open(&format!("{EXAM}/notice")).await;
    phone.tap("label[for=agree]").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives("/face").await;
    phone.tap("label[for=face_consent]").await;
    phone.tap("form[action$='/face/consent'] button").await;
    phone.comes("!!document.querySelector('.finder-view')").await;
    phone.comes("document.querySelector('.finder-view').clientHeight > 200").await;
    phone.tap("[data-start]:not([hidden])").await;
    phone.comes("document.querySelector('.finder').dataset.state === 'live'").await;
    phone.comes("document.querySelector('.finder-view').clientHeight > 400").await;
    phone.comes("document.querySelector('video').videoWidth > 0").await;
    // The picture goes ahead of its form; the line is lost on its way, and comes back.
    slow(phone, 1_500).await;
    phone.tap("[data-shoot]").await;
    phone.comes("document.querySelector('.finder').dataset.state === 'taken'").await;
    phone.shows("正在上传").await;
    network(phone, true, -1).await;
    phone.shows("网络断开了，恢复后自动接着传").await;
    network(phone, false, -1).await;
    phone.comes("!!document.querySelector('#face[data-here]')").await;
    phone.shows("看得清就提交，看不清就重拍").await;
    phone.screenshot(&format!("old-{:?}-camera", person.version)).await;
}

/// The oldest goes on in the exam that has asked for card and face, the others in one that asks for neither.
async fn hold_a_seat(phone: &mut Phone, person: &Person, album: &Album) {
    if person.version == OldVersion::V71 {
        phone.open(&format!("{EXAM}/face")).await;
        walking::degree::show_face(phone, person.number, album).await;
        walking::degree::fill_details(phone).await;
        walking::degree::choose(phone).await;
    } else {
        phone.open(person.sittings()).await;
        phone.tap("label[for=agree]").await;
        phone.tap(&format!("label[for=sitting-{SITTING}]")).await;
        phone.turn("form.choose button[type=submit]").await;
        phone.arrives("/orders/").await;
    }
    // The clock runs, and nobody can set it.
    let left = "document.querySelector('[data-left]').textContent";
    phone.comes(&format!("/^1[45]:\\d\\d$/.test({left})")).await;
    phone.run("Date.now = () => 4e12").await;
    let before = phone.run(left).await;
    phone.comes(&format!("{left} !== {before}")).await;
    phone.comes(&format!("/^1[345]:\\d\\d$/.test({left})")).await;
    phone.screenshot(&format!("old-{:?}-payment", person.version)).await;
}

/// Another sitting is selected than the one that is held: the bar pays for it no more, its own button stands there.
async fn choose_another(phone: &Phone, person: &Person) {
    let order = phone.path().await;
    phone.open(person.sittings()).await;
    phone.comes("document.querySelector('.hold').clientHeight > 0").await;
    phone.tap("label[for=sitting-en-0522-am-hillside]").await;
    phone.comes("document.querySelector('.hold').clientHeight === 0").await;
    let bar = "(b => [getComputedStyle(b).position, b.getBoundingClientRect().bottom - document.documentElement.clientHeight, innerHeight])(document.querySelector('.choose [data-above-hold]'))";
    let bar = phone.run(bar).await;
    assert_eq!(bar, json!(["fixed", 0, 844]));
    phone.screenshot(&format!("old-{:?}-another", person.version)).await;
    phone.open(&order).await;
}

/// A clock that ran ahead asks the server before it says that the time is up; and one without the newer measure of when
/// the page came reads the older one.
async fn mislead_the_clock(phone: &Phone) {
    let (left, fair) = ("document.querySelector('[data-left]').textContent", "/^1[2345]:\\d\\d$/");
    phone.run("window.asked = 0, window.ask = fetch, window.fetch = (...all) => (asked += all[0] === '/clock', ask(...all))").await;
    phone.run("window.now = performance.now.bind(performance), performance.now = () => now() + 36e5").await;
    phone.comes(&format!("asked > 0 && {fair}.test({left})")).await;
    let state = phone.run("document.querySelector('.hold').dataset.state").await;
    assert_eq!(state, "running", "the server says that it still runs");
    let source = "if (location.search === '?older') performance.getEntriesByType = () => []";
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source})).await;
    let order = phone.path().await;
    phone.open(&format!("{order}?older")).await;
    phone.comes(&format!("performance.getEntriesByType('navigation').length === 0 && {fair}.test({left})")).await;
    let before = phone.run(left).await;
    phone.comes(&format!("{left} !== {before} && {fair}.test({left})")).await;
    phone.open(&order).await;
}

/// What the server was sent of the chosen picture: its type, width and height.
async fn arrived(phone: &Phone, order: &str) -> Value {
    phone.comes("!!document.querySelector('#screenshot[data-here]')").await;
    let look = format!(
        "fetch('{order}/upload.jpg').then((sent) => sent.blob()).then((blob) => new Promise((done) => {{
           const image = new Image();
           image.onload = () => done([blob.type, image.naturalWidth, image.naturalHeight]);
           image.src = URL.createObjectURL(blob);
         }}))"
    );
    phone.run(&look).await
}

/// A sheet of stripes, too large to be sent as it is.
fn huge_screenshot() -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let stripe = |_, y: u32| image::Luma([if y % 40 < 20 { 250 } else { 60 }]);
    image::GrayImage::from_fn(3_000, 8_000, stripe).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

/// What is no picture is told before it travels; what is larger than staff need is made smaller here, where the browser
/// turns pictures itself.
async fn choose_badly(phone: &Phone, person: &Person, album: &Album, order: &str) {
    phone.attach("#album", &album.keep("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")).await;
    phone.shows("暂不支持 HEIC 格式。请直接拍照，或转成 JPG 后再选").await;
    if person.version == OldVersion::V91 {
        phone.attach("#album", &album.keep("huge.png", &huge_screenshot())).await;
        // By its area and not by its longer side, or nobody could read a long one.
        assert_eq!(arrived(phone, order).await, json!(["image/jpeg", 2_449, 6_532]));
        // A picture has arrived: the fold is open.
        phone.open(order).await;
    }
}

/// A form whose answer never comes can be sent again: the browser was told to stop, the page is come back to, the line is
/// lost, or it simply takes too long.
async fn wait_for_nothing(phone: &Phone) {
    let words = format!("document.querySelector(\"{SUBMIT_PICTURE}\").textContent");
    let label = phone.run(&words).await;
    // A wait of 15 seconds is shortened for whoever looks on.
    phone.run("window.later = setTimeout, window.setTimeout = (act, ms) => later(act, ms === 15000 ? 1500 : ms)").await;
    for ended in ["new KeyboardEvent('keydown', {key: 'Escape'})", "new Event('pageshow')", "new Event('offline')", ""]
    {
        phone.run("document.querySelector('form[data-tiles]').addEventListener('submit', (e) => e.preventDefault(), {once: true})").await;
        phone.tap(SUBMIT_PICTURE).await;
        phone.comes(&format!("{words} !== {label}")).await;
        if !ended.is_empty() {
            phone.run(&format!("dispatchEvent({ended})")).await;
        }
        phone.comes(&format!("{words} === {label}")).await;
    }
}

/// Where there are channels to pay by, the way of the screenshot is folded in.
async fn unfold(phone: &Phone) {
    if phone.has(BY_SCREENSHOT).await {
        phone.tap(BY_SCREENSHOT).await;
    }
}

async fn hand_in(phone: &Phone, person: &Person, album: &Album) {
    let order = phone.path().await;
    unfold(phone).await;
    phone.tap(SUBMIT_PICTURE).await;
    phone.shows("请先选择订单截图").await;
    phone.open(&order).await;
    unfold(phone).await;
    choose_badly(phone, person, album, &order).await;
    // The line is lost on the way, and comes back.
    let picture = album.keep("order.png", &long_screenshot());
    slow(phone, 6_000).await;
    phone.attach("#album", &picture).await;
    phone.comes("/正在上传 [1-9]/.test(document.body.innerText)").await;
    network(phone, true, -1).await;
    phone.shows("网络断开了，恢复后自动接着传").await;
    network(phone, false, -1).await;
    let sent = arrived(phone, &order).await;
    assert_eq!(sent.as_array().unwrap()[1..], [json!(540), json!(3_600)], "it is as long as it was");
    phone.screenshot(&format!("old-{:?}-screenshot", person.version)).await;

    // The session is lost, and comes back: what was chosen is still there.
    let cookies = phone.devtools("Network.getCookies", json!({})).await;
    phone.devtools("Network.clearBrowserCookies", json!({})).await;
    phone.attach("#album", &picture).await;
    phone.shows("登录已过期，照片还在").await;
    for cookie in cookies["cookies"].as_array().unwrap() {
        let mut cookie = cookie.clone();
        cookie
            .as_object_mut()
            .unwrap()
            .retain(|key, _| ["name", "value", "domain", "path", "httpOnly"].contains(&&**key));
        phone.devtools("Network.setCookie", cookie).await;
    }
    phone.run("dispatchEvent(new Event('focus'))").await;
    phone.comes("!!document.querySelector('#screenshot[data-here]')").await;

    wait_for_nothing(phone).await;
    phone.tap(SUBMIT_PICTURE).await;
    phone.arrives("/receipt").await;
    phone.shows("提交成功，等待审核").await;
    phone.screenshot(&format!("old-{:?}-receipt", person.version)).await;
}

/// Another exam to its end, by somebody else on the same phone.
async fn another_exam(app: &ServedApp, phone: &mut Phone, version: OldVersion) {
    match version {
        OldVersion::V71 => return,
        OldVersion::V79 => walking::cet::walk(app, phone).await,
        OldVersion::V91 => walking::continuing::walk(app, phone, &walking::continuing::LIN).await,
    }
    sign_out(phone).await;
}

async fn walk(app: &ServedApp, reader: &Mutex<()>, person: &Person) -> Phone {
    let (mut phone, album) = (Walker::old(app.url(), person.version).await, Album::new());
    Box::pin(another_exam(app, &mut phone, person.version)).await;
    sign_up(app, &phone, person).await;
    // Cards are read on one core, and who waits too long for it is sent away.
    let turn = reader.lock().await;
    show_card(&phone, person, &album).await;
    drop(turn);
    look_into_the_camera(&phone, person).await;
    Box::pin(hold_a_seat(&mut phone, person, &album)).await;
    choose_another(&phone, person).await;
    mislead_the_clock(&phone).await;
    hand_in(&phone, person, &album).await;
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn old_phones_go_the_whole_way_without_an_error() {
    let mut app = ServedApp::start().await;
    let [first, second, third] = &PEOPLE;
    let reader = Mutex::new(());
    let walk = |person| walk(&app, &reader, person);
    let phones = tokio::join!(walk(first), walk(second), walk(third));
    let desk = walking::desk::staff(&app, "/").await;
    for _ in &PEOPLE {
        desk.find_one(walking::desk::CONFIRM).await;
        let case = desk.path().await;
        desk.tap(walking::desk::CONFIRM).await;
        // The next one comes in the place of this one, and says the same words of the one before.
        desk.leaves(case.split('?').next().unwrap()).await;
        desk.shows("已确认").await;
    }
    for (phone, person) in [phones.0, phones.1, phones.2].into_iter().zip(&PEOPLE) {
        phone.turns_to("报名成功").await;
        phone.screenshot(&format!("old-{:?}-confirmed", person.version)).await;
        assert!(phone.has("html.js").await, "{:?}", person.version);
        phone.finish().await;
    }
    desk.finish().await;
    app.stop().await;
}
