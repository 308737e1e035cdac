//! A school pays for candidates at once (集体缴费锁定), in an exam whose fee is paid on the school's own page: what its candidates
//! read meanwhile, what every door refuses, and what they read afterwards.

use http::StatusCode;
use jiff::SignedDuration;
use registration::desk::staff::Role;
use registration::payments::NewList;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

/// The bar at the bottom of a page, as long as the seat is held.
fn bar(page: &str) -> &str {
    page.split("<div class=\"hold-live\">").nth(1).unwrap().split("<div class=\"hold-over\">").next().unwrap()
}

/// Doors, whatever a page that was left open sends.
async fn every_door_refuses(candidate: &mut Visitor, own: &str, order: &str) {
    let sent = candidate.upload(order, &picture(300, 600)).await;
    assert!(sent.status == StatusCode::CONFLICT && sent.text.contains("截图没有提交"), "{}", sent.text);
    assert!(sent.text.contains("class=\"summary\"") && !sent.text.contains("#screenshot"), "{}", sent.text);
    for (door, form, words) in [
        (format!("{own}/release"), "", "被学校集体缴费锁定，锁定至"),
        (format!("{own}/drop"), "sitting=morning", "被学校集体缴费锁定，锁定至"),
        ("/exams/degree-english/hold".to_owned(), "sitting-1=evening&agree=on&replace=on", "暂时不能更换场次"),
    ] {
        let refused = candidate.post(&door, form).await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains(words), "{door}: {}", refused.text);
    }
    assert_eq!(candidate.post(&format!("{own}/payer"), "").await.location(), own, "nobody copies a number now");
    let piece = candidate.put(&format!("{own}/upload?key={}&offset=0&total=9", uuid::Uuid::now_v7()), b"x").await;
    assert!(piece.text.contains("被学校集体缴费锁定"), "{}", piece.text);
}

/// What is read once the school has paid.
async fn is_paid(candidate: &mut Visitor, own: &str) {
    let mut page = String::new();
    for _ in 0..600 {
        page = candidate.get(&format!("{own}/receipt")).await.text;
        if page.contains("报名成功") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for part in ["学校已为您集体缴费，座位已确认", "学校统一缴费", "¥120.00"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("T-1") && !page.contains("发票"), "{page}");
    for path in ["/", "/me", "/exams/degree-english"] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("学校已集体缴费") || page.contains("学校已为您集体缴费"), "{path}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b16_what_a_school_pays_for_is_locked_everywhere_and_then_paid() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let (own, order) = (held.location().to_owned(), order_in(held.location()));
    assert!(candidate.get(&own).await.text.contains("multipart/form-data"));
    let payments = &site.registration.payments;
    let staff = site.registration.staff.add("finance", "a long password", Role::Administrator).await.unwrap();
    let (exam, orders) = ("degree-english".parse().unwrap(), [order.parse().unwrap()]);
    let list = |minutes| NewList {
        exam: &exam,
        organisation: None,
        title: "计算机学院",
        orders: &orders,
        lasts: SignedDuration::from_mins(minutes),
    };
    // A lock that ends before the hold does leaves time to pay oneself.
    let short = payments.begin_group(&staff, &list(5)).await.unwrap();
    let page = candidate.get(&own).await.text;
    let line = bar(&page);
    assert!(
        page.contains("锁定结束时学校还没有缴费的，您可以自己缴费") && line.contains("学校集体缴费锁定，至"),
        "{page}"
    );
    payments.release_group(&staff, short.id).await.unwrap();
    let group = payments.begin_group(&staff, &list(30 * 60)).await.unwrap();

    // One that outlasts it makes it no longer, and the bar says no other time than that of the seat.
    let page = candidate.get(&own).await.text;
    for part in [
        "学校正在为您集体缴费",
        "已被学校集体缴费锁定，锁定至",
        "座位仍只保留到",
        "锁定不会延长这个时间",
        "座位自动释放，报名时间内您可以重新选择场次",
        "请联系学校老师确认",
        "把新的订单号告诉学校老师",
        "data-waits",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let line = bar(&page);
    assert!(line.contains("座位为您保留到") && line.contains("到时学校还没有缴费，座位自动释放"), "{line}");
    assert!(!line.contains("，至"), "{line}");
    for part in ["payment-code.png", "multipart/form-data", "/release\"", "换场次", "已付款，上传截图"] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    for path in ["/", "/me", "/exams/degree-english"] {
        let page = candidate.get(path).await.text;
        assert!(page.contains("学校正在为您集体缴费") && page.contains("学校集体缴费锁定；到时"), "{path}: {page}");
        assert!(!page.contains("去缴费") && !page.contains("继续缴费"), "{path}: {page}");
        assert!(path == "/exams/degree-english" || page.contains("学校集体缴费锁定，座位保留到"), "{path}: {page}");
    }
    every_door_refuses(&mut candidate, &own, &order).await;

    payments.receive_group(&staff, group.id, group.amount(), "T-1").await.unwrap();
    is_paid(&mut candidate, &own).await;
}
