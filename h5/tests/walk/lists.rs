//! The waiting list of a full sitting on the candidate's pages: joined, waited on, an offer paid and an offer let pass, left.

use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;
use registration::desk::staff::Role;
use reservation::ids::{ExamId, SittingId};
use reservation::sitting::SittingSpec;
use reservation::waiting_list::{ListPer, Returns, WaitingListSettings};

use crate::site::{Answer, Site, Visitor};
use crate::{order_in, picture};

const RULES: &str = r#"
[waiting_list]
per = "sitting"
offer_minutes = 15
returns = "list_first"
offers = 2
"#;
const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity
morning,英语,English,language,一号楼,Building 1,2090-05-22T09:00:00+08:00,1
evening,英语,English,language,一号楼,Building 1,2090-05-22T19:00:00+08:00,1
";
const EXAM: &str = "/exams/degree-english";
const LIST: &str = "/exams/degree-english/list/morning";
const CHOICE: &str = "sitting-1=morning&agree=on";

fn exam() -> ExamId {
    "degree-english".parse().unwrap()
}

fn morning() -> SittingId {
    "morning".parse().unwrap()
}

impl Site {
    /// From now on an offer is held so long: the exam's file knows minutes only.
    async fn offer_for(&self, seconds: i64) {
        let offer = SignedDuration::from_secs(seconds);
        let settings = WaitingListSettings { per: ListPer::Sitting, offer, returns: Returns::ListFirst, lapses_max: 2 };
        self.engine.put_waiting_list(&exam(), Some(settings)).await.unwrap();
    }

    async fn told(&self, kind: &str) -> i64 {
        self.count(&format!("SELECT count(*) FROM registration.outbox WHERE kind = '{kind}'")).await
    }
}

/// The page of the list once it is as `is_so` says.
async fn until(visitor: &mut Visitor, what: &str, is_so: impl Fn(&Answer) -> bool) -> Answer {
    let mut page = visitor.get(LIST).await;
    for _ in 0..1_200 {
        if is_so(&page) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        page = visitor.get(LIST).await;
    }
    panic!("never {what}: {} {}", page.location(), page.text);
}

/// The order that an offer has become.
async fn offered(visitor: &mut Visitor) -> String {
    let page = until(visitor, "an offer", |page| page.location().starts_with("/orders/")).await;
    order_in(page.location())
}

