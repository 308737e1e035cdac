//! The degree-English exam, as a reader of its handbook walks through it, chapter by chapter: out of WeChat, an account
//! by document number, the identity card, the notice, the face check, the details, a sitting, the payment, the picture of
//! the order and the admission ticket; and the wrong turns that the handbook warns of, a closed window and a late code
//! among them.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod degree;
    pub(crate) mod office;
    pub(crate) mod people;
    pub(crate) mod ticket;
}

use std::fs;
use std::path::{Path, PathBuf};

use specimen::{card_back, card_front, seed_of, selfie};
use testkit::{BrowserOptions, Device, ServedApp, Walker};

use walking::degree::EXAM;
use walking::people::{Album, next_step, others_take, prove_mobile};
use walking::ticket::{Sitter, takes_ticket};

const NUMBER: &str = "430102199506150022";
const NAME: &str = "李样例";
const MOBILE: &str = "13912345678";
const PASSWORD: &str = "degree-2027";

/// A film of somebody who sits still: Motion JPEG is one picture after another.
fn film(album: &Album) -> PathBuf {
    album.keep("film.mjpeg", &selfie(seed_of(NUMBER)).repeat(30))
}

async fn sign_up(app: &ServedApp, phone: &mut Walker) {
    phone.open("/").await;
    phone.looks("degree-01-exams").await;
    phone.tap(&format!("a[href='{EXAM}']")).await;
    phone.shows("第 1 步，共 6 步").await;
    phone.looks("degree-02-exam").await;
    phone.tap(".callout a.button").await;
    phone.arrives("/sign-in").await;
    phone.tap("a[href^='/sign-up']").await;
    phone.arrives("/sign-up").await;
    // A digit too few, a short password.
    phone.fill("#name", "李样利").await;
    phone.fill("#document", &NUMBER[..17]).await;
    phone.fill("#mobile", MOBILE).await;
    phone.fill("#password", "12345").await;
    phone.tap("main form > button[type=submit]").await;
    phone.shows("身份证号应为 18 位").await;
    phone.shows("密码应为 6–64 位").await;
    phone.looks("degree-03-sign-up-errors").await;
    phone.fill("#document", NUMBER).await;
    phone.fill("#password", PASSWORD).await;
    prove_mobile(app, phone, MOBILE).await;
    phone.looks("degree-04-sign-up").await;
    phone.tap("main form > button[type=submit]").await;
    phone.arrives("/me/identity").await;
}

async fn sign_in(phone: &mut Walker) {
    phone.open("/me").await;
    phone.looks("degree-05-me").await;
    phone.tap("form[action='/sign-out'] button").await;
    phone.leaves("/me").await;
    phone.shows("正在报名").await;
    phone.open(&format!("/sign-in?next={EXAM}")).await;
    phone.fill("#login", NUMBER).await;
    phone.fill("#password", "not-the-password").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("账号或密码不对").await;
    phone.looks("degree-06-wrong-password").await;
    phone.fill("#login", NUMBER).await;
    phone.fill("#password", PASSWORD).await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives(EXAM).await;
    phone.shows("下一步：实名认证").await;
    phone.looks("degree-07-exam").await;
}

async fn show_card(phone: &Walker) {
    phone.tap("form[data-tiles] > button[type=submit]").await;
}

async fn attach_side(phone: &Walker, side: &str, file: &Path) {
    phone.attach(&format!("#{side}-album"), file).await;
    phone.find_one(&format!("#{side}[data-here]")).await;
}

