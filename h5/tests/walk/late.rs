//! Late: a seat whose time is up, a picture that comes when the seat has gone, a sitting that has begun.

use std::time::Duration;

use http::StatusCode;
use registration::desk::staff::Role;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_seat_and_a_refused_picture_can_be_mended() {
    let site = Site::start_with(5, 1, 0).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let page = candidate.get(held.location()).await;
    assert!(page.text.contains("座位保留时间已到") && !page.text.contains("payment-code.png"), "{}", page.text);
    assert!(candidate.get("/me").await.text.contains("已过期"));

    // Paid in time, uploaded late: the seat is taken anew.
    let order = order_in(held.location());
    assert_eq!(candidate.upload(&order, &picture(300, 600)).await.location(), format!("/orders/{order}/receipt"));
    let (staff, id) = (&site.registration.staff, order.parse().unwrap());
    let staff = staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    site.refuse(&staff, id, "看不清交易单号").await;
    let page = candidate.get(&format!("/orders/{order}")).await;
    assert!(page.text.contains("原因：看不清交易单号") && page.text.contains("不要重复缴费"), "{}", page.text);
    assert!(page.text.contains("还可以重新提交 2 次"), "{}", page.text);
    assert!(candidate.get("/exams/degree-english").await.text.contains("订单截图没有通过审核"));
    assert_eq!(candidate.upload(&order, &picture(300, 600)).await.location(), format!("/orders/{order}/receipt"));
    assert!(candidate.get("/").await.text.contains("待审核"));

    // Refused as often as it may come back: the seat goes, and the page says what becomes of the money.
    site.refuse(&staff, id, "看不清金额").await;
    let page = candidate.get(&format!("/orders/{order}")).await;
    assert!(page.text.contains("这是最后一次重新提交的机会"), "{}", page.text);
    candidate.upload(&order, &picture(300, 600)).await;
    site.refuse(&staff, id, "不是这笔订单").await;
    let page = candidate.get(&format!("/orders/{order}/ended")).await;
    assert!(page.text.contains("原因：不是这笔订单") && page.text.contains("请不要再付"), "{}", page.text);
    assert_eq!(candidate.upload(&order, &picture(300, 600)).await.status, StatusCode::CONFLICT);
    a_late_picture_waits_where_another_sitting_is_free(&site).await;
}

/// On a site with short holds: the evening is taken while a picture of it is on its way, then all mornings.
async fn a_late_picture_waits_where_another_sitting_is_free(site: &Site) {
    let (mut late, mut last) = (site.candidate(2).await, site.candidate(9).await);
    let held = late.post("/exams/degree-english/hold", "sitting-1=evening&agree=on").await.location().to_owned();
    let last_held = last.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await.location().to_owned();
    for one in [&mut late, &mut last] {
        until(one, "/me", &["已过期"]).await;
    }
    take(site, 3, "evening").await;
    let full = late.upload(&order_in(&held), &picture(300, 600)).await;
    let is_offered = full.text.contains("截图已保留至") && full.text.contains("value=\"morning\" required checked");
    assert!(full.status == StatusCode::CONFLICT && is_offered, "{}", full.text);
    for number in 4..=8 {
        take(site, number, "morning").await;
    }
    // Nothing is to be had any more: it waits all the same, and a choice that was made before is refused.
    let instead = format!("{held}/instead");
    assert_eq!(late.get(&held).await.location(), instead);
    for page in [late.get(&instead).await, late.post(&instead, "seat-0=morning").await] {
        assert!(page.text.contains("截图已保留至") && page.text.contains("目前没有同等费用的空位"), "{}", page.text);
    }
    // Where there was nothing from the start no picture is kept, and the page says what it said before.
    let full = last.upload(&order_in(&last_held), &picture(300, 600)).await;
    let is_said = full.text.contains("这个场次也已满员") && full.text.contains("class=\"ask\"");
    assert!(full.status == StatusCode::CONFLICT && is_said, "{}", full.text);
    assert_eq!(last.get(&format!("{last_held}/instead")).await.location(), last_held, "nothing waits");
}

async fn until(visitor: &mut Visitor, path: &str, words: &[&str]) {
    let mut page = String::new();
    for _ in 0..1_200 {
        page = visitor.get(path).await.text;
        if words.iter().all(|word| page.contains(word)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never says {words:?}: {page}");
}

/// Somebody else has a seat of the sitting for good.
async fn take(site: &Site, number: u32, sitting: &str) {
    let (mut candidate, choice) = (site.candidate(number).await, format!("sitting-1={sitting}&agree=on"));
    let mut held = candidate.post("/exams/degree-english/hold", &choice).await;
    for _ in 0..1_200 {
        if held.status == StatusCode::SEE_OTHER {
            break;
        }
        // A seat that lapsed, or was taken back, is free a moment later.
        tokio::time::sleep(Duration::from_millis(100)).await;
        held = candidate.post("/exams/degree-english/hold", &choice).await;
    }
    let sent = candidate.upload(&order_in(held.location()), &picture(300, 600)).await;
    assert_eq!(sent.location(), format!("{}/receipt", held.location()), "{}", sent.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sitting_that_has_begun_is_shown_and_cannot_be_chosen() {
    let site = Site::start_with(5, 1, 0).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await.location().to_owned();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    site.begin("morning").await;
    let page = candidate.get("/exams/degree-english").await;
    assert!(page.text.contains("已开考") && page.text.contains("value=\"evening\""), "{}", page.text);
    assert!(
        !page.text.contains("value=\"morning\"") && !page.text.contains("data-sitting=\"morning\""),
        "{}",
        page.text
    );
    let refused = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    assert!(
        refused.status == StatusCode::CONFLICT && refused.text.contains("该场次已开考或即将开考"),
        "{}",
        refused.text
    );
    let page = candidate.get(&held).await;
    let is_said = page.text.contains("这个场次已经开考") && page.text.contains("即可另选一个同等费用的场次");
    assert!(is_said && page.text.contains("multipart/form-data"), "another sitting can be had: {}", page.text);

    // Paid, and late, from a page that was left open: the answer offers the other sitting, and so does coming back.
    let order = order_in(&held);
    let late = candidate.upload(&order, &picture(300, 600)).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let instead = format!("{held}/instead");
    assert_eq!(candidate.get(&held).await.location(), instead);
    for page in [late.text, candidate.get(&instead).await.text] {
        for part in ["截图已保留至", "不用再传、不用再付", "value=\"evening\"", &format!("action=\"{instead}\"")]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("value=\"morning\"") && !page.contains("/instead/none"), "{page}");
    }
    // What waits for a choice is not merely over, wherever one looks.
    for path in ["/", "/me", "/exams/degree-english"] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("截图已收到，但原场次已无空位") && !page.contains("</svg>已过期"), "{path}: {page}");
    }
    let empty = candidate.post(&instead, "").await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.text.contains("请先选择场次"), "{}", empty.text);
    let refused = candidate.post(&instead, "seat-0=morning").await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("这个场次不能选"), "{}", refused.text);
    let mut stranger = site.candidate(2).await;
    assert_eq!(stranger.post(&instead, "seat-0=evening").await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(candidate.post(&instead, "seat-0=evening").await.location(), format!("{held}/receipt"));
    }
    let receipt = candidate.get(&format!("{held}/receipt")).await.text;
    assert!(receipt.contains("等待审核") && receipt.contains("19:00"), "{receipt}");
}
