//! Sign-ins of one account on several devices: seen, ended one by one, over by themselves; and their owner told of a new one.

use http::header::{SET_COOKIE, USER_AGENT};
use jiff::{SignedDuration, Timestamp};
use registration::model::ids::AccountId;
use registration::people::accounts::{Machine, SessionId};

use crate::account_site::Reached;
use crate::identity::{FROM, Office, begin};
use crate::order_in;
use crate::site::{Answer, Site, Visitor, account_form, document};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 AlipayClient/10.5.96";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0";

/// Signs the first candidate in on another device.
async fn sign_in(site: &Site, agent: &str) -> Visitor {
    let mut visitor = site.visitor();
    visitor.headers.insert(USER_AGENT, agent.parse().unwrap());
    let entered = visitor.post("/sign-in?next=/me", &format!("login={}&password=secret-1", document(1))).await;
    assert!(entered.status.is_redirection(), "{}", entered.text);
    visitor
}

/// The sign-ins that the page offers to end.
fn offered(page: &Answer) -> Vec<String> {
    let parts = page.text.split("name=\"session\" value=\"").skip(1);
    parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn is_out(answer: &Answer) -> bool {
    answer.location().starts_with("/sign-in?next=")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_signed_out_from_another() {
    let site = Site::start(5).await;
    site.candidate(1).await;
    let (mut phone, mut desk) = (sign_in(&site, IPHONE).await, sign_in(&site, EDGE).await);
    let stranger = site.candidate(2).await.get("/me/devices").await;
    assert!(offered(&stranger).is_empty() && stranger.text.contains("没有其他设备登录您的账号"), "{}", stranger.text);
    let page = phone.get("/me/devices").await;
    for part in ["iPhone · 支付宝", "Windows 电脑 · Edge 浏览器", "本机"] {
        assert!(page.text.contains(part), "{part} in {}", page.text);
    }
    assert_eq!(offered(&page).len(), 2, "the one of the sign-up, too: {}", page.text);
    // Somebody else's, and none at all.
    let mut other = site.candidate(2).await;
    for session in offered(&page).iter().map(String::as_str).chain(["x"]) {
        let ended = other.post("/me/devices", &format!("session={session}")).await;
        assert_eq!(ended.location(), "/me/devices?said=device");
    }
    assert_eq!(desk.get("/me").await.status, 200);
    let copy = desk.cookie.clone();
    let of_desk = offered(&page).remove(0);
    assert_eq!(phone.post("/me/devices", &format!("session={of_desk}")).await.location(), "/me/devices?said=device");
    assert!(is_out(&desk.get("/me").await));
    desk.cookie = copy;
    assert!(is_out(&desk.get("/me").await), "a copy of its cookie opens nothing either");
    let page = phone.get("/me/devices?said=device").await;
    assert!(page.text.contains("那台设备上的登录已退出") && offered(&page).len() == 1, "{}", page.text);
    // All others at once: this one stays, under a number of its own.
    let mut desk = sign_in(&site, EDGE).await;
    assert_eq!(phone.post("/me/sign-out-everywhere", "").await.location(), "/me/devices?said=everywhere");
    assert!(is_out(&desk.get("/me/session").await), "its script hears of it");
    let page = phone.get("/me/devices").await;
    assert!(offered(&page).is_empty() && page.text.contains("iPhone · 支付宝"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_by_itself_but_not_under_a_seat() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let age = async |column: &str, span: &str| {
        site.execute(&format!(
            "UPDATE registration.account_sessions SET {column} = now() - interval '{span}', began_at = now() - interval '20 hours'"
        ))
        .await;
    };
    let left = async |phone: &mut Visitor| phone.get("/me/session").await.text;
    assert!(left(&mut phone).await.starts_with("{\"left\":\"on\",\"seconds\":7"));
    // About to end for want of use: to be asked is no use, to look at a page is one.
    age("seen_at", "119 minutes").await;
    assert_eq!(left(&mut phone).await, "{\"left\":\"idle\",\"seconds\":0}");
    assert_eq!(phone.get("/help").await.status, 200);
    let used = "SELECT count(*) FROM registration.account_sessions WHERE seen_at > now() - interval '5 minutes'";
    for _ in 0..600 {
        if site.count(used).await == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(left(&mut phone).await.starts_with("{\"left\":\"on\""), "the use was written");
    // A running hold keeps it, and so does what waits for staff.
    let held = phone.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    age("seen_at", "3 hours").await;
    assert_eq!(phone.get("/me/devices").await.status, 200);
    assert!(left(&mut phone).await.starts_with("{\"left\":\"on\",\"seconds\":1"));
    phone.upload(&order, &crate::picture(300, 600)).await;
    age("seen_at", "3 hours").await;
    assert_eq!(phone.get("/me").await.status, 200);
    site.execute("UPDATE registration.cases SET closed_at = now(), outcome = 'withdrawn' WHERE closed_at IS NULL")
        .await;
    age("seen_at", "3 hours").await;
    assert!(is_out(&phone.get("/me").await), "nothing waits any more");
    // However much it is used.
    let mut phone = site.visitor();
    phone.post("/sign-in", &format!("login={}&password=secret-1", document(1))).await;
    age("seen_at", "0 minutes").await;
    age("until", "-100 seconds").await;
    assert_eq!(left(&mut phone).await, "{\"left\":\"last\",\"seconds\":0}");
    let page = phone.get("/me").await.text;
    assert!(page.contains("登录将于") && page.contains("自动退出，届时请重新登录"), "without a script, too: {page}");
    age("until", "1 second").await;
    assert!(is_out(&phone.get("/me").await) && is_out(&phone.get("/me/session").await));
}

/// A cookie of the version before opens what it did, until it would have ended by itself; one without its row opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_without_its_row_opens_nothing() {
    let site = Site::start(5).await;
    let mut phone = site.candidate(1).await;
    let accounts = &site.registration.accounts;
    let account = site.text("SELECT id::text FROM registration.accounts").await.parse().unwrap();
    let account = AccountId(account);
    let before = SessionId("8f14e45f-ceea-4e7a-9c3e-0123456789ab".parse().unwrap());
    assert!(accounts.signed_in(account, Some(before)).await.unwrap().is_some());
    accounts.sign_out(before, Timestamp::now() + SignedDuration::from_hours(1)).await.unwrap();
    assert!(accounts.signed_in(account, Some(before)).await.unwrap().is_none());
    site.execute("DELETE FROM registration.account_sessions").await;
    assert!(is_out(&phone.get("/me").await));
    // Of very many sign-ins the ones that were used last stay.
    let mut phone = site.visitor();
    phone.post("/sign-in", &format!("login={}&password=secret-1", document(1))).await;
    let account = accounts.account(account).await.unwrap().unwrap();
    site.execute("UPDATE registration.account_sessions SET seen_at = now() - interval '1 hour', began_at = now() - interval '1 hour'").await;
    for _ in 0..25 {
        accounts.begin_session(&account, Machine::default(), false).await.unwrap();
    }
    assert_eq!(site.count("SELECT count(*) FROM registration.account_sessions").await, 20);
    assert!(is_out(&phone.get("/me").await), "it was used longest ago");
}

/// Whoever photographs a code becomes nobody by it, makes no others, and is out with the sign-in that showed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_scanned_changes_nobody_and_ends_with_the_sign_out() {
    let office = Office::start().await;
    let mut computer = office.site.candidate(1).await;
    begin(&mut computer, "/manual").await;
    let made = computer.post(&format!("/me/identity/handover{FROM}"), "").await;
    let shown = computer.get(made.location()).await.text;
    assert!(shown.contains("手机上会显示同样的数字"), "{shown}");
    let account = AccountId(office.site.text("SELECT id::text FROM registration.accounts").await.parse().unwrap());
    let session = office.site.text("SELECT id::text FROM registration.account_sessions").await.parse().unwrap();
    let identity = &office.site.registration.identity;
    let owner = Some(SessionId(session));
    let (token, _) = identity.hand_over(account, owner, "/me/identity?next=/me").await.unwrap();
    let mut phone = office.site.visitor();
    phone.post(&format!("/handover/{token}"), "").await;
    let somebody = "consent=on&way=/manual&name=%E6%9D%8E%E5%9B%9B";
    let declared = phone.post(&format!("/me/identity{FROM}"), somebody).await;
    assert!(declared.location().starts_with("/me/identity?exam="), "{}", declared.text);
    let codes = "SELECT count(*) FROM registration.identity_handovers";
    let before = office.site.count(codes).await;
    phone.post(&format!("/me/identity/handover{FROM}"), "").await;
    assert_eq!(office.site.count(codes).await, before);
    assert!(computer.get("/me").await.text.contains("张伟"));
    assert_eq!(phone.get("/me/identity").await.status, 200);
    computer.post("/sign-out", "").await;
    assert!(phone.get("/me/identity").await.location().starts_with("/sign-in?next="));
}

/// One slash too many is no other page; and leads nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_says_nothing() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    for (path, to) in [("/exams/degree-english/", "/exams/degree-english"), ("/help/?a=b", "/help?a=b")] {
        let answer = guest.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (308, to));
    }
    for nowhere in ["//evil.example/", "/help//", "/nowhere"] {
        assert_eq!(guest.get(nowhere).await.status, 404, "{nowhere}");
    }
    assert_eq!(guest.post("/help/", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_hears_of_a_new_device_once() {
    let reached = Reached::start().await;
    let mut phone = reached.visitor();
    let form = account_form(7);
    phone.post("/sign-up?next=/me&exam=degree-english", &form).await;
    let code = reached.code("13912345678", 1).await;
    phone.post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code={code}")).await;
    let told = async || reached.site.count("SELECT count(*) FROM registration.outbox WHERE kind = 'new_device'").await;
    let enter = async |visitor: &mut Visitor| {
        let form = format!("login={}&password=secret-1", document(7));
        let bare = visitor.post("/sign-in?next=/me", &form).await;
        if !bare.status.is_redirection() {
            let entered = visitor.post("/sign-in?next=/me", &format!("{form}&{}", reached.solved(&bare))).await;
            assert!(entered.status.is_redirection(), "{}", entered.text);
        }
    };
    phone.post("/sign-out", "").await;
    enter(&mut phone).await;
    assert_eq!(told().await, 0, "it signed up on this one");
    for _ in 0..2 {
        enter(&mut reached.visitor()).await;
        assert_eq!(told().await, 1, "of one, while that sign-in lasts");
    }
    // Once all were signed out, what comes is news again; the form of a new account sent twice is none, an old account's is.
    phone.post("/me/sign-out-everywhere", "").await;
    let again = async || {
        let sent =
            reached.visitor().post("/sign-up?next=/me&exam=degree-english", &format!("{form}&code={code}")).await;
        assert!(sent.status.is_redirection(), "{}", sent.text);
        told().await
    };
    assert_eq!(again().await, 1, "a double tap");
    reached.site.execute("UPDATE registration.accounts SET created_at = now() - interval '11 minutes'").await;
    assert_eq!(again().await, 2, "somebody who knows the password");
    // A page to which the browser does not say whom it knows writes nothing over it.
    let changed = phone.post("/me/password", "old=secret-1&password=secret-2&again=secret-2").await;
    assert_eq!(changed.location(), "/me?said=password", "{}", changed.text);
    let mut set = changed.headers.get_all(SET_COOKIE).iter().map(|set| set.to_str().unwrap());
    assert!(set.all(|set| !set.starts_with("known-")));
    reached.stop().await;
}
