//! Logs to the standard error, numbers to `/metrics`.

mod described;

use std::io::IsTerminal;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// How often the recorder folds what histograms gathered, so that they stay small when nobody reads `/metrics`.
const UPKEEP: Duration = Duration::from_secs(5);
/// Upper bounds of every histogram of times, in seconds: from one script call to a slow page.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of how many requests went together.
const BATCH_BUCKETS: [f64; 9] = [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 2048.0, 4096.0, 8192.0];

/// What is logged where `RUST_LOG` does not choose. What tells of attacks has a target of its own.
const DEFAULT_FILTER: &str = "warn,seathold=info,reservation=info,registration=info,embedded=info,security=info";

/// Starts logging: `RUST_LOG` chooses what, by default warnings, our own news, and what tells of attacks.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_terminal).init();
}

/// Starts measuring; the handle renders what was measured. Once per process, inside the runtime.
pub fn measure() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(described::BATCH.to_owned()), &BATCH_BUCKETS)?
        .install_recorder()?;
    described::describe();
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use tracing::{Level, enabled};

    use super::*;

    #[test]
    fn by_default_news_and_what_tells_of_attacks_are_logged_and_no_chatter() {
        let filter = EnvFilter::new(DEFAULT_FILTER);
        let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::sink).finish();
        tracing::subscriber::with_default(logging, || {
            assert!(enabled!(target: "security", Level::INFO), "sign-ins, refusals");
            assert!(enabled!(target: "registration::people", Level::INFO));
            assert!(enabled!(target: "hyper", Level::WARN));
            assert!(!enabled!(target: "hyper", Level::INFO));
            assert!(!enabled!(target: "registration::people", Level::DEBUG));
        });
    }
}
