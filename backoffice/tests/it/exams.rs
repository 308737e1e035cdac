//! Exams set up in the browser: begun, changed by forms and as a text, looked at, applied, taken out and brought again, closed
//! and opened.

use std::io::{Cursor, Read as _};

use gateways::Gateways;
use http::StatusCode;
use pagekit::local_path::query_value;
use registration::desk::staff::Role;
use zip::ZipArchive;

use crate::house::{EXAM, House, until};

/// The version that a page's forms are about.
fn version(page: &str) -> &str {
    let rest = page.split("name=\"version\" value=\"").nth(1).unwrap_or_else(|| panic!("no version in {page}"));
    rest.split('"').next().unwrap()
}

async fn save(house: &mut House, path: &str, entered: &[(&str, &str)]) -> (StatusCode, String, String) {
    let page = house.get(path).await.2;
    let pairs = entered.iter().map(|(name, value)| format!("&{}={}", query_value(name), query_value(value)));
    let form = format!("version={}{}", version(&page), pairs.collect::<String>());
    house.post(path, &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exam_is_set_up_in_the_browser_from_its_draft_to_its_end() {
    let mut house = House::open_with(Gateways::default()).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("chief", Role::Administrator).await;
    house.hire("li.min", Role::Reviewer).await;
    house.sign_in("li.min").await;
    for path in ["/exams", "/exams/degree-english", "/exams/degree-english/window/close"] {
        assert_eq!(house.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(house.post("/exams/degree-english/draft", "").await.0, StatusCode::FORBIDDEN);
    house.sign_in("chief").await;
    house.order("11010519491231002X").await;

    // The engine counts seats once in a while, and not for each page.
    until("the page tells the seat", async || house.get("/exams").await.2.contains("1 / 5")).await;
    assert!(house.get("/exams").await.2.contains("学位外语考试"));
    let draft = house.post("/exams/degree-english/draft", "").await.1;
    assert!(draft.starts_with("/exam-drafts/"), "{draft}");

    // By forms: what cannot be read is said beside the field, and kept there.
    let windows = format!("{draft}/part/windows");
    let (status, _, page) = save(&mut house, &windows, &[("hold_seconds", "a while")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("请只写数字") && page.contains("a while"), "{page}");
    let (_, to, _) = save(&mut house, &windows, &[("fee", "很多")]).await;
    assert!(to.ends_with("/part/windows?done=saved"), "{to}");
    let page = house.get(&windows).await.2;
    assert!(page.contains("金额以元为单位"), "what the checker says stands beside the field: {page}");
    save(&mut house, &windows, &[("fee", "130.00"), ("closes_at", "2089-01-01 17:00")]).await;
    let steps = format!("{draft}/part/steps");
    save(&mut house, &steps, &[("add", "steps")]).await;
    let page = house.get(&draft).await.2;
    assert!(page.contains("exam.toml") && page.contains("要填一行"), "{page}");
    // As a text, with the fault beside its line.
    let file = format!("{draft}/file/exam.toml");
    let toml = EXAM.replace("\"120.00\"", "\"130.00\"").replace("2090-01-01T17", "2089-01-01T17");
    save(&mut house, &file, &[("text", &toml.replace("hold_seconds", "hold_secs"))]).await;
    let page = house.get(&file).await.2;
    assert!(page.contains("没有名为 hold_secs 的字段") && page.contains("hold_secs = 900</code>"), "{page}");
    assert!(house.get(&format!("{draft}/effect")).await.2.contains("改正之前不能应用"));
    save(&mut house, &file, &[("text", &format!("{toml}# kept\n"))]).await;
    let sittings = format!("{draft}/sittings");
    save(&mut house, &sittings, &[("capacity.0", "8")]).await;

    // What it does is seen, then done.
    let effect = format!("{draft}/effect");
    let page = house.get(&effect).await.2;
    for shown in ["5 → 8", "2089-01-01 17:00", "待缴费 1", "确认应用"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(house.get("/exams/degree-english").await.2.contains("2090"), "nothing has changed");
    let (status, to, page) = save(&mut house, &effect, &[]).await;
    assert_eq!((status, &to[..]), (StatusCode::SEE_OTHER, "/exams/degree-english?done=applied"), "{page}");
    let page = house.get("/exams/degree-english").await.2;
    assert!(page.contains("2089") && page.contains("¥130.00") && page.contains("应用了草稿"), "{page}");
    assert_eq!(house.post(&effect, "version=9").await.0, StatusCode::CONFLICT);

    // Out and in again.
    let packed = house.fetch_by_form("/exams/degree-english/export", "").await;
    let mut archive = ZipArchive::new(Cursor::new(packed.clone())).unwrap();
    let mut text = String::new();
    archive.by_name("degree-english/exam.toml").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, format!("{toml}# kept\n"));
    let (_, again, page) = house.upload("/exam-drafts/files", &[("files", Some("exam.zip"), &packed)]).await;
    assert!(again.starts_with("/exam-drafts/"), "{page}");
    assert!(house.get(&format!("{again}/effect")).await.2.contains("没有变化"));
    house.fetch_by_form(&format!("{again}/export"), "").await;
    let form = format!("version={}", version(&house.get(&again).await.2));
    assert_eq!(house.post(&format!("{again}/drop"), &form).await.1, "/exams?done=dropped");
    let (status, _, page) = house.upload("/exam-drafts/files", &[("files", Some("exam.toml"), b"id = 1")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("缺少 sittings.csv"), "{page}");

    others_are_begun(&mut house).await;
    is_closed_and_open_again(&mut house).await;
    let client = house.stores.pool().get().await.unwrap();
    let noted =
        "SELECT action FROM registration.audit WHERE action LIKE 'exam.%' AND subject LIKE 'exam.%' ORDER BY id";
    let noted: Vec<String> = client.query(noted, &[]).await.unwrap().iter().map(|row| row.get("action")).collect();
    assert_eq!(noted, ["exam.apply", "exam.export", "exam.close", "exam.open"]);
    let taken = "SELECT FROM registration.audit WHERE action = 'exam.export' AND subject LIKE 'exam_draft.%'";
    assert_eq!(client.query(taken, &[]).await.unwrap().len(), 1, "who takes a draft out is in the audit");
}

/// From an example, and as a copy.
async fn others_are_begun(house: &mut House) {
    let (_, new, page) = house.post("/exam-drafts", "shipped=cet&id=cet-2028&opening=2027-12-01").await;
    assert!(house.get(&new).await.2.contains("检查通过"), "{page}");
    let (_, copy, _) = house.post("/exams/degree-english/copy", "id=next&opening=2091-01-01").await;
    assert!(house.get(&copy).await.2.contains("2091"));
    assert_eq!(house.post("/exam-drafts", "shipped=cet&id=a+b&opening=soon").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn is_closed_and_open_again(house: &mut House) {
    let page = house.get("/exams/degree-english/window/close").await.2;
    assert!(page.contains("不再发放座位"), "{page}");
    assert_eq!(house.post("/exams/degree-english/window/close", "").await.1, "/exams/degree-english?done=closed");
    assert_eq!(house.post("/exams/degree-english/window/close", "").await.0, StatusCode::CONFLICT);
    let reopen = "/exams/degree-english/window/reopen";
    assert_eq!(house.post(reopen, "until=2001-01-01T00:00").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.post(reopen, "until=2088-01-01T00%3A00").await.1, "/exams/degree-english?done=opened");
    assert!(house.get("/exams").await.2.contains("开放中"));
}
