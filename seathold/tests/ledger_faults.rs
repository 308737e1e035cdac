//! The real server while Postgres is there and does not answer, while another server hangs, and while its disk is full:
//! how long that is felt, and that it heals without a hand. The times are those that `docs/promises.md` states.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::fs;
use std::io::{Read, repeat};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use testkit::{Answer, AppOptions, Caller, FaultyLine, ServedApp, TestStores};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const EXAM: &str = "/api/v1/exams/e";

fn over(stores: &TestStores, postgres_url: &str) -> AppOptions {
    let environment = vec![
        ("REDIS_URL".to_owned(), stores.redis_url().to_owned()),
        ("DATABASE_URL".to_owned(), postgres_url.to_owned()),
    ];
    AppOptions { environment, ..AppOptions::default() }
}

async fn call(caller: &Caller, method: &str, path: &str, body: Value) -> Answer {
    caller.call(method, path, &body).await.unwrap_or_else(|| panic!("{method} {path} got no answer"))
}

async fn exam(caller: &Caller, acknowledge: &str) {
    let body = json!({"title": "E", "hold_seconds": 900, "acknowledge": acknowledge});
    assert!(call(caller, "PUT", EXAM, body).await.status < 300);
    let sitting = call(caller, "PUT", &format!("{EXAM}/sittings/s"), json!({"title": "S", "capacity": 500})).await;
    assert!(sitting.status < 300, "{}", sitting.body);
}

async fn hold(caller: &Caller, candidate: &str) -> Answer {
    call(caller, "POST", &format!("{EXAM}/holds"), json!({"candidate": candidate, "sittings": ["s"]})).await
}

/// What came of it, and after how long.
async fn timed<T>(asking: impl Future<Output = T>) -> (T, Duration) {
    let asked = Instant::now();
    let answer = asking.await;
    (answer, asked.elapsed())
}

async fn confirm(caller: &Caller, held: &Answer) -> Answer {
    let id = held.json()["holds"][0]["id"].as_str().unwrap_or("none").to_owned();
    call(caller, "POST", &format!("{EXAM}/holds/{id}/confirm"), json!({"reference": "r"})).await
}

