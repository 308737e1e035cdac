//! Everything that is compared takes turns: round after round the same things, each for a few seconds, so that a
//! ratio compares what the machine did within the same minute. Then latency at seven tenths of the best rate.

use anyhow::{Context, ensure};

use crate::measure::engine;
use crate::measure::evalsha;
use crate::measure::hot_row::HotRow;
use crate::measure::latency;
use crate::measure::ledger;
use crate::options::Options;
use crate::programs::generator::{Generator, Seen};
use crate::programs::server::Site;
use crate::report::Report;
use crate::rounds::Rounds;

/// Connections that are tried for the best rate. Calls under way at once are bounded, so more of them make
/// larger batches and no more.
const CONNECTIONS: [usize; 3] = [64, 256, 512];
/// With the ledger's acknowledgement each request waits for a commit, so more of them must wait at once.
const LEDGER_CONNECTIONS: usize = 1_024;
/// Pairs of figures whose ratio is a figure.
const RATIOS: [(&str, &str, &str); 6] = [
    ("hold_over_hello", "hold_rps", "hello_rps"),
    ("engine_over_evalsha", "engine_hps_256", "evalsha_rps"),
    ("ledger_ack_over_hold", "ledger_ack_rps", "hold_rps"),
    ("hold_over_pg_hot_row", "hold_rps", "pg_hot_row_tps"),
    ("engine_over_pg_hot_row", "engine_hps_256", "pg_hot_row_tps"),
    ("sync_over_hold", "sync_rows_per_s", "hold_rps"),
];

/// The exams of the site.
const DEFAULT: &str = "perf";
const LEDGER: &str = "perf-ledger";

/// What takes turns.
struct Contest<'a> {
    options: &'a Options,
    generator: Generator,
    site: Site,
    hot_row: HotRow,
    connections: usize,
    rounds: Rounds,
}

/// Measures all of it.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    report.progress("starting the site and its stores");
    let site = Site::start(4_096).await?;
    site.add_exam(DEFAULT, "redis").await?;
    site.add_exam(LEDGER, "ledger").await?;
    let generator = Generator::new()?;
    report.progress("looking for the number of connections that carries most");
    let connections = best_connections(options, &site, &generator).await?;
    let hot_row = HotRow::start().await?;
    let mut contest = Contest { options, generator, site, hot_row, connections, rounds: Rounds::default() };
    for round in 1..=options.rounds() {
        let count = options.rounds();
        report.progress(&format!("round {round} of {count}: hello, hold, hold acknowledged by the ledger"));
        contest.over_http().await?;
        report.progress(&format!("round {round} of {count}: one hot row in Postgres, rows into the ledger"));
        contest.in_postgres().await?;
        report.progress(&format!("round {round} of {count}: one EVALSHA per hold, then 32, 256, 8,000 holds a call"));
        contest.in_redis().await?;
    }
    contest.tell(report);
    let best = contest.rounds.median("hold_rps").context("holds were measured")?;
    latency::measure(options, report, &contest.site, best).await
}

/// The number of connections with the best rate, of those that are tried.
async fn best_connections(options: &Options, site: &Site, generator: &Generator) -> anyhow::Result<usize> {
    let mut best = (0.0, CONNECTIONS[0]);
    for connections in CONNECTIONS {
        let seen = generator.hold(site, DEFAULT, connections, options.turn().min(std::time::Duration::from_secs(2)));
        let rate = seen.await?.clean("holds over HTTP")?.per_second;
        if rate > best.0 {
            best = (rate, connections);
        }
        site.drained().await?;
    }
    Ok(best.1)
}

impl Contest<'_> {
    async fn over_http(&mut self) -> anyhow::Result<()> {
        let (site, turn) = (&self.site, self.options.turn());
        let hello = self.generator.get(&format!("{}/healthz", site.url()), self.connections, turn).await?;
        self.rounds.push("hello_rps", hello.per_second);

        let before = site.counters().await?;
        let held = self.held(DEFAULT, self.connections).await?;
        let after = site.counters().await?;
        self.rounds.push("hold_rps", held.per_second);
        ensure!(
            after.calls > before.calls,
            "/metrics does not count the calls of hold, so nobody can say if the ledger keeps up"
        );
        self.rounds.push("hold_batch", (after.requests - before.requests) / (after.calls - before.calls));
        self.rounds.push("hold_ledger_lag_s", site.behind(after) / held.per_second);
        self.rounds.push("hold_drain_s", site.drained().await?.as_secs_f64());

        let acknowledged = self.held(LEDGER, LEDGER_CONNECTIONS).await?;
        self.rounds.push("ledger_ack_rps", acknowledged.per_second);
        site.drained().await?;
        Ok(())
    }

    async fn held(&self, exam: &str, connections: usize) -> anyhow::Result<Seen> {
        self.generator.hold(&self.site, exam, connections, self.options.turn()).await?.clean("holds over HTTP")
    }

    async fn in_postgres(&mut self) -> anyhow::Result<()> {
        self.rounds.push("pg_hot_row_tps", self.hot_row.updates_per_second(self.options.turn()).await?);
        let batch = self.rounds.median("hold_batch").unwrap_or(1.0).round().clamp(1.0, 256.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 256")]
        let batch = batch as usize;
        let rows = self.options.sized(200_000, 40_000);
        self.rounds.push("sync_rows_per_s", ledger::rows_per_second(rows, batch).await);
        self.rounds.push("sync_rows_per_s_256", ledger::rows_per_second(rows, 256).await);
        Ok(())
    }

    async fn in_redis(&mut self) -> anyhow::Result<()> {
        self.rounds.push("evalsha_rps", evalsha::holds_per_second(self.options.turn()).await?);
        for (key, batch, holds) in [
            ("engine_hps_32", 32, self.options.sized(640_000, 256_000)),
            ("engine_hps_256", 256, self.options.sized(1_536_000, 512_000)),
            ("engine_hps_8000", 8_000, self.options.sized(1_920_000, 640_000)),
        ] {
            self.rounds.push(key, engine::holds_per_second(batch, holds).await);
        }
        Ok(())
    }

    fn tell(&self, report: &mut Report) {
        for figure in crate::figures::FIGURES {
            // Of a backlog the worst counts, of everything else the middle.
            let is_backlog = ["hold_ledger_lag_s", "hold_drain_s"].contains(&figure.key);
            let value = if is_backlog { self.rounds.max(figure.key) } else { self.rounds.median(figure.key) };
            report.set_some(figure.key, value);
        }
        for (ratio, over, under) in RATIOS {
            report.set_some(ratio, self.rounds.ratio(over, under));
        }
        report.spread(&self.rounds);
        let connections = self.connections;
        report
            .note("hold_rps", format!("with {connections} connections, the best of {CONNECTIONS:?}; so is hello_rps"));
        report.note("ledger_ack_rps", format!("with {LEDGER_CONNECTIONS} connections"));
        report.note("pg_hot_row_tps", self.hot_row.note());
    }
}
