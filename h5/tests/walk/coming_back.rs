//! Coming back: to what a form was answered with, to what was typed and not handed in, to what waits for staff, and to
//! a form that is changed while a seat is held.

use http::StatusCode;
use registration::desk::case::CaseKind;
use registration::desk::staff::Role;

use crate::site::{Site, Visitor, account_form};
use crate::{order_in, picture};

pub(crate) const RULES: &str = r#"
[[steps]]
title = { zh = "考生报名", en = "Register" }
tasks = ["notice", "details"]
[[steps]]
title = { zh = "报名资格审核", en = "Review" }
tasks = ["review"]
note = { zh = "老师会尽快为您审核。", en = "Your school reviews it soon." }
[[steps]]
title = { zh = "选择场次", en = "Choose" }
tasks = ["sittings"]
[[steps]]
title = { zh = "缴费", en = "Pay" }
tasks = ["payment"]
[[steps]]
title = { zh = "打印准考证", en = "Ticket" }
tasks = ["ticket"]
opens_at = 2090-01-10T09:00:00+08:00
[review]
compare = ["major"]
[[form.fields]]
name = "mobile"
kind = "mobile"
label = { zh = "手机号码", en = "Mobile" }
[[form.fields]]
name = "major"
kind = "text"
label = { zh = "专业", en = "Major" }
"#;
const SITTINGS: &str = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity
morning,英语,English,一教,Hall,2090-02-01T09:00:00+08:00,5
";
const EXAM: &str = "/exams/degree-english";
pub(crate) const FORM: &str = "/exams/degree-english/details";

/// Somebody who has agreed to the notice and has the form before them.
pub(crate) async fn start() -> (Site, Visitor) {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = site.candidate(1).await;
    let agreed = candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    assert_eq!(agreed.location(), FORM);
    (site, candidate)
}

