//! Two thousand candidates race for five hundred seats of the real server, and one of its three processes is killed
//! in the middle: never more than the capacity, every answer kept, and the ledger equals Redis.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use redis::AsyncCommands;
use serde_json::{Value, json};
use testkit::ServedApp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CANDIDATES: usize = 2_000;
const SEATS: usize = 500;
const HOLDS: &str = "/api/v1/exams/rush/holds";

/// Where to ask, as whom.
#[derive(Clone)]
struct Door {
    address: String,
    key: String,
}

impl Door {
    fn of(app: &ServedApp) -> Self {
        Self { address: app.url().trim_start_matches("http://").to_owned(), key: app.api_key("admin") }
    }

    /// One request over a connection of its own; an error when the server is not there or breaks off.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> std::io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (address, key, length) = (&self.address, &self.key, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
             content-length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        Ok((status, serde_json::from_str(body).unwrap_or(Value::Null)))
    }

    /// Asks until there is an answer, as a page would.
    async fn persist(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        for _ in 0..1_200 {
            match self.ask(method, path, body).await {
                Ok((status, body)) if status != 503 && status != 429 => return (status, body),
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        panic!("no answer for two minutes");
    }

    /// The hold that candidate `n` got; `None` when the sitting was full.
    async fn candidate(&self, n: usize) -> Option<String> {
        tokio::time::sleep(Duration::from_millis((n / 2) as u64)).await;
        let body = json!({"candidate": format!("c{n}"), "sittings": ["s"]});
        let (status, reply) = self.persist("POST", HOLDS, &body).await;
        if status == 409 {
            assert_eq!(reply["code"], "full");
            return None;
        }
        assert!(matches!(status, 200 | 201), "{status} {reply}");
        let hold = reply["holds"][0]["id"].as_str().unwrap().to_owned();
        if n.is_multiple_of(2) {
            let reference = json!({"reference": format!("order-{n}")});
            let (status, reply) = self.persist("POST", &format!("{HOLDS}/{hold}/confirm"), &reference).await;
            assert_eq!((status, &reply["state"]), (200, &json!("confirmed")), "{reply}");
        }
        Some(hold)
    }
}

/// Holds in Redis and in the ledger, as ids with their state.
async fn both_sides(app: &ServedApp) -> [BTreeSet<String>; 2] {
    let url = embedded::Redis::url_in(&app.data().join("redis")).unwrap();
    let client = redis::Client::open(url).unwrap();
    let taken: Vec<(String, String)> =
        client.get_multiplexed_async_connection().await.unwrap().hgetall("seat:{rush}:taken").await.unwrap();
    // What was given back stands there until its deadline, and has no seat.
    let live = taken.into_iter().filter(|(_, value)| !value.starts_with('r'));
    let in_redis = live.map(|(field, value)| {
        let (head, rest) = value.split_once(' ').unwrap();
        let generation: i64 = rest.split_once(' ').unwrap().0.parse().unwrap();
        format!("{} {}.{}.{generation:x}", &head[..1], field.split_once(':').unwrap().0, &head[1..])
    });
    let url = embedded::Postgres::url_in(&app.data().join("postgres")).unwrap();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let rows = client
        .query(
            "SELECT left(state, 1) || ' ' || candidate || '.' || sitting || '.' || to_hex(generation)
             FROM reservation.holds WHERE exam = 'rush' AND state IN ('held', 'frozen', 'confirmed')",
            &[],
        )
        .await
        .unwrap();
    [in_redis.collect(), rows.iter().map(|row| row.get(0)).collect()]
}

async fn rush_while(victim: &str) {
    let mut app = ServedApp::start().await;
    let door = Door::of(&app);
    door.persist("PUT", "/api/v1/exams/rush", &json!({"title": "Rush", "hold_seconds": 900})).await;
    let sitting = json!({"title": "S", "capacity": SEATS});
    door.persist("PUT", "/api/v1/exams/rush/sittings/s", &sitting).await;

    let racing = tokio::spawn({
        let door = door.clone();
        async move { join_all((0..CANDIDATES).map(|n| door.candidate(n))).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    match victim {
        "redis" => kill(app.redis_pid()),
        "postgres" => kill(app.postgres_pid()),
        _ => {
            app.kill().await;
            app.start_again().await;
        }
    }
    let told: BTreeSet<String> = racing.await.unwrap().into_iter().flatten().collect();

    assert_eq!(told.len(), SEATS, "all seats are given out, none twice");
    let (_, list) = door.persist("GET", "/api/v1/exams/rush/sittings", &Value::Null).await;
    assert_eq!(list[0]["free"], 0);
    for wait in 0.. {
        let [in_redis, in_ledger] = both_sides(&app).await;
        let live: BTreeSet<String> = in_redis.iter().map(|hold| hold[2..].to_owned()).collect();
        assert_eq!(live, told, "what candidates were told is what Redis has");
        if in_redis == in_ledger {
            break;
        }
        assert!(wait < 1_200, "ledger and Redis disagree");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(app.stop().await.success());
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_killed_in_the_rush() {
    rush_while("server").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_killed_in_the_rush() {
    rush_while("redis").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_killed_in_the_rush() {
    rush_while("postgres").await;
}
