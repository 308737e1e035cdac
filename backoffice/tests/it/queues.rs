//! Queues that several work on: what somebody opened is theirs, others see it within the second, and the next case is there before
//! it is asked for, and is no look until it is shown.

use gateways::Gateways;
use http::StatusCode;
use jiff::SignedDuration;
use registration::desk::staff::Role;
use registration::model::document::ResidentId;
use registration::model::order::Order;
use serde_json::{Value, json};
use specimen::{App, OrderScreen};

use crate::desk::{picture_bytes, with_reader};
use crate::house::{EXAM, House, until, usual};

const SITTINGS: &str = "id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
morning,英语,English,,一号楼,Building 1,2090-05-22T09:00:00+08:00,500,
";

/// A house with two reviewers and an administrator, all signed in, and so many orders that wait.
pub(crate) async fn open(orders: usize) -> (House, Vec<Order>) {
    Box::pin(open_with(Gateways::default(), orders)).await
}

async fn open_with(gateways: Gateways, orders: usize) -> (House, Vec<Order>) {
    Box::pin(staffed(House::open_with(gateways).await, orders)).await
}

async fn staffed(mut house: House, orders: usize) -> (House, Vec<Order>) {
    house.import("exam", EXAM, &[("sittings.csv", SITTINGS)]).await;
    for (name, role) in [("li.min", Role::Reviewer), ("wang", Role::Reviewer), ("boss", Role::Administrator)] {
        house.hire(name, role).await;
        house.sign_in(name).await;
    }
    let mut waiting = Vec::new();
    for number in 0..orders {
        waiting.push(hand_in(&house, number).await);
    }
    (house, waiting)
}

/// An order of another candidate, which waits.
pub(crate) async fn hand_in(house: &House, number: usize) -> Order {
    hand_in_with(house, number, picture_bytes()).await
}

async fn hand_in_with(house: &House, number: usize, picture: Vec<u8>) -> Order {
    let body = format!("11010519{:02}{:02}01{:03}", 50 + number / 100, 1 + number / 10 % 10, number % 10);
    let checks = "0123456789X".chars().map(|check| format!("{body}{check}"));
    let document = checks.into_iter().find(|text| text.parse::<ResidentId>().is_ok()).unwrap();
    let order = house.order(&document).await;
    house.registration.orders.hand_in(order.account, order.id, picture.into()).await.unwrap()
}

impl House {
    pub(crate) async fn figure(&self, query: &str) -> i64 {
        self.stores.pool().get().await.unwrap().query_one(query, &[]).await.unwrap().get(0)
    }

    /// How often somebody looked at the picture of this order.
    pub(crate) async fn picture_looks(&self, order: &Order) -> i64 {
        let of = format!(
            "SELECT count(*) FROM registration.audit WHERE action = 'looked_at_picture' AND subject = '{}'",
            order.id
        );
        self.figure(&of).await
    }

    /// How many cases somebody has.
    pub(crate) async fn claims(&self, name: &str) -> i64 {
        let of = format!(
            "SELECT count(*) FROM registration.cases c JOIN registration.staff s ON s.id = c.claimed_by
             WHERE s.name = '{name}' AND c.claimed_until > now()"
        );
        self.figure(&of).await
    }
}

/// The value of a field, or of an attribute, of the page.
pub(crate) fn value<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("{before} is not in {page}"));
    rest.split('"').next().unwrap()
}

