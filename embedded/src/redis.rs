//! A private Redis 7 (or Valkey): no port, every change in its append-only file, refusing rather than evicting.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::error::EmbeddedError;
use crate::home::{Home, socket_dir_of};
use crate::orphan;
use crate::patience::{Patience, SILENCE_MAX, Word};
use crate::process::Process;
use crate::programs;

const PROGRAM: &str = "Redis";
const SOCKET: &str = "redis.sock";
const PID_FILE: &str = "redis.pid";
const POLL: Duration = Duration::from_millis(5);
/// Longest wait for the answer to one question.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
/// What Redis answers while it reads its file.
const LOADING: &str = "-LOADING";
/// Used when the machine does not say how much memory it has.
const MEMORY_BYTES_DEFAULT: u64 = 1 << 30;

/// When Redis forces its append-only file to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// Before every answer: what was answered survives the machine's death.
    Always,
    /// Once a second: what was answered survives the process's death.
    Everysec,
    /// When the system likes: as above. For tests.
    Off,
}

impl Fsync {
    fn as_redis(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Everysec => "everysec",
            Self::Off => "no",
        }
    }
}

/// A running private Redis. Dropping it ends it; [`Self::stop`] does so without blocking.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    home: Home,
    fsync: Fsync,
    url: String,
    pid: u32,
}

impl Redis {
    /// Starts Redis over `dir`, which is made when it does not exist and found again when it does, and returns
    /// once it answers.
    ///
    /// # Errors
    /// Every [`EmbeddedError`] but those about Postgres; nothing keeps running.
    pub async fn start(dir: &Path, fsync: Fsync) -> Result<Self, EmbeddedError> {
        let home = Home::open(PROGRAM, dir)?;
        let url = url(home.socket_dir());
        let mut redis = Self { process: None, home, fsync, url, pid: 0 };
        redis.launch(SILENCE_MAX).await?;
        Ok(redis)
    }

    /// The address of the Redis that another process runs over `dir`.
    ///
    /// # Errors
    /// [`EmbeddedError::Directory`] when there is none.
    pub fn url_in(dir: &Path) -> Result<String, EmbeddedError> {
        Ok(url(&socket_dir_of(dir)?))
    }

    /// The address of this Redis, `redis+unix:///…/redis.sock`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process's number, also after it has ended.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// False when the process has ended, however that came.
    pub fn is_running(&mut self) -> bool {
        self.why_ended().is_none()
    }

    /// Why the process has ended, in its own words, which name no person; `None` while it runs.
    pub fn why_ended(&mut self) -> Option<String> {
        match &mut self.process {
            Some(process) => process.why_ended(),
            None => Some("it was not started".to_owned()),
        }
    }

    /// Kills the process as a crash would. For tests.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Starts again over the same directory, after stopping what still runs.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn restart(&mut self) -> Result<(), EmbeddedError> {
        self.restart_within(SILENCE_MAX).await
    }

    /// As [`Self::restart`], but it is given up when it says nothing for `silence_max`.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn restart_within(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
        if let Some(process) = self.process.take() {
            process.stop().await;
        }
        self.launch(silence_max).await
    }

    /// Stops Redis after it has written its file.
    pub async fn stop(mut self) {
        if let Some(process) = self.process.take() {
            process.stop().await;
        }
    }

    async fn launch(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
        let server = programs::redis_server()?;
        let (data, socket) = (self.home.data(), self.home.socket_dir().join(SOCKET));
        let pid_file = data.join(PID_FILE);
        self.home.private_dir(&data)?;
        orphan::end_redis(&pid_file, &socket).await?;
        let _ = fs::remove_file(&socket);
        let mut command = Command::new(server);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .current_dir(&data)
            .args(arguments(&data, &socket, &pid_file, self.fsync));
        if let Some(user) = self.home.user() {
            user.run(&mut command);
        }
        // Redis has nothing quicker than SIGTERM that is still orderly, and with no save point that is quick.
        let mut process = Process::spawn(PROGRAM, command, Signal::SIGTERM, Signal::SIGTERM)?;
        answers(&mut process, &socket, silence_max).await?;
        self.pid = process.pid();
        self.process = Some(process);
        Ok(())
    }
}

fn url(socket_dir: &Path) -> String {
    format!("redis+unix://{}", percent_encode(&socket_dir.join(SOCKET).to_string_lossy()))
}

/// A path may contain what means something else in a URL.
fn percent_encode(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn arguments(data: &Path, socket: &Path, pid_file: &Path, fsync: Fsync) -> Vec<String> {
    let memory = memory_bytes() / 2;
    let settings: [(&str, String); 17] = [
        ("port", "0".into()),
        ("unixsocket", socket.display().to_string()),
        ("unixsocketperm", "700".into()),
        ("dir", data.display().to_string()),
        ("pidfile", pid_file.display().to_string()),
        ("daemonize", "no".into()),
        ("appendonly", "yes".into()),
        ("appendfsync", fsync.as_redis().into()),
        ("aof-use-rdb-preamble", "yes".into()),
        ("aof-load-truncated", "yes".into()),
        ("save", String::new()),
        // Not in the middle of a rush: rewriting forks, and takes a core for seconds. A file of this
        // size is read in some five seconds.
        ("auto-aof-rewrite-min-size", "512mb".into()),
        // A seat must never vanish to make room: writes are refused instead.
        ("maxmemory", memory.to_string()),
        ("maxmemory-policy", "noeviction".into()),
        ("set-proc-title", "no".into()),
        ("tcp-backlog", "128".into()),
        ("always-show-logo", "no".into()),
    ];
    settings.into_iter().flat_map(|(name, value)| [format!("--{name}"), value]).collect()
}

/// The memory of the machine, which `/proc/meminfo` calls the total.
fn memory_bytes() -> u64 {
    let info = fs::read_to_string(PathBuf::from("/proc/meminfo")).unwrap_or_default();
    let kibibytes =
        info.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    kibibytes.map_or(MEMORY_BYTES_DEFAULT, |kibibytes: u64| kibibytes * 1024)
}

/// Waits until Redis answers PING.
async fn answers(process: &mut Process, socket: &Path, silence_max: Duration) -> Result<(), EmbeddedError> {
    let mut patience = Patience::new(PROGRAM, silence_max);
    loop {
        process.check_running()?;
        let word = match tokio::time::timeout(ANSWER_WAIT, ping(socket)).await {
            Ok(Ok(line)) if line.starts_with("+PONG") => Word::Ready,
            Ok(Ok(line)) if line.starts_with(LOADING) => Word::Recovering("it loads its append-only file".to_owned()),
            Ok(Ok(line)) => Word::Silent(line),
            Ok(Err(error)) => Word::Silent(error.to_string()),
            Err(_) => Word::Silent("no answer".to_owned()),
        };
        if patience.hears(word, Instant::now())? {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The first bytes of its answer, which are enough to tell one from another.
async fn ping(socket: &Path) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; LOADING.len()];
    let mut length = 0;
    while length < answer.len() && !answer[..length].ends_with(b"\r\n") {
        match stream.read(&mut answer[length..]).await? {
            0 => break,
            read => length += read,
        }
    }
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_survives_the_url() {
        assert_eq!(url(Path::new("/tmp/考 a")), "redis+unix:///tmp/%E8%80%83%20a/redis.sock");
    }
}
