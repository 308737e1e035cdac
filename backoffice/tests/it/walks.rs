//! Walks through the staff's pages in a real browser: what other tests ask over HTTP is typed, tapped and looked at here, at a desk and at
//! the width of a phone.

mod exams;
mod imports;
mod keys;
mod others;
mod people;
mod wall;

use axum::{Extension, Router};
use httpkit::limits::ClientAddress;
use serde_json::{Value, json};
use testkit::{BrowserOptions, Device, Walker};
use tokio::net::TcpListener;

use crate::house::House;

/// A desk's screen, and a phone's: width and height in points.
const DESK: (u32, u32) = (1280, 800);
const PHONE: (u32, u32) = (390, 844);
/// No picture of a page is higher.
const HEIGHT_MAX: u64 = 2_400;

/// Where pages will be served to a browser, under a name: no passkey is for an address.
async fn bound() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, url)
}

/// Serves pages to a browser.
async fn served(pages: Router) -> String {
    let (listener, url) = bound().await;
    serve(listener, pages);
    url
}

fn serve(listener: TcpListener, pages: Router) {
    let pages = pages.layer(Extension(ClientAddress([127, 0, 0, 1].into())));
    tokio::spawn(async move { axum::serve(listener, pages).await });
}

/// A browser before the house's pages, in which nobody has signed in.
async fn begun(house: &House) -> Walker {
    let url = served(house.router()).await;
    before(&url).await
}

/// A browser before the pages at this address.
async fn before(url: &str) -> Walker {
    Walker::start(url, BrowserOptions { device: Device::Desk, ..Default::default() }).await
}

/// Types name and password, on the way to a page.
async fn signs_in(desk: &Walker, name: &str, page: &str) {
    desk.open(&format!("/sign-in?next={page}")).await;
    desk.fill("#name", name).await;
    desk.fill("#password", "a long password").await;
    desk.tap("main form button[type=submit]").await;
    desk.leaves("/sign-in").await;
}

/// Whose the browser is now: its cookies, as a request sends them.
async fn cookies(desk: &Walker) -> String {
    let all = desk.devtools("Network.getCookies", json!({})).await;
    let pair = |one: &Value| format!("{}={}", one["name"].as_str().unwrap(), one["value"].as_str().unwrap());
    all["cookies"].as_array().unwrap().iter().map(pair).collect::<Vec<_>>().join("; ")
}

/// From now on it is the browser of somebody who was never here.
async fn anew(desk: &Walker) {
    desk.devtools("Network.clearBrowserCookies", json!({})).await;
}

/// The page at a desk and on a phone, as pictures: nothing keeps anybody out, and nothing stands outside of the screen.
async fn seen(desk: &mut Walker, name: &str) {
    screen(desk, DESK, false).await;
    desk.looks(&format!("desk-{name}")).await;
    screen(desk, PHONE, true).await;
    let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let over = desk.execute(over, Vec::new()).await.unwrap().as_i64().unwrap();
    desk.screenshot(&format!("desk-{name}-390")).await;
    assert!(over <= 0, "{name} is {over} points too wide for a phone: {}", desk.path().await);
    screen(desk, DESK, false).await;
}

/// A screen as wide as that, and high enough for the page.
async fn screen(desk: &Walker, (width, least): (u32, u32), is_phone: bool) {
    let metrics = |height: u64| {
        let scale = if is_phone { 2 } else { 1 };
        json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone })
    };
    desk.devtools("Emulation.setDeviceMetricsOverride", metrics(least.into())).await;
    let height = desk.execute("return document.documentElement.scrollHeight", Vec::new()).await.unwrap();
    let height = height.as_u64().unwrap().clamp(least.into(), HEIGHT_MAX);
    desk.devtools("Emulation.setDeviceMetricsOverride", metrics(height)).await;
}

/// The text of an element, or the value of a field.
async fn read(desk: &Walker, css: &str) -> String {
    desk.find_one(css).await;
    let script = "const it = document.querySelector(arguments[0]); return it.value ?? it.textContent";
    desk.execute(script, vec![json!(css)]).await.unwrap().as_str().unwrap().trim().to_owned()
}

/// Enters a day or a moment, which browsers write as their language does.
async fn enters(desk: &Walker, css: &str, value: &str) {
    desk.find_one(css).await;
    let script = "document.querySelector(arguments[0]).value = arguments[1]";
    desk.execute(script, vec![json!(css), json!(value)]).await.unwrap();
}

/// Marks the page, to tell afterwards whether it was left.
async fn mark(desk: &Walker) {
    desk.execute("window.isSame = true", Vec::new()).await.unwrap();
}

/// Is it the page still that was marked?
async fn is_same(desk: &Walker) -> bool {
    desk.execute("return window.isSame === true", Vec::new()).await.unwrap() == json!(true)
}
