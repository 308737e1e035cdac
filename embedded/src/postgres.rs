//! A private Postgres: no port, settings for a small machine, fully durable unless a test says otherwise.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::error::{EmbeddedError, postgres_said};
use crate::home::{Home, socket_dir_of};
use crate::orphan;
use crate::patience::{Patience, SILENCE_MAX, Word};
use crate::process::Process;
use crate::programs::{self, PostgresPrograms};

const PROGRAM: &str = "PostgreSQL";
/// Most connections that a private Postgres takes, of all who use it.
pub const CONNECTIONS_MAX: u16 = 100;
/// Its superuser, and the name of the one database.
const NAME: &str = "seathold";
/// What a program should do its daily work as, by `SET ROLE` or an option of the connection: it owns nothing, and may do what
/// the owner of the tables grants it.
pub const APPLICATION_ROLE: &str = "seathold_application";
const POLL: Duration = Duration::from_millis(10);
/// Longest wait for one connection: one that hangs takes it and says nothing.
const ANSWER_WAIT: Duration = Duration::from_secs(5);
/// What Postgres says for the same reason as while it recovers, and does not come back from.
const ENDING: &str = "shutting down";
/// How often a start is repeated because a killed predecessor's children are still ending.
const STARTS_MAX: u32 = 50;
const BETWEEN_STARTS: Duration = Duration::from_millis(100);
/// What Postgres says then: its memory is attached, or it wrote its lock file after we looked for one.
const STILL_ENDING: [&str; 2] = ["pre-existing shared memory block", "lock file"];
/// Names whom the socket belongs to; one that was killed leaves it behind.
const SOCKET_LOCK: &str = ".s.PGSQL.5432.lock";

/// What a committed transaction survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Committed transactions survive the machine's death.
    Full,
    /// They survive the death of Postgres, but not of the machine. For tests: starts and commits several times faster.
    Process,
}

/// A running private Postgres. Dropping it ends it; [`Self::stop`] does so without blocking.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Process>,
    home: Home,
    durability: Durability,
    url: String,
    pid: u32,
}

impl Postgres {
    /// Starts Postgres over `dir`, fully durable; the directory is made when it does not exist and found again
    /// when it does. Returns once the database `seathold` answers.
    ///
    /// # Errors
    /// Any [`EmbeddedError`]; nothing keeps running.
    pub async fn start(dir: &Path) -> Result<Self, EmbeddedError> {
        Self::start_with(dir, Durability::Full).await
    }

    /// As [`Self::start`], with a promise of your choice.
    ///
    /// # Errors
    /// Any [`EmbeddedError`]; nothing keeps running.
    pub async fn start_with(dir: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        let home = Home::open(PROGRAM, dir)?;
        let url = url(home.socket_dir(), NAME);
        let mut postgres = Self { process: None, home, durability, url, pid: 0 };
        postgres.launch(SILENCE_MAX).await?;
        postgres.make_database().await?;
        postgres.make_role().await?;
        Ok(postgres)
    }

    /// The address of the Postgres that another process runs over `dir`.
    ///
    /// # Errors
    /// [`EmbeddedError::Directory`] when there is none.
    pub fn url_in(dir: &Path) -> Result<String, EmbeddedError> {
        Ok(url(&socket_dir_of(dir)?, NAME))
    }

    /// `host='…' user=seathold dbname=seathold`, as libpq and tokio-postgres read it.
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

    /// Stops Postgres after a checkpoint, so that the next start needs no recovery.
    pub async fn stop(mut self) {
        if let Some(process) = self.process.take() {
            process.stop().await;
        }
    }

    async fn launch(&mut self, silence_max: Duration) -> Result<(), EmbeddedError> {
        let data = self.home.data();
        let programs = programs::postgres_for(&data)?;
        if !data.exists() {
            self.initialise(&programs, &data).await?;
        }
        // A directory that root copied here belongs to root.
        self.home.private_dir(&data)?;
        let mut starts = 0;
        let mut patience = Patience::new(PROGRAM, silence_max);
        let process = loop {
            orphan::end_postgres(&data).await?;
            // Nobody is left who could own it, but its number may be somebody else's by now, or a process that has
            // ended and that nobody has waited for: Postgres takes either for its owner.
            let _ = fs::remove_file(self.home.socket_dir().join(SOCKET_LOCK));
            let mut process = self.spawn(&programs)?;
            match self.answers(&mut process, &mut patience).await {
                Ok(()) => break process,
                Err(error) if starts == STARTS_MAX || !process.said_any(&STILL_ENDING) => return Err(error),
                Err(_) => starts += 1,
            }
            tokio::time::sleep(BETWEEN_STARTS).await;
        };
        self.pid = process.pid();
        self.process = Some(process);
        Ok(())
    }

    /// `initdb` into a name of its own, so that an interrupted one is not taken for a database.
    async fn initialise(&self, programs: &PostgresPrograms, data: &Path) -> Result<(), EmbeddedError> {
        let unfinished = self.home.join("data.unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        self.home.private_dir(&unfinished)?;
        let mut command = self.command(&programs.initdb, &unfinished);
        command.arg("--pgdata").arg(&unfinished).args(["--username", NAME, "--auth", "trust", "--encoding", "UTF8"]);
        command.args(["--locale", "C", "--no-instructions"]).stdin(Stdio::null());
        if self.durability == Durability::Process {
            command.arg("--no-sync");
        }
        let run = |source| EmbeddedError::Run { program: "initdb", source };
        let output = tokio::task::spawn_blocking(move || command.output()).await.map_err(|error| run(error.into()))?;
        let output = output.map_err(run)?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let last_words = words.lines().find(|line| line.contains("error")).unwrap_or("initdb failed").to_owned();
            return Err(EmbeddedError::Ended { program: "initdb", last_words });
        }
        fs::rename(&unfinished, data).map_err(EmbeddedError::directory(data))
    }

