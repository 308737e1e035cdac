//! A database as the version before left it, with an order in every state, a case in every queue and a message waiting,
//! opens under this one: candidates and staff see over HTTP, signed in, what they saw, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[path = "upgraded/browser.rs"]
mod browser;
#[path = "upgraded/left.rs"]
mod left;
#[path = "upgraded/pages.rs"]
mod pages;
#[path = "upgraded/people.rs"]
mod people;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use browser::Sites;
use left::Left;
use people::Candidate;

/// How long a job may take to go on where the version before had died.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn what_the_version_before_left_is_shown_as_it_was() {
    let left = Box::pin(Left::behind()).await;
    let before = left.counts().await;
    let sites = Sites::open(&left).await;
    until("the confirmation goes on that died", async || left.state_of("confirming").await == "confirmed").await;
    until("the seats of what had ended go back", async || left.count("orders WHERE seats_owed").await == 0).await;

    let after = left.counts().await;
    let kept = |counts: &BTreeMap<&str, i64>, table: &str| counts[table];
    for table in before.keys() {
        // Who finished the confirmation is in the audit.
        let more = i64::from(*table == "audit");
        assert_eq!(kept(&after, table), kept(&before, table) + more, "{table}: nothing is lost, nothing is made up");
    }
    for candidate in &left.candidates {
        pages::of_candidate(&sites, candidate).await;
    }
    pages::of_staff(&sites, &left).await;
    pages::assert_none_lacks();
    until("the message is sent", async || left.message().await == ("order_confirmed".to_owned(), "sent".to_owned()))
        .await;
    // Whoever looked in signed in on another device, and is told of that, too.
    let sent = sites.sent_to(Candidate::of(&left.candidates, "confirmed").mobile).await;
    assert_eq!(sent.iter().filter(|text| text.contains("缴费已确认")).count(), 1, "one message, once: {sent:#?}");
    Box::pin(sites.stop()).await;
}

/// Waits until it is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "{what}: never");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