/// Staff decide about the form that waits.
async fn decide(site: &Site, refusal: Option<&str>) {
    let staff = &site.registration.staff;
    let name = if refusal.is_some() { "li.min" } else { "wang.min" };
    let staff = staff.add(name, "a long password", Role::Reviewer).await.unwrap();
    let case = site.first_case(&staff, CaseKind::Form).await;
    let case = site.registration.forms.look(&staff, &case.exam.unwrap(), case.account).await.unwrap();
    site.registration.forms.decide(&staff, &case.key, refusal).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_that_answers_a_form_can_be_gone_back_to() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = held.location().strip_prefix("/orders/").unwrap().to_owned();
    let routes = include_str!("../../src/routes.rs");
    let mut forms = 0;
    for route in routes.split(".route(").skip(1) {
        let (path, methods) = (route.split('"').nth(1).unwrap(), route.split(".route(").next().unwrap());
        // No browser comes to where channels tell of payments.
        if !methods.contains("post(") || path.starts_with("/pay/") {
            continue;
        }
        forms += 1;
        let path = path.replace("{exam}", "degree-english").replace("{order}", &order).replace("{token}", "AAAA");
        // A link that was used up, or was never one, says so; of an exam without such a step there is no page.
        let is_known = |status: StatusCode| {
            matches!(status, StatusCode::OK | StatusCode::SEE_OTHER | StatusCode::GONE | StatusCode::NOT_FOUND)
        };
        for visitor in [&mut candidate, &mut site.visitor()] {
            let back = visitor.get(&path).await;
            assert!(is_known(back.status), "GET {path}: {}", back.status);
            assert!(
                back.status != StatusCode::NOT_FOUND || path.starts_with("/exams/") || path.contains("AAAA"),
                "{path}"
            );
            if back.status == StatusCode::SEE_OTHER {
                let to = visitor.get(back.location().split('#').next().unwrap()).await;
                assert!(is_known(to.status) && to.status != StatusCode::GONE, "{path} → {}", back.location());
            }
        }
    }
    assert!(forms > 25, "{forms} forms in routes.rs");
    // Where a form has an address of its own, one comes back to the form, and to what it carries along.
    let order_path = format!("/orders/{order}");
    for (path, to) in [
        (format!("{order_path}/release"), order_path.as_str()),
        (format!("{order_path}/screenshot"), &order_path),
        (format!("{EXAM}/hold"), EXAM),
        ("/me/mobile/code?next=/exams/degree-english/details".into(), "/me/mobile?next=/exams/degree-english/details"),
    ] {
        assert_eq!(candidate.get(&path).await.location(), to, "{path}");
    }
    let mut guest = site.visitor();
    assert_eq!(guest.get("/sign-up/code?next=/me").await.location(), "/sign-up?next=/me");
    let refused = guest.post("/sign-up?next=/me", &account_form(1).replace("secret-1", "another-2")).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("/page.js\""), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_the_home_page_shows_each_exams_steps_with_windows_and_states() {
    let (site, mut candidate) = start().await;
    let guest = site.visitor().get("/").await.text;
    let steps = ["考生报名", "报名资格审核", "选择场次", "缴费", "打印准考证"];
    let list = guest.split("class=\"exam-steps\" open").nth(1).expect("of one exam the steps stand there at once");
    let list = list.split("</details>").next().unwrap();
    for step in steps {
        assert_eq!(
            list.matches(&format!(">{step}<")).count() + list.matches(&format!(">{step} <")).count(),
            2,
            "{step}: {list}"
        );
    }
    // Registering and choosing from the opening to the end, paying until its deadline, tickets from their day.
    assert_eq!(list.matches("2020年1月1日").count(), 2, "{list}");
    assert!(list.contains("缴费截止：") && list.contains("2090年1月1日（周日）") && list.contains("18:00"), "{list}");
    assert!(list.contains("开放中") && list.contains("未开放") && list.contains("老师会尽快为您审核"), "{list}");

    // Whoever has begun sees how far they are.
    let of_mine = async |candidate: &mut Visitor| {
        let home = candidate.get("/").await.text;
        let list =
            home.split("class=\"exam-steps\" open").nth(1).unwrap().split("</details>").next().unwrap().to_owned();
        list.split("<li data-standing=\"")
            .skip(1)
            .map(|step| step.split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of_mine(&mut candidate).await, ["now", "later", "later", "later", "later"]);
    candidate.post_form(FORM, &[("f-major", "法语")]).await;
    assert_eq!(of_mine(&mut candidate).await, ["done", "waiting", "later", "later", "later"]);
    decide(&site, None).await;
    candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning").await;
    assert_eq!(of_mine(&mut candidate).await, ["done", "done", "done", "now", "later"]);

    // Of many exams the steps are folded, and their names and the deadline are read without unfolding.
    for id in ["second", "third"] {
        site.add_exam(id, "").await;
    }
    let guest = site.candidate(2).await.get("/").await.text;
    assert!(!guest.contains("exam-steps\" open") && guest.contains("缴费截止 2090年1月1日"), "{guest}");
    assert_eq!(candidate.get("/").await.text.matches("exam-steps\" open").count(), 1, "the one that was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_what_is_typed_is_kept_shown_again_and_gone_once_handed_in() {
    let (site, mut candidate) = start().await;
    let page = candidate.get(FORM).await.text;
    assert!(
        page.contains("data-keep") && page.contains("/details.js\"") && !page.contains("还没有提交。</p>"),
        "{page}"
    );
    assert!(page.contains("href=\"/me/mobile?next=/exams/degree-english/details\""), "{page}");
    let keep = async |candidate: &mut Visitor, major: &str| {
        candidate.post_form(FORM, &[("f-major", major), ("action", "keep")]).await.status
    };
    assert_eq!(keep(&mut candidate, "法").await, StatusCode::NO_CONTENT);
    let page = candidate.get(FORM).await.text;
    assert!(page.contains("value=\"法\"") && page.contains("这是您上次填写的内容，已为您保存，还没有提交"), "{page}");
    // A refused form is kept, too: going back to it shows it.
    let long = "长".repeat(101);
    let refused = candidate.post_form(FORM, &[("f-major", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(candidate.get(FORM).await.text.contains(&long));

    let done = candidate.post_form(FORM, &[("f-major", "法语")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    // What arrives late, or is put back as it was, is no change.
    for same in ["法语", " 法语 "] {
        assert_eq!(keep(&mut candidate, same).await, StatusCode::NO_CONTENT);
        let page = candidate.get(FORM).await.text;
        assert!(page.contains("value=\"法语\"") && !page.contains("class=\"closed\""), "{page}");
    }
    keep(&mut candidate, "德语").await;
    let page = candidate.get(FORM).await.text;
    assert!(
        page.contains("value=\"德语\"") && page.contains("已提交的报考信息没有变") && page.contains("放弃这些修改")
    );
    let discarded = candidate.post_form(FORM, &[("f-major", "德语"), ("action", "discard")]).await;
    assert_eq!(discarded.location(), FORM);
    let page = candidate.get(FORM).await.text;
    assert!(page.contains("value=\"法语\"") && !page.contains("放弃这些修改"), "{page}");
    let staff = site.registration.staff.add("zhao.min", "a long password", Role::Reviewer).await.unwrap();
    let case = site.first_case(&staff, CaseKind::Form).await;
    let case = site.registration.forms.look(&staff, &case.exam.unwrap(), case.account).await.unwrap();
    assert_eq!(case.answers.get(&"major".parse().unwrap()), "法语", "staff see what was handed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_changing_the_form_says_what_is_reviewed_and_what_becomes_of_the_seat() {
    let (site, mut candidate) = start().await;
    assert!(!candidate.get(FORM).await.text.contains("会重新审核"), "nothing was handed in yet");
    candidate.post_form(FORM, &[("f-major", "法语")]).await;
    assert!(candidate.get(FORM).await.text.contains("保存修改后会重新审核"));
    decide(&site, None).await;
    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning").await;
    let order = held.location().to_owned();
    let page = candidate.get(FORM).await.text;
    assert!(page.contains("您有座位待缴费，只保留到") && page.contains("审核通过前不能重新选场次"), "{page}");
    assert!(page.find("只保留到").unwrap() < page.find("保存修改</button>").unwrap(), "it stands above the button");
    assert!(page.contains(&format!("href=\"{order}\">先去缴费")), "{page}");

    // It is as it says: no sitting can be chosen while staff look, and the seat can be paid for.
    candidate.post_form(FORM, &[("f-major", "德语")]).await;
    assert_eq!(candidate.get(&format!("{EXAM}/sittings")).await.location(), EXAM);
    assert!(candidate.get(&order).await.text.contains("data-deadline="));
    let sent = candidate.upload(order.trim_start_matches("/orders/"), &picture(300, 600)).await;
    assert_eq!(sent.location(), format!("{order}/receipt"), "{}", sent.text);
    let page = candidate.get(FORM).await.text;
    assert!(page.contains("已提交缴费的座位仍然保留") && !page.contains("只保留到"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_asks_for_a_word_that_changes_with_the_decision() {
    let (site, mut candidate) = start().await;
    assert!(!candidate.get(EXAM).await.text.contains("data-waits"), "nothing waits");
    candidate.post_form(FORM, &[("f-major", "法语")]).await;
    let page = candidate.get(EXAM).await.text;
    assert!(page.contains("data-waits=\"/me/decided?exam=degree-english\" data-was=\"review\""), "{page}");
    assert!(page.contains("/wait.js\"") && page.contains("<a href=\"\">刷新本页"), "with a script and without: {page}");
    let word = async |candidate: &mut Visitor, of: &str| candidate.get(&format!("/me/decided?{of}")).await.text;
    assert_eq!(word(&mut candidate, "exam=degree-english").await, "{\"state\":\"review\"}");
    decide(&site, None).await;
    assert_eq!(word(&mut candidate, "exam=degree-english").await, "{\"state\":\"\"}");
    assert!(!candidate.get(EXAM).await.text.contains("data-waits"));

    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning").await;
    let order = held.location().trim_start_matches("/orders/").to_owned();
    candidate.upload(&order, &picture(300, 600)).await;
    let page = candidate.get(&format!("/orders/{order}/receipt")).await.text;
    assert!(page.contains(&format!("data-waits=\"/me/decided?order={order}\" data-was=\"waiting\"")), "{page}");
    assert_eq!(word(&mut candidate, "exam=degree-english").await, "{\"state\":\"payment:main\"}");
    let staff = site.registration.staff.add("zhao.min", "a long password", Role::Reviewer).await.unwrap();
    let id = order.parse().unwrap();
    site.confirm(&staff, id).await;
    assert_eq!(word(&mut candidate, &format!("order={order}")).await, "{\"state\":\"decided\"}");
    // It is one's own: nobody asks about somebody else's.
    let mut other = site.candidate(2).await;
    assert_eq!(other.get(&format!("/me/decided?order={order}")).await.status, StatusCode::NOT_FOUND);
    let guest = site.visitor().get("/me/decided?exam=degree-english").await;
    assert!(guest.location().starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mobile_is_changed_and_leads_back_to_the_form() {
    let (_site, mut candidate) = start().await;
    let change = format!("/me/mobile?next={FORM}");
    let page = candidate.get(&change).await.text;
    assert!(page.contains(&format!("action=\"{change}\"")) && page.contains("返回填写报考信息"), "{page}");
    let refused = candidate.post(&change, "mobile=1").await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains(&format!("action=\"{change}\""))
    );
    let done = candidate.post(&change, "mobile=13912345679&own=secret-1").await;
    assert_eq!(done.location(), format!("{FORM}?said=mobile"), "{}", done.text);
    let page = candidate.get(done.location()).await.text;
    assert!(page.contains("手机号已更新") && page.contains("139****5679"), "{page}");
    let plain = candidate.post("/me/mobile", "mobile=13912345678&own=secret-1").await;
    assert_eq!(plain.location(), "/me?said=mobile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a7_c10_a_screenshot_for_a_seat_that_was_given_for_another_is_told_where_to_go() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let exam = "/exams/degree-english";
    let held = candidate.post(&format!("{exam}/hold"), "sitting-1=morning&agree=on").await;
    let (old, pay) = (order_in(held.location()), candidate.get(held.location()).await.text);
    assert!(pay.contains("换场次") && pay.contains(&format!("href=\"{exam}\"")), "{pay}");
    let page = candidate.get(exam).await.text;
    assert!(
        page.contains("autocomplete=\"off\"") && page.contains("不重新计时") && !page.contains("为您保留 15"),
        "{page}"
    );
    let moved = candidate.post(&format!("{exam}/hold"), "sitting-1=evening&agree=on&replace=on").await;
    assert_eq!(held.location(), moved.location(), "the number stays");

    // An old tab asks when it is looked at again, hears the sentence, and names the new sitting under the same number.
    let mark = |page: &str| page.split("data-mark=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let asks = pay.split("data-asks=\"").nth(1).unwrap().split('"').next().unwrap();
    let told = candidate.get(asks).await.text;
    assert!(!told.contains(&mark(&pay)) && told.contains("下一步：缴费"), "{told}");
    let page = candidate.get(&format!("/orders/{old}")).await.text;
    assert!(page.contains("19:00") && !page.contains("09:00") && told.contains(&mark(&page)), "{page}");
    // What is sent from it is for the registration, whatever its sitting is now.
    let sent = candidate.upload(&old, &picture(300, 600)).await;
    assert_eq!(sent.location(), format!("/orders/{old}/receipt"));
    let receipt = candidate.get(sent.location()).await.text;
    assert!(receipt.contains("19:00") && receipt.contains("2090年5月22日"), "a paper has the year: {receipt}");

    // Without another one the page itself says that it was not taken.
    let mut second = site.candidate(2).await;
    let order = order_in(second.post(&format!("{exam}/hold"), "sitting-1=morning&agree=on").await.location());
    second.post(&format!("/orders/{order}/release"), "").await;
    let refused = second.upload(&order, &picture(300, 600)).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("不能提交截图"), "{}", refused.text);
}
