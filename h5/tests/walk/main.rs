//! A candidate's walk through the pages on real stores: choose, pay, hand in, be confirmed; and what is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod account_site;
mod accounts;
mod care;
mod coming_back;
mod devices;
mod eligibility;
mod faces;
mod fixed;
mod helped;
mod identity;
mod invoices;
mod languages;
mod late;
mod left_open;
mod lists;
mod matrix;
mod paying;
mod previews;
mod queries;
mod schools;
mod screenshots;
mod signed_out;
mod site;
mod standing;
mod steps;
mod tickets;
mod twice;

use std::io::Cursor;

use http::StatusCode;
use image::{ImageFormat, RgbImage};
use reservation::waiting_room::WaitingRoomMode;
use site::{Site, account_form, document};

pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture =
        RgbImage::from_fn(width, height, |x, y| image::Rgb([9, 99, if (x / 8 + y / 8) % 2 == 0 { 40 } else { 199 }]));
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// The same in so many colours that it takes more than one piece to send.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let byte = |number: u32| u8::try_from(number % 251).unwrap();
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([byte(x * x + y), byte(x * y * 7), byte(x ^ y)]));
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A picture of nothing.
fn blank() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    RgbImage::from_pixel(400, 800, image::Rgb([255; 3])).write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

/// Half of a picture.
fn cut_short() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let whole = image::load_from_memory(&picture(400, 800)).unwrap();
    whole.write_to(&mut out, ImageFormat::Jpeg).unwrap();
    let bytes = out.into_inner();
    bytes[..bytes.len() / 2].to_vec()
}

