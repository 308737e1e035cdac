//! The served product: the release binary with its private stores, as `seathold serve` runs it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};
use testkit::{AppOptions, ServedApp};

/// Every exam of ours has one sitting of so many seats: the most that a sitting may have.
const SEATS: u32 = reservation::sitting::CAPACITY_MAX;
const HOLD_SECONDS: u32 = 3_600;
/// More a second than anybody can ask here.
const BEYOND: [(&str, &str); 2] = [("limit-address", "10000000"), ("limit-key", "10000000")];
const POLL: Duration = Duration::from_millis(50);
/// When no row came for so long, none will.
const QUIET: Duration = Duration::from_secs(2);
/// The ledger must have caught up by then.
const DRAIN_MAX: Duration = Duration::from_secs(120);

/// A running site with the demo's exams and keys; it ends with this.
#[derive(Debug)]
pub(crate) struct Site {
    app: ServedApp,
    key: String,
    http: reqwest::Client,
    /// What was counted when the ledger last had everything.
    even: Cell<Counters>,
}

/// What the server counts, of which we make use.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    /// Rows that the ledger has taken.
    pub(crate) rows: f64,
    /// Script calls of `hold`, and requests in them.
    pub(crate) calls: f64,
    /// Requests, counted as `calls` are.
    pub(crate) requests: f64,
}

impl Site {
    /// The sitting of every exam of ours.
    pub(crate) const SITTING: &'static str = "s";

    /// Starts the site; it takes so many connections, and as many streams. One caller with one key is the crowd here,
    /// so the limits by key and address count as ever, but are out of reach.
    pub(crate) async fn start(connections: usize) -> anyhow::Result<Self> {
        let connections = connections.to_string();
        let most = connections.as_str();
        let bounds =
            [("connections", most), ("connections-per-address", most), ("streams", most), BEYOND[0], BEYOND[1]];
        let arguments = bounds.into_iter().flat_map(|(name, value)| [format!("--{name}"), value.to_owned()]).collect();
        let options = AppOptions { arguments, on_disk: true, ..AppOptions::default() };
        let app = ServedApp::start_with(options).await;
        let key = app.api_key("admin");
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { app, key, http, even: Cell::default() })
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        self.app.url()
    }

    /// The admin key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The file that the admin key is in.
    pub(crate) fn key_file(&self) -> std::path::PathBuf {
        self.app.data().join("api-key-admin")
    }

    /// The server's process, its Redis, its Postgres.
    pub(crate) fn pids(&self) -> [u32; 3] {
        [self.app.pid(), self.app.redis_pid(), self.app.postgres_pid()]
    }

    /// Makes an exam with one sitting of ten million seats.
    pub(crate) async fn add_exam(&self, exam: &str, acknowledge: &str) -> anyhow::Result<()> {
        let body = json!({"title": exam, "hold_seconds": HOLD_SECONDS, "acknowledge": acknowledge});
        self.put(&format!("/api/v1/exams/{exam}"), &body).await?;
        self.add_sitting(exam, Self::SITTING, SEATS).await
    }

    /// Adds a sitting to an exam.
    pub(crate) async fn add_sitting(&self, exam: &str, sitting: &str, seats: u32) -> anyhow::Result<()> {
        let body = json!({"title": sitting, "capacity": seats});
        self.put(&format!("/api/v1/exams/{exam}/sittings/{sitting}"), &body).await
    }

    /// Takes one seat for one candidate.
    pub(crate) async fn hold(&self, exam: &str, candidate: &str) -> anyhow::Result<()> {
        let body = json!({"candidate": candidate, "sittings": [Self::SITTING]});
        let url = format!("{}/api/v1/exams/{exam}/holds", self.url());
        self.send(self.http.post(url), &body).await
    }

    async fn put(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        self.send(self.http.put(format!("{}{path}", self.url())), body).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, body: &Value) -> anyhow::Result<()> {
        let answer = request.bearer_auth(&self.key).json(body).send().await?;
        let (status, url) = (answer.status(), answer.url().clone());
        ensure!(status.is_success(), "{url} answered {status}: {}", answer.text().await.unwrap_or_default());
        Ok(())
    }

    /// A page or file as plain text, as the key's owner sees it.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        let answer =
            self.http.get(format!("{}{path}", self.url())).bearer_auth(&self.key).send().await?.error_for_status()?;
        Ok(answer.text().await?)
    }

    /// What the server has counted so far.
    pub(crate) async fn counters(&self) -> anyhow::Result<Counters> {
        let text = self.text("/metrics").await?;
        let values = samples(&text);
        // What never happened is not told.
        let value = |name: &str| values.get(name).copied().unwrap_or_default();
        Ok(Counters {
            rows: value("seathold_ledger_rows_total"),
            calls: value("seathold_batch_requests_count{script=\"hold\"}"),
            requests: value("seathold_batch_requests_sum{script=\"hold\"}"),
        })
    }

    /// How many holds the ledger does not have yet, those on their way to Redis included. The server's own gauge of
    /// the lag would not do: pools share it, and an idle one says that nothing is late.
    pub(crate) fn behind(&self, now: Counters) -> f64 {
        let even = self.even.get();
        ((now.requests - even.requests) - (now.rows - even.rows)).max(0.0)
    }

    /// Waits until the ledger has everything; answers how long after the call its last row came.
    pub(crate) async fn drained(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let (mut rows, mut grew) = (self.counters().await?.rows, Duration::ZERO);
        let now = loop {
            let now = self.counters().await?;
            if now.rows > rows {
                (rows, grew) = (now.rows, began.elapsed());
            }
            // Somebody who asked twice has one row: then nobody waits for a second one.
            if self.behind(now) < 1.0 || began.elapsed() > grew + QUIET {
                break now;
            }
            ensure!(began.elapsed() < DRAIN_MAX, "the ledger has not caught up within {DRAIN_MAX:?}");
            tokio::time::sleep(POLL).await;
        };
        self.even.set(now);
        Ok(grew)
    }
}

/// Prometheus's text format as name (with labels) and value.
fn samples(text: &str) -> BTreeMap<&str, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_with_their_labels() {
        let text = "# TYPE a counter\na 3\nb_sum{script=\"hold\"} 2.5\n\n";
        assert_eq!(samples(text), BTreeMap::from([("a", 3.0), ("b_sum{script=\"hold\"}", 2.5)]));
    }
}
