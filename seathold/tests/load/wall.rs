//! At the end of a rush the wall, `/metrics`, the load test's report, the ledger and Redis say the same, to the seat.

use std::collections::BTreeMap;
use std::time::Duration;

use embedded::{Postgres, Redis};
use loadtest::measured::record::{Operation, Outcome as Measured};
use loadtest::measured::results::Results;
use redis::AsyncCommands;
use serde_json::Value;
use testkit::ServedApp;
use tokio_postgres::{Client, NoTls};

/// Seats left, held, frozen and confirmed in all, and how often seats were asked for, by what became of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    seats: [i64; 4],
    asked: BTreeMap<String, u64>,
}

/// The order in which the wall keeps what became of requests.
const OUTCOMES: [&str; 8] = ["given", "kept", "full", "elsewhere", "closed", "not_admitted", "unclear", "failed"];

async fn ledger(app: &ServedApp) -> Client {
    let url = Postgres::url_in(&app.data().join("postgres")).unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The newest second of the wall, and the sums of its sittings.
async fn on_the_wall(client: &Client, exam: &str) -> Option<Said> {
    let newest = "SELECT totals::text, (SELECT detail::text FROM registration.wall_seconds
             WHERE exam = $1 AND detail IS NOT NULL ORDER BY at DESC LIMIT 1)
         FROM registration.wall_seconds WHERE exam = $1 ORDER BY at DESC LIMIT 1";
    let row = client.query_opt(newest, &[&exam]).await.unwrap()?;
    let totals: Value = serde_json::from_str(row.get(0)).unwrap();
    let detail: Value = serde_json::from_str(row.get(1)).unwrap();
    let seats = ["left", "held", "frozen", "confirmed"].map(|state| totals[state].as_i64().unwrap());
    let sittings = detail["sittings"].as_array().unwrap();
    let of_sittings = [2, 3, 4, 5].map(|at| sittings.iter().map(|sitting| sitting[at].as_i64().unwrap()).sum::<i64>());
    assert_eq!(seats, of_sittings, "the sums are those of the sittings");
    let lapses = detail["lapses"].as_array().unwrap();
    assert_eq!(
        lapses.iter().map(|one| one[1].as_i64().unwrap()).sum::<i64>(),
        seats[1],
        "each held seat may come back"
    );
    let counts = totals["asked"].as_array().into_iter().flatten().map(|count| count.as_u64().unwrap());
    let asked = OUTCOMES.iter().zip(counts).filter(|(_, count)| *count > 0);
    Some(Said { seats, asked: asked.map(|(outcome, count)| ((*outcome).to_owned(), count)).collect() })
}

/// The same of the ledger.
async fn in_the_ledger(client: &Client, exam: &str) -> [i64; 4] {
    let counted = "SELECT (SELECT sum(capacity) FROM reservation.sittings WHERE exam = $1)::bigint - count(*),
             count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'frozen'),
             count(*) FILTER (WHERE state = 'confirmed')
         FROM reservation.holds WHERE exam = $1 AND state IN ('held', 'frozen', 'confirmed')";
    let row = client.query_one(counted, &[&exam]).await.unwrap();
    [0, 1, 2, 3].map(|at| row.get(at))
}

/// The same of Redis.
async fn in_redis(app: &ServedApp, exam: &str) -> [i64; 4] {
    let client = redis::Client::open(Redis::url_in(&app.data().join("redis")).unwrap()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let free: BTreeMap<String, i64> = redis.hgetall(format!("seat:{{{exam}}}:free")).await.unwrap();
    let taken: BTreeMap<String, String> = redis.hgetall(format!("seat:{{{exam}}}:taken")).await.unwrap();
    let of = |letter: char| i64::try_from(taken.values().filter(|value| value.starts_with(letter)).count()).unwrap();
    [free.values().sum(), of('h'), of('f'), of('c')]
}

/// What `/metrics` counts.
async fn in_metrics(app: &ServedApp, exam: &str) -> BTreeMap<String, u64> {
    let text = app.caller().call("GET", "/metrics", &Value::Null).await.unwrap().body;
    let start = format!("seathold_seats_asked_total{{exam=\"{exam}\",outcome=\"");
    let counted = text.lines().filter_map(|line| line.strip_prefix(&start)?.split_once("\"} "));
    counted.map(|(outcome, count)| (outcome.to_owned(), count.parse().unwrap())).collect()
}

/// What the load test itself was answered.
fn in_the_report(results: &Results) -> BTreeMap<String, u64> {
    let outcomes = &results.measured.operations[&Operation::Hold].outcomes;
    let words = [
        (Measured::Given, "given"),
        (Measured::Full, "full"),
        (Measured::NotOpen, "closed"),
        (Measured::NotAdmitted, "not_admitted"),
    ];
    let count = |(outcome, word): (Measured, &str)| Some((word.to_owned(), *outcomes.get(&outcome)?));
    words.into_iter().filter_map(count).filter(|(_, count)| *count > 0).collect()
}

/// Waits for the wall's next seconds, at most ten, and then compares all of them.
pub(crate) async fn assert_everybody_says_the_same(app: &ServedApp, results: &Results) {
    let (client, exam) = (ledger(app).await, &results.parameters.exam);
    let seats = in_the_ledger(&client, exam).await;
    assert_eq!(in_redis(app, exam).await, seats, "Redis and the ledger");
    let expected = Said { seats, asked: in_the_report(results) };
    let mut said = None;
    for _ in 0..600 {
        said = on_the_wall(&client, exam).await;
        if said.as_ref() == Some(&expected) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(said, Some(expected), "the wall, and the ledger with the report");
    assert_eq!(in_metrics(app, exam).await, in_the_report(results), "/metrics and the report");
}
