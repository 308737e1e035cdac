//! The real binary: starts, stops, finds its data again, survives kills of each of its three processes, refuses in
//! one sentence, and speaks TLS with its stores.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[path = "serve/encrypted.rs"]
mod encrypted;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use embedded::Postgres;
use serde_json::{Value, json};
use testkit::{Answer, AppOptions, ServedApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

const EXAM: &str = "/api/v1/exams/degree-english";

async fn request(app: &ServedApp, method: &str, path: &str, body: Option<Value>) -> Answer {
    let answer = app.caller().call(method, path, &body.unwrap_or_default()).await;
    answer.unwrap_or_else(|| panic!("{method} {path} got no answer"))
}

async fn hold(app: &ServedApp, candidate: &str) -> Answer {
    let body = json!({"candidate": candidate, "sittings": ["en-0522-am-lakeside"]});
    request(app, "POST", &format!("{EXAM}/holds"), Some(body)).await
}

/// Asks again as long as the answer is "come again in a moment".
async fn hold_in_the_end(app: &ServedApp, candidate: &str) -> Answer {
    let start = Instant::now();
    loop {
        let answer = hold(app, candidate).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(90), "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn free(app: &ServedApp) -> i64 {
    let reply = request(app, "GET", &format!("{EXAM}/sittings"), None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let sittings: Value = serde_json::from_str(&reply.body).unwrap();
    let sitting = sittings.as_array().unwrap().iter().find(|sitting| sitting["id"] == "en-0522-am-lakeside").unwrap();
    sitting["free"].as_i64().unwrap()
}

/// Asks until the site is ready again; a store that was killed is away for a moment.
async fn ready(app: &ServedApp) {
    let start = Instant::now();
    while request(app, "GET", "/readyz", None).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(90), "not ready again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn sentence(output: &Output) -> String {
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("seathold: "), "{text}");
    last
}

fn serve(data: &Path) -> Command {
    let mut command = Command::new(ServedApp::binary());
    command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--staff-listen", "127.0.0.1:0"]);
    command
}

/// The server's daily work is another role's than the tables' owner, and what has happened to money that role only adds to.
async fn works_as_a_role_that_only_adds_to_the_journal(app: &ServedApp) {
    let url = Postgres::url_in(&app.data().join("postgres")).unwrap();
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let watch = "CREATE TABLE public.seen (who text NOT NULL);
         GRANT INSERT ON public.seen TO PUBLIC;
         CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO public.seen VALUES (current_user); RETURN NULL; END $$;
         CREATE TRIGGER see AFTER INSERT ON reservation.holds FOR EACH ROW EXECUTE FUNCTION public.see()";
    client.batch_execute(watch).await.unwrap();
    assert_eq!(hold(app, "wang").await.status, 201);
    let start = Instant::now();
    let seen = loop {
        let rows = client.query("SELECT DISTINCT who FROM public.seen", &[]).await.unwrap();
        if !rows.is_empty() {
            break rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "the ledger is not written");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(seen, [embedded::APPLICATION_ROLE]);
    client.batch_execute("DROP TABLE public.seen; DROP FUNCTION public.see() CASCADE").await.unwrap();
    client.batch_execute(&format!("SET ROLE {}", embedded::APPLICATION_ROLE)).await.unwrap();
    for refused in [
        "UPDATE registration.journal SET at = now()",
        "DELETE FROM registration.journal_lines",
        "UPDATE registration.audit SET at = now()",
        "DELETE FROM registration.audit_chain",
    ] {
        let error = client.batch_execute(refused).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{refused}");
    }
    client.batch_execute("SELECT count(*) FROM registration.journal").await.unwrap();
}

#[tokio::test]
async fn a_second_start_finds_its_data() {
    let mut app = ServedApp::start().await;
    let keys = [app.api_key("admin"), app.api_key("hold")];
    let first = hold(&app, "li").await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(free(&app).await, 239);

    let start = Instant::now();
    assert!(app.stop().await.success());
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    for left in ["redis/data/redis.pid", "postgres/data/postmaster.pid"] {
        assert!(!app.data().join(left).exists(), "{left} is left behind");
    }

    app.start_again().await;
    assert_eq!(free(&app).await, 239);
    assert_eq!(keys, [app.api_key("admin"), app.api_key("hold")]);
    let again = hold(&app, "li").await;
    assert_eq!(again.status, 200, "the same hold: {}", again.body);
    works_as_a_role_that_only_adds_to_the_journal(&app).await;
    shows_what_was_done_to_the_audit(&app).await;
    assert!(app.stop().await.success());
}

/// The end of the audit was signed when the first server stopped: a line that was changed since is named, and so is a chain
/// that was cut.
async fn shows_what_was_done_to_the_audit(app: &ServedApp) {
    let verify = || {
        let output = app.command().args(["audit", "verify"]).output().unwrap();
        let text = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
        (output.status.success(), text)
    };
    let (is_whole, said) = verify();
    assert!(is_whole && said.contains("the audit is whole") && !said.contains("no signed end"), "{said}");
    let without_guards = "SET session_replication_role = replica";
    app.execute(&format!(
        "{without_guards}; UPDATE registration.audit SET subject = subject || '!'
         WHERE id = (SELECT line FROM registration.audit_chain WHERE seq = 1)"
    ))
    .await;
    let (is_whole, said) = verify();
    assert!(!is_whole && said.contains("was changed after it was linked as number 1"), "{said}");
    app.execute(&format!(
        "{without_guards}; DELETE FROM registration.audit_chain; DELETE FROM registration.audit;
         UPDATE registration.audit_head SET seq = 0, hash = decode(repeat('00', 32), 'hex')"
    ))
    .await;
    let (is_whole, said) = verify();
    assert!(!is_whole && said.contains("the chain was cut: it ends at 0"), "{said}");
}

#[tokio::test]
async fn killing_any_of_the_three_processes_loses_no_seat() {
    let mut app = ServedApp::start().await;
    for (number, victim) in ["redis", "postgres", "server"].into_iter().enumerate() {
        let candidate = format!("candidate-{number}");
        assert!(matches!(hold_in_the_end(&app, &candidate).await.status, 200 | 201));
        match victim {
            "redis" => kill(app.redis_pid()),
            "postgres" => kill(app.postgres_pid()),
            _ => {
                app.kill().await;
                app.start_again().await;
            }
        }
        // The supervisor needs a moment to see it.
        tokio::time::sleep(Duration::from_millis(300)).await;
        ready(&app).await;
        let again = hold_in_the_end(&app, &candidate).await;
        assert_eq!(again.status, 200, "{victim} was killed: {}", again.body);
        assert_eq!(free(&app).await, 239 - i64::try_from(number).unwrap(), "{victim} was killed");
    }
    assert!(app.stop().await.success());
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence_and_starts_nothing() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    for flag in ["--listen", "--staff-listen"] {
        let mut command = Command::new(ServedApp::binary());
        let other = if flag == "--listen" { "--staff-listen" } else { "--listen" };
        command.args(["serve", flag, &address, other, "127.0.0.1:0", "--data"]).arg(&data);
        let said = sentence(&command.output().unwrap());
        assert!(said.contains(&format!("{address} is in use")) && said.contains(flag), "{said}");
    }
    assert!(!data.exists(), "nothing is half started");
}

#[tokio::test]
async fn a_second_server_over_the_same_data_is_refused_and_commands_join_the_first() {
    let mut app = ServedApp::start().await;
    let said = sentence(&serve(app.data()).output().unwrap());
    assert!(said.contains("another instance is running over"), "{said}");

    let exam = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/degree-english");
    let imported = app.command().args(["exam", "import"]).arg(&exam).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    assert!(String::from_utf8_lossy(&imported.stdout).starts_with("brought up to date: degree-english"));
    assert_eq!(request(&app, "GET", "/readyz", None).await.status, 200, "the server is not disturbed");

    let made = app.command().args(["key", "add", "--scope", "hold", "box office"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(key.starts_with("seathold_"), "{key}");
    let said = |arguments: &[&str]| {
        let output = app.command().arg("key").args(arguments).output().unwrap();
        if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { sentence(&output) }
    };
    let line = said(&["list"]).lines().find(|line| line.ends_with(" box office")).unwrap().to_owned();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[1..4], ["hold", "good", "since"], "{line}");
    let next = said(&["rotate", words[0]]);
    assert!(next.starts_with("seathold_") && next.trim() != key, "{next}");
    let ended = said(&["revoke", "box office"]);
    assert!(ended.starts_with(&format!("revoked: {}\nrevoked: ", words[0])), "both: {ended}");
    let line = said(&["list"]).lines().find(|line| line.ends_with(" box office")).unwrap().to_owned();
    assert!(line.contains("revoked at 2"), "{line}");
    for gone in ["box office", words[0], "nobody"] {
        assert!(said(&["revoke", gone]).contains("`seathold key list` shows all"), "{gone}");
    }
    assert!(said(&["add", "--scope", "hold", "17"]).contains("taken for a key's number"));

    let twice = || app.command().args(["staff", "add", "li.min"]).output().unwrap();
    assert!(twice().status.success());
    assert!(sentence(&twice()).contains("there is a staff member of this name"));
    let said = |arguments: &[&str]| {
        let output = app.command().arg("staff").args(arguments).output().unwrap();
        if output.status.success() { String::from_utf8(output.stdout).unwrap() } else { sentence(&output) }
    };
    let line = || said(&["list"]).lines().find(|line| line.starts_with("li.min ")).unwrap().to_owned();
    assert!(line().ends_with(" enabled"), "{}", line());
    assert_eq!(said(&["disable", "li.min"]), "li.min is disabled\n");
    assert_eq!(said(&["disable", "li.min"]), "li.min is disabled already\n");
    assert!(line().contains(" disabled since 2"), "{}", line());
    assert_eq!(said(&["enable", "li.min"]), "li.min is enabled\n");
    let passwords = [said(&["password", "li.min"]), said(&["password", "li.min"])];
    assert!(passwords[0] != passwords[1] && passwords.iter().all(|one| one.trim().len() >= 12), "a new one each time");
    assert!(said(&["disable", "nobody"]).contains("`seathold staff list` shows all"));
    assert!(said(&["invite", "wang.fang", "--role", "finance"]).starts_with("/join?token="));
    assert_eq!(said(&["reset-factor", "wang.fang"]), "wang.fang has no second factor\n");
    let link = |name| said(&["link", name, "--subject", "20240001", "--issuer", "https://idp.example.edu"]);
    assert_eq!(link("wang.fang"), "wang.fang is 20240001 at https://idp.example.edu\n");
    assert!(link("li.min").contains("somebody else's"), "a subject is one member's");
    assert_eq!(said(&["unlink", "wang.fang"]), "wang.fang is nobody any more at the identity provider\n");
    assert_eq!(said(&["unlink", "wang.fang"]), "wang.fang is nobody at the identity provider\n");
    assert_eq!(
        (said(&["sessions", "wang.fang"]), said(&["sessions", "--end", "wang.fang"])),
        (String::new(), String::new())
    );
    a_roster_is_emptied_by_a_word(&app);
    assert!(app.stop().await.success());

    // And without a server: the command starts the stores itself, and stops them.
    let alone = app.command().args(["exam", "import"]).arg(&exam).output().unwrap();
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
    assert!(!app.data().join("redis/data/redis.pid").exists());
}

/// A roster that is not there leaves all as it is; only a word empties it, and never beside a roster.
fn a_roster_is_emptied_by_a_word(app: &ServedApp) {
    let (shipped, dir) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/cet"), tempfile::tempdir().unwrap());
    for file in fs::read_dir(shipped).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    let import = |word: &[&str]| app.command().args(["exam", "import"]).arg(dir.path()).args(word).output().unwrap();
    let said = |word: &[&str]| {
        let output = import(word);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&[]).contains("take the place of the"));
    assert!(!import(&["--empty-roster"]).status.success(), "a roster and the word to empty it contradict each other");
    fs::remove_file(dir.path().join("roster.csv")).unwrap();
    assert!(said(&[]).contains("lines that are there stay, as there is no file"));
    assert!(said(&["--empty-roster"]).contains("lines that are there now are deleted"));
    assert!(!said(&[]).contains("roster: "), "nobody is left in it");
}

#[tokio::test]
async fn data_of_another_postgres_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let version = dir.path().join("postgres/data/PG_VERSION");
    fs::create_dir_all(version.parent().unwrap()).unwrap();
    fs::write(&version, "9\n").unwrap();
    let said = sentence(&serve(dir.path()).output().unwrap());
    assert!(said.contains("holds data of PostgreSQL 9"), "{said}");
    assert_eq!(fs::read_to_string(version).unwrap(), "9\n");
    assert!(!dir.path().join("redis/data/redis.pid").exists(), "Redis was stopped again");
}

#[tokio::test]
async fn a_wrong_exam_is_named_line_by_line() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("exam.toml"), "id = 7\n").unwrap();
    fs::write(dir.path().join("sittings.csv"), "id\n").unwrap();
    let output = Command::new(ServedApp::binary()).args(["exam", "check"]).arg(dir.path()).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot be imported") && said.contains("exam.toml:"), "{said}");
}

