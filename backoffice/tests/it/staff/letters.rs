//! Invitations by mail: the link goes to an address that is kept nowhere; where no letter went, it is handed over.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use http::StatusCode;
use registration::desk::staff::Role;
use sandbox::Sandbox;
use serde_json::Value;

use super::between;
use crate::house::{House, until};

const INVITE: &str = "/staff/invite";

/// The text of the letter that came there; empty as long as none has.
fn letter_to(sandbox: &str, address: &str) -> String {
    let mut stream = TcpStream::connect(sandbox).unwrap();
    write!(stream, "GET /outbox.json HTTP/1.1\r\nhost: {sandbox}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let all: Vec<Value> = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let letter = all.iter().find(|message| message["to"] == address);
    letter.and_then(|letter| letter["text"].as_str()).unwrap_or_default().to_owned()
}

/// In how many lines of the audit, and of what leaves, an address stands.
async fn kept(house: &House) -> i64 {
    let lines =
        "SELECT (SELECT count(*) FROM registration.audit WHERE concat(subject, detail, seen) LIKE '%example.org%')
        + (SELECT count(*) FROM registration.outbox WHERE outbox::text LIKE '%example.org%')";
    house.stores.pool().get().await.unwrap().query_one(lines, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_goes_by_mail_or_is_handed_over() {
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let at = sandbox.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut house = House::open_with(sandbox.gateways().unwrap()).await;
    house.hire("chief", Role::Administrator).await;
    house.sign_in("chief").await;
    assert!(house.get("/staff").await.2.contains("name=\"email\""));

    // What is no address invites nobody.
    let (status, _, page) = house.post(INVITE, "name=wang.fang&role=finance&email=nobody").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("value=\"nobody\""), "{page}");
    assert!(!page.contains("href=\"/staff/wang.fang\""), "{page}");

    let (status, _, page) = house.post(INVITE, "name=wang.fang&role=finance&email=fang.wang%40example.org").await;
    assert!(status == StatusCode::OK && page.contains("fa***@example.org"), "{page}");
    assert!(page.contains("href=\"/staff/wang.fang\"") && !page.contains("/join?token="), "{page}");
    let mut letter = String::new();
    until("the letter", async || {
        letter = letter_to(&at, "fang.wang@example.org");
        !letter.is_empty()
    })
    .await;
    assert!(letter.contains("wang.fang") && letter.contains("3 天"), "{letter}");
    let path = between(&letter, "http://staff.example.edu", "\n").trim().to_owned();
    let (status, _, page) = house.by("nobody").get(&path).await;
    assert!(status == StatusCode::OK && page.contains("wang.fang"), "{path}: {page}");
    assert_eq!(kept(&house).await, 0, "nowhere is it kept where it went");

    // Nobody takes letters any more: somebody is invited all the same, and the link is shown.
    sandbox.stop().await;
    let (status, _, page) = house.by("chief").post(INVITE, "name=li.na&role=finance&email=na.li%40example.org").await;
    assert!(status == StatusCode::OK && page.contains("没能确认邮件已经发出"), "{page}");
    let path = between(&page, "value=\"http://staff.example.edu", "\"").to_owned();
    let (status, _, page) = house.by("nobody").get(&path).await;
    assert!(status == StatusCode::OK && page.contains("li.na"), "{path}: {page}");
    assert_eq!(kept(&house).await, 0);
}
