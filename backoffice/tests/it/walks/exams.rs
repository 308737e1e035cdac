//! An exam set up in the browser: begun, changed by forms, looked at as candidates would see it, applied; opened and closed at
//! once; another one begun from an example, and taken out as files.

use axum::Router;
use axum_extra::extract::cookie::Key;
use gateways::Gateways;
use h5::H5State;
use httpkit::limits::Limits;
use registration::desk::staff::Role;
use testkit::Walker;

use super::{begun, enters, read, seen, served, signs_in};
use crate::house::{DOCUMENTS, EXAM, House};

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_an_exam_is_set_up_by_forms_and_opened_and_closed() {
    let mut house = House::open_with(Gateways::default()).await;
    house.import("exam", EXAM, &[]).await;
    house.hire("chief", Role::Administrator).await;
    house.order(DOCUMENTS[0]).await;
    // Another host, as it is in earnest: cookies of one site are none of the other's.
    let candidates = served(candidates_pages(&house)).await.replace("localhost", "127.0.0.1");
    house.lead_to(&candidates);
    let mut desk = begun(&house).await;
    signs_in(&desk, "chief", "/exams").await;
    desk.shows("学位外语考试").await;
    seen(&mut desk, "exams").await;
    desk.tap("main table a[href='/exams/degree-english']").await;
    desk.shows("开始修改").await;
    seen(&mut desk, "exam").await;
    desk.tap("form[action$='/draft'] button").await;
    let draft = desk.arrives("/exam-drafts/").await;
    changed(&mut desk, &draft).await;
    previewed(&desk, &draft).await;
    applied(&mut desk, &draft).await;
    closed_and_opened(&mut desk).await;
    another_one(&mut desk).await;
    desk.finish().await;
}

/// The site of candidates over the same stores.
fn candidates_pages(house: &House) -> Router {
    h5::router(H5State {
        engine: house.engine.clone(),
        registration: house.registration.clone(),
        limits: Limits::default(),
        cookie_key: Key::generate(),
        public_url: None,
        contact: None,
        demo: true,
        sandbox_url: None,
        printing: None,
    })
}

/// The draft as candidates would see it, at their site: a bar says what it is, it has what was changed, and nothing on it can be used,
/// by a pointer or by keys.
async fn previewed(desk: &Walker, draft: &str) {
    desk.open(&format!("{draft}/preview")).await;
    desk.arrives("/preview/").await;
    desk.shows("草稿还没有应用，本页只供工作人员查看，按钮不能使用").await;
    desk.shows("学位外语考试").await;
    desk.tap("aside.preview-bar a[href$='/sittings']").await;
    desk.arrives("/sittings").await;
    desk.shows("¥130.00").await;
    desk.screenshot("desk-draft-preview").await;
    let script = "const all = [...document.querySelectorAll('.previewed :is(a, button, input)')];
        const isReached = (one) => {
          one.scrollIntoView({ block: 'center', behavior: 'instant' });
          const { left, top, width, height } = one.getBoundingClientRect();
          one.focus();
          return document.activeElement === one || one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        };
        return [all.length, all.filter(isReached).length]";
    let found = desk.execute(script, Vec::new()).await.unwrap();
    let [all, reached] = [0_usize, 1].map(|at| found[at].as_u64().unwrap());
    assert!(all > 0 && reached == 0, "{reached} of {all} can be used");
}

/// What cannot be is said beside its field, and everything typed stays.
async fn changed(desk: &mut Walker, draft: &str) {
    seen(desk, "draft").await;
    desk.open(&format!("{draft}/part/windows")).await;
    desk.fill("#hold_seconds", "a while").await;
    desk.fill("#fee", "很多").await;
    desk.tap("form.draft-form p.acts button").await;
    desk.shows("请只写数字").await;
    assert_eq!(read(desk, "#fee").await, "很多");
    seen(desk, "draft-wrong").await;
    desk.fill("#hold_seconds", "900").await;
    desk.tap("form.draft-form p.acts button").await;
    desk.shows("金额以元为单位").await;
    desk.fill("#fee", "130.00").await;
    desk.tap("form.draft-form p.acts button").await;
    desk.arrives("done=saved").await;
    desk.open(&format!("{draft}/part/steps")).await;
    desk.tap("button[name=add]").await;
    desk.arrives("done=saved").await;
    seen(desk, "draft-steps").await;
    desk.tap("button[name=remove]").await;
    desk.shows("还没有").await;
    desk.open(&format!("{draft}/sittings")).await;
    desk.fill("input[name='capacity.0']", "8").await;
    seen(desk, "draft-sittings").await;
    desk.tap("form.draft-form p.acts button").await;
    desk.arrives("done=saved").await;
}

/// The effect is seen before it is done; nothing has changed until then.
async fn applied(desk: &mut Walker, draft: &str) {
    desk.open(draft).await;
    desk.shows("检查通过").await;
    desk.tap("a[href$='/effect'].button").await;
    desk.shows("5 → 8").await;
    seen(desk, "draft-effect").await;
    desk.tap("form[action$='/effect'] button").await;
    desk.arrives("done=applied").await;
    desk.shows("¥130.00").await;
    desk.shows("应用了草稿").await;
    desk.shows("待缴费 1，共 8").await;
}

async fn closed_and_opened(desk: &mut Walker) {
    desk.tap("a[href$='/window/close']").await;
    desk.shows("不再发放座位").await;
    seen(desk, "exam-close").await;
    desk.tap("form[action$='/window/close'] button").await;
    desk.arrives("done=closed").await;
    desk.tap("a[href$='/window/reopen']").await;
    enters(desk, "#until", "2001-01-01T00:00").await;
    desk.tap("form[action$='/window/reopen'] button").await;
    desk.shows("请填写一个将来的时间").await;
    enters(desk, "#until", "2088-01-01T00:00").await;
    desk.tap("form[action$='/window/reopen'] button").await;
    desk.arrives("done=opened").await;
    desk.shows("开放中").await;
    desk.tap("form[action$='/export'] button").await;
    desk.downloaded("degree-english.zip").await;
}

async fn another_one(desk: &mut Walker) {
    desk.open("/exams").await;
    desk.select("#shipped", "cet").await;
    desk.fill("#id", "cet-2028").await;
    enters(desk, "#opening", "2027-12-01").await;
    desk.tap("form[action='/exam-drafts'] button").await;
    desk.arrives("/exam-drafts/").await;
    desk.shows("检查通过").await;
    seen(desk, "draft-of-example").await;
    desk.tap("form[action$='/drop'] button").await;
    desk.shows("草稿已放弃").await;
}
