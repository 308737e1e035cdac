//! Rooms and places over HTTP: a list comes in, a sitting is arranged, looked at and published, and arranged anew only by whoever
//! agrees to how many move.

use http::StatusCode;
use jiff::SignedDuration;
use registration::desk::staff::Role;
use reservation::ids::{ExamId, SittingId};
use reservation::sitting::SittingSpec;
use reservation::store::WaitAnswer;
use reservation::waiting_list::{ListPer, Returns, WaitingListSettings};

use crate::house::{EXAM, House, Reply, until};
use crate::imports::worked_on;

const SITTING: &str = "/arrange/degree-english/morning";
const ROOMS: (&str, Option<&str>, &[u8]) = ("kind", None, b"rooms");
const LIST: &str = "考点,地址,考场,座位,座位号前缀\n东校区,学府路 1 号,301,2x2,H\n东校区,,302,2x2,H\n";

/// The value of a hidden or ticked field of a page.
fn value(page: &str, name: &str) -> String {
    let at = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}")).1;
    at.split('"').next().unwrap().to_owned()
}

fn is_to(reply: &Reply, path: &str) {
    assert_eq!((reply.0, &reply.1[..]), (StatusCode::SEE_OTHER, path), "{}", reply.2);
}

/// The sitting is full, and somebody waits for a seat of it: staff see how many.
async fn waited_for(house: &mut House) {
    let (exam, morning): (ExamId, SittingId) = ("degree-english".parse().unwrap(), "morning".parse().unwrap());
    assert!(!house.get("/arrange").await.2.contains("候补"), "the exam has no list");
    let offer = SignedDuration::from_mins(15);
    let list = WaitingListSettings { per: ListPer::Sitting, offer, returns: Returns::ListFirst, lapses_max: 2 };
    house.engine.put_waiting_list(&exam, Some(list)).await.unwrap();
    let spec = house.engine.availability(&exam).unwrap()[0].sitting.spec.clone();
    house.engine.put_sitting(&exam, &morning, SittingSpec { capacity: 2, ..spec }).await.unwrap();
    let joined = house.engine.join_list(&exam, &"somebody".parse().unwrap(), &morning).await.unwrap();
    assert_eq!(joined, WaitAnswer::Waiting);
    for path in ["/arrange", SITTING] {
        let page = house.get(path).await.2;
        assert!(page.contains("候补") && page.contains("1 人"), "{path}: {page}");
    }
}

