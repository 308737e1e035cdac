//! wrk: a light closed-loop generator. Each connection asks again as soon as it has its answer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use crate::programs::command;
use crate::programs::server::Site;

const GET: &str = include_str!("../get.wrk");
const HOLD: &str = include_str!("../hold.wrk");
/// What wrk may take beyond its span.
const GRACE: Duration = Duration::from_secs(30);

/// wrk with its scripts.
#[derive(Debug)]
pub(crate) struct Generator {
    wrk: PathBuf,
    scripts: TempDir,
    /// Names each run, so that no candidate comes twice.
    runs: AtomicU64,
}

/// What a run saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    /// Good answers per second.
    pub(crate) per_second: f64,
    /// Answers of 400 and above.
    pub(crate) refused: u64,
    /// Connections that broke.
    pub(crate) broken: u64,
    /// How many answers were good.
    pub(crate) good: u64,
}

impl Seen {
    /// An error when more than one in a thousand went wrong: such a rate means something else.
    pub(crate) fn clean(self, what: &str) -> anyhow::Result<Self> {
        let wrong = self.refused + self.broken;
        ensure!(
            wrong * 1_000 <= self.good,
            "{what}: {} were answered well, {} refused, {} connections broke",
            self.good,
            self.refused,
            self.broken
        );
        Ok(self)
    }
}

impl Generator {
    /// Finds wrk and puts its scripts where it can read them.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let wrk = command::program("wrk")?;
        let scripts = tempfile::tempdir()?;
        std::fs::write(scripts.path().join("get"), GET)?;
        std::fs::write(scripts.path().join("hold"), format!("{HOLD}\n{GET}"))?;
        Ok(Self { wrk, scripts, runs: AtomicU64::new(0) })
    }

    /// Asks for a page over and over, as a browser that understands compression.
    pub(crate) async fn get(&self, url: &str, connections: usize, span: Duration) -> anyhow::Result<Seen> {
        let mut command = self.command("get", connections, span);
        command.args(["-H", "Accept-Encoding: br, gzip", url]);
        run(&mut command, span).await?.clean(url)
    }

    /// Takes a seat for one new candidate after the other. What was refused is not counted, and no error here.
    pub(crate) async fn hold(
        &self,
        site: &Site,
        exam: &str,
        connections: usize,
        span: Duration,
    ) -> anyhow::Result<Seen> {
        let word = format!("p{:x}r{}", std::process::id(), self.runs.fetch_add(1, Ordering::Relaxed));
        let mut command = self.command("hold", connections, span);
        command.arg(site.url()).arg("--");
        command.arg(format!("/api/v1/exams/{exam}/holds")).arg(site.key()).arg(word).arg(Site::SITTING);
        run(&mut command, span).await
    }

    fn command(&self, script: &str, connections: usize, span: Duration) -> Command {
        let mut command = Command::new(&self.wrk);
        // One thread: more of them would only take turns with the server on two cores.
        command.args(["-t1", "-s"]).arg(self.scripts.path().join(script));
        command.arg(format!("-c{connections}")).arg(format!("-d{}", span.as_secs().max(1)));
        command
    }
}

async fn run(command: &mut Command, span: Duration) -> anyhow::Result<Seen> {
    let text = command::output(command, span + GRACE).await?;
    seen(&text).with_context(|| format!("wrk said something unexpected: {text}"))
}

/// Reads the line of `get.wrk`.
fn seen(text: &str) -> Option<Seen> {
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "))?;
    let value = |name: &str| -> Option<u64> {
        line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?.parse().ok()
    };
    let (answers, refused) = (value("answers")?, value("refused")?);
    let good = answers.saturating_sub(refused);
    let per_second = good as f64 / (value("microseconds")? as f64 / 1e6);
    Some(Seen { per_second, refused, broken: value("broken")?, good })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_does_not_count() {
        let text = "Running 2s test\nRESULT answers=3000 microseconds=2000000 refused=1000 broken=3 late=0\n";
        let expected = Seen { per_second: 1_000.0, refused: 1_000, broken: 3, good: 2_000 };
        assert_eq!(seen(text), Some(expected));
        assert_eq!(seen("Running 2s test\n"), None);
        assert!(expected.clean("holds").is_err());
        assert!(Seen { refused: 2, broken: 0, ..expected }.clean("holds").is_ok());
    }
}