/// How long until a seat was held and paid for again.
async fn healed(caller: &Caller, prefix: &str, wait: Duration) -> Duration {
    let since = Instant::now();
    for n in 0.. {
        let held = hold(caller, &format!("{prefix}{n}")).await;
        if held.status == 201 && confirm(caller, &held).await.status == 200 {
            break;
        }
        assert!(since.elapsed() < wait, "no seat is paid for after {wait:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    since.elapsed()
}

#[tokio::test]
async fn connections_to_postgres_that_fall_silent_are_given_up_and_kill_no_payment() {
    let stores = TestStores::start().await;
    let line = FaultyLine::to_postgres(&stores).await;
    let app = ServedApp::start_with(over(&stores, &line.postgres_url())).await;
    let caller = app.caller();
    exam(&caller, "redis").await;
    healed(&caller, "before", Duration::from_secs(30)).await;

    line.silence_standing();
    let took = healed(&caller, "standing", Duration::from_secs(25)).await;
    println!("standing connections fell silent: {took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");

    // All of Postgres falls silent for longer than a key is fresh.
    line.silence();
    let since = Instant::now();
    let mut longest = Duration::ZERO;
    let mut is_unready = false;
    for n in 0.. {
        if since.elapsed() > Duration::from_secs(20) {
            break;
        }
        // What needs no store says what the machine itself has no time for.
        let candidate = format!("silent{n}");
        let ((held, took), (_, beside)) =
            tokio::join!(timed(hold(&caller, &candidate)), timed(call(&caller, "GET", "/healthz", Value::Null)));
        longest = longest.max(took.saturating_sub(beside));
        assert_eq!(held.status, 201, "Redis alone decides: {}", held.body);
        let ready = call(&caller, "GET", "/readyz", Value::Null).await;
        is_unready |= ready.status == 503 && ready.json()["part"] == "ledger";
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("with Postgres silent, a hold took {longest:?} at most");
    assert!(longest < Duration::from_secs(2), "known keys go on working: {longest:?}");
    assert!(is_unready, "readiness names the ledger");
    line.deliver();
    let took = healed(&caller, "after", Duration::from_secs(20)).await;
    println!("Postgres answers again: {took:?}");
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[tokio::test]
async fn a_server_that_hangs_loses_its_pools_and_kills_no_payment_at_another() {
    let stores = TestStores::start().await;
    let mut no_file = redis::cmd("CONFIG");
    no_file.arg("SET").arg("appendonly").arg("no");
    let _: String = no_file.query_async(&mut stores.redis_connection().await).await.unwrap();
    let log = stores.dir().join("log");
    let options = AppOptions { log: Some(log.clone()), ..over(&stores, stores.postgres_url()) };
    let first = ServedApp::start_with(options).await;
    let said = fs::read_to_string(&log).unwrap();
    assert!(said.contains("Redis keeps no append-only file"), "a Redis that forgets is warned of: {said}");
    let second = first.start_beside().await;
    let (at_first, at_second) = (first.caller(), second.caller());
    exam(&at_first, "ledger").await;
    healed(&at_first, "first", Duration::from_secs(30)).await;
    healed(&at_second, "second", Duration::from_secs(30)).await;

    let hung = Pid::from_raw(i32::try_from(first.pid()).unwrap());
    kill(hung, Signal::SIGSTOP).unwrap();
    let took = healed(&at_second, "hung", Duration::from_secs(20)).await;
    println!("another server hangs: {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    kill(hung, Signal::SIGCONT).unwrap();
    healed(&at_first, "awake", Duration::from_secs(30)).await;
    healed(&at_second, "together", Duration::from_secs(30)).await;
    let client = stores.pool().get().await.unwrap();
    an_event_that_the_ledger_refuses_is_counted(&client, &[&at_first, &at_second]).await;
    let live = "SELECT count(*) FROM reservation.holds WHERE exam = 'e' AND state = 'confirmed'";
    let counted = "SELECT sum(confirmed)::bigint FROM reservation.sittings WHERE exam = 'e'";
    let [live, counted]: [i64; 2] =
        [client.query_one(live, &[]).await.unwrap().get(0), client.query_one(counted, &[]).await.unwrap().get(0)];
    assert!(live == counted && live >= 5, "{live} confirmed, {counted} counted");
}

/// Whichever server writes the pool, the operator sees that something was parked.
async fn an_event_that_the_ledger_refuses_is_counted(client: &tokio_postgres::Client, callers: &[&Caller]) {
    let parked = async || {
        let mut all = 0;
        for caller in callers {
            let counters = call(caller, "GET", "/metrics", Value::Null).await;
            assert_eq!(counters.status, 200, "{}", counters.body);
            let told = counters.body.lines().find_map(|line| line.strip_prefix("seathold_parked_events_total "));
            all += told.map_or(0, |number| number.parse::<u64>().unwrap());
        }
        all
    };
    assert_eq!(parked().await, 0);
    // A live hold that Redis does not know: the ledger takes no other one of the candidate's.
    let rival = "INSERT INTO reservation.holds
             (exam, candidate, sitting, generation, group_number, state, lapses_at, changed_at)
         SELECT exam, 'rival', sitting, 7, group_number, 'held', lapses_at, now() FROM reservation.holds
         WHERE exam = 'e' ORDER BY generation LIMIT 1";
    client.execute(rival, &[]).await.unwrap();
    let refused = hold(callers[0], "rival").await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    let since = Instant::now();
    while parked().await != 1 {
        assert!(since.elapsed() < Duration::from_secs(30), "{} parked events are counted", parked().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Names the server's log where the test has mounts of its own: elsewhere no disk may be filled.
const SMALL_DISK: &str = "SEATHOLD_TEST_SMALL_DISK";
/// Room for a server's private stores, and little more.
const DISK_BYTES: u64 = 320 << 20;

/// The program with mounts of its own, and a small disk at `dir` for whatever it puts into temporary files.
fn on_a_small_disk(dir: &Path, program: &Path, arguments: &[&str]) -> Command {
    let mount = format!("mount -t tmpfs -o size={DISK_BYTES},mode=0711 tmpfs \"$TMPDIR\" && exec \"$0\" \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &mount]).arg(program).args(arguments).env("TMPDIR", dir);
    command
}

#[test]
fn a_full_disk_under_the_private_stores_kills_no_server_and_no_seat() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    match on_a_small_disk(dir.path(), Path::new("true"), &[]).output() {
        Ok(may) if may.status.success() => {}
        may => {
            let why =
                may.map_or_else(|error| error.to_string(), |may| String::from_utf8_lossy(&may.stderr).into_owned());
            println!("skipped: no small disk can be mounted here, which takes root and unshare: {}", why.trim());
            return;
        }
    }
    let test = std::env::current_exe().unwrap();
    let inside = ["--exact", "inside_a_small_disk", "--ignored", "--nocapture"];
    let log = tempfile::NamedTempFile::new().unwrap();
    let ran = on_a_small_disk(dir.path(), &test, &inside).env(SMALL_DISK, log.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    println!("{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success() && said.contains("1 passed"), "see above");
}

/// Not a test by itself: what the one above runs over a small disk.
#[tokio::test]
#[ignore = "run by another test"]
async fn inside_a_small_disk() {
    let Some(log) = std::env::var_os(SMALL_DISK).map(PathBuf::from) else { return };
    let mut app = ServedApp::start_with(AppOptions { log: Some(log.clone()), ..AppOptions::default() }).await;
    let caller = app.caller();
    exam(&caller, "redis").await;
    let mut held = Vec::new();
    for n in 0..6 {
        let answer = hold(&caller, &format!("before{n}")).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        held.push(answer.json()["holds"][0]["id"].as_str().unwrap().to_owned());
        if n % 2 == 0 {
            assert_eq!(confirm(&caller, &answer).await.status, 200);
        }
    }

    let filler = std::env::temp_dir().join("filler");
    let full = std::io::copy(&mut repeat(0).take(DISK_BYTES), &mut fs::File::create(&filler).unwrap());
    assert_eq!(full.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    let (since, mut asked, mut refused) = (Instant::now(), 0, 0);
    let said = loop {
        // Somebody else each time: whoever has a seat is told so without a write.
        asked += 1;
        refused += usize::from(hold(&caller, &format!("full{asked}")).await.status == 503);
        let said = fs::read_to_string(&log).unwrap();
        if refused > 0 && said.contains("the disk is full") && said.matches("is started again").count() > 3 {
            break said;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{refused} refused: {said}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    println!("full for {:?}: {refused} refused, {} starts", since.elapsed(), said.matches("is started again").count());
    assert_eq!(call(&caller, "GET", "/healthz", Value::Null).await.status, 200, "the server itself lives on");

    fs::remove_file(&filler).unwrap();
    let took = healed(&caller, "after", Duration::from_secs(60)).await;
    println!("there is room again: {took:?}");
    for (n, id) in held.iter().enumerate() {
        let found = call(&caller, "GET", &format!("{EXAM}/holds/{id}"), Value::Null).await;
        assert_eq!(found.json()["state"], if n % 2 == 0 { "confirmed" } else { "held" }, "{}", found.body);
    }
    assert!(app.stop().await.success());
}

#[tokio::test]
async fn a_server_waits_for_stores_that_start_after_it_as_after_a_kill_of_all() {
    let mut stores = TestStores::start().await;
    stores.kill_postgres().await;
    stores.kill_redis().await;
    let options = over(&stores, stores.postgres_url());
    let starting = tokio::spawn(ServedApp::start_with(options));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!starting.is_finished(), "it waits");
    stores.restart_postgres().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stores.restart_redis().await;
    let app = starting.await.unwrap();
    let since = Instant::now();
    loop {
        let ready = call(&app.caller(), "GET", "/readyz", Value::Null).await;
        if ready.status == 200 {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "{}", ready.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn raw(app: &ServedApp, request: &str) -> String {
    let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn hosts_are_named_once_and_heads_have_lengths_and_a_stop_says_its_last_words_before_the_kill() {
    let mut app = ServedApp::start().await;
    let status = |answer: &str| answer.split(' ').nth(1).unwrap_or_default().to_owned();
    for path in ["/healthz", "/"] {
        let ask = |head: &str| format!("GET {path} HTTP/1.1\r\n{head}connection: close\r\n\r\n");
        assert_eq!(status(&raw(&app, &ask("")).await), "400", "{path} without a host");
        assert_eq!(status(&raw(&app, &ask("host: a\r\nhost: b\r\n")).await), "400", "{path} with two");
        assert_eq!(status(&raw(&app, &ask("host: a\r\n")).await), "200", "{path}");
        assert_eq!(status(&raw(&app, &format!("GET {path} HTTP/1.0\r\n\r\n")).await), "200", "{path} in HTTP/1.0");
        let head = raw(&app, &format!("HEAD {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")).await;
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    }
    // A kept line that is asked again while the server stops gets an answer, and hears that it is the last.
    let mut kept = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 2048];
    let length = kept.read(&mut first).await.unwrap();
    assert!(!String::from_utf8_lossy(&first[..length]).contains("connection: close"));
    kill(Pid::from_raw(i32::try_from(app.pid()).unwrap()), Signal::SIGTERM).unwrap();
    let since = Instant::now();
    loop {
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let length = kept.read(&mut first).await.unwrap();
        let said = String::from_utf8_lossy(&first[..length]);
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        if said.contains("connection: close") {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(60), "the server does not hear that it is to stop");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(app.stop().await.success());
}