async fn joins(visitor: &mut Visitor, position: u32) {
    let joined = visitor.post(LIST, "agree=on").await;
    assert_eq!((joined.status, joined.location()), (StatusCode::SEE_OTHER, LIST), "{}", joined.text);
    let page = visitor.get(LIST).await.text;
    assert!(page.contains(&format!("第 {position} 位")) && page.contains("退出候补"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d8_from_the_end_of_the_list_to_a_paid_seat_or_off_it() {
    // What is let pass ends when the page says so, and not a minute later.
    let site = Site::start_exam_with(RULES, SITTINGS, 0).await;
    let mut guest = site.visitor();
    assert!(guest.get(LIST).await.location().starts_with("/sign-in"));
    let [mut first, mut second, mut third, mut fourth] =
        [site.candidate(1).await, site.candidate(2).await, site.candidate(3).await, site.candidate(4).await];
    assert_eq!(second.get(&LIST.replace("morning", "noon")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(second.get(&format!("{LIST}/leave")).await.location(), LIST, "a form that became a GET");

    // As long as a seat is free nobody waits for it.
    assert!(second.get(LIST).await.text.contains("现在有空座位"));
    let free = second.post(LIST, "agree=on").await;
    assert!(free.status == StatusCode::CONFLICT && free.text.contains("不用候补"), "{}", free.text);
    assert!(!second.get(EXAM).await.text.contains("加入候补"));

    let held = first.post(&format!("{EXAM}/hold"), CHOICE).await.location().to_owned();
    assert!(first.get(LIST).await.text.contains("您已有座位"));
    assert_eq!(first.post(LIST, "agree=on").await.location(), held);
    let page = second.get(EXAM).await.text;
    assert!(page.contains("加入候补") && page.contains(LIST), "{page}");
    let page = second.get(LIST).await.text;
    assert!(page.contains("这个场次已满员") && page.contains("座位为您保留 15 分钟"), "{page}");
    // What taking a seat asks is asked here: an offer waits for nothing but its payment.
    let unread = second.post(LIST, "").await;
    assert!(
        unread.status == StatusCode::UNPROCESSABLE_ENTITY && unread.text.contains("agree-error"),
        "{}",
        unread.text
    );
    joins(&mut second, 1).await;
    joins(&mut third, 2).await;
    joins(&mut second, 1).await;
    assert!(second.get(EXAM).await.text.contains("您正在候补"));
    let other = second.get(&LIST.replace("morning", "evening")).await.text;
    assert!(other.contains("您正在候补另一个场次") && other.contains(LIST), "{other}");

    // Off it and on again is at its end.
    joins(&mut fourth, 3).await;
    assert_eq!(third.post(&format!("{LIST}/leave"), "").await.location(), LIST);
    assert!(third.get(LIST).await.text.contains("加入候补"));
    joins(&mut third, 3).await;

    // A seat that comes back is an order of whoever waits longest; unpaid it goes on to the next one.
    site.offer_for(4).await;
    // A round of offers that is under way still offers as it was.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(first.post(&format!("{held}/release"), "").await.location(), format!("{held}/ended"));
    let missed = offered(&mut second).await;
    site.offer_for(900).await;
    let page = second.get(&format!("/orders/{missed}")).await.text;
    assert!(page.contains("data-deadline=") && page.contains("¥120.00"), "{page}");
    assert!(second.get(EXAM).await.text.contains("data-mine"));
    let order = offered(&mut fourth).await;
    let page = until(&mut second, "at the end", |page| page.text.contains("第 2 位")).await.text;
    assert!(page.contains("错过座位") && page.contains("1 次，满 2 次停止候补"), "{page}");
    assert!(second.get(&format!("/orders/{missed}")).await.text.contains("座位保留时间已到"));
    accepted_by_paying(&site, &mut fourth, &order).await;
    given_back_too_often(&site, &mut second, &mut third).await;
}

/// The offer is paid as any order, and its candidate waits no longer.
async fn accepted_by_paying(site: &Site, candidate: &mut Visitor, order: &str) {
    let sent = candidate.upload(order, &picture(300, 600)).await;
    assert_eq!(sent.location(), format!("/orders/{order}/receipt"), "{}", sent.text);
    let staff = site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    site.confirm(&staff, order.parse().unwrap()).await;
    let receipt = candidate.get(sent.location()).await.text;
    assert!(receipt.contains("报名成功") && receipt.contains("确认时间"), "{receipt}");
    let page = until(candidate, "seated", |page| page.text.contains("您已有座位")).await.text;
    assert!(!page.contains("加入候补"), "{page}");
    assert_eq!(candidate.post(LIST, "agree=on").await.location(), format!("/orders/{order}"));
}

/// Who let one offer pass and gives the next one back is off the list for good, and the seat goes on.
async fn given_back_too_often(site: &Site, second: &mut Visitor, third: &mut Visitor) {
    assert_eq!(third.post(&format!("{LIST}/leave"), "").await.location(), LIST);
    let spec = SittingSpec { capacity: 2, ..spec(site) };
    site.engine.put_sitting(&exam(), &morning(), spec).await.unwrap();
    let order = offered(second).await;
    let back = second.post(&format!("/orders/{order}/release"), "").await;
    assert_eq!(back.location(), format!("/orders/{order}/ended"), "{}", back.text);
    until(second, "off the list", |page| page.text.contains("不再候补")).await;
    let again = second.post(LIST, "agree=on").await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.location());
    // Nobody waits any more: the seat is everybody's.
    until(third, "free for all", |page| page.text.contains("现在有空座位")).await;
    for (kind, count) in [("list_offered", 3), ("list_missed", 1), ("list_over", 1)] {
        for _ in 0..1_200 {
            if site.told(kind).await >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(site.told(kind).await, count, "{kind}");
    }
}

fn spec(site: &Site) -> SittingSpec {
    let all = site.engine.availability(&exam()).unwrap();
    all.iter().find(|line| line.sitting.id == morning()).unwrap().sitting.spec.clone()
}
