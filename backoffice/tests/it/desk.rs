//! The staff's way on real stores: sign in, look, confirm, send back; and what is refused.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use gateways::screenshots::local::LocalScreenshots;
use gateways::{Gateways, ScreenshotReader};
use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::case::CaseKind;
use registration::desk::staff::{Role, StaffMember};
use registration::model::facts::IdentityState;
use registration::model::order::{Order, OrderState};
use registration::people::accounts::NewAccount;
use registration::pictures::kept::Slot;
use specimen::{App, OrderScreen};

use crate::house::{DOCUMENTS, EXAM, House, usual};

pub(crate) fn picture_bytes() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let picture =
        image::RgbImage::from_fn(240, 480, |x, y| image::Rgb([if (x / 8 + y / 8) % 2 == 0 { 0 } else { 255 }; 3]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// A house with an exam, and one reviewer.
async fn open() -> House {
    open_with(Gateways::default()).await
}

async fn open_with(gateways: Gateways) -> House {
    let house = House::open_with(gateways).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("li.min", Role::Reviewer).await;
    house
}

/// A reader of pictures, and nothing else.
pub(crate) fn with_reader() -> Gateways {
    let reader = LocalScreenshots::find().expect("tesseract with chi_sim is installed: see ops/packages.sh");
    Gateways { screenshots: Some(ScreenshotReader::local(reader)), ..Gateways::default() }
}

/// A screen of an order that is too cheap, and of another day.
fn order_picture(number: &str) -> Vec<u8> {
    let (amount, time, merchant_number) = ("90.00", "2026-01-02 09:00:00", "T20260102001");
    let screen = OrderScreen { amount, time, merchant_number, ..OrderScreen::of(App::Alipay, number) };
    screen.draw().unwrap()
}

impl House {
    /// Who signs in.
    async fn member(&self) -> StaffMember {
        self.registration.staff.list().await.unwrap().remove(0)
    }

    /// An order of a new candidate that waits for review.
    async fn waiting(&self, number: usize) -> Order {
        self.waiting_with(number, picture_bytes()).await
    }

    /// The same with this picture.
    async fn waiting_with(&self, number: usize, picture: Vec<u8>) -> Order {
        let order = self.order(DOCUMENTS[number]).await;
        self.registration.orders.hand_in(order.account, order.id, picture.into()).await.unwrap()
    }
}

/// The form's field that says what the page showed.
fn seen(page: &str) -> String {
    let value = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    format!("seen={value}")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anything_without_signing_in() {
    let mut desk = open().await;
    let order = desk.waiting(0).await;
    for path in ["/".to_owned(), format!("/orders/{}", order.id), format!("/orders/{}/screenshot.jpg", order.id)] {
        let (status, location, text) = desk.get(&path).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}");
        assert!(location.starts_with("/sign-in?next=/") && !text.contains("张伟"));
    }
    let (status, _, text) = desk.post(&format!("/orders/{}/confirm", order.id), "seen=1").await;
    assert!(status == StatusCode::UNAUTHORIZED && !text.contains("张伟"), "{text}");
    assert_eq!(desk.post("/sign-in", "name=li.min&password=wrong").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let member = desk.member().await;
    let counts = desk.registration.cases.counts(&member).await.unwrap();
    assert_eq!(counts.of(&[CaseKind::Payment]), 1);
}

/// Whoever tries doors that are not theirs is seen by whoever reads the log: by the id, never by the name.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_for_want_of_a_right_is_written_down() {
    let mut desk = open().await;
    desk.sign_in("li.min").await;
    let member = desk.member().await;
    let log = tempfile::NamedTempFile::new().unwrap();
    let writer = Arc::new(log.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    let listening = tracing::subscriber::set_default(subscriber);
    assert_eq!(desk.get("/").await.0, StatusCode::OK);
    assert_eq!(desk.get("/api-keys").await.0, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/staff/li.min").await.0, StatusCode::FORBIDDEN);
    drop(listening);
    let text = std::fs::read_to_string(log.path()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("security")).collect();
    assert_eq!(lines.len(), 2, "{text}");
    let id = member.id.0.to_string();
    for (line, route) in lines.iter().zip(["/api-keys", "/staff/{name}"]) {
        for part in ["refused", &*id, "GET", route] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    assert!(!text.contains("li.min"), "{text}");
}

/// A form that no page of ours sends is in the log by its route and the network it came from, and nothing that was typed is.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_no_page_for_staff_sends_is_in_the_log() {
    let mut desk = open().await;
    let log = tempfile::NamedTempFile::new().unwrap();
    let writer = Arc::new(log.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    let listening = tracing::subscriber::set_default(subscriber);
    assert_eq!(desk.post("/sign-in", "name=li.min&password=wrong").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(desk.bring("/sign-in", "{\"name\":\"li.min\"}").await.0, StatusCode::BAD_REQUEST);
    drop(listening);
    let text = std::fs::read_to_string(log.path()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("form_refused")).collect();
    let [line] = lines[..] else { panic!("a wrong password is no wrong form: {text}") };
    for part in ["security", "staff", "malformed", "/sign-in", "203.0.113.0/24"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!text.contains("li.min") && !text.contains("203.0.113.7"), "{text}");
}

/// A cookie that somebody copied opens nothing after its owner has signed out, nor after they were disabled.
#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_what_a_copied_cookie_opens() {
    let mut desk = open().await;
    desk.sign_in("li.min").await;
    let copied = desk.cookie.clone();
    assert_eq!(desk.get("/").await.0, StatusCode::OK);
    assert_eq!(desk.post("/sign-out", "").await.1, "/sign-in");
    desk.cookie = copied;
    let (status, location, _) = desk.get("/").await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/sign-in?next=/"));
    desk.sign_in("li.min").await;
    assert_eq!(desk.get("/").await.0, StatusCode::OK);
    desk.registration.staff.set_disabled("li.min", true).await.unwrap();
    assert_eq!(desk.get("/").await.0, StatusCode::SEE_OTHER);
    assert_eq!(
        desk.post("/sign-in", "name=li.min&password=a%20long%20password").await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn d11_staff_choose_their_language() {
    let mut desk = open().await;
    let page = desk.get("/sign-in?next=/people").await.2;
    assert!(page.contains("href=\"/language?to=en&amp;next=/people\""), "{page}");
    let (status, location, _) = desk.get("/language?to=en&next=/people").await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/people"));
    let page = desk.get("/sign-in").await.2;
    assert!(page.contains("<html lang=\"en\">") && page.contains("Staff sign-in · Registration desk"), "{page}");
    assert_eq!(desk.get("/language?to=en&next=//evil.example").await.1, "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_confirmed_and_one_is_sent_back() {
    let mut desk = open().await;
    let (first, second) = (desk.waiting(0).await, desk.waiting(1).await);
    desk.sign_in("li.min").await;
    let (_, _, text) = desk.get("/").await;
    assert!(text.contains("2 份待审核") && text.contains(&format!("<h1>{}", first.id)), "{text}");
    assert!(text.contains("1101**********002X") && !text.contains(DOCUMENTS[0]) && !text.contains("13912345678"));
    let (status, _, picture) = desk.get(&format!("/orders/{}/screenshot.jpg", first.id)).await;
    assert!(status == StatusCode::OK && picture.contains("JFIF"));
    assert!(desk.get(&format!("/orders/{}", first.id)).await.2.contains("查看了截图"));

    // A picture that took the place of the one looked at is not confirmed, and not refused.
    let confirm = format!("/orders/{}/confirm", first.id);
    let (old, account) = (seen(&text), first.account);
    desk.registration.orders.hand_in(account, first.id, picture_bytes().into()).await.unwrap();
    let (status, _, page) = desk.post(&confirm, &old).await;
    assert!(status == StatusCode::CONFLICT && page.contains("换了一张截图"), "{page}");
    let (status, _, page) =
        desk.post(&confirm.replace("confirm", "refuse"), &format!("{old}{}", usual(&page, 1))).await;
    assert!(status == StatusCode::CONFLICT && page.contains("换了一张截图"), "{page}");
    assert!(page.contains("查看了截图（此前的那一张）"), "{page}");
    assert_ne!(seen(&page), old);
    assert_eq!(desk.post(&confirm, "seen=1").await.0, StatusCode::CONFLICT, "what no page has shown");
    // Nor is the new one before it was opened.
    let (status, _, said) = desk.post(&confirm, &seen(&page)).await;
    assert!(status == StatusCode::CONFLICT && said.contains("请先看清截图"), "{said}");
    assert_eq!(desk.get(&format!("/orders/{}/screenshot.jpg", first.id)).await.0, StatusCode::OK);
    for _ in 0..2 {
        let (status, location, _) = desk.post(&confirm, &seen(&page)).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/?confirmed={}", first.id)));
    }
    assert!(desk.get(&format!("/?confirmed={}", first.id)).await.2.contains(&format!("已确认 {}", first.id)));

    let refuse = format!("/orders/{}/refuse", second.id);
    let shown = seen(&desk.get(&format!("/orders/{}", second.id)).await.2);
    assert_eq!(desk.get(&format!("/orders/{}/screenshot.jpg", second.id)).await.0, StatusCode::OK);
    let (status, _, text) = desk.post(&refuse, &shown).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains("请选择或填写退回原因"));
    // The panel stays open, with the error beside the field, what was typed in it, and the case behind it.
    let long = "长".repeat(210);
    let (status, _, text) = desk.post(&refuse, &format!("{shown}{}&own={}", usual(&text, 3), query_value(&long))).await;
    let panel = text.split("<details class=\"refuse\" open>").nth(1).unwrap().split("</details>").next().unwrap();
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && text.contains(&format!("<h1>{}", second.id)), "{text}");
    assert!(panel.contains("id=\"reason-error\"") && panel.contains(&long), "{panel}");
    assert!(panel.contains("data-key=\"3\" checked"), "{panel}");
    let (status, location, _) = desk.post(&refuse, &format!("{shown}{}", usual(&text, 2))).await;
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/?refused={}", second.id)));
    let refused = desk.registration.reviews.get(&desk.member().await, second.id).await.unwrap().unwrap();
    assert!(matches!(refused.order.state, OrderState::Refused { ref reason, .. } if reason.contains("金额")));
    let (status, _, text) = desk.post(&format!("/orders/{}/confirm", second.id), &shown).await;
    assert!(status == StatusCode::CONFLICT && text.contains("已退回"), "{text}");
    assert!(desk.get("/").await.2.contains("没有待审核的截图"));
    assert_eq!(desk.get("/orders/0000-0000").await.0, StatusCode::NOT_FOUND);
}

/// What the machine read is no reason to wait, and what looks like another picture is shown beside it, with a look.
#[tokio::test(flavor = "multi_thread")]
async fn d5_what_was_read_stands_beside_what_is_expected_and_a_double_beside_the_picture() {
    let mut desk = open_with(with_reader()).await;
    let number = "4200002456202611221234567890";
    let (first, second) =
        (desk.waiting_with(0, order_picture(number)).await, desk.waiting_with(1, order_picture(number)).await);
    desk.sign_in("li.min").await;
    let page = format!("/orders/{}", second.id);
    let early = desk.get(&page).await.2;
    assert!(early.contains("确认付款"), "nobody waits for the machine: {early}");
    let (mut text, mut tries) = (early, 0);
    while !(text.contains("已在其他订单出现") && text.contains(number)) {
        assert!(tries < 300, "it is never read: {text}");
        tries += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
        text = desk.get(&page).await.2;
    }
    // The sum and the day differ, which words say beside the colour.
    let rows: Vec<&str> =
        text.split("<tr data-differs").skip(1).map(|row| row.split("</tr>").next().unwrap()).collect();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.contains("<strong>不一致</strong>")), "{rows:?}");
    assert!(rows[0].contains("90.00") && rows[0].contains("120.00") && rows[1].contains("1月2日"), "{rows:?}");
    assert!(text.contains("可能与另一份报名用了同一笔付款") && text.contains("订单号相同，图片相同或相似"), "{text}");

    let beside = text
        .split("href=\"")
        .find_map(|rest| rest.split('"').next().filter(|href| href.contains("?beside=")))
        .unwrap()
        .to_owned();
    let shown = desk.get(&beside).await.2;
    let double = format!("/orders/{}/doubles/{}", second.id, beside.split('=').nth(1).unwrap());
    assert!(shown.contains(&double) && shown.contains(&format!("订单 {} 的截图", first.id)), "{shown}");
    let record = format!("/orders/{}", first.id);
    assert!(!desk.get(&record).await.2.contains("查看了截图"), "not looked at yet");
    let (status, _, picture) = desk.get(&double).await;
    assert!(status == StatusCode::OK && picture.contains("JFIF"));
    let record = desk.get(&record).await.2;
    assert!(record.contains("查看了截图") && record.contains(&second.id.to_string()), "{record}");
    for other in ["00000000-0000-0000-0000-000000000001", "x"] {
        assert_eq!(desk.get(&format!("/orders/{}/doubles/{other}", second.id)).await.0, StatusCode::NOT_FOUND);
    }
    // The decision is theirs: marked or not, it is confirmed once the picture was looked at.
    assert_eq!(desk.get(&format!("/orders/{}/screenshot.jpg", second.id)).await.0, StatusCode::OK);
    let (status, location, _) = desk.post(&format!("/orders/{}/confirm", second.id), &seen(&shown)).await;
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/?confirmed={}", second.id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_every_look_at_an_identity_photo_is_written_down() {
    let mut desk = open().await;
    let new = NewAccount::parse("张伟", DOCUMENTS[0], "13912345678", "secret-1").unwrap();
    let account = desk.registration.accounts.register(new).await.unwrap().id;
    let identity = desk.registration.identity.clone();
    identity.consent(account).await.unwrap();
    identity.draft(account, Slot::Holding, picture_bytes().into()).await.unwrap();
    identity.hand_in(account).await.unwrap();
    let case = format!("/people/identity.{}", account.0);
    assert_eq!(desk.get("/people").await.0, StatusCode::SEE_OTHER, "nobody without signing in");
    desk.sign_in("li.min").await;
    let (_, _, text) = desk.get("/people").await;
    assert!(text.contains("张伟") && text.contains(DOCUMENTS[0]) && !text.contains("查看了照片"), "{text}");
    assert!(text.contains("查看了证件号码"), "the page has the whole number, and says who has seen it: {text}");
    let unseen = desk.post(&format!("{case}/refuse"), &format!("{}{}", seen(&text), usual(&text, 1))).await;
    assert!(unseen.0 == StatusCode::CONFLICT && unseen.2.contains("请先查看照片"), "{}", unseen.2);
    let (status, _, shown) = desk.get(&format!("{case}/handed-in.jpg")).await;
    assert!(status == StatusCode::OK && shown.contains("JFIF"));
    assert_eq!(desk.get(&format!("{case}/verified.jpg")).await.0, StatusCode::NOT_FOUND);
    let (_, _, text) = desk.get(&case).await;
    assert!(text.contains("查看了照片") && text.contains("查看了证件号码"), "{text}");
    let shown = seen(&text);
    let refused = desk.post(&format!("{case}/refuse"), &shown).await;
    assert!(refused.0 == StatusCode::UNPROCESSABLE_ENTITY && refused.2.contains("请选择或填写退回原因"));
    assert!(refused.2.contains("<details class=\"refuse\" open>"), "{}", refused.2);
    let other = "00000000-0000-0000-0000-000000000001";
    assert!(desk.post(&format!("{case}/confirm"), &format!("seen={other}")).await.2.contains("考生换了照片"));
    let done = desk.post(&format!("{case}/refuse"), &format!("{shown}{}", usual(&text, 1))).await;
    assert_eq!(done.1, "/people?done=refused");
    assert!(desk.get(&done.1).await.2.contains("没有待审核的身份"));
    let state = identity.state(account).await.unwrap();
    assert!(matches!(state, IdentityState::Refused { ref reason } if reason.contains("看不清证件")), "{state:?}");
}
