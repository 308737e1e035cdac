//! Latency under a load that the server carries well: seven tenths of the best rate, or a given one, open loop, by our
//! own `loadtest`, which counts from the moment when a candidate meant to act.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::process::Command;

use crate::options::Options;
use crate::programs::command;
use crate::programs::server::Site;
use crate::report::Report;

const SHARE: f64 = 0.7;
/// Below this share of what came, the server and the generator beside it were at their end.
const CARRIED: f64 = 0.98;
/// What `loadtest` may take beyond the time in which candidates come: it looks every hold up again.
const GRACE: Duration = Duration::from_secs(120);

/// Measures latencies at the rate that was asked for, else at a share of the best rate.
pub(crate) async fn measure(options: &Options, report: &mut Report, site: &Site, best: f64) -> anyhow::Result<()> {
    let (connections, seconds) = (["--connections", "256"], options.sized(20.0, 6.0));
    let mut rate = options.rate.map_or((best * SHARE).round(), f64::from);
    report.progress(&format!("latency at {rate} holds a second, open loop"));
    let mut figures = open_loop(site, rate, seconds, &connections).await?;
    let carried = figures["throughput"].as_f64().context("loadtest tells no throughput")?;
    if options.rate.is_some() && carried < rate * CARRIED {
        report.note("latency_rps", format!("of {rate} a second that came: no latency that compares with another's"));
    } else if carried < rate * CARRIED {
        // loadtest does more per candidate than wrk and has its cores from this machine: less is left for the server.
        rate = (carried * SHARE).round();
        figures = open_loop(site, rate, seconds, &connections).await?;
    }
    let figure = |name: &str| figures[name].as_f64().with_context(|| format!("loadtest does not tell {name}"));
    report.set("p50_ms", figure("p50_ms")?);
    report.set("p99_ms", figure("p99_ms")?);
    report.set("latency_rps", figure("throughput")?);
    let (lag, cores, errors) = (figure("start_lag_p99_ms")?, figure("generator_cores")?, figure("errors")?);
    report.note(
        "p99_ms",
        format!(
            "{rate} candidates a second came, {errors:.0} errors; the generator used {cores:.2} cores of this machine and \
             was itself late by {lag:.1} ms (p99), which is in p50_ms and p99_ms"
        ),
    );
    Ok(())
}

/// Runs `loadtest api` with holds only; answers its figures. Fails when seats do not add up.
pub(crate) async fn open_loop(site: &Site, rate: f64, seconds: f64, further: &[&str]) -> anyhow::Result<Value> {
    let scratch = tempfile::tempdir()?;
    let results = scratch.path().join("results.json");
    let mut command = Command::new(command::own_program("loadtest")?);
    command.args(["api", "--quiet", "--url", site.url(), "--admin-key-file"]).arg(site.key_file());
    command.args(["--rate", &rate.to_string(), "--seconds", &seconds.to_string()]);
    command.args(["--sittings", "1", "--seats", "10000000", "--hold-seconds", "3600"]);
    command.args(["--confirm", "0%", "--release", "0%"]).args(further).arg("--json").arg(&results);
    command::output(&mut command, Duration::from_secs_f64(seconds) + GRACE).await?;
    let results: Value = serde_json::from_slice(&std::fs::read(&results)?)?;
    let figures = results["figures"].clone();
    ensure!(figures.is_object(), "loadtest wrote no figures");
    Ok(figures)
}
