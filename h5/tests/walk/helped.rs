//! What helps candidates along: larger pages, a check of the phone, a help code, and questions that staff answer.

use base64::Engine as _;
use http::StatusCode;
use http::header::{SET_COOKIE, USER_AGENT};
use pagekit::local_path::query_value;
use registration::application::Application;
use registration::desk::staff::Role;
use registration::model::ids::AccountId;
use registration::people::candidates::Looking;
use registration::people::candidates::inquiries::InquiryError;
use testkit::{BrowserOptions, Walker};

use crate::coming_back::{self, FORM};
use crate::order_in;
use crate::site::{Site, Visitor, account_form, document};

const EXAM: &str = "/exams/degree-english";
const ELDER: &str = "data-display=\"elder\"";

/// Keeps a cookie that an answer set beside those that the browser has.
fn keep(visitor: &mut Visitor, name: &str, value: &str) {
    let others = visitor.cookie.take().unwrap_or_default();
    let others = others.split("; ").filter(|one| !one.is_empty() && !one.starts_with(&format!("{name}=")));
    let mut all: Vec<&str> = others.collect();
    let pair = format!("{name}={value}");
    all.push(&pair);
    visitor.cookie = Some(all.join("; "));
}

async fn is_elder(visitor: &mut Visitor, path: &str) -> bool {
    visitor.get(path).await.text.contains(ELDER)
}

