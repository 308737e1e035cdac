//! A session that ends under an open page; a form that is sent twice; a browser that keeps no cookies; a mobile that two
//! accounts share. What was typed is never lost, and nobody hears that their own success was wrong.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use futures_util::stream;
use http::header::COOKIE;
use http::{HeaderMap, StatusCode};

use crate::account_site::Reached;
use crate::order_in;
use crate::site::{Answer, Site, Visitor, account_form, document};

const MOBILE: &str = "13912345678";

/// The value of a hidden field.
pub(crate) fn hidden(page: &Answer, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let rest = page.text.split(&field).nth(1).unwrap_or_else(|| panic!("no {name} in {}", page.text));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_goes_with_its_sender_through_signing_in() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    end_session(&mut phone);
    let form = format!("name=%E7%8E%8B%E6%96%B9&kind=resident_id&document={}&password=nobody", document(1));
    let ended = phone.post("/me/name?next=/me", &form).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    for part in ["登录已过期，请重新登录", "刚才填写的内容还在", "action=\"/sign-in?next=/me/name%3Fnext%3D/me\""]
    {
        assert!(ended.text.contains(part), "{part} in {}", ended.text);
    }
    assert!(!ended.text.contains("王方") && !ended.text.contains(&document(1)), "it is sealed: {}", ended.text);
    // A wrong password loses nothing of it.
    let sign_in = "/sign-in?next=/me/name%3Fnext%3D/me";
    let credentials = |password: &str, page: &Answer| {
        format!("login={}&password={password}&carried={}", document(1), hidden(page, "carried"))
    };
    let wrong = phone.post(sign_in, &credentials("wrong-1", &ended)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let back = phone.post(sign_in, &credentials("secret-1", &wrong)).await;
    for part in ["继续提交", "action=\"/me/name?next=/me\"", "value=\"王方\""] {
        assert!(back.text.contains(part), "{part} in {}", back.text);
    }
    assert!(!back.text.contains("nobody"), "no password goes into a page again");
    let form = format!("name={}&kind={}", "%E7%8E%8B%E6%96%B9", hidden(&back, "kind"));
    let done = phone.post("/me/name?next=/me", &form).await;
    assert_eq!(done.location(), "/me?said=name", "{}", done.text);
    assert!(phone.get("/me").await.text.contains("王方"));
    // Another page's seal opens nothing here.
    let other = phone.post("/sign-in", &format!("login={}&password=secret-1&carried=abc", document(1))).await;
    assert_eq!(other.location(), "/");
}

/// The session's cookie goes, as it does when its time is over; what the browser is known again by stays.
fn end_session(phone: &mut Visitor) {
    let kept = phone.cookie.take().unwrap();
    let others: Vec<&str> = kept.split("; ").filter(|pair| !pair.starts_with("seathold=")).collect();
    phone.cookie = Some(others.join("; "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_reaches_nobody_but_its_sender() {
    let site = Site::start(5).await;
    site.candidate(2).await;
    let form = format!("name=%E7%8E%8B%E6%96%B9&kind=resident_id&document={}&password=secret-1", document(1));
    let path = "/me/name?next=/me";
    let of = |number, page: &Answer| {
        format!("login={}&password=secret-1&carried={}", document(number), hidden(page, "carried"))
    };
    // By time, and by another device that ended it.
    for is_ended_elsewhere in [false, true] {
        let mut phone = site.visitor();
        phone.post("/sign-in", &format!("login={}&password=secret-1", document(1))).await;
        if phone.cookie.as_deref().is_none_or(|cookie| !cookie.contains("seathold=")) {
            phone = site.candidate(1).await;
        }
        if is_ended_elsewhere {
            site.execute("UPDATE registration.accounts SET session_epoch = session_epoch + 1").await;
        } else {
            end_session(&mut phone);
        }
        let ended = phone.post(path, &form).await;
        assert_eq!(ended.status, StatusCode::UNAUTHORIZED, "{}", ended.text);
        let other = phone.post("/sign-in?next=/me", &of(2, &ended)).await;
        assert_eq!(other.location(), "/me", "somebody else goes on without it: {}", other.text);
        // A browser that was never known has nothing to show that the form is theirs.
        let stranger = site.visitor().post("/sign-in?next=/me", &of(2, &ended)).await;
        assert_eq!(stranger.location(), "/me", "{}", stranger.text);
    }
    let mut phone = site.visitor();
    phone.post("/sign-in", &format!("login={}&password=secret-1", document(1))).await;
    end_session(&mut phone);
    let ended = phone.post(path, &form).await;
    let back = phone.post("/sign-in?next=/me", &of(1, &ended)).await;
    assert!(back.text.contains("value=\"王方\""), "its sender goes on with it: {}", back.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_in_is_known_by_a_cookie_that_nobody_else_can_make() {
    let (site, other) = (Site::start(5).await, Site::start(5).await);
    let is_known = |phone: &Visitor| {
        let cookie = phone.cookie.as_deref().unwrap_or("seathold=forged").parse().unwrap();
        site.busy.knows(&HeaderMap::from_iter([(COOKIE, cookie)]))
    };
    let candidate = site.candidate(1).await;
    assert!(is_known(&candidate), "and no store was asked");
    assert!(!is_known(&site.visitor()) && !is_known(&other.candidate(1).await));
    assert!(!site.busy.knows(&HeaderMap::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_signed_out_whatever_the_store_says() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let before = phone.cookie.clone();
    site.execute("ALTER TABLE registration.ended_sessions RENAME TO gone").await;
    let left = phone.post("/sign-out", "").await;
    assert_eq!(left.status, StatusCode::SERVICE_UNAVAILABLE);
    let ended: Vec<&str> = left.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    for name in ["seathold=", "seathold-phone="] {
        assert!(ended.iter().any(|set| set.starts_with(name) && set.contains("Max-Age=0")), "{name} in {ended:?}");
    }
    assert!(left.text.contains("本机已退出登录") && left.text.contains("修改密码"), "{}", left.text);
    site.execute("ALTER TABLE registration.gone RENAME TO ended_sessions").await;
    assert!(phone.get("/me").await.location().starts_with("/sign-in?next=/me"));
    phone.cookie = before;
    assert_eq!(phone.post("/sign-out", "").await.location(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_ones_own_leads_back_to_itself_and_says_why() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let held = phone.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let stale = phone.cookie.take().unwrap().replace("seathold=", "seathold=x");
    let screenshot = format!("/orders/{order}/screenshot");
    let sent = phone.upload(&order, &crate::picture(300, 600)).await;
    assert_eq!(sent.location(), format!("/sign-in?next={screenshot}&ended=1"), "a picture is no text to carry");
    for path in ["/me/identity/card", "/exams/degree-english/face", "/me/sign-out-everywhere"] {
        let sent = phone.post(path, "").await;
        assert_eq!(sent.location(), format!("/sign-in?next={path}&ended=1"));
    }
    let first = phone.get("/me").await;
    assert_eq!(first.location(), "/sign-in?next=/me", "nobody was signed in");
    phone.cookie = Some(stale);
    let ended = phone.get(&format!("/orders/{order}/receipt")).await;
    assert_eq!(ended.location(), format!("/sign-in?next=/orders/{order}/receipt&ended=1"));
    let page = phone.get(ended.location()).await;
    assert!(
        page.text.contains("登录已过期，请重新登录") && page.text.contains("登录后回到刚才的页面"),
        "{}",
        page.text
    );
    // What a script sends stays with the script.
    phone.headers.insert("sec-fetch-mode", "cors".parse().unwrap());
    let kept = phone.post("/me/name", "name=x").await;
    assert_eq!(kept.location(), "/sign-in?next=/me/name&ended=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_sends_is_read_to_its_end_whoever_refuses_it() {
    let site = Site::start(5).await;
    let mut phone = site.visitor();
    for (path, expected) in
        [("/exams/degree-english/details", StatusCode::SEE_OTHER), ("/nowhere", StatusCode::NOT_FOUND)]
    {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let piece = move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from(vec![b'x'; 64 * 1024]))
        };
        let pieces = stream::iter((0..64).map(piece));
        let answer = phone.post_body(path, "multipart/form-data; boundary=cut", Body::from_stream(pieces)).await;
        assert_eq!((answer.status, read.load(Ordering::Relaxed)), (expected, 64), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_sign_up_twice_signs_in() {
    let reached = Reached::start().await;
    let mut phone = reached.visitor();
    let form = account_form(7);
    let ask = phone.post("/sign-up?next=/me&exam=degree-english", &form).await;
    assert!(ask.text.contains("name=\"code\""), "{}", ask.text);
    let code = reached.code(MOBILE, 1).await;
    let form = format!("{form}&code={code}");
    let made = phone.post("/sign-up?next=/me&exam=degree-english", &form).await;
    assert_eq!(made.location(), "/me", "{}", made.text);
    // The answer was lost, and no cookie came.
    let mut again = reached.visitor();
    let second = again.post("/sign-up?next=/me&exam=degree-english", &form).await;
    assert_eq!(second.location(), "/me", "{}", second.text);
    assert!(again.get("/me").await.text.contains("138") || again.get("/me").await.status == StatusCode::OK);
    // A stranger with another password hears what a stranger hears.
    let other =
        reached.visitor().post("/sign-up?next=/me&exam=degree-english", &form.replace("secret-1", "secret-9")).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.text.contains("href=\"#code\""), "{}", other.text);
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_child_shares_the_mobile_after_a_question() {
    let reached = Reached::start().await;
    let mut first = reached.visitor();
    first.post("/sign-up?next=/me&exam=degree-english", &account_form(1)).await;
    let code = reached.code(MOBILE, 1).await;
    assert_eq!(
        first
            .post("/sign-up?next=/me&exam=degree-english", &format!("{}&code={code}", account_form(1)))
            .await
            .location(),
        "/me"
    );
    reached.forget_sendings().await;
    let mut second = reached.visitor();
    second.post("/sign-up?next=/me&exam=degree-english", &account_form(2)).await;
    let code = reached.code(MOBILE, 2).await;
    let wrong = second.post("/sign-up?next=/me&exam=degree-english", &format!("{}&code=000000", account_form(2))).await;
    // The password need not be typed again after a wrong code, and is not in the page.
    let kept = hidden(&wrong, "kept");
    assert!(wrong.text.contains("密码已填好") && !wrong.text.contains("secret-1"), "{}", wrong.text);
    let form = account_form(2).replace("password=secret-1", &format!("password=&kept={kept}"));
    let asked = second.post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code={code}")).await;
    assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.text);
    for part in ["name=\"share\"", "张*", "1101"] {
        assert!(asked.text.contains(part), "{part} in {}", asked.text);
    }
    assert!(!asked.text.contains(&document(1)), "masked");
    let made = second.post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code={code}&share=on")).await;
    assert_eq!(made.location(), "/me", "{}", made.text);
    assert!(first.get("/me").await.text.contains("已验证"), "the first keeps it");

    let mut phone = reached.visitor();
    // Some exam of this site asks everybody for a captcha.
    let form = format!("login={MOBILE}&password=secret-1");
    let bare = phone.post("/sign-in?next=/me", &form).await;
    let which = phone.post("/sign-in?next=/me", &format!("{form}&{}", reached.solved(&bare))).await;
    assert!(which.text.contains("请选择账号") && which.text.matches("type=\"radio\"").count() == 2, "{}", which.text);
    let offer = hidden(&which, "offer");
    let account = hidden(&which, "account");
    let kept = async || reached.site.count("SELECT count(*) FROM registration.account_sign_ins").await;
    let before = kept().await;
    let entered = phone.post("/sign-in/which?next=/me", &format!("offer={offer}&account={account}")).await;
    assert_eq!(entered.location(), "/me");
    assert_eq!(kept().await, before + 1, "staff see when they signed in");
    let forged = reached.visitor().post("/sign-in/which?next=/me", &format!("offer=x&account={account}")).await;
    assert_eq!(forged.location(), "/sign-in?next=/me");
    reached.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_cookies_hears_it() {
    let site = Site::start(5).await;
    site.candidate(1).await;
    let mut phone = site.visitor();
    assert!(phone.get("/sign-in").await.headers["set-cookie"].to_str().unwrap().starts_with("cookies=on"));
    phone.cookie = None;
    let credentials = format!("login={}&password=secret-1", document(1));
    let content = "application/x-www-form-urlencoded";
    let entered = phone.post_body("/sign-in?next=/me", content, Body::from(credentials)).await;
    assert_eq!(entered.location(), "/sign-in?next=/me&entered=1");
    let kept = phone.get(entered.location()).await;
    assert_eq!(kept.location(), "/me", "who keeps them is led on");
    phone.cookie = None;
    let told = phone.get("/sign-in?next=/me&entered=1").await;
    for part in ["您的浏览器没有保存登录状态", "阻止所有 Cookie"] {
        assert!(told.text.contains(part), "{part} in {}", told.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn that_a_sign_in_is_over_is_said_once() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let signed_in = phone.cookie.clone().unwrap();
    assert!(!phone.get("/").await.text.contains("您的登录已结束"));
    // Cookies that the site has ended, and one that it cannot read any more.
    let mut other = site.visitor();
    other.cookie = Some(signed_in.clone());
    assert_eq!(other.post("/me/sign-out-everywhere", "").await.status, StatusCode::SEE_OTHER);
    for cookie in [signed_in.clone(), signed_in.replace("seathold=", "seathold=x")] {
        for path in ["/", "/exams/degree-english", "/help", "/sign-in", "/exams/degree-english/notice"] {
            phone.cookie = Some(cookie.clone());
            // A script tells whoever looks, and leaves the rest to the next page.
            phone.headers.insert("sec-fetch-mode", "cors".parse().unwrap());
            assert!(phone.get(path).await.headers.get("set-cookie").is_none(), "{path}");
            phone.headers.clear();
            let told = phone.get(path).await;
            if told.status != StatusCode::OK {
                assert_eq!((path, told.status), ("/exams/degree-english/notice", StatusCode::NOT_FOUND));
                continue;
            }
            assert_eq!(told.text.matches("您的登录已结束").count(), 1, "{path}: {}", told.text);
            assert_eq!(told.text.contains("登录后回到本页</a></p></div></section>"), path != "/sign-in", "{path}");
            let again = phone.get(path).await;
            assert!(!again.text.contains("您的登录已结束"), "{path}: {}", again.text);
        }
    }
    // A page of one's own leads to signing in, which says it in its own place, and only there.
    phone.cookie = Some(signed_in.clone());
    let led = phone.get("/me").await;
    assert_eq!(led.location(), "/sign-in?next=/me&ended=1");
    let page = phone.get(led.location()).await.text;
    assert!(page.contains("登录已过期，请重新登录") && !page.contains("您的登录已结束"), "{page}");
    assert_eq!(phone.get("/me").await.location(), "/sign-in?next=/me", "it was said");
    // Whoever signs in over it stays signed in.
    phone.cookie = Some(signed_in);
    let entered = phone.post("/sign-in?next=/me", &format!("login={}&password=secret-1", document(1))).await;
    assert_eq!(entered.location(), "/me");
    assert_eq!(phone.get("/me").await.status, StatusCode::OK);
}