/// The papers of the only site: asked for, waited for, fetched by whoever asked, and written down.
async fn papers_are_printed(house: &mut House, site: &str) {
    let path = format!("{SITTING}/papers/{site}");
    is_to(&house.get(&format!("{SITTING}/papers")).await, &path);
    let page = house.get(&format!("{path}?room=1")).await.2;
    assert!(page.contains("有 2 人还没有准考证号") && page.contains("value=\"1\""), "{page}");
    let unknown = house.post(&path, "kind=all&room=9").await;
    assert!(unknown.0 == StatusCode::UNPROCESSABLE_ENTITY && unknown.2.contains("没有这个考场号"), "{}", unknown.2);
    assert_eq!(house.post(&path, "kind=money&room=").await.0, StatusCode::BAD_REQUEST);

    let begun = house.post(&path, "kind=all&room=").await;
    assert!(begun.0 == StatusCode::SEE_OTHER && begun.1.starts_with("/papers/"), "{}", begun.2);
    until("the papers are ready", async || house.get(&begun.1).await.2.contains("1 个考场的材料已生成")).await;
    let file = house.fetch(&format!("{}/file", begun.1)).await;
    let said = text_of(&file);
    for part in ["试卷清点表", "第001考场", "座次表", "考生签到表", "考场记录单", "张伟", "H01", "chief打印"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let page = house.get(&path).await.2;
    assert!(page.contains("打印考点材料") && page.contains("东校区 · 全套 · 001"), "who printed what is shown: {page}");
    let line = "SELECT detail FROM registration.audit WHERE action = 'papers.print'";
    let line: String = house.stores.pool().get().await.unwrap().query_one(line, &[]).await.unwrap().get(0);
    assert_eq!(line, "东校区 · 全套 · 001");

    // Nobody else has it, and who may not see places sees nothing of it.
    house.hire("deputy", Role::Administrator).await;
    house.sign_in("deputy").await;
    assert_eq!(house.get(&begun.1).await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.by("li.min").get(&path).await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.post(&path, "kind=all&room=").await.0, StatusCode::FORBIDDEN);
    the_audit_is_searched(house).await;
}

/// What was printed is found by who, what and when, by administrators alone; so is that somebody looked.
async fn the_audit_is_searched(house: &mut House) {
    assert_eq!(house.by("li.min").get("/audit").await.0, StatusCode::FORBIDDEN);
    let printed = house.by("chief").get("/audit?who=Chief&action=papers.print&from=2026-01-01").await.2;
    assert!(printed.contains("打印了考点材料") && printed.contains("东校区 · 全套 · 001"), "{printed}");
    let nothing = house.get("/audit?who=li.min&action=papers.print").await.2;
    assert!(nothing.contains("没有符合条件的记录"), "{nothing}");
    the_site_says_who_runs_it(house).await;
    let unreadable = house.get("/audit?from=yesterday&before=first&subject=%20&action=audit.search").await.2;
    assert!(unreadable.contains("who=chief action=papers.print from=2025-12-31T16:00:00Z"), "{unreadable}");
}

/// What the site says of itself is changed by administrators, from what they looked at.
async fn the_site_says_who_runs_it(house: &mut House) {
    assert_eq!(house.by("li.min").get("/imprint").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.post("/imprint", "version=0&operator_zh=x").await.0, StatusCode::FORBIDDEN);
    let page = house.by("chief").get("/imprint").await.2;
    assert!(page.contains("还需要填写：</strong>主办单位、ICP 备案号") && value(&page, "version") == "0", "{page}");
    let wrong = house.post("/imprint", "version=0&icp=123&operator_zh=考试院").await;
    assert_eq!(wrong.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.2.contains("「ICP 备案号」的写法不对") && wrong.2.contains("考试院"), "{}", wrong.2);
    // A policy of its usual length is no form of the usual size.
    let long = format!("version=0&privacy_zh={}", "%E4%B8%AA".repeat(4_000));
    is_to(&house.post("/imprint", &long).await, "/imprint?done=saved");
    let good = "version=1&icp=京ICP备12345678号&operator_zh=考试院&notice_zh=今晚维护";
    is_to(&house.post("/imprint", good).await, "/imprint?done=saved");
    let late = house.post("/imprint", "version=1&operator_zh=另一个").await;
    assert!(late.0 == StatusCode::CONFLICT && late.2.contains("别人刚刚改过"), "{}", late.2);
    let kept = house.registration.imprints.current();
    assert_eq!((&kept.imprint.operator.zh[..], &kept.imprint.notice.zh[..], kept.version), ("考试院", "今晚维护", 2));
    let page = house.get("/imprint").await.2;
    assert!(page.contains("最近由 chief") && value(&page, "version") == "2", "{page}");
}

/// What a PDF says, without white space.
fn text_of(pdf: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("papers.pdf");
    std::fs::write(&file, pdf).unwrap();
    let said = std::process::Command::new("pdftotext").arg("-enc").arg("UTF-8").arg(&file).arg("-").output();
    let said = said.expect("ops/test installs poppler");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().split_whitespace().collect()
}

/// Brings a list of rooms. Where its page is, and what it says.
async fn look_through(house: &mut House, list: &[u8]) -> (String, String) {
    let sent = house.upload("/imports", &[ROOMS, ("file", Some("rooms.csv"), list)]).await;
    assert_eq!(sent.0, StatusCode::SEE_OTHER, "{}", sent.2);
    let page = worked_on(house, &sent.1).await;
    (sent.1, page)
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
    let refused = house.upload("/imports", &[ROOMS, ("file", Some("rooms.csv"), LIST.as_bytes())]).await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    house.sign_in("chief").await;

    let bad = format!("{LIST}东校区,,302,9x,H\n");
    let told = look_through(&mut house, bad.as_bytes()).await.1;
    assert!(told.contains("D4") && told.contains("看不懂座位"), "{told}");
    let (path, read) = look_through(&mut house, LIST.as_bytes()).await;
    assert!(read.contains("考场") && read.contains("确认导入") && read.contains("保持原样"), "{read}");
    assert!(house.get("/rooms").await.2.contains("还没有考点"), "nothing has changed");
    is_to(&house.post(&format!("{path}/apply"), "absent=keep").await, &path);
    assert!(worked_on(&mut house, &path).await.contains("已导入 2 行"));
    let sites = house.get("/rooms").await.2;
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
    waited_for(&mut house).await;
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
    papers_are_printed(&mut house, &site).await;

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
