//! A helper process of a test: its output is read line by line, and it ends with its handle.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Lines that nobody has read yet; the rest wait in the pipe.
const LINES_MAX: usize = 1000;
/// How long a child may take to end by itself.
const PATIENCE_ON_DROP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);
/// How often a child is started that ends before it has said what is waited for.
const STARTS_MAX: usize = 4;
/// Of what it has said so many lines are told when it ends too early.
const TOLD_MAX: usize = 20;

/// A child in a process group of its own, so that its children end with it.
#[derive(Debug)]
pub(crate) struct TestChild {
    child: Child,
    guard: Child,
    lines: Receiver<String>,
}

impl TestChild {
    /// Starts the command; what it writes on its standard output can be waited for.
    pub(crate) fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        let (mut child, guard) = start(command);
        let stdout = child.stdout.take().expect("the output was asked for");
        let (sender, lines) = sync_channel(LINES_MAX);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // A full or closed queue: the child must go on writing all the same.
                let _ = sender.try_send(line);
            }
        });
        Self { child, guard, lines }
    }

    /// Starts the command and waits for the first line in which `find` finds something. What takes a port or a display for itself
    /// may find that another took it at that moment, and ends: then it is started anew, a few times. Panics with what it
    /// said when it ends each time, or when the time is over.
    pub(crate) async fn spawn_until<T>(
        command: impl Fn() -> Command,
        what: &str,
        wait: Duration,
        find: impl Fn(&str) -> Option<T>,
    ) -> (Self, T) {
        let mut ends = Vec::new();
        while ends.len() < STARTS_MAX {
            let mut child = Self::spawn(command());
            match child.heard(what, wait, &find).await {
                Ok(found) => return (child, found),
                Err(end) => ends.push(end),
            }
        }
        panic!("started {STARTS_MAX} times: {ends:#?}");
    }

    /// Starts the command and gives out both ends of it, to be talked with.
    pub(crate) fn spawn_talking(mut command: Command) -> (Self, ChildStdin, ChildStdout) {
        command.stdin(Stdio::piped());
        let (mut child, guard) = start(command);
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (stdin, stdout) = stdin.zip(stdout).expect("both were asked for");
        let (_, lines) = sync_channel(1);
        (Self { child, guard, lines }, stdin, stdout)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The first line in which `find` finds something; panics when the child ends or the time is over before.
    pub(crate) async fn line<T>(&mut self, what: &str, wait: Duration, find: impl Fn(&str) -> Option<T>) -> T {
        self.heard(what, wait, find).await.unwrap_or_else(|end| panic!("{end}"))
    }

    /// The same; a child that has ended is told of in words, with what it said.
    async fn heard<T>(&mut self, what: &str, wait: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let (start, mut said) = (Instant::now(), Vec::new());
        while start.elapsed() < wait {
            match self.lines.recv_timeout(Duration::ZERO) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                    if said.len() == TOLD_MAX {
                        said.remove(0);
                    }
                    said.push(line);
                }
                Err(RecvTimeoutError::Timeout) => tokio::time::sleep(POLL).await,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(format!("ended without saying {what}: {:?}, after {said:?}", self.child.wait()));
                }
            }
        }
        panic!("did not say {what} within {wait:?}, but {said:?}");
    }

    /// Has it ended by itself?
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Sends the signal to the child alone.
    pub(crate) fn signal(&self, signal: Signal) {
        let _ = nix::sys::signal::kill(self.group(), signal);
    }

    /// Waits for the end; `None` when it does not come in time.
    pub(crate) async fn ended(&mut self, wait: Duration) -> Option<std::process::ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < wait {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                return Some(status);
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    fn group(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("process numbers are small"))
    }
}

impl Drop for TestChild {
    fn drop(&mut self) {
        // Asked first: an application stops its stores, and a driver its browser.
        let _ = killpg(self.group(), Signal::SIGTERM);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < PATIENCE_ON_DROP {
            thread::sleep(POLL);
        }
        let _ = killpg(self.group(), Signal::SIGKILL);
        let _ = self.child.wait();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// The child in a group of its own, and who watches over it.
fn start(mut command: Command) -> (Child, Child) {
    command.process_group(0).stdout(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
    let guard = guard(child.id());
    (child, guard)
}

/// A shell that outlives us just long enough to end the child's group: the test runner kills a test that hangs.
fn guard(group: u32) -> Child {
    let script = format!("trap '' INT TERM HUP; read -r _; kill -s KILL -- -{group}");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script]).process_group(0);
    // Its standard input is a pipe that closes when we are gone, however that comes.
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("every system has a shell")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: String) -> impl Fn() -> Command {
        move || {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &script]);
            command
        }
    }

    #[tokio::test]
    async fn a_child_that_ends_before_it_has_a_port_is_started_anew() {
        let dir = tempfile::tempdir().expect("the temporary directory is writable");
        let count = dir.path().join("count");
        let script = format!(
            "echo x >> {0}; if [ $(wc -l < {0}) -lt 3 ]; then echo taken; exit 1; fi; echo port 7; sleep 60",
            count.display()
        );
        let port = |line: &str| line.strip_prefix("port ")?.parse::<u16>().ok();
        let (mut child, found) = TestChild::spawn_until(shell(script), "its port", Duration::from_secs(60), port).await;
        assert_eq!((found, child.has_ended()), (7, false));
    }

    #[tokio::test]
    #[should_panic(expected = "the port is taken")]
    async fn what_a_child_said_that_always_ends_is_told() {
        let command = shell("echo the port is taken; exit 1".to_owned());
        let nothing = |_: &str| None::<u16>;
        TestChild::spawn_until(command, "its port", Duration::from_secs(60), nothing).await;
    }
}
