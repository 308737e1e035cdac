//! The private stores as their callers see them: started, found again, killed, refused.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use embedded::{Durability, EmbeddedError, Fsync, Postgres, Redis, postgres_said};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_postgres::NoTls;

/// The stores' own user must be able to pass through it.
fn temp_dir() -> TempDir {
    let dir = tempfile::Builder::new().prefix("seathold-").tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
    dir
}

/// One inline command, and the line that Redis answers with.
async fn redis(redis: &Redis, command: &str) -> String {
    let socket = redis.url().strip_prefix("redis+unix://").unwrap();
    let mut stream = UnixStream::connect(socket).await.unwrap();
    stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.strip_suffix("+OK\r\n").unwrap().trim_end().to_owned()
}

async fn postgres(url: &str, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    let rows = client.simple_query(sql).await?;
    Ok(rows
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect())
}

async fn vanished(path: &Path) {
    for _ in 0..6000 {
        if !path.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} is still there", path.display());
}

#[tokio::test]
async fn redis_keeps_what_it_was_told_through_a_kill_and_through_a_stop() {
    let dir = temp_dir();
    let home = dir.path().join("redis");
    let mut first = Redis::start(&home, Fsync::Always).await.unwrap();
    assert_eq!(redis(&first, "SET seat taken").await, "+OK");
    let pid = first.pid();
    first.kill().await;
    assert!(!first.is_running());
    first.restart().await.unwrap();
    assert_ne!(first.pid(), pid);
    assert_eq!(redis(&first, "GET seat").await, "$5\r\ntaken");
    first.stop().await;
    let second = Redis::start(&home, Fsync::Everysec).await.unwrap();
    assert_eq!(redis(&second, "GET seat").await, "$5\r\ntaken");
    assert_eq!(
        redis(&second, "CONFIG GET maxmemory-policy").await,
        "*2\r\n$16\r\nmaxmemory-policy\r\n$10\r\nnoeviction"
    );
}

#[tokio::test]
async fn postgres_keeps_what_it_was_told_through_a_kill_and_through_a_stop() {
    let dir = temp_dir();
    let home = dir.path().join("postgres");
    let mut first = Postgres::start(&home).await.unwrap();
    let url = first.url().to_owned();
    postgres(&url, "CREATE TABLE seat AS SELECT 'taken' AS state").await.unwrap();
    assert_eq!(postgres(&url, "SHOW fsync").await.unwrap(), ["on"]);
    assert_eq!(first.why_ended(), None);
    kill(Pid::from_raw(i32::try_from(first.pid()).unwrap()), Signal::SIGKILL).unwrap();
    while first.is_running() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let why = first.why_ended().unwrap();
    assert!(why.starts_with("signal: 9 (SIGKILL), after: "), "{why}");
    first.restart().await.unwrap();
    assert_eq!(postgres(&url, "SELECT state FROM seat").await.unwrap(), ["taken"]);
    first.stop().await;
    let second = Postgres::start_with(&home, Durability::Process).await.unwrap();
    assert_eq!(postgres(second.url(), "SELECT state FROM seat").await.unwrap(), ["taken"]);
    let error = Postgres::start(&home).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::InUse(_)), "{error}");
    assert_eq!(Postgres::url_in(&home).unwrap(), url);
}

#[tokio::test]
async fn a_fault_of_postgres_is_told_down_to_its_cause_and_quotes_no_row() {
    let dir = temp_dir();
    let home = dir.path().join("postgres");
    let store = Postgres::start_with(&home, Durability::Process).await.unwrap();
    let url = store.url().to_owned();
    postgres(&url, "CREATE TABLE people (name text PRIMARY KEY); INSERT INTO people VALUES ('王芳')").await.unwrap();
    let refused = postgres(&url, "INSERT INTO people VALUES ('王芳')").await.unwrap_err();
    let said = "duplicate key value violates unique constraint \"people_pkey\" (SQLSTATE 23505)";
    assert_eq!(postgres_said(&refused), said);
    store.stop().await;
    let away = postgres_said(&postgres(&url, "SELECT 1").await.unwrap_err());
    assert!(away.starts_with("error connecting to server: "), "{away}");
    assert!(away.contains("No such file or directory"), "{away}");
}