async fn prove_identity(phone: &mut Walker, album: &Album) {
    let front = album.keep("front.jpg", &card_front(NAME, NUMBER).unwrap());
    let back = album.keep("back.jpg", &card_back().unwrap());
    next_step(phone, EXAM, "/me/identity").await;
    phone.tap("button[value='/card']").await;
    phone.shows("请先同意处理敏感个人信息").await;
    phone.looks("degree-08-consent").await;
    phone.tap("label[for=consent]").await;
    phone.tap("button[value='/card']").await;
    phone.arrives("/me/identity/card").await;
    phone.looks("degree-09-card").await;
    attach_side(phone, "card_front", &back).await;
    attach_side(phone, "card_back", &back).await;
    show_card(phone).await;
    phone.shows("这里请拍有照片的一面").await;
    phone.looks("degree-10-card-wrong-side").await;
    attach_side(phone, "card_front", &front).await;
    phone.shows("已上传").await;
    phone.looks("degree-11-card-here").await;
    show_card(phone).await;
    phone.shows("证件上的姓名与注册信息不一致").await;
    phone.looks("degree-12-card-other-name").await;

    // The name is corrected in 个人中心, the number cannot be.
    phone.open("/me").await;
    phone.tap("#person a[href^='/me/name']").await;
    phone.shows("证件号码是您的登录账号，不能自己修改").await;
    phone.fill("#name", NAME).await;
    phone.looks("degree-13-name").await;
    phone.tap("main form button[type=submit]").await;
    phone.shows("个人信息已更新").await;
    next_step(phone, EXAM, "/me/identity").await;
    phone.tap("label[for=consent]").await;
    phone.tap("button[value='/card']").await;
    phone.arrives("/me/identity/card").await;
    phone.shows("已上传").await;
    show_card(phone).await;
    phone.shows("实名认证已完成").await;
    phone.looks("degree-14-verified").await;
    phone.open("/me").await;
    phone.shows("已实名").await;
    phone.looks("degree-15-me-verified").await;
}

async fn agree(phone: &mut Walker) {
    next_step(phone, EXAM, "/notice").await;
    phone.looks("degree-16-notice").await;
    phone.tap("label[for=agree]").await;
    phone.tap("main form button[type=submit]").await;
    phone.arrives("/face").await;
}

async fn show_face(phone: &mut Walker, album: &Album) {
    // No camera before the consent, and another way beside it.
    phone.shows("不想或不能做人脸核验").await;
    phone.looks("degree-16-consent").await;
    phone.tap("label[for=face_consent]").await;
    phone.tap("form[action$='/face/consent'] button").await;
    phone.find_one("[data-start]:not([hidden])").await;
    phone.looks("degree-17-face").await;
    let stranger = album.keep("stranger.jpg", &selfie(seed_of(NUMBER).wrapping_add(1)));
    phone.attach("#album", &stranger).await;
    phone.tap("[data-send]:not([hidden])").await;
    phone.shows("与认证照片不像同一个人").await;
    phone.shows("今天还有 4 次").await;
    phone.looks("degree-18-other-face").await;
    phone.tap("[data-start]:not([hidden])").await;
    phone.find_one("[data-shoot]:not([hidden])").await;
    // The camera's first frame is black.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    phone.looks("degree-19-camera").await;
    phone.tap("[data-shoot]").await;
    phone.shows("看得清就提交").await;
    phone.looks("degree-20-taken").await;
    phone.tap("[data-send]:not([hidden])").await;
    phone.arrives("/details").await;
}

async fn fill_details(phone: &mut Walker) {
    phone.shows("已认证的信息").await;
    phone.tap("label[for=f-candidate_type-0]").await;
    phone.select("#f-major", "accounting").await;
    phone.tap("label[for=f-standing-1]").await;
    phone.looks("degree-21-details").await;
    // Below 中 nobody can apply, and the page says it as the handbook does.
    phone.tap("label[for=f-thesis_grade-3]").await;
    phone.tap(".actions button:not(.second)").await;
    phone.shows("论文成绩需要达到中等以上才可以申请").await;
    phone.looks("degree-22-thesis").await;
    phone.tap("label[for=f-thesis_grade-1]").await;
    phone.tap(".actions button:not(.second)").await;
    phone.arrives("/sittings").await;
}

