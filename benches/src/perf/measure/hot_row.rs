//! The usual way to count seats: one row in Postgres that everybody updates. pgbench does it on a private Postgres
//! with the same settings as the product's, every commit on the disk.

use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;
use testkit::{Durability, Fsync, StoresOptions, TestStores};
use tokio::process::Command;

use crate::programs::command;

const UPDATE: &str = "UPDATE seats SET free = free - 1 WHERE id = 1 AND free > 0;\n";
/// Numbers of clients that are tried; the best one stays.
const CLIENTS: [u32; 3] = [1, 4, 16];

/// A Postgres with one row.
#[derive(Debug)]
pub(crate) struct HotRow {
    stores: TestStores,
    script: TempDir,
    clients: u32,
}

impl HotRow {
    /// Starts Postgres and finds the number of clients that carries most.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let stores = TestStores::start_with(StoresOptions { redis: Fsync::Off, postgres: Durability::Full }).await;
        let client = stores.pool().get().await?;
        client.batch_execute("CREATE TABLE seats (id int PRIMARY KEY, free int NOT NULL)").await?;
        client.batch_execute("INSERT INTO seats VALUES (1, 2000000000)").await?;
        let script = tempfile::tempdir()?;
        std::fs::write(script.path().join("update.sql"), UPDATE)?;
        let mut hot_row = Self { stores, script, clients: CLIENTS[0] };
        let mut best = (0.0, CLIENTS[0]);
        for clients in CLIENTS {
            hot_row.clients = clients;
            let rate = hot_row.updates_per_second(Duration::from_secs(1)).await?;
            if rate > best.0 {
                best = (rate, clients);
            }
        }
        hot_row.clients = best.1;
        Ok(hot_row)
    }

    /// Committed updates of the row per second.
    pub(crate) async fn updates_per_second(&self, span: Duration) -> anyhow::Result<f64> {
        let (seconds, clients) = (span.as_secs().max(1).to_string(), self.clients.to_string());
        let mut command = Command::new(command::program("pgbench")?);
        command.args([
            "-n",
            "-M",
            "prepared",
            "-T",
            &seconds,
            "-c",
            &clients,
            "-j",
            if self.clients > 1 { "2" } else { "1" },
        ]);
        command.arg("-f").arg(self.script.path().join("update.sql")).arg(self.stores.postgres_url());
        let text = command::output(&mut command, span + Duration::from_secs(30)).await?;
        rate(&text).with_context(|| format!("pgbench said something unexpected: {text}"))
    }

    /// How it was measured.
    pub(crate) fn note(&self) -> String {
        format!("pgbench -M prepared with {} clients, the best of {CLIENTS:?}", self.clients)
    }
}

/// `tps = 1670.123456 (without initial connection time)`.
fn rate(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with("tps = ") && !line.contains("including"))?;
    line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_without_connecting_is_read_of_old_and_new_versions() {
        let old = "tps = 90.0 (including connections establishing)\ntps = 100.5 (excluding connections establishing)\n";
        assert_eq!(rate(old), Some(100.5));
        assert_eq!(rate("latency average = 1 ms\ntps = 1670.12 (without initial connection time)\n"), Some(1_670.12));
        assert_eq!(rate("pgbench: error"), None);
    }
}