/// The order's number in the address that a hold leads to.
pub(crate) fn order_in(location: &str) -> String {
    location.strip_prefix("/orders/").unwrap_or_else(|| panic!("{location}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_list_to_the_confirmed_seat() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    assert!(guest.get("/").await.text.contains("href=\"/exams/degree-english\""));
    assert!(guest.get("/exams/degree-english").await.text.contains("余 5/5"));

    // A guest's choice survives signing in.
    let sent = guest.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(
        sent.location().starts_with("/sign-in?next=/exams/degree-english%3Fsitting%3Dmorning"),
        "{}",
        sent.location()
    );
    let back = guest.post(&sent.location().replace("sign-in", "sign-up"), &account_form(1)).await;
    let chosen = guest.get(back.location().split('#').next().unwrap()).await;
    assert!(chosen.text.contains("value=\"morning\" checked"), "{}", chosen.text);

    // The hold, twice: the same order.
    let held = guest.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let again = guest.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    assert_eq!(held.location(), again.location());
    let order = order_in(held.location());
    let pay = guest.get(held.location()).await;
    assert_eq!(pay.status, StatusCode::OK);
    // One's own sitting is marked, and what is said of it gives way when its time runs out on the open page.
    let exam = guest.get("/exams/degree-english").await.text;
    let card = exam.split("<li class=\"sitting\" data-mine data-sitting=\"morning\"").nth(1).unwrap();
    let card = card.split("</li>").next().unwrap();
    assert!(
        card.contains("sitting-note while-held")
            && card.contains("已选 · 待缴费")
            && !card.contains("<input")
            && exam.matches("data-mine").count() == 1,
        "{card}"
    );
    for page in [&exam, &pay.text] {
        let over = page.split("<div class=\"once-lapsed\">").nth(1).unwrap();
        assert!(over.contains("座位保留时间已到") && page.contains("class=\"while-held\""), "{page}");
    }
    assert!(pay.text.contains("¥120.00") && pay.text.contains("data-deadline=") && !pay.text.contains(&document(1)));
    let code = guest.get(&format!("/orders/{order}/payment-code.png")).await;
    assert!(code.bytes.starts_with(b"\x89PNG"));
    assert!(guest.get("/").await.text.contains("data-deadline="), "the banner is on every page");

    // The screenshot, the receipt, the confirmation.
    let sent = guest.upload(&order, &picture(300, 600)).await;
    assert_eq!(sent.location(), format!("/orders/{order}/receipt"), "{}", sent.text);
    assert!(guest.get(sent.location()).await.text.contains("等待审核"));
    assert_eq!(guest.get(&format!("/orders/{order}")).await.location(), sent.location());
    let staff = site
        .registration
        .staff
        .add("li.min", "a long password", registration::desk::staff::Role::Reviewer)
        .await
        .unwrap();
    let id = order.parse().unwrap();
    site.confirm(&staff, id).await;
    let receipt = guest.get(sent.location()).await.text;
    assert!(receipt.contains("报名成功") && !receipt.contains("/withdraw"), "{receipt}");
    // The exam lets nobody give up what is paid.
    let withdraw = format!("/orders/{order}/withdraw");
    for refused in [guest.get(&withdraw).await, guest.post(&withdraw, "agree=on&back=12000").await] {
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("不能自行退考"), "{}", refused.text);
    }
    let me = guest.get("/me").await;
    assert!(me.text.contains("已确认") && me.text.contains(&order) && !me.text.contains("data-deadline="));
    assert!(guest.get("/exams/degree-english").await.text.contains("余 4/5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sitting_is_refused_with_a_sentence_and_giving_back_frees_it() {
    let site = Site::start(5).await;
    let (mut first, mut second) = (site.candidate(1).await, site.candidate(2).await);
    let held = first.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    let refused = second.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("刚刚满员") && refused.text.contains("最早"), "{}", refused.text);

    // Somebody else's order is no page of mine.
    assert_eq!(second.get(held.location()).await.status, StatusCode::NOT_FOUND);
    let release = format!("{}/release", held.location());
    assert_eq!(second.post(&release, "").await.status, StatusCode::NOT_FOUND);
    let ended = first.post(&release, "").await;
    assert_eq!(ended.location(), format!("{}/ended", held.location()));
    assert_eq!(first.post(&release, "").await.location(), ended.location());
    assert!(first.get(ended.location()).await.text.contains("座位已释放"));
    let held = second.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    assert_eq!(held.status, StatusCode::SEE_OTHER);

    // Changing the sitting needs the button that says what it gives up.
    let kept = second.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    assert!(kept.location().starts_with("/exams/degree-english?sitting=morning"), "{}", kept.location());
    let moved = second.post("/exams/degree-english/hold", "sitting-1=morning&agree=on&replace=on").await;
    assert_eq!(moved.location(), held.location(), "under the same number");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_say_what_is_missing_and_keep_what_was_typed() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    let wrong = "name=&document=110105199001010011&mobile=13912345678&password=abc";
    let refused = guest.post("/sign-up?next=/me", wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["href=\"#name\"", "href=\"#document\"", "href=\"#password\"", "value=\"13912345678\"", "6–64 位"] {
        assert!(refused.text.contains(part), "{part} in {}", refused.text);
    }
    assert!(!refused.text.contains("abc\""));
    assert_eq!(guest.post("/sign-up", &account_form(1)).await.location(), "/");
    let again = account_form(1).replace("secret-1", "another-2");
    assert_eq!(site.visitor().post("/sign-up", &again).await.status, StatusCode::CONFLICT);

    let number = document(1);
    let sign_in = |password: &str| format!("document={number}&password={password}");
    let mut other = site.visitor();
    assert_eq!(other.post("/sign-in", &sign_in("nope-1")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.get("/me").await.location(), "/sign-in?next=/me");
    assert_eq!(other.post("/sign-in?next=/me", &sign_in("secret-1")).await.location(), "/me");
    assert_eq!(other.get("/sign-in?next=//evil.example").await.location(), "/");
    assert!(other.get("/me").await.text.contains("1101**********"));

    let refused = other.post("/exams/degree-english/hold", "agree=on").await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("请选择一个场次"));
    let refused = other.post("/exams/degree-english/hold", "sitting-1=morning").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("value=\"morning\" checked"));
    // Signing out ends this sign-in also where its cookie was copied to, and no other one.
    let mut copied = site.visitor();
    copied.cookie = other.cookie.clone();
    assert_eq!(copied.get("/me").await.status, StatusCode::OK);
    let mut second = site.visitor();
    assert_eq!(second.post("/sign-in?next=/me", &sign_in("secret-1")).await.location(), "/me");
    other.post("/sign-out", "").await;
    assert_eq!(other.get("/me").await.status, StatusCode::SEE_OTHER);
    assert_eq!(copied.get("/me").await.location(), "/sign-in?next=/me&ended=1");
    assert_eq!(second.get("/me").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_no_pictures_change_nothing() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let cases: [(Vec<u8>, StatusCode, &str); 9] = [
        (vec![], StatusCode::UNPROCESSABLE_ENTITY, "请先选择订单截图"),
        (b"no picture".to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "不是 JPG 或 PNG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0heic".to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "暂不支持 HEIC 格式"),
        (picture(1, 1), StatusCode::UNPROCESSABLE_ENTITY, "宽至少要 200 像素"),
        (picture(20_001, 200), StatusCode::UNPROCESSABLE_ENTITY, "超过了 20000 像素"),
        (blank(), StatusCode::UNPROCESSABLE_ENTITY, "几乎只有一种颜色"),
        (cut_short(), StatusCode::UNPROCESSABLE_ENTITY, "图片不完整"),
        (vec![0; 5 * 1024 * 1024], StatusCode::PAYLOAD_TOO_LARGE, "超过 4 MB"),
        (vec![0; 33 * 1024 * 1024], StatusCode::PAYLOAD_TOO_LARGE, "4 MB"),
    ];
    for (bytes, status, words) in cases {
        let refused = candidate.upload(&order, &bytes).await;
        assert_eq!(refused.status, status, "{words}");
        assert!(refused.text.contains(words) && refused.text.contains("lang=\"zh-CN\""), "{}", refused.text);
    }
    assert!(candidate.get(&format!("/orders/{order}")).await.text.contains("data-deadline="));
    let stranger = site.visitor().upload(&order, &picture(9, 9)).await;
    assert_eq!(stranger.location(), format!("/sign-in?next=/orders/{order}/screenshot&ended=1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_forms_wechat_and_unknown_pages() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    let page = guest.get("/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && page.headers["x-content-type-options"] == "nosniff");
    assert_eq!(page.headers["cache-control"], "no-cache", "the same for all: kept, and asked about each time");
    assert!(page.headers["vary"].to_str().unwrap().contains("Cookie") && !page.headers.contains_key("set-cookie"));
    assert_eq!(guest.get("/sign-in").await.headers["cache-control"], "no-store");
    for (path, status) in [("/nowhere", 404), ("/exams/nothing", 404), ("/exams/%20", 404)] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert!(answer.text.contains("<h1>") && answer.headers.contains_key("content-security-policy"), "{path}");
    }
    let answer = guest.post("/poster", "").await;
    assert!(answer.status == StatusCode::METHOD_NOT_ALLOWED && answer.text.contains("<h1>"), "{}", answer.text);
    guest.headers.insert("accept-language", "en-GB".parse().unwrap());
    assert!(guest.get("/").await.text.contains("<html lang=\"en\""));
    assert_eq!(guest.get("/language?to=zh&next=/me").await.location(), "/me");
    assert!(guest.get("/").await.text.contains("<html lang=\"zh-CN\""), "the cookie wins");

    guest.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let refused = guest.post("/sign-in", "document=1&password=2").await;
    assert!(refused.status == StatusCode::FORBIDDEN && refused.text.contains("不是从本站"));
    assert_eq!(guest.get("/").await.status, StatusCode::OK, "a link from elsewhere is fine");

    let mut wechat = site.visitor();
    wechat.headers.insert("user-agent", "Mozilla/5.0 MicroMessenger/8.0.50".parse().unwrap());
    let page = wechat.get("/exams/degree-english?a=b").await;
    assert!(page.text.contains("http://exam.example.edu/exams/degree-english?a=b"), "{}", page.text);
    assert!(page.text.contains("href=\"/poster\""), "C1: the code of the site, for another device");
    let poster = wechat.get("/poster").await;
    assert!(
        poster.text.contains("/poster/code.png") && poster.text.contains("http://exam.example.edu/"),
        "{}",
        poster.text
    );
    assert!(wechat.get("/poster/code.png").await.bytes.starts_with(b"\x89PNG"));
    assert!(guest.get("/").await.text.contains("href=\"/poster\""));
    assert_eq!(wechat.post("/sign-up", &account_form(1)).await.status, StatusCode::FORBIDDEN);
    let style = page.text.split("href=\"/static").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(wechat.get(&format!("/static{style}")).await.status, StatusCode::OK);
}

/// What no page of ours sends is in the log by its route, and nothing of what was typed is. Whoever mistypes is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_no_page_sends_is_in_the_log_and_nothing_that_was_typed() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    let log = tempfile::NamedTempFile::new().unwrap();
    let writer = std::sync::Arc::new(log.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    let listening = tracing::subscriber::set_default(subscriber);
    let lines = || {
        let text = std::fs::read_to_string(log.path()).unwrap();
        assert!(!text.contains("shibboleth"), "{text}");
        text.lines().filter(|line| line.contains("form_refused")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (form, typed) = ("application/x-www-form-urlencoded", "document=7&password=shibboleth");
    guest.post("/sign-in", typed).await;
    assert_eq!(lines(), Vec::<String>::new(), "it was only wrong");
    let huge = typed.repeat(1_000);
    for (kind, body, from, status, why) in [
        (form, typed, "cross-site", StatusCode::FORBIDDEN, "forged"),
        ("text/plain", typed, "same-origin", StatusCode::BAD_REQUEST, "malformed"),
        (form, &*huge, "same-origin", StatusCode::PAYLOAD_TOO_LARGE, "too large"),
    ] {
        guest.headers.insert("sec-fetch-site", from.parse().unwrap());
        let sent = guest.post_body("/sign-in", kind, axum::body::Body::from(body.to_owned())).await;
        assert_eq!(sent.status, status, "{why}");
        let found = lines();
        let line = found.iter().find(|line| line.contains(why)).unwrap_or_else(|| panic!("{why}: {found:?}"));
        for part in ["security", "candidates", "/sign-in"] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    drop(listening);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_room_is_passed_before_a_seat_is_taken() {
    let site = Site::start(1).await;
    let (mut first, mut second) = (site.candidate(1).await, site.candidate(2).await);
    let choice = "sitting-1=morning&agree=on";
    let held = first.post("/exams/degree-english/hold", choice).await;
    assert!(held.location().starts_with("/orders/"));
    assert_eq!(second.get("/exams/degree-english/waiting").await.location(), "/exams/degree-english", "no room yet");
    let evening = second.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    site.set_room(WaitingRoomMode::On).await;

    // No seat is free: whoever asks for one waits, and is told so kindly.
    let mut third = site.candidate(3).await;
    let sent = third.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    let waiting = "/exams/degree-english/waiting?sitting=evening&agree=on&refused=on";
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, waiting));
    let page = third.get(waiting).await;
    assert!(page.text.contains("第 1 位") && page.text.contains("座位还没有锁定"), "{}", page.text);
    let refresh = page.text.split("http-equiv=\"refresh\" content=\"").nth(1).unwrap();
    let seconds = refresh.split('"').next().unwrap();
    assert!((3..=30).contains(&seconds.parse::<u64>().unwrap()), "{seconds}");
    let check = "/exams/degree-english/waiting?sitting=evening&amp;agree=on&amp;check=on#check";
    assert!(page.text.contains(check) && !page.text.contains("id=\"check\""), "{}", page.text);
    let open = third.get(&format!("{waiting}&check=on")).await;
    assert!(open.text.contains("id=\"check\"") && open.text.contains("http-equiv=\"refresh\""));
    let exam = third.get("/exams/degree-english").await;
    assert!(exam.text.contains("您正在排队") && !exam.text.contains("/hold\""), "{}", exam.text);
    let mut guest = site.visitor();
    assert!(guest.get("/exams/degree-english").await.text.contains("href=\"/exams/degree-english/waiting\""));
    let to_sign_in = guest.get("/exams/degree-english/waiting").await;
    assert_eq!(to_sign_in.location(), "/sign-in?next=/exams/degree-english/waiting");

    // Whoever has an order pays, gives back, and holds the same again without waiting.
    assert_eq!(first.post("/exams/degree-english/hold", choice).await.location(), held.location());
    // Another sitting would be a new seat: the old one is kept until the turn has come.
    let moved = first.post("/exams/degree-english/hold", "sitting-1=evening&agree=on&replace=on").await;
    assert_eq!(moved.status, StatusCode::CONFLICT, "full is said first: {}", moved.location());
    second.post(&format!("{}/release", evening.location()), "").await;

    // A seat is free: the line moves on, and the choice was remembered.
    let since = std::time::Instant::now();
    let on = loop {
        let page = third.get(waiting).await;
        if page.status == StatusCode::SEE_OTHER {
            break page.location().to_owned();
        }
        assert!(since.elapsed() < std::time::Duration::from_secs(15));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(on, "/exams/degree-english?sitting=evening&agree=on#sittings");
    let exam = third.get(on.split('#').next().unwrap()).await;
    assert!(exam.text.contains("轮到您了") && exam.text.contains("value=\"evening\" checked"), "{}", exam.text);
    let held = third.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await;
    assert!(held.location().starts_with("/orders/"), "{}", held.text);

    site.set_room(WaitingRoomMode::Off).await;
    assert!(!second.get("/exams/degree-english").await.text.contains("排队"));
}