async fn choose(app: &ServedApp, phone: &mut Walker) {
    others_take(app, EXAM, "ru-0529-pm-lakeside", 4).await;
    // By itself, without a reload.
    phone.shows("已满员").await;
    phone.open(&format!("{EXAM}/sittings")).await;
    phone.shows("已满员").await;
    assert!(!phone.has("#sitting-ru-0529-pm-lakeside:not([disabled])").await, "a full sitting cannot be chosen");
    phone.looks("degree-23-sittings").await;
    phone.tap("label[for=sitting-en-0522-am-lakeside]").await;
    phone.tap("form.choose button[type=submit]").await;
    phone.arrives("/orders/").await;
    // Another sitting is a tap away, from the order and from the exam.
    phone.find_one("a[href='/exams/degree-english/sittings?part=main']").await;
    let order = phone.path().await;
    phone.open(EXAM).await;
    phone.tap(".steps a[href='/exams/degree-english/sittings?part=main']").await;
    phone.shows("换场次不重新计时").await;
    phone.open(&order).await;
    phone.shows("¥120.00").await;
    phone.shows("缴费人必须是考生本人").await;
    phone.looks("degree-24-payment").await;
}

/// The page after paying, and once more within the window.
async fn hand_in(app: &ServedApp, phone: &mut Walker, album: &Album) {
    let picture = phone.screenshot("degree-24-payment").await;
    phone.tap("form[action$='/screenshot'] button[type=submit]").await;
    phone.shows("请先选择订单截图").await;
    phone.looks("degree-25-no-picture").await;
    // Whatever is no picture is told before it travels.
    let text = album.keep("order.png", b"not a picture");
    phone.attach("#album", &text).await;
    phone.shows("这张图片打不开").await;
    phone.attach("#album", &picture).await;
    phone.tap("form[action$='/screenshot'] button[type=submit]").await;
    phone.arrives("/receipt").await;
    phone.shows("提交成功，等待审核").await;
    phone.looks("degree-26-receipt").await;

    // 我的报名: the details are changed, the same picture is handed in again, nobody pays twice.
    phone.open("/me").await;
    phone.shows("待审核").await;
    phone.looks("degree-27-me").await;
    phone.open(EXAM).await;
    phone.tap(".steps a[href$='/details']").await;
    phone.arrives("/details").await;
    phone.tap("label[for=f-candidate_type-1]").await;
    phone.looks("degree-28-change").await;
    phone.tap(".actions button:not(.second)").await;
    phone.arrives("said=details").await;
    phone.open("/me").await;
    phone.tap(".order-part a[href^='/orders/']").await;
    let receipt = phone.arrives("/receipt").await;
    let mut desk = at_a_desk(app, &receipt, &picture).await;
    phone.open(EXAM).await;
    phone.looks("degree-29-exam").await;
    confirms(app, &mut desk, &receipt).await;
    desk.finish().await;
    phone.open(&receipt).await;
    phone.shows("报名成功").await;
    phone.looks("degree-32-paid").await;
}

/// The same picture once more, by somebody who has signed in at a desk.
async fn at_a_desk(app: &ServedApp, receipt: &str, picture: &Path) -> Walker {
    let mut desk = Walker::start(app.url(), BrowserOptions { device: Device::Desk, ..BrowserOptions::default() }).await;
    desk.open(&format!("/sign-in?next={receipt}")).await;
    desk.fill("#login", NUMBER).await;
    desk.fill("#password", PASSWORD).await;
    desk.tap("main form button[type=submit]").await;
    desk.arrives("/receipt").await;
    desk.tap(".release-part summary").await;
    desk.attach("#album", picture).await;
    desk.tap("form[action$='/screenshot'] button[type=submit]").await;
    desk.arrives("/receipt").await;
    desk.shows("提交成功，等待审核").await;
    desk.looks("degree-30-desk").await;
    desk
}

