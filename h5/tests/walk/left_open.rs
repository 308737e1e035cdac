//! Pages that are left open while the session ends: what was typed or chosen stays, and the page says that one must sign
//! in again, with a way that leaves it as it is.

use std::path::PathBuf;

use serde_json::json;
use testkit::{BrowserOptions, Walker};

use crate::identity::{FROM, Office, begin};
use crate::site::{Site, Visitor};
use crate::{coming_back, order_in, picture};

/// Chromium on the site, signed in as this visitor.
async fn open(site: &Site, visitor: &Visitor, path: &str) -> Walker {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = site.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let walker = Walker::start(&url, BrowserOptions::default()).await;
    walker.carry(visitor.cookie.as_deref().unwrap()).await;
    walker.open(path).await;
    walker
}

/// Takes the cookies away, as time does.
async fn end_session(walker: &Walker) {
    assert!(!walker.has("#signed-out:not([hidden])").await);
    walker.devtools("Network.clearBrowserCookies", json!({})).await;
}

/// The page says so, and its way comes back to `path`.
async fn says_that_it_ended(walker: &Walker, path: &str) {
    walker.find_one("#signed-out:not([hidden])").await;
    walker.shows("登录已过期，请重新登录").await;
    let way = walker.find_one("#signed-out a").await;
    let href = way.attr("href").await.unwrap().unwrap();
    let next: String = url_decoded(href.strip_prefix("/sign-in?ended=1&next=").unwrap());
    assert_eq!(next, path);
    assert_eq!(way.attr("target").await.unwrap().as_deref(), Some("_blank"), "beside the page");
}

fn url_decoded(text: &str) -> String {
    text.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=").replace("%26", "&")
}

fn file(site: &Site, name: &str) -> PathBuf {
    let path = site.dir().join(name);
    std::fs::write(&path, picture(600, 400)).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_keeps_what_is_typed_into_a_form_whose_session_has_ended() {
    let (site, candidate) = coming_back::start().await;
    let walker = open(&site, &candidate, coming_back::FORM).await;
    end_session(&walker).await;
    walker.fill("#f-major", "土木工程").await;
    walker
        .execute("document.querySelector('#f-major').dispatchEvent(new Event('change', {bubbles: true}))", vec![])
        .await
        .unwrap();
    says_that_it_ended(&walker, coming_back::FORM).await;
    let typed = walker.find_one("#f-major").await.prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("土木工程"));
    let said = walker.find_one("[data-kept]").await;
    let lost = said.attr("data-lost").await.unwrap().unwrap();
    assert_eq!(said.text().await.unwrap(), lost, "it is not said to be kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_keeps_the_picture_of_a_card_whose_session_has_ended() {
    let office = Office::start().await;
    let mut candidate = office.site.candidate(1).await;
    begin(&mut candidate, "/card").await;
    let path = format!("/me/identity/card{FROM}");
    let walker = open(&office.site, &candidate, &path).await;
    end_session(&walker).await;
    walker.attach("[data-put] input[type=file]", &file(&office.site, "card.png")).await;
    says_that_it_ended(&walker, &path).await;
    assert!(walker.has("[data-put] img[src^='blob:']").await, "it is shown still");
    assert_eq!(walker.path().await, path);
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_says_on_a_receipt_that_waits_that_the_session_has_ended() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    let order = order_in(held.location());
    candidate.upload(&order, &picture(300, 600)).await;
    let path = format!("/orders/{order}/receipt");
    let walker = open(&site, &candidate, &path).await;
    let says = walker.find_one("[data-waits] [role=status]").await;
    assert!(!says.text().await.unwrap().is_empty(), "it asks");
    end_session(&walker).await;
    // As when somebody looks at it again.
    walker.execute("window.dispatchEvent(new Event('focus'))", vec![]).await.unwrap();
    says_that_it_ended(&walker, &path).await;
    assert_eq!(says.text().await.unwrap(), "", "nobody is told anything there any more");
    walker.shows(&order).await;
}