pub(crate) fn claim(page: &str) -> (String, String) {
    (value(page, "data-case=\"").to_owned(), format!("claim={}", value(page, "data-claim=\"")))
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_what_somebody_opened_is_theirs_to_decide() {
    let (mut desk, orders) = open(3).await;
    let heads = |order: &Order| format!("<h1>{}", order.id);
    let theirs = desk.by("li.min").get("/").await.2;
    assert!(theirs.contains(&heads(&orders[0])) && theirs.contains("data-key=\"c\" data-number=\"1\""), "{theirs}");
    // The next one's is the next one, and what is somebody else's can be read alone.
    let next = desk.by("wang").get("/").await.2;
    assert!(next.contains(&heads(&orders[1])) && next.contains("li.min 处理中"), "{next}");
    let page = format!("/orders/{}", orders[0].id);
    let read = desk.get(&page).await.2;
    assert!(read.contains("li.min 正在处理") && read.contains("暂时不能作决定"), "{read}");
    assert!(!read.contains("/confirm\"") && !read.contains("由我接手"), "{read}");
    assert_eq!(desk.get(&format!("{page}/screenshot.jpg")).await.0, StatusCode::OK);
    let seen = format!("seen={}", value(&theirs, "name=\"seen\" value=\""));
    let (status, _, said) = desk.post(&format!("{page}/confirm"), &seen).await;
    assert!(status == StatusCode::CONFLICT && said.contains("li.min 正在处理"), "{said}");

    // Used, the page has it longer; left, it has not.
    let (case, token) = claim(&theirs);
    let at = |act: &str| format!("/cases/{case}/{act}");
    assert_eq!(desk.by("li.min").post(&at("keep"), &token).await.0, StatusCode::NO_CONTENT);
    let (status, _, said) = desk.by("wang").post(&at("keep"), &token).await;
    assert!(status == StatusCode::CONFLICT && said.contains("li.min"), "{said}");
    assert_eq!(desk.post(&at("take-over"), "").await.0, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&at("back"), &token).await.0, StatusCode::NO_CONTENT);
    assert_eq!(desk.claims("li.min").await, 1, "not theirs to give back");
    for act in ["keep", "back", "leave", "take-over"] {
        assert_eq!(desk.get(&at(act)).await.1, "/queues");
    }
    assert_eq!(desk.post(&at("keep"), "claim=x").await.0, StatusCode::BAD_REQUEST);

    // Taken over; and what was looked at before is decided by whoever has it now.
    assert!(desk.by("boss").get(&page).await.2.contains("由我接手"));
    assert_eq!(desk.post(&at("take-over"), "").await.1, page);
    let mine = desk.get(&page).await.2;
    assert!(mine.contains("接手处理，原处理人") && mine.contains("li.min"), "{mine}");
    let with_claim = format!("{seen}&{token}");
    desk.by("li.min").get(&format!("{page}/screenshot.jpg")).await;
    let (status, _, said) = desk.post(&format!("{page}/confirm"), &with_claim).await;
    assert!(status == StatusCode::CONFLICT && said.contains("boss 正在处理"), "{said}");
    let (_, left) = claim(&mine);
    assert_eq!(desk.by("boss").post(&at("leave"), &left).await.1, "/queues");
    // An older page of theirs says that another window has it.
    let first = claim(&desk.by("li.min").get(&page).await.2).1;
    desk.get(&page).await;
    let (status, _, said) = desk.post(&format!("{page}/confirm"), &format!("{seen}&{first}")).await;
    assert!(status == StatusCode::CONFLICT && said.contains("另一个窗口"), "{said}");
    let last = claim(&said).1;
    let (status, location, _) = desk.post(&format!("{page}/confirm"), &format!("{seen}&{last}")).await;
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/?confirmed={}", orders[0].id)));

    // All that is left is somebody else's.
    desk.by("wang").get(&format!("/orders/{}", orders[2].id)).await;
    // A page that asks by itself claims nothing, and shows the way to what is free.
    let (held, asked) = (desk.claims("li.min").await, desk.by("li.min").get("/?unattended").await.2);
    assert!(asked.contains("data-came><span") && desk.claims("li.min").await == held, "{asked}");
    let none = desk.get("/").await.2;
    assert!(none.contains("剩下的都有同事在处理") && none.contains("data-empty=\"payment\""), "{none}");
    let told = desk.get("/queues/moves?kinds=payment&known=").await.2;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["waiting"], &told["free"], &told["said"]), (&json!(2), &json!(0), &json!("2 份待审核")));
    let moves = told["moves"].as_array().unwrap();
    assert_eq!(moves.iter().filter(|one| one["said"] == "wang 处理中").count(), 2, "{told}");
    assert!(moves.iter().any(|one| one["over"] == true && one["case"] == case.parse::<i64>().unwrap()), "{told}");
    assert_eq!(desk.get("/queues/moves?kinds=nothing").await.0, StatusCode::BAD_REQUEST);
    let own = desk.get("/queues").await.2;
    assert!(own.contains("我近七天的审核") && own.contains("收 3，办 1"), "{own}");
    assert!(desk.by("boss").get("/queues").await.2.contains("近七天的审核情况"));
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_what_is_loaded_ahead_is_no_look_and_shows_nothing() {
    let (mut desk, orders) = open(2).await;
    let (case, token) = claim(&desk.by("li.min").get("/").await.2);
    let from = format!("case={case}&{token}");
    let (status, _, loaded) = desk.post("/ahead/payments", &from).await;
    let head: Value = serde_json::from_str(&loaded[loaded.find('{').unwrap()..=loaded.find('}').unwrap()]).unwrap();
    assert_eq!((status, &head["at"]), (StatusCode::OK, &json!(format!("/orders/{}", orders[1].id))));
    assert!(!loaded.contains("张伟") && !loaded.contains("JFIF") && !loaded.contains("<main"), "it is sealed");
    assert_eq!((desk.picture_looks(&orders[1]).await, desk.claims("li.min").await), (0, 2));
    assert_eq!(desk.post("/ahead/payments", &from).await.0, StatusCode::NO_CONTENT, "no other one is free");
    let shown = format!("/cases/{}/shown", head["case"]);
    let with = |claim: &str, seen: &str| format!("claim={claim}&seen={seen}");
    let (token, seen) = (head["claim"].as_str().unwrap(), head["seen"].as_str().unwrap());
    // By nobody else, by no other claim, and of nothing else.
    assert_eq!(desk.by("wang").post(&shown, &with(token, seen)).await.0, StatusCode::CONFLICT);
    let other = "00000000-0000-0000-0000-000000000001";
    desk.by("li.min");
    assert_eq!(desk.post(&shown, &with(other, seen)).await.0, StatusCode::CONFLICT);
    assert_eq!(desk.post(&shown, &with(token, &format!("{other}.1"))).await.0, StatusCode::CONFLICT);
    assert_eq!(desk.picture_looks(&orders[1]).await, 0);
    assert_eq!(desk.post(&shown, &with(token, seen)).await.0, StatusCode::OK);
    assert_eq!(desk.picture_looks(&orders[1]).await, 1);
}

