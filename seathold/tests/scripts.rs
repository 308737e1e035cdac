//! What lies under `ops/`: scripts explain themselves, and refuse in one sentence before they build anything; the proxy to start
//! from logs nothing by which somebody is let in.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(script(name)).args(arguments).output().unwrap()
}

/// The one sentence that it ends with.
fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    let last = said.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("error: "), "{said}");
    last
}

#[test]
fn scripts_explain_themselves() {
    for name in ["ops/run", "ops/test", "ops/perf", "ops/scan", "ops/interop", "ops/vendor", "ops/sbom"] {
        let output = run(name, &["--help"]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).unwrap().starts_with(&format!("usage: {name}")));
        assert!(refusal(&run(name, &["--what"])).contains("unknown argument: --what"));
    }
    assert_eq!(script(".ci/run").metadata().unwrap().permissions().mode() & 0o111, 0o111);
}

#[test]
fn run_refuses_before_it_builds() {
    for (arguments, words) in [
        (["--port", "eighty"], "a number from 1 to 65534"),
        (["--port", "65535"], "a number from 1 to 65534"),
        (["--data", ""], "--data wants a directory"),
    ] {
        assert!(refusal(&run("ops/run", &arguments)).contains(words), "{arguments:?}");
    }
    assert!(refusal(&run("ops/run", &["--port"])).contains("--port wants a value"));
}

#[test]
fn perf_refuses_before_it_builds() {
    for (arguments, words) in [
        (&["--json"] as &[&str], "--json wants a file"),
        (&["--rate"], "--rate wants a number"),
        (&["--rate", "many"], "--rate wants a number"),
        (&["--only", "luck"], "--only wants rounds, browse, streams, goodput, memory, payments or growth, not 'luck'"),
    ] {
        assert!(refusal(&run("ops/perf", arguments)).contains(words), "{arguments:?}");
    }
}

#[test]
fn scan_refuses_before_it_builds() {
    for (arguments, words) in [
        (&["--only"] as &[&str], "--only wants a part"),
        (&["--only", "luck"], "--only wants api, answers, proxy, pages or abuse, not 'luck'"),
        (&["--cases", "0"], "--cases wants a number"),
        (&["--lasts", "long"], "--lasts wants a time"),
        (&["--built", "/nowhere"], "--built wants a directory"),
    ] {
        assert!(refusal(&run("ops/scan", arguments)).contains(words), "{arguments:?}");
    }
}

/// A bill of materials goes to others: it names no directory of whoever made it, has what pages carry, and lacks no hash.
#[test]
fn a_bill_of_materials_is_complete_and_names_no_path_of_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out.json");
    let ours = |name: &str| format!("path+file:///home/somebody/{name}#0.1.0");
    let complete = |bytes_hashes: serde_json::Value| {
        let bill = serde_json::json!({
            "bomFormat": "CycloneDX",
            "metadata": {"component": {"bom-ref": ours("seathold"), "name": "seathold"}},
            "components": [
                {"name": "httpkit", "version": "0.1.0", "bom-ref": ours("httpkit")},
                {"name": "bytes", "version": "1.0.0", "bom-ref": "bytes@1.0.0", "hashes": bytes_hashes,
                 "licenses": [{"expression": "MIT"}]},
            ],
            "dependencies": [{"ref": ours("seathold"), "dependsOn": ["bytes@1.0.0"]}],
        });
        let made = dir.path().join("made.json");
        fs::write(&made, bill.to_string()).unwrap();
        let mut command = Command::new("python3");
        command.arg(script("ops/sbom.d/complete.py")).arg(made).arg(script("backoffice/assets/vendor/README.md"));
        command.arg("/home/somebody").arg(&out).output().unwrap()
    };
    assert!(refusal(&complete(serde_json::json!([]))).contains("no hash or no licence: bytes 1.0.0"));
    assert!(!out.exists());

    let output = complete(serde_json::json!([{"alg": "SHA-256", "content": "00"}]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&out).unwrap();
    assert!(!text.contains("somebody"), "{text}");
    let bill: serde_json::Value = serde_json::from_str(&text).unwrap();
    let scripts: Vec<&serde_json::Value> = bill["components"].as_array().unwrap().iter().skip(2).collect();
    let names: Vec<&str> = scripts.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["qr", "@noble/ed25519"]);
    let hash = scripts[0]["components"][0]["hashes"][0]["content"].as_str().unwrap();
    assert!(fs::read_to_string(script("backoffice/assets/vendor/README.md")).unwrap().contains(hash), "{hash}");
    assert_eq!(bill["dependencies"][0]["dependsOn"].as_array().unwrap().len(), 3, "{text}");
    assert!(refusal(&run("ops/sbom", &["--out"])).contains("--out wants a file"));
}