    fn spawn(&self, programs: &PostgresPrograms) -> Result<Process, EmbeddedError> {
        let data = self.home.data();
        let mut command = self.command(&programs.postgres, &data);
        command.arg("-D").arg(&data);
        for (name, value) in settings(self.home.socket_dir(), self.durability) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        // Fast shutdown with a checkpoint; at once, but releasing its shared memory.
        Process::spawn(PROGRAM, command, Signal::SIGINT, Signal::SIGQUIT)
    }

    fn command(&self, program: &PathBuf, dir: &Path) -> Command {
        let mut command = Command::new(program);
        // Without our environment: PGDATA, PGHOST or a locale of ours would change what runs.
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir(dir);
        if let Some(user) = self.home.user() {
            user.run(&mut command);
        }
        command
    }

    /// Waits until Postgres takes connections; a missing database is an answer too.
    async fn answers(&self, process: &mut Process, patience: &mut Patience) -> Result<(), EmbeddedError> {
        loop {
            process.check_running()?;
            let word = match tokio::time::timeout(ANSWER_WAIT, tokio_postgres::connect(&self.url, NoTls)).await {
                Ok(Ok(_)) => Word::Ready,
                Ok(Err(error)) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => Word::Ready,
                Ok(Err(error)) => refused(&error),
                Err(_) => Word::Silent("no answer".to_owned()),
            };
            if patience.hears(word, Instant::now())? {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn make_database(&self) -> Result<(), EmbeddedError> {
        match tokio_postgres::connect(&self.url, NoTls).await {
            Err(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {}
            other => return other.map(drop).map_err(EmbeddedError::from),
        }
        let (client, connection) = tokio_postgres::connect(&url(self.home.socket_dir(), "postgres"), NoTls).await?;
        let connection = tokio::spawn(connection);
        let made = client.batch_execute(&format!("CREATE DATABASE {NAME}")).await;
        drop(client);
        let _ = connection.await;
        made.map_err(EmbeddedError::from)
    }

    /// Makes the role of daily work, where there is none. It sees who else is connected, as the superuser does.
    async fn make_role(&self) -> Result<(), EmbeddedError> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        let connection = tokio::spawn(connection);
        let made = client
            .batch_execute(&format!(
                "DO $$ BEGIN
                     IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
                         CREATE ROLE {APPLICATION_ROLE} NOLOGIN;
                         GRANT pg_read_all_stats TO {APPLICATION_ROLE};
                     END IF;
                 END $$"
            ))
            .await;
        drop(client);
        let _ = connection.await;
        made.map_err(EmbeddedError::from)
    }
}

/// What a connection that Postgres refuses says of its start.
fn refused(error: &tokio_postgres::Error) -> Word {
    let said = postgres_said(error);
    if error.code() == Some(&SqlState::CANNOT_CONNECT_NOW) && !said.contains(ENDING) {
        return Word::Recovering(said);
    }
    Word::Silent(said)
}

fn url(socket_dir: &Path, database: &str) -> String {
    let host = socket_dir.to_string_lossy().replace('\\', r"\\").replace('\'', r"\'");
    format!("host='{host}' user={NAME} dbname={database}")
}

/// For a small machine that other programs share; each differs from Postgres's default for the reason given.
fn settings(socket_dir: &Path, durability: Durability) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        // No port: the socket's directory is the only door, and its owner the only guest.
        ("listen_addresses", String::new()),
        ("unix_socket_directories", quoted(socket_dir)),
        ("unix_socket_permissions", "0700".into()),
        ("max_connections", CONNECTIONS_MAX.to_string()),
        ("shared_buffers", "128MB".into()),
        ("max_wal_size", "1GB".into()),
        ("wal_compression", "on".into()),
        ("checkpoint_timeout", "15min".into()),
        // Solid-state disks: reading out of order costs nearly the same.
        ("random_page_cost", "1.1".into()),
        // Our queries are short: compiling them or spreading them over processes costs more than it saves.
        ("jit", "off".into()),
        ("max_parallel_workers_per_gather", "0".into()),
        ("timezone", "UTC".into()),
        ("log_timezone", "UTC".into()),
        // A session that forgets its transaction must not hold locks for ever.
        ("idle_in_transaction_session_timeout", "60s".into()),
        // Statements and the values of keys may name people: neither belongs in a log.
        ("log_min_error_statement", "panic".into()),
        ("log_error_verbosity", "terse".into()),
        ("log_parameter_max_length_on_error", "0".into()),
    ];
    if durability == Durability::Process {
        settings.extend([
            ("fsync", "off".to_owned()),
            ("full_page_writes", "off".to_owned()),
            ("shared_buffers", "32MB".to_owned()),
        ]);
    }
    settings
}

/// A list setting wants double quotes around a path that has a comma or a blank.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}