#[tokio::test(flavor = "multi_thread")]
async fn e6_larger_pages_are_kept_by_the_browser_and_by_the_account() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    for path in ["/", EXAM, "/help", "/sign-in", "/no-such-page"] {
        assert!(!is_elder(&mut guest, path).await, "{path}");
    }
    let sent = guest.get(&format!("/display?to=elder&next={}", query_value(EXAM))).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, EXAM));
    let kept = sent.headers.get_all(SET_COOKIE).iter().find_map(|set| set.to_str().ok()?.strip_prefix("display="));
    assert!(kept.is_some_and(|kept| kept.starts_with("elder; ") && kept.contains("HttpOnly")), "{kept:?}");
    keep(&mut guest, "display", "elder");
    for path in ["/", EXAM, "/help", "/sign-in", "/poster", "/no-such-page"] {
        assert!(is_elder(&mut guest, path).await, "{path}");
    }
    // What is shared among guests is not shared between the two.
    assert!(!is_elder(&mut site.visitor(), EXAM).await && !is_elder(&mut site.visitor(), "/").await);

    // The account keeps it: another browser, signed in, shows it without being told.
    let mut candidate = site.candidate(1).await;
    assert!(!is_elder(&mut candidate, "/me").await);
    candidate.get("/display?to=elder&next=/me").await;
    candidate.cookie = None;
    let login = format!("login={}&password=secret-1", document(1));
    candidate.post("/sign-in?next=/me", &login).await;
    assert!(candidate.cookie.as_deref().is_some_and(|kept| kept.contains("display=elder")), "pages of guests, too");
    for path in ["/me", EXAM, "/me/password"] {
        assert!(is_elder(&mut candidate, path).await, "{path}");
    }
    assert!(candidate.get("/me").await.text.contains("换回标准版"));
    // Back again; a word that is none changes nothing, and nobody is led elsewhere.
    candidate.get("/display?to=huge&next=/me").await;
    assert!(is_elder(&mut candidate, "/me").await);
    let sent = candidate.get("/display?to=ordinary&next=https://elsewhere.example").await;
    assert_eq!(sent.location(), "/");
    assert!(!is_elder(&mut candidate, "/me").await);
    // Whoever signs up in larger pages goes on in them.
    let mut another = site.visitor();
    keep(&mut another, "display", "elder");
    another.post("/sign-up?exam=degree-english", &account_form(2)).await;
    keep(&mut another, "display", "elder");
    assert!(is_elder(&mut another, "/me").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn e9_a_phone_is_checked_before_the_rush() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    // Round once, with a cookie: who comes back without it keeps none.
    let round = guest.get("/check-phone").await;
    assert_eq!(round.location(), "/check-phone?round=1");
    guest.cookie = None;
    let page = guest.get("/check-phone?round=1").await;
    assert!(page.text.contains("浏览器不保存 Cookie") && page.text.contains("没有打开"), "{}", page.text);
    assert!(page.headers["permissions-policy"].to_str().unwrap().contains("camera=(self)"));
    keep(&mut guest, "phone-check", "on");
    let page = guest.get("/check-phone?round=1").await.text;
    assert!(page.contains("能保存，登录后不会掉线") && page.contains("本站现在是北京时间"), "{page}");
    // What a view inside another program can do, and a browser that nobody has tried.
    for (agent, words) in [
        (
            "Mozilla/5.0 (Linux; Android 12) Chrome/69.0.3497.100 Mobile Safari/537.36 AlipayClient/10.3",
            "您是在支付宝里打开的",
        ),
        ("Mozilla/5.0 (Linux; Android 7.0) Chrome/60.0.1.1 Mobile Safari/537.36", "这个浏览器太旧"),
        ("Mozilla/5.0 (Linux; Android 8) Chrome/71.0.1.1 Mobile Safari/537.36", "版本较旧"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/124.0.0.0 Mobile Safari/537.36", "可以用。"),
    ] {
        guest.headers.insert(USER_AGENT, agent.parse().unwrap());
        let page = guest.get("/check-phone").await.text;
        assert!(page.contains(words), "{words}: {page}");
    }
    // A trial of an upload is counted and thrown away; more than it needs is refused.
    let sent = guest.post_body("/check-phone/upload", "application/octet-stream", vec![7; 100 * 1024].into()).await;
    assert_eq!(sent.text, "{\"bytes\":102400}");
    let sent = guest.post_body("/check-phone/upload", "application/octet-stream", vec![7; 200 * 1024].into()).await;
    assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Whoever looks at an exam that is not open yet is led there.
    site.add_exam("later", "").await;
    assert!(guest.get("/help").await.text.contains("href=\"/check-phone\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn e10_help_says_where_one_stands_and_a_question_is_answered() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    let page = guest.get(EXAM).await.text;
    assert!(page.contains("href=\"/help?from=/exams/degree-english\""), "{page}");
    let page = guest.get("/help?from=/exams/degree-english").await.text;
    assert!(
        page.contains("id=\"help-code\"")
            && page.contains("degree-english / ")
            && page.contains("登录后可以在这里提问")
    );
    assert!(!page.contains("第1步"), "nobody knows where a guest stands");
    // What lets somebody in stands in no address and no code.
    let page = guest.get("/handover/BwcHBwcHBwcHBwcHBwcHBw").await.text;
    assert!(page.contains("href=\"/help?from=/\""), "{page}");

    let mut candidate = site.candidate(1).await;
    candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let from = format!("/orders/{order}");
    let page = candidate.get(&format!("/help?from={from}&request=3f2a00112233aabb-00000000000001c4")).await.text;
    let code = page.split("id=\"help-code\"").nth(1).unwrap().split("</output>").next().unwrap().to_owned();
    for part in ["degree-english", "第", &order, "3f2a-1c4"] {
        assert!(code.contains(part), "{part}: {code}");
    }
    assert!(!code.contains("张伟") && !code.contains(&document(1)[..6]), "{code}");
    // The questions of this step are open, the others folded.
    let open: Vec<&str> = page.split("<details class=\"read faq\" open>").skip(1).collect();
    assert!(open.len() == 1 && open[0].contains("截图没通过怎么办"), "{page}");

    // Nothing, and too much, is refused beside the field; what was typed stays.
    let ask = |question: &str| format!("from={}&question={}", query_value(&from), query_value(question));
    let refused = candidate.post("/help", &ask("  ")).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("请写下您的问题"));
    let refused = candidate.post("/help", &ask(&"长".repeat(1_001))).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("长长长"));
    let sent = candidate.post("/help", &ask("缴费后多久\n能看到结果？")).await;
    assert!(sent.location().ends_with("&said=asked#inquiries"), "{}", sent.text);
    // A double tap is one question.
    candidate.post("/help", &ask("缴费后多久\n能看到结果？")).await;
    assert_eq!(site.count("SELECT count(*) FROM registration.inquiries").await, 1);
    assert_eq!(site.count("SELECT count(*) FROM registration.inquiries WHERE question::text LIKE '%缴费%'").await, 0);
    assert!(candidate.get("/help").await.text.contains("等待回复"));
    // Three wait, and no more.
    for question in ["二", "三"] {
        assert_eq!(candidate.post("/help", &ask(question)).await.status, StatusCode::SEE_OTHER);
    }
    let refused = candidate.post("/help", &ask("四")).await;
    assert!(
        refused.status == StatusCode::TOO_MANY_REQUESTS
            && refused.text.contains("等待回复")
            && refused.text.contains("四")
    );

    assert_eq!(site.registration.candidates.inquiries().of(account_of(&site).await).await.unwrap().len(), 3);
    staff_answer(&site, &order).await;
    let page = candidate.get("/help").await.text;
    assert!(page.contains("一个工作日内。") && page.contains("已回复"), "{page}");
    assert!(candidate.get("/me").await.text.contains("已回复 1 条，等待回复 2 条"));
    let mut stranger = site.candidate(2).await;
    assert!(!stranger.get("/help").await.text.contains("一个工作日内。"));
    one_that_does_not_open_hides_no_other(&site, &mut candidate, &ask("五")).await;
}

/// One that does not open, the newest, takes neither the others away nor the way to ask.
async fn one_that_does_not_open_hides_no_other(site: &Site, candidate: &mut Visitor, asks: &str) {
    site.execute(
        "UPDATE registration.inquiries SET question = '\\x00' WHERE id = (
             SELECT id FROM registration.inquiries ORDER BY asked_at DESC, id DESC LIMIT 1)",
    )
    .await;
    assert!(candidate.get("/help").await.text.contains("一个工作日内。"));
    assert_eq!(candidate.post("/help", asks).await.status, StatusCode::SEE_OTHER);
    assert!(candidate.get("/me").await.text.contains("已回复 1 条，等待回复 2 条"));
}