#[tokio::test]
async fn data_of_another_major_version_is_left_alone() {
    let dir = temp_dir();
    let data = dir.path().join("postgres/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    let error = Postgres::start(&dir.path().join("postgres")).await.unwrap_err();
    assert!(matches!(&error, EmbeddedError::OtherVersion { found, .. } if found == "9"), "{error}");
    assert_eq!(fs::read_to_string(data.join("PG_VERSION")).unwrap(), "9\n");
}

#[tokio::test]
async fn a_lock_file_that_names_a_stranger_does_not_block_the_start() {
    let dir = temp_dir();
    let home = dir.path().join("postgres");
    Postgres::start_with(&home, Durability::Process).await.unwrap().stop().await;
    // Number 1 always lives, and is never ours.
    fs::write(home.join("data/postmaster.pid"), format!("1\n{}\n", home.join("data").display())).unwrap();
    fs::write(home.join("socket/.s.PGSQL.5432.lock"), format!("1\n{}\n", home.join("data").display())).unwrap();
    let postgres = Postgres::start_with(&home, Durability::Process).await.unwrap();
    postgres.stop().await;
}

/// For so long a store may say nothing in the tests of slow starts; each of those takes longer.
const SILENCE: Duration = Duration::from_secs(3);

/// Makes the next start of Postgres a recovery of some five seconds.
fn make_recovery_slow(data: &Path) {
    let settings = "hot_standby = off\nrestore_command = 'sleep 1; false'\n";
    fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
    fs::write(data.join("recovery.signal"), "").unwrap();
}

#[tokio::test]
async fn a_postgres_that_recovers_is_waited_for_and_one_that_hangs_is_not() {
    let dir = temp_dir();
    let data = dir.path().join("postgres/data");
    let mut store = Postgres::start_with(&dir.path().join("postgres"), Durability::Process).await.unwrap();
    postgres(store.url(), "CREATE TABLE seat AS SELECT 'taken' AS state").await.unwrap();
    store.kill().await;
    make_recovery_slow(&data);
    let since = Instant::now();
    store.restart_within(SILENCE).await.unwrap();
    assert!(since.elapsed() > SILENCE, "it was not slow: {:?}", since.elapsed());
    assert_eq!(postgres(store.url(), "SELECT state FROM seat").await.unwrap(), ["taken"]);

    // Stopped in the middle of it: connections are taken by the system, and nobody answers.
    store.kill().await;
    make_recovery_slow(&data);
    let url = store.url().to_owned();
    let stopping = async {
        while !matches!(postgres(&url, "SELECT 1").await, Err(error) if postgres_said(&error).contains("57P03")) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let pid = fs::read_to_string(data.join("postmaster.pid")).unwrap();
        kill(Pid::from_raw(pid.lines().next().unwrap().parse().unwrap()), Signal::SIGSTOP).unwrap();
    };
    let starting = tokio::time::timeout(Duration::from_secs(60), store.restart_within(SILENCE));
    let (outcome, ()) = tokio::join!(starting, stopping);
    let error = outcome.expect("a start that hangs has an end").unwrap_err();
    assert!(matches!(error, EmbeddedError::Silent { .. }), "{error}");
    // Unless what was left of it has finished the recovery alone.
    let _ = fs::remove_file(data.join("recovery.signal"));
    store.restart().await.unwrap();
    assert_eq!(postgres(store.url(), "SELECT state FROM seat").await.unwrap(), ["taken"]);
}

/// Not a test: the owner of a Redis that reads its file slowly, which is found in the directory `bin`.
#[tokio::test]
#[ignore = "run by another test"]
async fn owner_of_a_slow_redis() {
    let Some(dir) = std::env::var_os("SEATHOLD_TEST_SLOW_DIR").map(PathBuf::from) else { return };
    let mut store = Redis::start(&dir.join("redis"), Fsync::Off).await.unwrap();
    let socket = store.url().strip_prefix("redis+unix://").unwrap().to_owned();
    let mut stream = UnixStream::connect(&socket).await.unwrap();
    let filling: String = (0..20_000).map(|n| format!("SET seat{n} taken\r\n")).collect();
    stream.write_all(filling.as_bytes()).await.unwrap();
    let mut answers = vec![0; "+OK\r\n".len() * 20_000];
    stream.read_exact(&mut answers).await.unwrap();
    store.kill().await;
    let since = Instant::now();
    store.restart_within(SILENCE).await.unwrap();
    assert!(since.elapsed() > SILENCE, "it was not slow: {:?}", since.elapsed());
    assert_eq!(redis(&store, "GET seat19999").await, "$5\r\ntaken");
    fs::write(dir.join("waited"), "").unwrap();
}

#[tokio::test]
async fn a_redis_that_loads_is_waited_for() {
    let dir = temp_dir();
    let found =
        std::process::Command::new("sh").args(["-c", "command -v redis-server valkey-server"]).output().unwrap();
    let server = String::from_utf8(found.stdout).unwrap().lines().next().unwrap().to_owned();
    let slow = dir.path().join("bin/redis-server");
    fs::create_dir(slow.parent().unwrap()).unwrap();
    // A fifth of a millisecond for each key that it loads.
    fs::write(&slow, format!("#!/bin/sh\nexec {server} \"$@\" --key-load-delay 200\n")).unwrap();
    for path in [slow.as_path(), slow.parent().unwrap()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", slow.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let owner = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_of_a_slow_redis", "--ignored"])
        .env("SEATHOLD_TEST_SLOW_DIR", dir.path())
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(dir.path().join("waited").exists(), "{}", String::from_utf8_lossy(&owner.stdout));
}

/// Not a test: the owner that `a_killed_owner_leaves_nothing_in_the_way` kills.
#[tokio::test]
#[ignore = "run by another test"]
async fn owner() {
    let Some(dir) = std::env::var_os("SEATHOLD_TEST_OWNER_DIR") else { return };
    let dir = Path::new(&dir);
    let _redis = Redis::start(&dir.join("redis"), Fsync::Always).await.unwrap();
    let _postgres = Postgres::start_with(&dir.join("postgres"), Durability::Process).await.unwrap();
    fs::write(dir.join("started"), "").unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test]
async fn a_killed_owner_leaves_nothing_in_the_way() {
    let dir = temp_dir();
    let mut owner = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner", "--ignored"])
        .env("SEATHOLD_TEST_OWNER_DIR", dir.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let started = dir.path().join("started");
    for _ in 0..12_000 {
        if started.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(started.exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    let redis = Redis::start(&dir.path().join("redis"), Fsync::Always).await.unwrap();
    let postgres = Postgres::start_with(&dir.path().join("postgres"), Durability::Process).await.unwrap();
    let (redis_pid, postmaster_pid) =
        (dir.path().join("redis/data/redis.pid"), dir.path().join("postgres/data/postmaster.pid"));
    assert!(redis_pid.exists() && postmaster_pid.exists());
    drop((redis, postgres));
    vanished(&redis_pid).await;
    vanished(&postmaster_pid).await;
}
