//! Every page says the same of a registration: header, box, bar, home, 个人中心, receipt and a tab that was opened before.

use registration::desk::staff::Role;

use crate::order_in;
use crate::picture;
use crate::site::{Site, Visitor, document};
use crate::steps::{RULES, SITTINGS};

const EXAM: &str = "/exams/degree-english";

/// A candidate who has done what comes before the choice.
async fn ready(site: &Site) -> Visitor {
    let mut candidate = site.candidate(1).await;
    candidate.post(&format!("{EXAM}/notice"), "agree=on").await;
    candidate.post_form(&format!("{EXAM}/details"), &[("f-standing", "graduated"), ("f-thesis", "good")]).await;
    candidate
}

/// Takes a seat where several orders may stand; its number.
async fn hold(candidate: &mut Visitor, choice: &str) -> String {
    let held = candidate.post(&format!("{EXAM}/hold"), choice).await;
    assert_eq!(held.location(), format!("{EXAM}#mine"), "{}", held.text);
    let page = candidate.get(EXAM).await.text;
    // The box that says what to do leads to the order that is to be paid for.
    page.split("href=\"/orders/").nth(1).unwrap()[..9].to_owned()
}

async fn confirm(site: &Site, name: &str, order: &str) {
    let staff = site.registration.staff.add(name, "a long password", Role::Reviewer).await.unwrap();
    site.confirm(&staff, order.parse().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b13_written_paid_and_oral_unpaid_is_one_sentence_on_every_page() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = ready(&site).await;
    let written = hold(&mut candidate, "part=written&sitting-1=en4").await;
    candidate.upload(&written, &picture(300, 600)).await;
    confirm(&site, "li.min", &written).await;
    let oral = hold(&mut candidate, "part=oral&sitting=oral4").await;
    assert_ne!(written, oral);
    let receipt = format!("/orders/{written}/receipt");
    let of_oral = format!("/orders/{oral}");
    for path in [EXAM, &receipt, &of_oral, &format!("{EXAM}/details"), &format!("{EXAM}/notice")] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("第 4 步，共 4 步 · 口试报考"), "{path}: {page}");
        assert!(page.contains("class=\"hold-what\">学位外语考试 2090年1月20日<"), "the bar says what for: {page}");
    }
    for path in ["/", "/me", EXAM, &receipt] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("下一步：口试缴费") && page.contains(&format!("href=\"{of_oral}\"")), "{path}: {page}");
    }
    let page = candidate.get(&receipt).await.text;
    assert!(page.contains("报名成功") && page.contains("未支付合计") && page.contains("¥50.00"), "{page}");
    // The exam stands first on the first page, and the bar of it on another exam's page names it.
    site.add_exam("second", "contact = { zh = \"教务科 0731-8888-0000\", en = \"Office 0731-8888-0000\" }\n").await;
    let home = candidate.get("/").await.text;
    assert!(home.find("<li class=\"exam\" data-own").unwrap() < home.find("正在报名").unwrap(), "{home}");
    let other = candidate.get("/exams/second").await.text;
    assert!(other.contains("学位外语考试 2090年1月20日"), "{other}");
    assert!(other.contains("href=\"tel:073188880000\""), "the exam's own contact on its page: {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_says_until_when_to_pay_only_where_something_is_to_be_paid() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    // The exam's own deadline is decades away, the seat's a quarter of an hour.
    let own = |page: &str| {
        page.split("<li class=\"exam\" data-own").nth(1).unwrap().split("<details").next().unwrap().to_owned()
    };
    let unpaid = own(&candidate.get("/").await.text);
    assert!(unpaid.contains("缴费截止") && !unpaid.contains("2090"), "{unpaid}");
    candidate.upload(&order, &picture(300, 600)).await;
    let waiting = own(&candidate.get("/").await.text);
    assert!(waiting.contains("class=\"button\"") && !waiting.contains("缴费截止"), "{waiting}");
    confirm(&site, "li.min", &order).await;
    let registered = own(&candidate.get("/").await.text);
    assert!(registered.contains("报名成功") && !registered.contains("缴费截止"), "{registered}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c11_a_change_after_the_confirmation_leaves_it_a_success_and_says_that_the_payment_counts() {
    let refund = "[refund]\nrates = [{ until = 2089-01-01T00:00:00+08:00, percent = 100 }]\n";
    let site = Site::start_exam(&format!("{RULES}\n{refund}"), SITTINGS).await;
    let mut candidate = ready(&site).await;
    let order = hold(&mut candidate, "part=written&sitting-1=en4").await;
    candidate.upload(&order, &picture(300, 600)).await;
    let waiting = candidate.get(&format!("/orders/{order}/receipt")).await.text;
    assert!(waiting.contains("提交，工作人员正在审核") && !waiting.contains("报名成功"), "{waiting}");
    confirm(&site, "li.min", &order).await;
    candidate.post_form(&format!("{EXAM}/details"), &[("f-standing", "enrolled")]).await;
    for path in ["/", "/me", EXAM, &format!("/orders/{order}/receipt")] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("报名成功，修改待审核") && !page.contains("提交成功，等待审核"), "{path}: {page}");
    }
    let page = candidate.get(EXAM).await.text;
    assert!(page.contains("付款仍然有效") && page.contains("不用再缴费"), "{page}");
    let me = candidate.get("/me").await.text;
    assert!(me.contains("已确认") && me.contains("/details\">修改报考信息"), "{me}");

    // Given up: what came by a picture is given back by staff.
    let path = format!("/orders/{order}/withdraw");
    let page = candidate.get(&path).await.text;
    assert!(page.contains("由考务人工退款") && page.contains("100%"), "{page}");
    let back = page.split("name=\"back\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(
        candidate.post(&path, &format!("agree=on&back={back}")).await.location(),
        format!("/orders/{order}/ended")
    );
    let ended = candidate.get(&format!("/orders/{order}/ended")).await.text;
    for part in ["已退考", "退考退费", "由考务另行退还"] {
        assert!(ended.contains(part), "{part} in {ended}");
    }
    assert!(!ended.contains("http-equiv=\"refresh\"") && !ended.contains("本页自动更新"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c9_who_must_pay_in_their_own_name_can_copy_it_and_each_look_is_written_down() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    let page = candidate.get(held.location()).await.text;
    assert!(
        !page.contains(&document(1)) && page.contains(&format!("action=\"/orders/{order}/payer#payer\"")),
        "{page}"
    );
    let shown = candidate.post(&format!("/orders/{order}/payer"), "").await;
    assert!(shown.text.contains(&document(1)) && shown.text.contains("data-copy=\"payer-number\""), "{}", shown.text);
    assert_eq!(shown.headers["cache-control"], "no-store");
    assert_eq!(candidate.get(&format!("/orders/{order}/payer")).await.location(), held.location());
    assert!(!candidate.get(held.location()).await.text.contains(&document(1)), "only when asked");
    let count =
        "DO $$ BEGIN IF (SELECT count(*) FROM registration.payer_looks) <> 1 THEN RAISE 'not once'; END IF; END $$";
    site.execute(count).await;
    let mut other = site.candidate(2).await;
    assert_eq!(other.post(&format!("/orders/{order}/payer"), "").await.status, http::StatusCode::NOT_FOUND);

    // Once it is refused, the code to pay the rest is there, and whom to ask.
    candidate.upload(&order, &picture(300, 600)).await;
    let staff = site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    site.refuse(&staff, order.parse().unwrap(), "金额不足").await;
    let page = candidate.get(held.location()).await.text;
    for part in ["原因：金额不足", "需要补缴", "payment-code.png", "有疑问请咨询", "href=\"/help\""] {
        assert!(page.contains(part), "{part} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_back_or_ran_out_is_folded_below_what_is_live() {
    let site = Site::start_exam(RULES, SITTINGS).await;
    let mut candidate = ready(&site).await;
    let first = hold(&mut candidate, "part=written&sitting-1=en4").await;
    hold(&mut candidate, "part=written&sitting=en6").await;
    let page = candidate.get(EXAM).await.text;
    let mut known = page.split("href=\"/orders/").skip(1).map(|rest| rest[..9].to_owned());
    let gone = known.find(|order| *order != first).unwrap();
    // Of two that must leave one, the last is not offered for giving back, and the page says why.
    candidate.post(&format!("/orders/{gone}/release"), "").await;
    let me = candidate.get("/me").await.text;
    let (live, past) = me.split_once("class=\"past\"").expect("the past is folded");
    assert!(live.contains(&first) && past.contains(&gone) && !past.contains("¥"), "{me}");
    let page = candidate.get(&format!("/orders/{first}")).await.text;
    assert!(!page.contains("/release\"") && page.contains("至少保留一科"), "{page}");
    // A page of what is over says what is now.
    let ended = candidate.get(&format!("/orders/{gone}/ended")).await.text;
    assert!(ended.contains("下一步：笔试缴费") && ended.contains(&format!("href=\"/orders/{first}\"")), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_browsers_and_robots_ask_for_is_there() {
    let site = Site::start(5).await;
    let mut guest = site.visitor();
    let page = guest.get("/").await.text;
    for part in ["name=\"description\"", "property=\"og:title\"", "rel=\"manifest\"", "href=\"/help"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let robots = guest.get("/robots.txt").await.text;
    assert!(robots.contains("Disallow: /me") && robots.contains("Disallow: /preview/"), "{robots}");
    assert!(guest.get("/favicon.ico").await.bytes.starts_with(b"\x89PNG"));
    let manifest = guest.get("/manifest.webmanifest").await;
    assert!(manifest.headers["content-type"] == "application/manifest+json" && manifest.text.contains("/mark.svg"));
    assert_eq!(guest.get("/help").await.status, http::StatusCode::OK);
}
