//! A child process that does not outlive its owner: its words go to our log, and a guard ends it when we are killed.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, PipeReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::EmbeddedError;

/// How often a child is asked whether it has ended.
const POLL: Duration = Duration::from_millis(5);
/// How long a child may take to end by itself before it is killed.
const PATIENCE: Duration = Duration::from_secs(20);
/// As [`PATIENCE`] when nobody can wait asynchronously.
const PATIENCE_ON_DROP: Duration = Duration::from_secs(2);
/// How many of the child's last lines are kept for an error message.
const LAST_LINES: usize = 20;
/// Lines that say why a store cannot go on.
const FATAL: [&str; 3] = ["FATAL", "PANIC", "Fatal"];
/// Lines of Postgres that may quote a value of somebody's: they are never repeated.
const MAY_QUOTE: [&str; 5] = ["ERROR:", "DETAIL:", "CONTEXT:", "STATEMENT:", "HINT:"];
/// Longer lines are cut.
const LINE_BYTES_MAX: u64 = 4096;

/// A running child with its guard.
#[derive(Debug)]
pub(crate) struct Process {
    program: &'static str,
    child: Child,
    guard: Guard,
    last_lines: Arc<Mutex<VecDeque<String>>>,
    /// Asks the child to end cleanly.
    end: Signal,
    /// Asks it to end at once, leaving the rest to recovery; for [`Drop`].
    end_now: Signal,
}

impl Process {
    /// Starts the command away from our terminal's Ctrl-C, since we stop our children in order.
    pub(crate) fn spawn(
        program: &'static str,
        mut command: Command,
        end: Signal,
        end_now: Signal,
    ) -> Result<Self, EmbeddedError> {
        let run = |source| EmbeddedError::Run { program, source };
        let (reader, writer) = io::pipe().map_err(run)?;
        command.process_group(0).stdin(Stdio::null()).stdout(writer.try_clone().map_err(run)?).stderr(writer);
        let mut child = command.spawn().map_err(run)?;
        // The command holds our copies of the pipe's writing end: without this the log would never end.
        drop(command);
        let guard = match Guard::start(child.id(), end) {
            Ok(guard) => guard,
            Err(source) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(run(source));
            }
        };
        let last_lines = Arc::new(Mutex::new(VecDeque::with_capacity(LAST_LINES)));
        let lines = Arc::clone(&last_lines);
        thread::Builder::new()
            .name(format!("{program} log"))
            .spawn(move || forward_log(program, reader, &lines))
            .map_err(run)?;
        Ok(Self { program, child, guard, last_lines, end, end_now })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `Ok` while the child runs; otherwise why it ended while it was starting.
    pub(crate) fn check_running(&mut self) -> Result<(), EmbeddedError> {
        match self.why_ended() {
            None => Ok(()),
            Some(last_words) => Err(EmbeddedError::Ended { program: self.program, last_words }),
        }
    }

    /// Answers why the child has ended, in its own words or by which signal; `None` while it runs.
    pub(crate) fn why_ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => {
                self.guard.dismiss();
                Some(self.last_words(status))
            }
            Err(error) => Some(format!("the system says nothing of it: {error}")),
        }
    }

    /// True when one of the child's last lines contains one of the phrases.
    pub(crate) fn said_any(&self, phrases: &[&str]) -> bool {
        self.lines().iter().any(|line| phrases.iter().any(|phrase| line.contains(phrase)))
    }

    /// Asks the child to end and waits; kills it when it takes too long.
    pub(crate) async fn stop(mut self) {
        self.signal(self.end);
        if !self.ended_within(PATIENCE).await {
            tracing::warn!(program = self.program, "did not stop in time and was killed");
            self.kill().await;
        }
    }

    /// Kills the child as a crash would.
    pub(crate) async fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.ended_within(PATIENCE).await;
    }

    async fn ended_within(&mut self, patience: Duration) -> bool {
        let start = Instant::now();
        while self.check_running().is_ok() {
            if start.elapsed() > patience {
                return false;
            }
            tokio::time::sleep(POLL).await;
        }
        true
    }

    fn signal(&mut self, signal: Signal) {
        // A child that has ended was reaped by `check_running`, and its number may be somebody else's now.
        if self.check_running().is_ok()
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    fn last_words(&self, status: ExitStatus) -> String {
        // The log's thread may be a moment behind the child's end.
        thread::sleep(POLL);
        let lines = self.lines();
        let said = || lines.iter().rev().filter(|line| !MAY_QUOTE.iter().any(|word| line.contains(word)));
        let fatal = said().find(|line| FATAL.iter().any(|word| line.contains(word)));
        match (status.signal(), fatal, said().next()) {
            // Whoever was killed had no time for a word of it: a fatal one is of a session before.
            (Some(_), _, Some(last)) => format!("{status}, after: {last}"),
            (None, Some(words), _) | (None, None, Some(words)) => words.clone(),
            (_, _, None) => status.to_string(),
        }
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, VecDeque<String>> {
        self.last_lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(self.end_now);
        let start = Instant::now();
        while self.check_running().is_ok() {
            if start.elapsed() > PATIENCE_ON_DROP {
                self.signal(Signal::SIGKILL);
                let _ = self.child.wait();
                self.guard.dismiss();
                return;
            }
            thread::sleep(POLL);
        }
    }
}

/// A shell that waits for our end of a pipe to close, which also happens when we are killed, and then ends the
/// child. `PR_SET_PDEATHSIG` would need `unsafe`, follows the death of a thread, and exists on Linux only.
#[derive(Debug)]
struct Guard(Option<Child>);

impl Guard {
    fn start(pid: u32, end: Signal) -> io::Result<Self> {
        let signal = end.as_str().trim_start_matches("SIG");
        let script = format!("trap '' INT TERM HUP; read -r _; kill -s {signal} {pid}");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &script]).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(Some(command.spawn()?)))
    }

    /// The child has ended: nothing is left to guard.
    fn dismiss(&mut self) {
        if let Some(mut guard) = self.0.take() {
            let _ = guard.kill();
            let _ = guard.wait();
        }
    }
}

/// Hands each line to our log and remembers the last few.
fn forward_log(program: &'static str, reader: PipeReader, last_lines: &Mutex<VecDeque<String>>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        tracing::debug!(target: "embedded::log", program, "{text}");
        let mut lines = last_lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LAST_LINES {
            lines.pop_front();
        }
        lines.push_back(text);
    }
}
