//! Forms that are sent twice, by a second tap or because the line was lost: the same answer, and nothing done twice.

use crate::identity::{FROM, Office, begin};
use crate::picture;
use crate::site::{Answer, Site};
use crate::steps::{RULES, SITTINGS};

/// The mark of the form that goes to `action`.
fn mark(page: &Answer, action: &str) -> String {
    let form =
        page.text.split(&format!("action=\"{action}")).nth(1).unwrap_or_else(|| panic!("{action}: {}", page.text));
    let mark = form.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    format!("once={mark}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_makes_one_code_and_lets_one_phone_in() {
    let office = Office::start().await;
    let mut computer = office.site.candidate(1).await;
    begin(&mut computer, "/liveness").await;
    let page = computer.get(&format!("/me/identity/liveness{FROM}")).await;
    let (path, form) = (format!("/me/identity/handover{FROM}"), mark(&page, "/me/identity/handover"));
    let mut second = office.site.visitor();
    second.cookie = computer.cookie.clone();
    let (made, again) = tokio::join!(computer.post(&path, &form), second.post(&path, &form));
    assert_eq!((made.status, made.location()), (again.status, again.location()), "{}", again.text);
    // Whichever answer the browser kept, its code is good, and only one was counted.
    for visitor in [&mut computer, &mut second] {
        assert_eq!(visitor.get("/me/identity/handover/state").await.text, "{\"state\":\"none good\"}");
    }
    let codes = "SELECT count(*) FROM registration.identity_handovers";
    assert_eq!(office.site.count(codes).await, 1);
    let tries = "SELECT sum(count)::bigint FROM registration.identity_tries WHERE what = 'handover'";
    assert_eq!(office.site.count(tries).await, 1);
    // Another drawing of the form makes another code, and the one before is good no more.
    let anew = mark(&computer.get(made.location()).await, "/me/identity/handover");
    computer.post(&path, &anew).await;
    assert_eq!(second.get("/me/identity/handover/state").await.text, "{\"state\":\"none over\"}");

    // The phone's part, for somebody whom staff can name.
    let mut computer = office.site.candidate(2).await;
    begin(&mut computer, "/manual").await;
    computer.upload_to(&format!("/me/identity/manual{FROM}"), &[("holding-album", &picture(300, 400))]).await;
    let account = office.account(2).await;
    let (token, _) = office.site.registration.identity.hand_over(account, None, "/me/identity?next=/me").await.unwrap();
    let link = format!("/handover/{token}");
    let mut phone = office.site.visitor();
    let form = mark(&phone.get(&link).await, &link);
    let mut second_tap = office.site.visitor();
    let (first, twice) = tokio::join!(phone.post(&link, &form), second_tap.post(&link, &form));
    assert_eq!((first.location(), twice.location()), ("/me/identity?next=/me", "/me/identity?next=/me"));
    for phone in [&mut phone, &mut second_tap] {
        assert!(phone.get("/me/identity").await.status.is_success());
    }
    // The link is good once: another phone has another form, or none.
    for form in ["once=00000000000040008000000000000000", ""] {
        let late = office.site.visitor().post(&link, form).await;
        assert!(late.text.contains("这个二维码已经用过"), "{}", late.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agreeing_twice_is_agreeing_once() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = site.candidate(1).await;
    let path = "/exams/degree-english/notice";
    let mut second = site.visitor();
    second.cookie = candidate.cookie.clone();
    let (agreed, again) = tokio::join!(candidate.post(path, "agree=on"), second.post(path, "agree=on"));
    assert_eq!((agreed.status, agreed.location()), (again.status, again.location()), "{}", again.text);
    let at = "SELECT (extract(epoch FROM notice_agreed_at) * 1000000)::bigint FROM registration.applications";
    let first = site.count(at).await;
    let later = candidate.post(path, "agree=on").await;
    assert_eq!(later.location(), agreed.location());
    assert_eq!(site.count(at).await, first, "it was agreed to then");
    // Even when the next steps are done, it leads to what comes next.
    candidate.post_form("/exams/degree-english/details", &[("f-standing", "graduated"), ("f-thesis", "good")]).await;
    let next = candidate.post(path, "agree=on").await;
    assert!(next.location().starts_with("/exams/degree-english/sittings"), "{}", next.location());
}