/// The account that has begun the next exam.
async fn account_in(site: &Site) -> AccountId {
    let id = site.text("SELECT account::text FROM registration.applications WHERE exam = 'next-year'").await;
    AccountId(id.parse().unwrap())
}

/// The account that asked.
async fn account_of(site: &Site) -> AccountId {
    let id = site.text("SELECT account::text FROM registration.inquiries LIMIT 1").await;
    AccountId(id.parse().unwrap())
}

/// Whoever may answers the first of three questions, once; it is told and written down.
async fn staff_answer(site: &Site, order: &str) {
    let inquiries = site.registration.candidates.inquiries();
    let registrar = site.registration.staff.add("registrar", "long-enough-1", Role::Registrar).await.unwrap();
    let finance = site.registration.staff.add("finance", "long-enough-1", Role::Finance).await.unwrap();
    let looking = Looking::everywhere(&registrar);
    assert!(matches!(inquiries.waiting(&Looking::everywhere(&finance)).await, Err(InquiryError::Forbidden(_))));
    let waiting = inquiries.waiting(&looking).await.unwrap();
    assert_eq!(waiting.len(), 3);
    assert!(waiting[0].place.contains(order) && waiting[0].exam.as_ref().unwrap().as_str() == "degree-english");
    let beyond = ["other".parse().unwrap()];
    let elsewhere = Looking { member: &registrar, exams: Some(&beyond) };
    assert!(inquiries.waiting(&elsewhere).await.unwrap().is_empty());
    assert!(matches!(inquiries.answer(&elsewhere, waiting[0].id, "是").await, Err(InquiryError::Unknown)));
    let shown = inquiries.look(&looking, waiting[0].id).await.unwrap();
    assert_eq!(shown.question, "缴费后多久\n能看到结果？");
    assert!(matches!(inquiries.answer(&looking, waiting[0].id, " ").await, Err(InquiryError::Text)));
    inquiries.answer(&looking, waiting[0].id, "一个工作日内。").await.unwrap();
    assert!(matches!(inquiries.answer(&looking, waiting[0].id, "又一次").await, Err(InquiryError::Answered)));
    let told = "SELECT count(*) FROM registration.outbox WHERE kind = 'inquiry_answered'";
    assert_eq!(site.count(told).await, 1);
    let done = "SELECT count(*) FROM registration.audit WHERE action IN ('candidate.show', 'answered_inquiry')";
    assert_eq!(site.count(done).await, 2);
}

