//! What an owner that was killed may leave: a store that still runs, or the number of one that does not.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::EmbeddedError;

/// Each signal in turn, and how long it may take: the guard has usually sent the first one already.
const LADDER_REDIS: [(Signal, Duration); 2] =
    [(Signal::SIGTERM, Duration::from_secs(20)), (Signal::SIGKILL, Duration::from_secs(5))];
const LADDER_POSTGRES: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(20)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];
const POLL: Duration = Duration::from_millis(10);

/// Ends the Redis whose number is in `pid_file`, when it really is the one over `mark` (its socket).
pub(crate) async fn end_redis(pid_file: &Path, mark: &Path) -> Result<(), EmbeddedError> {
    end(pid_file, mark, &LADDER_REDIS).await
}

/// Ends the Postgres over the data directory, and removes a lock file that names anybody else: Postgres itself
/// would refuse to start while *any* process of its user has that number.
pub(crate) async fn end_postgres(data: &Path) -> Result<(), EmbeddedError> {
    let pid_file = data.join("postmaster.pid");
    end(&pid_file, data, &LADDER_POSTGRES).await
}

async fn end(pid_file: &Path, mark: &Path, ladder: &[(Signal, Duration)]) -> Result<(), EmbeddedError> {
    let Ok(text) = fs::read_to_string(pid_file) else { return Ok(()) };
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else {
        return remove(pid_file);
    };
    for (signal, patience) in ladder {
        if !is_ours(pid, mark) {
            return remove(pid_file);
        }
        tracing::info!(pid, %signal, "ending a store that an earlier run left behind");
        let _ = kill(Pid::from_raw(pid), *signal);
        let start = Instant::now();
        while is_ours(pid, mark) && start.elapsed() < *patience {
            tokio::time::sleep(POLL).await;
        }
    }
    if is_ours(pid, mark) {
        return Err(EmbeddedError::Orphan { pid: pid.unsigned_abs(), dir: mark.to_owned() });
    }
    remove(pid_file)
}

fn remove(pid_file: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(pid_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::Directory { dir: pid_file.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// True when the process lives and its command line names our directory or socket.
fn is_ours(pid: i32, mark: &Path) -> bool {
    command_line(pid).is_some_and(|line| names(&line, &mark.to_string_lossy()))
}

/// Is this path in the command line, and not only the beginning of another one?
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| line[at + path.len()..].chars().next().is_none_or(char::is_whitespace))
}

fn command_line(pid: i32) -> Option<String> {
    if Path::new("/proc/self").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_known_by_its_whole_path() {
        assert!(names("postgres -D /srv/data/postgres -c x=y", "/srv/data/postgres"));
        assert!(names("redis-server unixsocket:/srv/data/redis.sock", "/srv/data/redis.sock"));
        for other in ["postgres -D /srv/data/postgres2", "postgres -D /srv/data/postgres/more", "postgres"] {
            assert!(!names(other, "/srv/data/postgres"), "{other}");
        }
    }
}