/// Staff look at the picture, on the same computer, and confirm.
async fn confirms(app: &ServedApp, desk: &mut Walker, receipt: &str) {
    let case = receipt.trim_end_matches("/receipt");
    desk.goto(&format!("{}/sign-in?next={case}", app.staff_url())).await.unwrap();
    desk.fill("#name", "demo").await;
    desk.fill("#password", "demo-seathold").await;
    desk.tap("main form button[type=submit]").await;
    desk.shows(NAME).await;
    desk.looks("degree-31-staff").await;
    desk.tap("form[action$='/confirm'] button:not(:disabled)").await;
    desk.shows("已确认").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_c3_c4_c5_c6_c7_c8_c9_c10_c11_degree_english_from_the_account_to_the_screenshot() {
    let mut app = ServedApp::start().await;
    let album = Album::new();
    let options = BrowserOptions { camera: Some(film(&album)), ..BrowserOptions::default() };
    let mut phone = Walker::start(app.url(), options).await;
    sign_up(&app, &mut phone).await;
    sign_in(&mut phone).await;
    prove_identity(&mut phone, &album).await;
    agree(&mut phone).await;
    show_face(&mut phone, &album).await;
    fill_details(&mut phone).await;
    choose(&app, &mut phone).await;
    hand_in(&app, &mut phone, &album).await;
    let sitter = Sitter { exam: "degree-english", sitting: "en-0522-am-lakeside", name: NAME, has_photo: true };
    takes_ticket(&app, &mut phone, &sitter).await;
    phone.finish().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_inside_wechat_there_is_only_the_way_out() {
    let mut app = ServedApp::start().await;
    let options = BrowserOptions { device: Device::WeChat, ..BrowserOptions::default() };
    let mut wechat = Walker::start(app.url(), options).await;
    for path in ["/", EXAM, "/sign-up", "/me/identity"] {
        wechat.open(path).await;
        wechat.shows("浏览器").await;
        assert!(!wechat.has("form").await, "{path}: nothing else works there");
        let link = wechat.find_one("#url").await.prop("value").await.unwrap().unwrap();
        assert_eq!(link, format!("{}{path}", app.url()), "the link to copy leads here");
    }
    wechat.looks("degree-00-wechat").await;
    wechat.finish().await;
    let options = BrowserOptions { device: Device::Desk, ..BrowserOptions::default() };
    let mut desk = Walker::start(app.url(), options).await;
    desk.open("/poster").await;
    desk.looks("degree-00-poster").await;
    desk.finish().await;
    app.stop().await;
}

/// Imports the short exam once more, as `closed-english`, with a window that has passed.
fn import_closed(app: &ServedApp) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/campus-english");
    let dir = app.data().join("closed-english");
    fs::create_dir_all(&dir).unwrap();
    fs::copy(shipped.join("sittings.csv"), dir.join("sittings.csv")).unwrap();
    let rules = fs::read_to_string(shipped.join("exam.toml")).unwrap();
    let lines = rules.lines().map(|line| match line.split_once(" = ").map(|(key, _)| key) {
        Some("id") if line.contains("campus-english") => "id = \"closed-english\"",
        Some("opens_at") => "opens_at = 2020-11-02T09:00:00+08:00",
        Some("closes_at") => "closes_at = 2020-11-30T17:00:00+08:00",
        Some("payment_deadline") => "payment_deadline = 2020-11-30T18:00:00+08:00",
        _ => line,
    });
    fs::write(dir.join("exam.toml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let imported = app.command().args(["exam", "import"]).arg(&dir).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_and_a_code_that_came_too_late() {
    let mut app = ServedApp::start().await;
    let mut phone = Walker::start(app.url(), BrowserOptions::default()).await;

    import_closed(&app);
    // The server hears of an import within seconds.
    for _ in 0..400 {
        phone.open("/exams/closed-english").await;
        if phone.text().await.contains("已截止") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    phone.shows("报名已截止").await;
    assert!(!phone.has("form.choose button[type=submit]").await, "nothing can be chosen");
    phone.looks("turns-01-closed").await;

    phone.open("/sign-up?next=/exams/degree-english").await;
    for (field, text) in
        [("#name", "王晚来"), ("#document", "11010519491231002X"), ("#mobile", MOBILE), ("#password", "late-2027")]
    {
        phone.fill(field, text).await;
    }
    prove_mobile(&app, &phone, MOBILE).await;
    app.execute("UPDATE registration.account_codes SET expires_at = now() - interval '1 second'").await;
    phone.tap("main form > button[type=submit]").await;
    phone.shows("短信验证码不对或已过期").await;
    let kept = phone.find_one("#name").await.prop("value").await.unwrap();
    assert_eq!(kept.as_deref(), Some("王晚来"), "what was typed is kept");
    phone.looks("turns-02-late-code").await;
    phone.finish().await;
    app.stop().await;
}
