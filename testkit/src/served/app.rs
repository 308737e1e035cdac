//! The real `seathold` binary over a data directory and ports of its own: started, killed, started again.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use embedded::Postgres;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::child::TestChild;
use crate::paths::{disk_dir, profile_dir, temp_dir};
use crate::ports::free_port;
use crate::served::caller::Caller;

/// `initdb`, migrations and the demo's import on a busy machine.
const START_WAIT: Duration = Duration::from_secs(90);
/// Longer than the binary's own bound on a graceful stop with its stores.
const STOP_WAIT: Duration = Duration::from_secs(60);

/// How the binary is started.
#[derive(Debug, Clone)]
pub struct AppOptions {
    /// With `--demo`: the demo exams, keys and staff.
    pub demo: bool,
    /// Further arguments of `seathold serve`.
    pub arguments: Vec<String>,
    /// Further environment variables.
    pub environment: Vec<(String, String)>,
    /// The file that gets its log, instead of the test's own output.
    pub log: Option<PathBuf>,
    /// Whether its data is on a disk, for what is measured of it; tests have it in memory where there is plenty.
    pub on_disk: bool,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self { demo: true, arguments: Vec::new(), environment: Vec::new(), log: None, on_disk: false }
    }
}

/// A running `seathold serve`.
#[derive(Debug)]
pub struct ServedApp {
    child: TestChild,
    options: AppOptions,
    url: String,
    staff_url: String,
    sandbox_url: Option<String>,
    // Last: removed after the binary and its stores have ended.
    data: Arc<TempDir>,
}

impl ServedApp {
    /// Starts the demo and returns once it says `ready:`.
    pub async fn start() -> Self {
        Self::start_with(AppOptions::default()).await
    }

    /// Starts the binary and returns once it says `ready:`.
    pub async fn start_with(options: AppOptions) -> Self {
        let data = if options.on_disk { disk_dir() } else { temp_dir() };
        Self::start_over(options, Arc::new(data)).await
    }

    /// A second process over the same data directory, with the same options: for stores that are not private.
    pub async fn start_beside(&self) -> Self {
        Self::start_over(self.options.clone(), self.data.clone()).await
    }

    async fn start_over(options: AppOptions, data: Arc<TempDir>) -> Self {
        // None that the system gives to whoever asks: the server starts at the same ones again.
        let [listen, staff] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
        let Launched { child, url, staff_url, sandbox_url } = launch(&options, data.path(), &listen, &staff).await;
        Self { child, options, url, staff_url, sandbox_url, data }
    }

    /// `http://127.0.0.1:PORT` of the candidates' pages and the API; the same after [`Self::start_again`].
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `http://127.0.0.1:PORT` of the staff console; the same after [`Self::start_again`].
    pub fn staff_url(&self) -> &str {
        &self.staff_url
    }

    /// `http://127.0.0.1:PORT` of the demo's sandbox, where codes and letters arrive.
    pub fn sandbox_url(&self) -> &str {
        self.sandbox_url.as_deref().expect("a demo has a sandbox").trim_end_matches('/')
    }