/// A decision can be taken back until the candidate is told, by whoever decided; then it is carried out by itself.
#[tokio::test(flavor = "multi_thread")]
async fn d6_a_decision_is_taken_back_by_whoever_decided() {
    let house = House::open_undoing(Gateways::default(), SignedDuration::from_secs(60)).await;
    let (mut desk, orders) = Box::pin(staffed(house, 1)).await;
    let page = format!("/orders/{}", orders[0].id);
    let decide = async |desk: &mut House, act: &str, other: &str| {
        let shown = desk.get(&page).await.2;
        desk.get(&format!("{page}/screenshot.jpg")).await;
        let (seen, why) = (value(&shown, "name=\"seen\" value=\""), usual(&shown, 1));
        let form = format!("seen={seen}&{}{why}", claim(&shown).1);
        let first = desk.post(&format!("{page}/{act}"), &form).await;
        let again = desk.post(&format!("{page}/{act}"), &form).await;
        assert_eq!((&first.0, &first.1), (&again.0, &again.1), "sent twice, it is one: {}", again.2);
        assert_eq!(desk.post(&format!("{page}/{other}"), &form).await.0, StatusCode::CONFLICT, "another one is none");
        first.1
    };
    let at = decide(desk.by("li.min"), "confirm", "refuse").await;
    let case = at.split("&case=").nth(1).unwrap().to_owned();
    let told = desk.get(&at).await.2;
    let undo = format!("/cases/{case}/undo");
    assert!(told.contains(&format!("action=\"{undo}\"")) && told.contains("没有待审核的截图"), "{told}");
    let outcome = "SELECT count(*) FROM registration.cases WHERE outcome IS NOT NULL";
    assert_eq!(desk.figure(outcome).await, 0, "nothing has followed from it");
    assert!(desk.get(&page).await.2.contains("之前可以撤销"));
    let queues = desk.get("/queues").await.2;
    assert!(queues.contains("还可以撤销的决定") && queues.contains(&undo), "{queues}");
    // Nobody else takes it back, nor decides anything.
    assert!(!desk.by("wang").get("/queues").await.2.contains(&undo));
    let other = desk.get(&page).await.2;
    assert!(other.contains("同事已作出决定") && !other.contains("/confirm\""), "{other}");
    assert_eq!(desk.post(&undo, "").await.1, page);
    assert!(desk.get("/").await.2.contains("没有待审核的截图"));

    assert_eq!(desk.by("li.min").post(&undo, "").await.1, page);
    let shown = desk.get(&page).await.2;
    assert!(shown.contains("撤销了决定") && shown.contains("确认付款"), "{shown}");
    assert!(decide(desk.by("li.min"), "refuse", "confirm").await.starts_with(&format!("/?refused={}", orders[0].id)));
    let client = desk.stores.pool().get().await.unwrap();
    client.batch_execute("UPDATE registration.cases SET noted_until = now()").await.unwrap();
    drop(client);
    until("it is carried out", async || desk.figure(outcome).await == 1).await;
    assert_eq!(desk.post(&undo, "").await.1, page, "too late");
    assert!(desk.get(&page).await.2.contains("已退回"));
}

