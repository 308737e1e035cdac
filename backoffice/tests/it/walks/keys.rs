//! A desk worked on by keys: the next case is there before it is asked for, what others do shows, and a key that is pressed before the
//! next case has come is neither lost nor leaves the page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::json;
use testkit::{BrowserOptions, Device, Walker};
use tokio::sync::watch;

use super::{is_same, mark, served};
use crate::house::{House, until};
use crate::queues::{claim, hand_in, open, value};

/// A browser of whoever works in the house now, before these pages.
async fn browser(house: &House, pages: Router) -> Walker {
    let url = served(pages).await;
    let desk = Walker::start(&url, BrowserOptions { device: Device::Desk, ..Default::default() }).await;
    desk.carry(house.cookie.as_ref().unwrap()).await;
    desk
}

/// Presses a key, once the page has been seen for a while: one that was meant for the case before decides nothing.
async fn press(desk: &Walker, key: &str) {
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    desk.find_one("body").await.send_keys(key).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_a_desk_goes_by_keys_and_sees_what_others_do() {
    let (mut house, orders) = open(3).await;
    house.by("li.min");
    let mut desk = browser(&house, house.router()).await;
    desk.open("/").await;
    desk.shows(&orders[0].id.to_string()).await;
    until("the next one is loaded", async || house.claims("li.min").await == 2).await;
    assert_eq!(house.picture_looks(&orders[1]).await, 0, "what is loaded is no look");
    let other = house.by("wang").get("/").await.2;
    assert!(other.contains(&format!("<h1>{}", orders[2].id)), "{other}");
    desk.shows("wang 处理中").await;
    desk.looks("queue-1-claimed").await;

    // Confirmed by a key: the next one is there, in the same page, and the look with it.
    mark(&desk).await;
    press(&desk, "1").await;
    desk.shows(&format!("已确认 {}", orders[0].id)).await;
    assert_eq!(desk.arrives("/orders/").await, format!("/orders/{}", orders[1].id));
    let is_blob = "return document.querySelector('[data-picture]').src.startsWith('blob:')";
    assert!(is_same(&desk).await && desk.execute(is_blob, Vec::new()).await.unwrap() == json!(true));
    assert_eq!(house.picture_looks(&orders[1]).await, 1);
    desk.looks("queue-2-next").await;
    // Decided by somebody else.
    let seen = format!("seen={}", value(&other, "name=\"seen\" value=\""));
    let at = format!("/orders/{}", orders[2].id);
    house.get(&format!("{at}/screenshot.jpg")).await;
    assert_eq!(house.post(&format!("{at}/confirm"), &seen).await.0, StatusCode::SEE_OTHER);
    desk.shows("已处理").await;

    // Sent back by keys; then nothing waits, until something does.
    press(&desk, "2").await;
    desk.find_one("details.refuse[open]").await;
    press(&desk, "3").await;
    desk.find_one("#usual-3:checked").await.send_keys("\u{e007}").await.unwrap();
    desk.shows("没有待审核的截图").await;
    let last = hand_in(&house, 3).await;
    desk.find_one("[data-came]:not([hidden]) a").await.click().await.unwrap();
    desk.shows(&last.id.to_string()).await;

    // Taken over under who looks at it; and what is left goes back.
    until("it is theirs", async || house.claims("li.min").await == 1).await;
    let case = house.figure("SELECT max(id) FROM registration.cases").await;
    house.by("boss").post(&format!("/cases/{case}/take-over"), "").await;
    desk.shows("boss 正在处理这一份").await;
    assert!(!desk.has(".decision").await, "nothing is decided there");
    let back = claim(&house.by("boss").get(&format!("/orders/{}", last.id)).await.2).1;
    house.post(&format!("/cases/{case}/back"), &back).await;
    desk.open("/").await;
    until("it is theirs again", async || house.claims("li.min").await == 1).await;
    desk.open("/queues").await;
    until("it was given back", async || house.claims("li.min").await == 0).await;
    desk.shows("待办总览").await;
    desk.looks("queue-3-all").await;
    desk.finish().await;
}

/// A page that lets what is loaded ahead take a minute: on a machine with much to do, what is held up here would be given up.
async fn patient(page: Response) -> Response {
    let (mut head, body) = page.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    if !head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return Response::from_parts(head, Body::from(bytes));
    }
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(text.replacen("<html ", "<html data-loads-ms=\"60000\" ", 1)))
}