    /// What the sandbox was given to send to this mobile or address, newest first.
    pub async fn messages(&self, to: &str) -> Vec<Message> {
        let caller = Caller::new(self.sandbox_url(), "");
        let answer = caller.call("GET", "/outbox.json", &Value::Null).await.expect("the sandbox answers");
        let all = answer.json();
        let all = all.as_array().expect("the outbox is a list");
        let text = |message: &Value, field: &str| message[field].as_str().unwrap_or_default().to_owned();
        let values = |message: &Value| message["values"].as_array().cloned().unwrap_or_default();
        all.iter()
            .filter(|message| text(message, "to").ends_with(to))
            .map(|message| Message {
                subject: text(message, "subject"),
                text: text(message, "text"),
                code: values(message).first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// Tells the sandbox to fail the next calls of a service in a documented way; none: no more.
    pub async fn sandbox_fails(&self, service: &str, fail: Option<&str>, times: u32) {
        let caller = Caller::new(self.sandbox_url(), "");
        let order = json!({"service": service, "fail": fail, "times": times});
        let answer = caller.call("POST", "/control", &order).await.expect("the sandbox answers");
        assert!(answer.status < 400, "{service}: {}", answer.body);
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The demo's API key of the scope `admin` or `hold`.
    pub fn api_key(&self, scope: &str) -> String {
        let key = fs::read_to_string(self.data().join(format!("api-key-{scope}")));
        key.expect("the demo writes its keys before it is ready").trim().to_owned()
    }

    /// A caller of the API with the demo's admin key.
    pub fn caller(&self) -> Caller {
        Caller::new(&self.url, &self.api_key("admin"))
    }

    /// The server's process number.
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// The process number of the server's Redis.
    pub fn redis_pid(&self) -> u32 {
        pid_in(&self.data().join("redis/data/redis.pid"))
    }

    /// The process number of the server's Postgres.
    pub fn postgres_pid(&self) -> u32 {
        pid_in(&self.data().join("postgres/data/postmaster.pid"))
    }

    /// Kills the server as a crash would (SIGKILL); its stores are left to its guards.
    pub async fn kill(&mut self) {
        self.child.signal(Signal::SIGKILL);
        self.child.ended(STOP_WAIT).await.expect("nothing survives SIGKILL");
    }

    /// Stops the server as Ctrl-C does and returns how it ended.
    pub async fn stop(&mut self) -> ExitStatus {
        self.child.signal(Signal::SIGINT);
        self.child.ended(STOP_WAIT).await.expect("the server stops within its bound")
    }

    /// Starts the server over the same data and ports, after [`Self::kill`] or [`Self::stop`].
    pub async fn start_again(&mut self) {
        let address = |url: &str| url.trim_start_matches("http://").to_owned();
        let (listen, staff) = (address(&self.url), address(&self.staff_url));
        let Launched { child, url, staff_url, sandbox_url } =
            launch(&self.options, self.data.path(), &listen, &staff).await;
        (self.child, self.url, self.staff_url, self.sandbox_url) = (child, url, staff_url, sandbox_url);
    }

    /// Changes rows of the server's private Postgres behind its back: what otherwise takes minutes to pass.
    pub async fn execute(&self, statements: &str) {
        let url = Postgres::url_in(&self.data().join("postgres")).expect("the server has a Postgres of its own");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("Postgres answers");
        tokio::spawn(connection);
        client.batch_execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// A command line of the same binary over the same data: `exam import`, `key add`, ….
    pub fn command(&self) -> Command {
        let mut command = Command::new(Self::binary());
        command.env("SEATHOLD_DATA", self.data());
        command
    }

    /// Where the binary is: what the test runner says, or beside the test that runs.
    pub fn binary() -> PathBuf {
        let named = ["CARGO_BIN_EXE_seathold", "NEXTEST_BIN_EXE_seathold"].iter().find_map(env::var_os);
        named.map_or_else(|| profile_dir().join("seathold"), PathBuf::from)
    }
}

/// A message that the sandbox was given to send.
#[derive(Debug, Clone)]
pub struct Message {
    /// A letter's subject.
    pub subject: String,
    /// The message's text.
    pub text: String,
    /// The code in it, of an SMS.
    pub code: String,
}

/// A binary that says that it is ready, and where.
struct Launched {
    child: TestChild,
    url: String,
    staff_url: String,
    sandbox_url: Option<String>,
}

async fn launch(options: &AppOptions, data: &Path, listen: &str, staff: &str) -> Launched {
    let mut command = Command::new(ServedApp::binary());
    command.arg("serve").arg("--data").arg(data).args(["--listen", listen, "--staff-listen", staff]);
    if options.demo {
        command.arg("--demo");
    }
    // What staff decide is so at once, unless a test is about taking it back.
    command.env("SEATHOLD_UNDO_SECONDS", "0");
    command.args(&options.arguments).envs(options.environment.iter().cloned());
    if let Some(log) = &options.log {
        let log = fs::OpenOptions::new().create(true).append(true).open(log);
        command.stderr(log.expect("the log's file can be made"));
    }
    let mut child = TestChild::spawn(command);
    let url_after =
        |prefix: &'static str| move |line: &str| Some(line.strip_prefix(prefix)?.split_whitespace().next()?.to_owned());
    let url = child.line("ready", START_WAIT, url_after("ready:")).await;
    let staff_url = child.line("where the staff console is", START_WAIT, url_after("staff:")).await;
    let sandbox_url = match options.demo {
        true => Some(child.line("where the sandbox is", START_WAIT, url_after("sandbox:")).await),
        false => None,
    };
    Launched { child, url, staff_url, sandbox_url }
}

fn pid_in(file: &Path) -> u32 {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let number = text.lines().next().and_then(|line| line.trim().parse().ok());
    number.unwrap_or_else(|| panic!("{} holds no process number", file.display()))
}