/// What all agrees on is looked at and confirmed together; what was not looked at stays, and what differs is not there.
#[tokio::test(flavor = "multi_thread")]
async fn d5_what_the_machine_is_sure_of_is_confirmed_together() {
    let (mut desk, _) = open_with(with_reader(), 0).await;
    let time = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let time = time.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut orders = Vec::new();
    for (number, amount) in ["120.00", "120.00", "90.00"].into_iter().enumerate() {
        let shown = format!("42000024562026112212345678{number}0");
        let merchant = format!("T2026112200{number}");
        let screen =
            OrderScreen { amount, time: &time, merchant_number: &merchant, ..OrderScreen::of(App::Alipay, &shown) };
        orders.push(hand_in_with(&desk, number, screen.draw().unwrap()).await);
    }
    let ticks = |page: &str| -> Vec<String> {
        let all = page.split("name=\"sure\" value=\"").skip(1);
        all.map(|rest| format!("sure={}", rest.split('"').next().unwrap().replace(' ', "+"))).collect()
    };
    desk.by("li.min");
    let (mut page, mut tries) = (desk.get("/queues/sure").await.2, 0);
    while ticks(&page).len() < 2 {
        assert!(tries < 300, "they are never read: {page}");
        tries += 1;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        page = desk.get("/queues/sure").await.2;
    }
    assert!(!desk.by("wang").get("/queues/sure").await.2.contains("name=\"sure\""), "they are li.min's");
    desk.by("li.min").get(&format!("/orders/{}/screenshot.jpg", orders[0].id)).await;
    let (status, _, said) = desk.post("/queues/sure", &ticks(&page).join("&")).await;
    assert!(status == StatusCode::CONFLICT && said.contains("已确认 1 份") && said.contains("请先看清截图"), "{said}");
    let state = |order: &Order| {
        format!("SELECT count(*) FROM registration.cases WHERE subject = '{}' AND outcome = 'passed'", order.id)
    };
    assert_eq!((desk.figure(&state(&orders[0])).await, desk.figure(&state(&orders[1])).await), (1, 0));
    desk.get(&format!("/orders/{}/screenshot.jpg", orders[1].id)).await;
    let left = ticks(&desk.get("/queues/sure").await.2);
    assert_eq!(left.len(), 1, "another amount is looked at by itself: {left:?}");
    assert!(desk.post("/queues/sure", &left[0]).await.2.contains("已确认 1 份"));
    assert_eq!(desk.post("/queues/sure", "sure=x").await.0, StatusCode::BAD_REQUEST);
}