/// The house's pages, of which what is loaded ahead comes only when it is let, and with the status that is given for it.
fn held_up(house: &House, may_come: watch::Receiver<Option<StatusCode>>, asked: Arc<AtomicUsize>) -> Router {
    let hold = move |mut request: Request, next: Next| {
        let (mut may_come, asked) = (may_come.clone(), asked.clone());
        async move {
            if !request.uri().path().starts_with("/ahead/") {
                // As texts, not compressed.
                request.headers_mut().remove(ACCEPT_ENCODING);
                return patient(next.run(request).await).await;
            }
            asked.fetch_add(1, Ordering::SeqCst);
            let status = may_come.wait_for(Option::is_some).await.unwrap().unwrap();
            if status == StatusCode::OK { next.run(request).await } else { status.into_response() }
        }
    };
    house.router().layer(from_fn(hold))
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_browser_a_key_before_the_next_case_is_here_waits_for_it() {
    let (mut house, orders) = open(4).await;
    house.by("li.min");
    let (come, may_come) = watch::channel(None);
    let asked = Arc::new(AtomicUsize::new(0));
    let desk = browser(&house, held_up(&house, may_come, asked.clone())).await;
    desk.open("/").await;
    desk.shows(&orders[0].id.to_string()).await;
    until("the next one is asked for", async || asked.load(Ordering::SeqCst) == 1).await;
    let patience = desk.execute("return document.documentElement.dataset.loadsMs", Vec::new()).await.unwrap();
    assert_eq!(patience, json!("60000"));
    mark(&desk).await;
    let decided = "SELECT count(*) FROM registration.cases WHERE outcome IS NOT NULL";
    let waits = ".decision [data-waits]:not([hidden])";

    // It says that it waits; with Escape nothing is decided.
    press(&desk, "1").await;
    desk.find_one(waits).await;
    desk.screenshot("queue-4-waits").await;
    desk.find_one("body").await.send_keys("\u{e00c}").await.unwrap();
    // Twice is once, and the other decision is none meanwhile.
    press(&desk, "1").await;
    desk.find_one(waits).await;
    for key in ["1", "2", "1"] {
        desk.find_one("body").await.send_keys(key).await.unwrap();
    }
    assert_eq!(
        (house.figure(decided).await, asked.load(Ordering::SeqCst)),
        (0, 1),
        "nothing is decided, nor asked twice"
    );
    come.send_replace(Some(StatusCode::OK));
    desk.shows(&format!("已确认 {}", orders[0].id)).await;
    assert_eq!(desk.arrives("/orders/").await, format!("/orders/{}", orders[1].id));
    assert!(is_same(&desk).await, "the page was not left");
    assert_eq!(house.figure(decided).await, 1);

    // One that cannot be had is asked for as any page, and what was decided counts.
    until("the next one is there", async || house.claims("li.min").await == 2).await;
    press(&desk, "1").await;
    desk.shows(&format!("已确认 {}", orders[1].id)).await;
    assert!(is_same(&desk).await);
    come.send_replace(Some(StatusCode::INTERNAL_SERVER_ERROR));
    desk.open("/").await;
    desk.shows(&orders[2].id.to_string()).await;
    press(&desk, "1").await;
    until("it is decided", async || house.figure(decided).await == 3).await;
    desk.shows(&orders[3].id.to_string()).await;
    let said = desk.console().await;
    assert!(said.iter().all(|line| line.contains("Failed to load resource")), "{said:?}");
    desk.finish().await;
}

/// How fast somebody goes by keys who only looks: decides, and waits until the next picture is drawn. Times are of those that went
/// from case to case in the page; those that waited for the next one to be loaded are counted.
const GOES: &str = r##"
const [count, done] = arguments;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
(async () => {
  const [took, waited] = [[], []];
  for (let index = 0; index < count; index += 1) {
    await wait(1100);
    const before = document.querySelector("main").dataset.case;
    const began = performance.now();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "1", bubbles: true }));
    const isLate = document.querySelector("[data-waits]:not([hidden])");
    const isThere = () => {
      const picture = document.querySelector("[data-picture]");
      return document.querySelector("main").dataset.case !== before && picture?.complete && picture.naturalWidth > 0;
    };
    while (!isThere()) await frame();
    await frame();
    (isLate ? waited : took).push(performance.now() - began);
  }
  done({ took, waited });
})().catch((error) => done(String(error)));
"##;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure, not a check: run by hand"]
async fn browser_how_fast_a_desk_goes() {
    // A script may take half a minute.
    const ROUND: usize = 4;
    const ROUNDS: usize = 15;
    let (mut house, _) = open(ROUND * ROUNDS + 1).await;
    house.by("li.min");
    let desk = browser(&house, house.router()).await;
    desk.open("/").await;
    desk.find_one("[data-picture]").await;
    let (began, mut took, mut waited) = (std::time::Instant::now(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let round = desk.execute_async(GOES, vec![json!(ROUND)]).await.unwrap();
        for (name, all) in [("took", &mut took), ("waited", &mut waited)] {
            let times = round[name].as_array().unwrap_or_else(|| panic!("{round}"));
            all.extend(times.iter().map(|ms| ms.as_f64().unwrap()));
        }
    }
    let (count, seconds) = (took.len() + waited.len(), began.elapsed().as_secs_f64());
    let rate = count as f64 / seconds * 3_600.0;
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    let longest = waited.iter().copied().fold(0.0, f64::max);
    println!(
        "{count} decisions, {rate:.0} an hour; page change p50 {:.0} ms, p95 {:.0} ms; {} waited for the next one, {longest:.0} ms at most",
        at(50),
        at(95),
        waited.len()
    );
    desk.finish().await;
}
