//! Rooms and places over HTTP: a list comes in, a sitting is arranged, looked at and published, and arranged anew only by whoever
//! agrees to how many move.

use http::StatusCode;
use registration::desk::staff::Role;

use crate::house::{EXAM, House, Reply};

const SITTING: &str = "/arrange/degree-english/morning";
const LIST: &str = "考点,地址,考场,座位,座位号前缀\n东校区,学府路 1 号,301,2x2,H\n东校区,,302,2x2,H\n";

/// The value of a hidden or ticked field of a page.
fn value(page: &str, name: &str) -> String {
    let at = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}")).1;
    at.split('"').next().unwrap().to_owned()
}

fn is_to(reply: &Reply, path: &str) {
    assert_eq!((reply.0, &reply.1[..]), (StatusCode::SEE_OTHER, path), "{}", reply.2);
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_a_sitting_is_arranged_from_a_list_of_rooms_to_published_places() {
    let mut house = House::open(Vec::new()).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("li.min", Role::Reviewer).await;
    house.hire("chief", Role::Administrator).await;
    house.sign_in("li.min").await;
    for path in ["/rooms", "/arrange", SITTING] {
        assert_eq!(house.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    let refused = house.upload("/rooms/import", &[("list", Some("rooms.csv"), LIST.as_bytes())]).await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    house.sign_in("chief").await;

    let bad = format!("{LIST}东校区,,302,9x,H\n");
    let told = house.upload("/rooms/import", &[("list", Some("rooms.csv"), bad.as_bytes())]).await;
    assert_eq!(told.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.2.contains("第 4 行") && told.2.contains("还没有考点"), "{}", told.2);
    let done = house.upload("/rooms/import", &[("list", Some("rooms.csv"), LIST.as_bytes())]).await;
    is_to(&done, "/rooms?done=1.2.0.0");
    let sites = house.get("/rooms?done=1.2.0.0").await.2;
    assert!(sites.contains("新建考点 1 个、考场 2 个"), "{sites}");
    let site = sites.split_once("/rooms/sites/").unwrap().1.split('"').next().unwrap().to_owned();
    let site_path = format!("/rooms/sites/{site}");
    let wrong = house.post(&format!("{site_path}/rooms"), "name=301&layout=o%3F").await;
    assert!(wrong.0 == StatusCode::UNPROCESSABLE_ENTITY && wrong.2.contains("第 1 行有“?”"), "{}", wrong.2);
    assert!(wrong.2.contains("value=\"301\""), "what was typed stays: {}", wrong.2);

    // Two candidates, confirmed by the program as though they had paid nothing.
    for document in &crate::house::DOCUMENTS[..2] {
        let order = house.order(document).await;
        let now = format!(
            "UPDATE registration.orders SET state = 'confirmed', decided_kind = 'system', decided_at = now()
             WHERE id = '{}'",
            order.id
        );
        house.stores.pool().get().await.unwrap().batch_execute(&now).await.unwrap();
    }
    is_to(&house.post(&format!("{SITTING}/site"), &format!("site={site}")).await, &format!("{SITTING}?done=rooms"));
    is_to(&house.post(&format!("{SITTING}/rules"), "spare_seats=1").await, &format!("{SITTING}?done=rules"));
    let numbers = house.post(&format!("{SITTING}/rules"), "spare_seats=one").await;
    assert_eq!(numbers.0, StatusCode::UNPROCESSABLE_ENTITY);
    let page = house.get(SITTING).await.2;
    assert!(page.contains("考场可坐 6 人，报名名额是 5") && page.contains("种子摘要"), "{page}");
    is_to(&house.post(&format!("{SITTING}/capacity"), "").await, &format!("{SITTING}?done=capacity"));
    assert!(!house.get(SITTING).await.2.contains("报名名额是"));

    let draft = house.get(&format!("{SITTING}/draft")).await.2;
    assert!(draft.contains("2 人编入 1 个考场") && draft.contains("规则全部做到"), "{draft}");
    let stale = house.post(&format!("{SITTING}/publish"), "token=old").await;
    assert!(stale.0 == StatusCode::CONFLICT && stale.2.contains("有变化"), "{}", stale.2);
    let token = value(&draft, "token");
    is_to(
        &house.post(&format!("{SITTING}/publish"), &format!("token={token}")).await,
        &format!("{SITTING}?done=published"),
    );
    let room = house.get(&format!("{SITTING}/rooms/1")).await.2;
    assert_eq!(room.matches("data-seat=\"taken\"").count(), 2, "{room}");

    // Anew: in two steps, and the number of those who move is agreed to.
    let closed = house.get(&format!("{SITTING}/draft")).await;
    assert!(closed.2.contains("请先重新编排"), "{}", closed.2);
    is_to(&house.post(&format!("{SITTING}/anew"), "").await, &format!("{SITTING}?done=anew"));
    let draft = house.get(&format!("{SITTING}/draft")).await.2;
    let (token, moves) = (value(&draft, "token"), value(&draft, "agree"));
    let unasked = house.post(&format!("{SITTING}/publish"), &format!("token={token}")).await;
    assert_eq!(unasked.0, StatusCode::CONFLICT, "{}", unasked.2);
    let agreed = house.post(&format!("{SITTING}/publish"), &format!("token={token}&agree={moves}")).await;
    is_to(&agreed, &format!("{SITTING}?done=published"));
    is_to(&house.post(&format!("{SITTING}/freeze"), "").await, &format!("{SITTING}?done=frozen"));
    assert_eq!(house.post(&format!("{SITTING}/anew"), "").await.0, StatusCode::CONFLICT);
}
