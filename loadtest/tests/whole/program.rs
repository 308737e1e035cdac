//! The program itself: what it prints, writes, and ends with.

use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::time::Duration;

use loadtest::measured::results::Results;

use crate::doctored::{Lie, doctored};
use crate::rig::KeyFile;

async fn run(address: SocketAddr, key: &KeyFile, words: &str) -> Output {
    let (url, key) = (format!("http://{address}"), key.path());
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_loadtest"));
    command.args(words.split(' ')).arg("--url").arg(url).arg("--admin-key-file").arg(key);
    command.output().await.unwrap()
}

const RUSH: &str = "api --rate 100 --seconds 1 --seats 50 --sittings 1 --connections 4";

#[tokio::test]
async fn all_well_is_0_and_results_are_written() {
    let (address, key) = (doctored(Lie::None).await, KeyFile::new("k"));
    let (json, html) = (key.file("r.json"), key.file("r.html"));
    let words = format!(
        "{RUSH} --json {} --html {} --language zh --expect given=45 --expect errors=0%",
        json.display(),
        html.display()
    );
    let output = run(address, &key, &words).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("100 candidates in 1 s (even) for 50 seats in 1 sitting\n"), "{text}");
    assert!(text.contains("met     given=45"), "{text}");
    let results = Results::read(&json).unwrap();
    assert_eq!(results.measured.operations[&loadtest::measured::record::Operation::Hold].latency.count(), 100);
    assert!(std::fs::read_to_string(html).unwrap().contains("没有一个座位被重复分配。"));
}

#[tokio::test]
async fn a_missed_condition_is_3_and_oversold_is_4_whatever_was_expected() {
    let key = KeyFile::new("k");
    let missed = run(doctored(Lie::None).await, &key, &format!("{RUSH} --expect given=51000")).await;
    assert_eq!(missed.status.code(), Some(3));
    let oversold =
        run(doctored(Lie::OneTooMany).await, &key, &format!("{RUSH} --release 0 --expect given=51000")).await;
    assert_eq!(oversold.status.code(), Some(4), "{}", String::from_utf8_lossy(&oversold.stdout));
    assert!(String::from_utf8_lossy(&oversold.stdout).contains("FAILED"));
}

#[tokio::test]
async fn what_cannot_be_run_is_1_and_says_why() {
    let key = KeyFile::new("k");
    let remote = run("192.0.2.1:80".parse().unwrap(), &key, RUSH).await;
    let said = String::from_utf8_lossy(&remote.stderr).into_owned();
    assert_eq!(remote.status.code(), Some(1));
    assert!(said.contains("192.0.2.1") && said.contains("--allow-remote"), "{said}");
    let nobody = run("127.0.0.1:1".parse().unwrap(), &key, RUSH).await;
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("cannot connect"));
    let shares = run(doctored(Lie::None).await, &key, &format!("{RUSH} --confirm 80% --release 30%")).await;
    assert!(String::from_utf8_lossy(&shares.stderr).contains("more than 100%"));
}

#[tokio::test]
async fn ctrl_c_ends_it_early_and_the_report_is_written_all_the_same() {
    let (address, key) = (doctored(Lie::None).await, KeyFile::new("k"));
    let (json, html) = (key.file("r.json"), key.file("r.html"));
    let words = format!(
        "api --rate 50 --seconds 600 --seats 20 --sittings 1 --connections 4 --json {} --html {}",
        json.display(),
        html.display()
    );
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_loadtest"));
    command
        .args(words.split(' '))
        .arg("--url")
        .arg(format!("http://{address}"))
        .arg("--admin-key-file")
        .arg(key.path());
    let running = command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let pid = running.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(60), running.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("ended early"));
    assert!(Results::read(&json).unwrap().interrupted);
    assert!(std::fs::read_to_string(html).unwrap().contains("The test was ended early."));
}