/// The demo dies under an attack, and the attack's own report says nothing of it: the scan's does.
#[test]
fn a_demo_that_dies_is_something_found() {
    let dir = tempfile::tempdir().unwrap();
    let program = |name: &str, lines: &str| {
        fs::write(dir.path().join(name), format!("#!/bin/sh\n{lines}\n")).unwrap();
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let says = "for one in ready staff sandbox; do echo \"$one: http://127.0.0.1:1\"; done";
    program("seathold", &format!("{says}; exit 7"));
    program("loadtest", "sleep 1");
    let scan = || {
        let mut command = Command::new(script("ops/scan"));
        command.args(["--only", "abuse", "--built"]).arg(dir.path()).env("CARGO_TARGET_DIR", dir.path().join("target"));
        let output = command.output().unwrap();
        let report = fs::read_to_string(dir.path().join("target/scan/report.md")).unwrap();
        (output, report)
    };
    let (output, report) = scan();
    assert!(refusal(&output).contains("something was found"));
    assert!(report.contains("| found | plain | died | the demo ended by itself with status 7"), "{report}");
    assert!(report.contains("| clean | abuse |"), "{report}");

    program("seathold", &format!("{says}; exec sleep 60"));
    let (output, report) = scan();
    assert!(output.status.success() && !report.contains("died"), "one that lives is ended: {report}");
}

#[test]
fn run_names_the_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    // As the candidates' port, and as the staff's, which is the next one.
    for asked in [port, port - 1] {
        let said = refusal(&run("ops/run", &["--port", &asked.to_string()]));
        assert!(said.contains(&format!("port {port} is in use")), "{said}");
    }
}

/// Whoever reads a log is let in by none of its addresses: the proxy to start from leaves out what our own log tells by the route.
#[test]
fn the_proxy_logs_no_address_that_lets_somebody_in() {
    let text = |name: &str| fs::read_to_string(script(name)).unwrap();
    let paths = text("h5/src/paths.rs");
    let secrets = paths.split("const SECRETS").nth(1).and_then(|rest| rest.split("\n];").next()).unwrap();
    let begins = secrets.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next());
    let begins: BTreeSet<String> = begins.map(str::to_owned).collect();
    assert!(begins.len() >= 5, "they are listed another way: {begins:?}");

    let proxy = text("ops/proxy/nginx.conf");
    let left_out = proxy.split("~^/(").nth(1).and_then(|rest| rest.split(")/ 0;").next()).unwrap();
    let left_out: BTreeSet<String> = left_out.split('|').map(|name| format!("/{name}/")).collect();
    assert_eq!(left_out, begins, "left: ops/proxy/nginx.conf, right: h5/src/paths.rs");
    let servers: Vec<&str> = proxy.split("\nserver {").skip(1).collect();
    assert_eq!(servers.len(), 5);
    for server in servers {
        let logs: Vec<&str> = server.lines().filter_map(|line| line.trim().strip_prefix("access_log ")).collect();
        let is_ours = |log: &&str| log.starts_with("/var/log/nginx/") && log.contains(" seathold");
        let is_kept = logs.len() == 1 && logs.iter().all(|log| *log == "off;" || is_ours(log));
        assert!(is_kept, "nginx's own format has queries: {server}");
        assert!(!server.contains("listen 80") || logs == ["off;"], "{server}");
    }

    let (document, scan) = (text("docs/operating.md"), text("ops/scan.d/proxy.py"));
    for begin in &begins {
        assert!(document.contains(&format!("`{begin}`")), "docs/operating.md lacks {begin}");
        assert!(scan.contains(&format!("\"{}\"", begin.trim_matches('/'))), "ops/scan.d/proxy.py does not ask {begin}");
    }
}
