//! The wall in a browser: it goes on by itself, with a script and without; what was is played again, and taken out as one file.

use registration::desk::staff::Role;
use reservation::engine::waiting_room::Admission;
use reservation::hold::Hold;
use serde_json::{Value, json};
use testkit::Walker;

use super::{begun, is_same, mark, read, seen, signs_in};
use crate::house::{DOCUMENTS, EXAM, House, until};

const WALL: &str = "/wall/degree-english";

/// The four numbers: left, being paid for, paid, waiting outside.
async fn numbers(desk: &Walker) -> Vec<String> {
    let script = "return [...document.querySelectorAll('.four dd')].map((number) => number.textContent)";
    let found = desk.execute(script, Vec::new()).await.unwrap();
    serde_json::from_value(found).unwrap()
}

async fn comes_to(desk: &Walker, wanted: [&str; 4]) {
    until(&format!("the wall says {wanted:?}"), async || numbers(desk).await == wanted).await;
}

/// How many seats are left as the page says where no script runs, not even the driver's; `None` between two pages.
async fn left_unscripted(desk: &Walker) -> Option<String> {
    let document = desk.devtools("DOM.getDocument", json!({ "depth": -1 })).await;
    let number = first(&document["root"], "DD")?;
    Some(number["children"][0]["nodeValue"].as_str()?.to_owned())
}

/// The first element of this name.
fn first<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    if node["nodeName"] == name {
        return Some(node);
    }
    node["children"].as_array()?.iter().find_map(|child| first(child, name))
}

#[tokio::test(flavor = "multi_thread")]
async fn d10_browser_the_wall_goes_on_by_itself_and_is_played_again() {
    let house = House::open(Vec::new()).await;
    let exam = house.import("exam", EXAM, &[]).await;
    house.hire("watch", Role::Operator).await;
    house.order(DOCUMENTS[0]).await;
    let mut desk = begun(&house).await;
    signs_in(&desk, "watch", "/wall").await;
    desk.shows("学位外语考试").await;
    seen(&mut desk, "walls").await;
    desk.tap(&format!("a[href='{WALL}']")).await;
    desk.arrives(WALL).await;
    comes_to(&desk, ["4", "1", "0", "0"]).await;

    // What is taken shows by itself, in the same page: numbers, sentence, strip.
    mark(&desk).await;
    let paid = house.order(DOCUMENTS[1]).await;
    house.engine.confirm(&exam, &paid.sittings[0].hold, &"order-1".parse().unwrap()).await.unwrap();
    comes_to(&desk, ["3", "1", "1", "0"]).await;
    assert!(read(&desk, ".say").await.contains("已占 40 %"), "{}", read(&desk, ".say").await);
    assert!(read(&desk, "#strip").await.contains("1 个场次，0 个已满"));
    seen(&mut desk, "wall").await;
    let mut others = Vec::new();
    for number in 0..3 {
        let (somebody, there) = (format!("c{number}").parse().unwrap(), ["morning".parse().unwrap()]);
        others.extend(house.engine.hold(&exam, &somebody, &there, Admission::Exempt).await.unwrap().holds);
    }
    comes_to(&desk, ["0", "4", "1", "0"]).await;
    desk.shows("座位已全部占用").await;
    desk.shows("1 个场次，1 个已满").await;
    assert!(is_same(&desk).await, "the page was not loaded anew");
    desk.tap(&format!("a[href='{WALL}?wall']")).await;
    desk.find_one("body.wall").await;
    comes_to(&desk, ["0", "4", "1", "0"]).await;
    seen(&mut desk, "wall-dark").await;

    again(&mut desk, &house).await;
    without_a_script(&desk, &house, &others[..2]).await;
    desk.finish().await;
}

/// What was is seen at its moment, goes on as fast as somebody wants, and leaves the house as a file that stands alone.
async fn again(desk: &mut Walker, house: &House) {
    let exam = "degree-english".parse().unwrap();
    let (first, _) = house.registration.exams.wall.kept(&exam).await.unwrap().unwrap();
    desk.open(&format!("{WALL}/replay?at={}", first.as_second())).await;
    desk.shows("回放").await;
    assert_ne!(numbers(desk).await, ["0", "4", "1", "0"], "it is the moment before");
    seen(desk, "wall-replay").await;
    desk.tap("nav a[href$='speed=60']").await;
    desk.arrives("speed=60").await;
    comes_to(desk, ["0", "4", "1", "0"]).await;
    desk.tap(&format!("a[href^='{WALL}/export.html']")).await;
    let file = desk.downloaded("wall-degree-english.html").await;
    desk.goto(&format!("file://{}", file.display())).await.unwrap();
    comes_to(desk, ["0", "4", "1", "0"]).await;
    let first = "const at = document.querySelector('#at'); at.value = at.min; at.dispatchEvent(new Event('input', { bubbles: true }))";
    desk.execute(first, Vec::new()).await.unwrap();
    until("the file shows what was", async || numbers(desk).await != ["0", "4", "1", "0"]).await;
}

/// Where no script runs the page loads itself anew.
async fn without_a_script(desk: &Walker, house: &House, others: &[Hold]) {
    desk.open(WALL).await;
    let address = desk.current_url().await.unwrap().to_string();
    desk.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    desk.devtools("Page.navigate", json!({ "url": address })).await;
    until("the wall without a script", async || left_unscripted(desk).await.as_deref() == Some("0")).await;
    for other in others {
        house.engine.release(&"degree-english".parse().unwrap(), &other.id).await.unwrap();
    }
    until("it loads itself anew", async || left_unscripted(desk).await.as_deref() == Some("2")).await;
    desk.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
}