#[tokio::test]
async fn requests_have_ids_and_limits() {
    let mut app = ServedApp::start().await;
    let reply = request(&app, "GET", "/healthz", None).await;
    assert_eq!(reply.status, 200);
    assert!(!reply.header("x-request-id").unwrap().is_empty());
    let page = request(&app, "GET", "/", None).await;
    assert!(page.status == 200 && page.header("content-security-policy").is_some());
    let long = request(&app, "GET", &format!("/{}", "a".repeat(40_000)), None).await;
    assert!([400, 414, 431].contains(&long.status), "{}", long.status);
    let metrics = request(&app, "GET", "/metrics", None).await;
    assert!(metrics.body.contains("seathold_connections"), "{}", metrics.body);

    // An open event stream does not hold up the stop.
    let stream = app.caller().send("GET", &format!("{EXAM}/events"), &Value::Null).await.unwrap();
    stream.peek(&mut [0]).await.unwrap();
    let start = Instant::now();
    assert!(app.stop().await.success());
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    drop(stream);
}

#[tokio::test]
async fn a_crowd_beyond_the_places_is_turned_away_in_words() {
    let arguments = vec!["--connections".to_owned(), "1".to_owned()];
    let mut app = ServedApp::start_with(AppOptions { arguments, ..AppOptions::default() }).await;
    let guest = app.caller().send("GET", &format!("{EXAM}/events"), &Value::Null).await.unwrap();
    guest.peek(&mut [0]).await.unwrap();
    let refused = request(&app, "GET", "/healthz", None).await;
    assert_eq!((refused.status, refused.header("Retry-After")), (503, Some("2")));
    drop(guest);
    let start = Instant::now();
    while request(&app, "GET", "/healthz", None).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "the place is not free again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(app.stop().await.success());
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let mut app = ServedApp::start().await;
    let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
    let mut answer = Vec::new();
    let cut = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(cut.is_ok(), "the header timeout is off");
    assert!(app.stop().await.success());
}