/// The number that a computer's page shows.
fn number_on(page: &str) -> String {
    page.split("class=\"qr-number\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

/// What the code says that a computer shows: the page has it as a picture.
async fn scanned(computer: &mut Visitor) -> (String, String) {
    let page = computer.get("/sign-in/phone?next=/me").await;
    let picture = page.text.split("data:image/png;base64,").nth(1).unwrap_or_else(|| panic!("{}", page.text));
    let png = base64::engine::general_purpose::STANDARD.decode(picture.split('"').next().unwrap()).unwrap();
    let address = testkit::scanned(&png).pop().unwrap();
    let path = address.split_once("exam.example.edu").unwrap().1.to_owned();
    (path, number_on(&page.text))
}

#[tokio::test(flavor = "multi_thread")]
async fn e13_a_phone_that_is_signed_in_signs_a_computer_in_once() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let mut computer = site.visitor();
    assert!(computer.get("/sign-in?next=/me").await.text.contains("用已登录的手机扫码登录"));
    let made = computer.post("/sign-in/phone?next=/me", "").await;
    assert_eq!(made.location(), "/sign-in/phone?next=/me");
    let (path, number) = scanned(&mut computer).await;
    assert_eq!(computer.get("/sign-in/phone/state").await.text, "{\"state\":\"waiting\"}");
    // A phone that is not signed in signs in first; the code itself opens nothing anywhere.
    assert!(site.visitor().get(&path).await.location().starts_with("/sign-in?next="));
    let asked = phone.get(&path).await.text;
    assert!(asked.contains(&format!("value=\"{number}\"")) && asked.matches("qr-number").count() == 3, "{asked}");
    let mut photographer = site.visitor();
    photographer.post("/sign-in/phone?next=/me", "").await;
    for _ in 0..2 {
        let tapped = phone.post(&path, &format!("number={number}")).await;
        assert_eq!(tapped.status, StatusCode::OK, "a double tap is one");
    }
    let other = site.candidate(2).await.post(&path, &format!("number={number}")).await;
    assert_eq!(other.status, StatusCode::GONE, "another's tap is none");
    // Only the browser that shows it is signed in, and once.
    assert_eq!(photographer.get("/sign-in/phone/state").await.text, "{\"state\":\"waiting\"}");
    assert_eq!(computer.get("/sign-in/phone/state").await.text, "{\"state\":\"confirmed\"}");
    let mut copy = site.visitor();
    copy.cookie.clone_from(&computer.cookie);
    assert_eq!(computer.get("/sign-in/phone?next=/me").await.location(), "/me");
    assert_eq!(computer.get("/me").await.status, StatusCode::OK);
    let told = "SELECT count(*) FROM registration.outbox WHERE kind = 'new_device'";
    assert_eq!(site.count(told).await, 1, "the code may have been another's: its owner hears of the computer");
    assert!(copy.get("/sign-in/phone?next=/me").await.text.contains("二维码已失效"));
    assert_eq!(phone.get(&path).await.status, StatusCode::GONE);
    assert_eq!(phone.post(&path, &format!("number={number}")).await.status, StatusCode::GONE);

    // Another number, or none, ends the code.
    for said in ["none", "", "7"] {
        let mut computer = site.visitor();
        computer.post("/sign-in/phone?next=/me", "").await;
        let (path, number) = scanned(&mut computer).await;
        let refused = phone.post(&path, &format!("number={said}")).await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("没有登录"), "{}", refused.text);
        assert_eq!(phone.post(&path, &format!("number={number}")).await.status, StatusCode::GONE);
        assert_eq!(computer.get("/sign-in/phone/state").await.text, "{\"state\":\"over\"}");
    }
    // Whoever signs out everywhere before the computer goes on is signed in nowhere.
    let mut late = site.visitor();
    late.post("/sign-in/phone?next=/me", "").await;
    let (path, number) = scanned(&mut late).await;
    phone.post(&path, &format!("number={number}")).await;
    phone.post("/me/sign-out-everywhere", "").await;
    assert!(late.get("/sign-in/phone?next=/me").await.text.contains("二维码已失效"));
    // Two minutes later it is over.
    let mut slow = site.visitor();
    slow.post("/sign-in/phone?next=/me", "").await;
    site.execute("UPDATE registration.qr_sign_ins SET expires_at = now() - interval '1 second'").await;
    assert_eq!(slow.get("/sign-in/phone/state").await.text, "{\"state\":\"over\"}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e14_what_was_filled_in_for_the_last_exam_is_offered_again() {
    let (site, mut candidate) = coming_back::start().await;
    let address = [("f-major", "法学")];
    assert!(!candidate.get(FORM).await.text.contains("用上次填写的内容"), "there is no last exam");
    let sent = candidate.post_form(FORM, &address).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    site.add_exam("next-year", coming_back::RULES).await;
    let form = "/exams/next-year/details";
    candidate.post("/exams/next-year/notice", "agree=on").await;
    let page = candidate.get(form).await.text;
    assert!(page.contains("用上次填写的内容") && page.contains("学位外语考试") && !page.contains("法学"), "{page}");
    // Nothing is taken over without a tap, and nothing that was typed is written over.
    let taken = candidate.post_form(form, &[("action", "earlier")]).await;
    assert_eq!(taken.location(), form);
    let page = candidate.get(form).await.text;
    assert!(page.contains("法学") && !page.contains("用上次填写的内容"), "{page}");
    candidate.post_form(form, &[("f-major", "历史"), ("action", "draft")]).await;
    let kept = candidate.post_form(form, &[("action", "earlier")]).await;
    let page = candidate.get(kept.location()).await.text;
    assert!(page.contains("历史") && page.contains("没有带入上次的内容"), "{page}");
    // Nor is what another page of theirs has kept since this one looked.
    let applications = &site.registration.applications;
    let (exam, account) =
        (site.registration.exams.get(&"next-year".parse().unwrap()).unwrap(), account_in(&site).await);
    let earlier = applications.earlier(account, &exam, |id| site.registration.exams.get(id)).await.unwrap().unwrap();
    let seen = Application::default();
    assert!(!applications.take_earlier(account, &exam, (earlier, &seen)).await.unwrap());
    assert!(candidate.get(form).await.text.contains("历史"));
    // What was handed in more than twelve months ago is not offered, nor is another's.
    let mut stranger = site.candidate(2).await;
    stranger.post("/exams/next-year/notice", "agree=on").await;
    assert!(!stranger.get(form).await.text.contains("用上次填写的内容"));
    site.execute("UPDATE registration.applications SET draft = NULL, draft_at = NULL WHERE exam = 'next-year'").await;
    assert!(candidate.get(form).await.text.contains("用上次填写的内容"));
    site.execute("UPDATE registration.applications SET details_at = details_at - interval '366 days'").await;
    assert!(!candidate.get(form).await.text.contains("用上次填写的内容"));
}

#[tokio::test(flavor = "multi_thread")]
async fn exams_are_found_by_what_they_and_their_schools_are_called() {
    let site = Site::start(5).await;
    site.add_exam("another", "").await;
    let mut guest = site.visitor();
    assert!(!guest.get("/").await.text.contains("role=\"search\""), "two exams are no list to search");
    let found = guest.get(&format!("/?q={}", query_value("  学位 LINJIANG "))).await.text;
    assert!(found.contains("href=\"/exams/degree-english\"") && found.contains("href=\"/exams/another\""), "{found}");
    let nothing = guest.get(&format!("/?q={}", query_value("<法语>"))).await.text;
    assert!(nothing.contains("没有找到“&lt;法语&gt;”") && !nothing.contains("href=\"/exams/"), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn e9_browser_checks_clock_upload_and_camera_and_says_what_is_wrong() {
    let mut site = Site::start(5).await;
    let walker = Walker::start(&site.listen().await, BrowserOptions::default()).await;
    walker.open("/check-phone").await;
    // What a script answers by itself.
    walker.turns_to("可以用：余位、倒计时会自己更新").await;
    walker.turns_to("与本站一致").await;
    walker.tap("[data-try=upload]").await;
    walker.find_one("[data-check=upload][data-tone=good], [data-check=upload][data-tone=care]").await;
    // This browser has no camera, and its network goes.
    walker.tap("[data-try=camera]").await;
    walker.turns_to("这个浏览器打不开相机").await;
    let lost = "window.fetch = () => Promise.reject(new Error('no network'))";
    walker.execute(lost, vec![]).await.unwrap();
    walker.tap("[data-try=upload]").await;
    walker.turns_to("没有传上去").await;
    walker.find_one("[data-check=upload][data-tone=bad]").await;
    walker.finish().await;
}
