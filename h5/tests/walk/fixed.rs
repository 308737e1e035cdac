//! Changing the sitting of an order for which something was handed in: nothing offers it, the door refuses it in words,
//! and a seat that is paid for is never lost.

use std::collections::HashMap;
use std::time::Duration;

use registration::desk::staff::Role;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

const EXAM: &str = "/exams/degree-english";
const OTHER: &str = "sitting-1=evening&agree=on&replace=on";

async fn held(site: &Site, number: u32) -> (Visitor, String) {
    let mut candidate = site.candidate(number).await;
    let held = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    (candidate, order)
}

/// The morning is this order's, and the evening is free.
async fn keeps_its_seat(candidate: &mut Visitor) {
    let exam = candidate.get(EXAM).await.text;
    let card = exam.split("data-sitting=\"morning\"").nth(1).and_then(|rest| rest.split("</li>").next()).unwrap();
    assert!(exam.contains("<li class=\"sitting\" data-mine data-sitting=\"morning\""), "{card}");
    assert!(exam.contains("余 1/1"), "the evening: {exam}");
}

/// Nothing can be ticked or sent, and why is said.
async fn offers_no_change(candidate: &mut Visitor, order: &str) {
    let exam = candidate.get(EXAM).await.text;
    assert!(exam.contains("提交截图以后，不能自己更换场次"), "{exam}");
    assert!(!exam.contains("name=\"sitting-1\"") && !exam.contains(&format!("action=\"{EXAM}/hold\"")), "{exam}");
    let receipt = candidate.get(&format!("/orders/{order}/receipt")).await.text;
    assert!(!receipt.contains("换场次</a>"), "{receipt}");
}

/// The form of a tab that was opened before.
async fn refuses_a_change(candidate: &mut Visitor, to: &str) {
    for form in [OTHER, "sitting-1=evening&agree=on"] {
        let refused = candidate.post(&format!("{EXAM}/hold"), form).await;
        assert_eq!(refused.location(), format!("{to}?said=fixed"), "{}", refused.text);
        let page = candidate.get(refused.location()).await.text;
        for part in ["座位没有更换，还是原来的", "提交截图以后，不能自己更换场次", "role=\"alert\""]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    // The same choice twice is no change.
    let same = candidate.post(&format!("{EXAM}/hold"), "sitting-1=morning&agree=on&replace=on").await;
    assert_eq!(same.location(), to);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_in_keeps_its_sitting_and_the_page_says_so() {
    let site = Site::start(5).await;
    let (mut candidate, order) = held(&site, 1).await;
    let (page, receipt) = (format!("/orders/{order}"), format!("/orders/{order}/receipt"));
    // An unpaid one offers it.
    assert!(candidate.get(&page).await.text.contains("换场次</a>"));
    candidate.upload(&order, &picture(300, 600)).await;
    offers_no_change(&mut candidate, &order).await;
    refuses_a_change(&mut candidate, &receipt).await;
    keeps_its_seat(&mut candidate).await;
    // Refused: another picture may come, and the seat stays for it.
    let staff = site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    site.refuse(&staff, order.parse().unwrap(), "看不清").await;
    offers_no_change(&mut candidate, &order).await;
    refuses_a_change(&mut candidate, &page).await;
    candidate.upload(&order, &picture(320, 640)).await;
    site.confirm(&staff, order.parse().unwrap()).await;
    offers_no_change(&mut candidate, &order).await;
    refuses_a_change(&mut candidate, &receipt).await;
    keeps_its_seat(&mut candidate).await;
    assert!(candidate.get(&receipt).await.text.contains("报名成功"));
}

/// One tab changes the sitting while another hands the picture in: whichever is first, there is one order, it waits, and
/// it has one seat.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_change_at_once_leave_one_seat() {
    const SEATS: u32 = 9;
    let site = Site::start(SEATS).await;
    let staff = site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let mut had = HashMap::from([("morning", 0), ("evening", 0)]);
    for number in 1..=6 {
        let (mut candidate, order) = held(&site, number).await;
        let mut tab = site.visitor();
        tab.cookie = candidate.cookie.clone();
        let change = async {
            // Now one of them is earlier, now the other.
            tokio::time::sleep(Duration::from_millis(u64::from(number) * 4)).await;
            tab.post(&format!("{EXAM}/hold"), OTHER).await
        };
        let picture = picture(300 + number, 600);
        let (sent, _) = tokio::join!(candidate.upload(&order, &picture), change);
        // The change came in the middle of it: the same picture is taken for the seat that there is now.
        if !sent.location().ends_with("/receipt") {
            candidate.upload(&order, &picture).await;
        }
        let page = candidate.get(&format!("/orders/{order}/receipt")).await.text;
        assert!(page.contains("等待审核"), "{number}: {page}");
        site.confirm(&staff, order.parse().unwrap()).await;
        let exam = candidate.get(EXAM).await.text;
        let mine =
            |sitting: &&str| exam.contains(&format!("<li class=\"sitting\" data-mine data-sitting=\"{sitting}\""));
        let seats: Vec<&str> = ["morning", "evening"].into_iter().filter(mine).collect();
        let [seat] = seats[..] else { panic!("{number} has {seats:?}: {exam}") };
        *had.get_mut(seat).unwrap() += 1;
    }
    for line in site.engine.availability(&"degree-english".parse().unwrap()).unwrap().iter() {
        let (id, free) = (line.sitting.id.as_str(), i64::from(line.free));
        assert_eq!(free + had[id], i64::from(line.capacity), "{id}: {had:?}");
    }
}
