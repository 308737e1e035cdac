//! Chromium as phones had it years ago, which no driver of today drives: talked with over a pipe, in the words of the
//! DevTools protocol. `ops/test` fetches the builds with npm into `target/chromium`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep, timeout};

use crate::browsers::driven::{Driven, IS_DISABLED, POLL, WAIT, screenshot_path, too_wide};
use crate::child::TestChild;
use crate::paths::{target_dir, temp_dir};

/// Messages of the browser that nobody has read yet; the rest wait in the pipe.
const MESSAGES_MAX: usize = 1000;
/// What a headless browser of that time needs to run anywhere, over a pipe: its file descriptors 3 and 4.
const START: &str = "exec \"$0\" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
                     --use-fake-device-for-media-stream --use-fake-ui-for-media-stream \
                     --lang=zh-CN --remote-debugging-pipe \"$@\" about:blank 3<&0 4>&1 >/dev/null 2>&1";

/// An old Chromium, by its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldVersion {
    /// Chromium 71 of 2018.
    V71,
    /// Chromium 79 of the end of 2019.
    V79,
    /// Chromium 91 of the spring of 2021.
    V91,
}

impl OldVersion {
    const fn number(self) -> &'static str {
        match self {
            Self::V71 => "71",
            Self::V79 => "79",
            Self::V91 => "91",
        }
    }
}

/// An old browser that takes itself for a phone in Chinese, 390 × 844 points, with its one page.
#[derive(Debug)]
pub struct OldChromium {
    pipe: Mutex<Pipe>,
    _child: TestChild,
    // Last: removed after the browser has ended.
    _profile: TempDir,
}

/// Both directions, and what was said meanwhile.
#[derive(Debug)]
struct Pipe {
    stdin: ChildStdin,
    messages: mpsc::Receiver<Value>,
    session: Option<String>,
    number: u64,
    complaints: Vec<String>,
}

impl OldChromium {
    /// Starts the browser.
    pub async fn start(version: OldVersion) -> Self {
        let program = target_dir().join("chromium").join(version.number()).join("chromium");
        assert!(program.is_file(), "{}: ops/test fetches it", program.display());
        let profile = temp_dir();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", START]).arg(program).arg(format!("--user-data-dir={}", profile.path().display()));
        let (child, stdin, stdout) = TestChild::spawn_talking(command);
        let pipe = Pipe { stdin, messages: listen(stdout), session: None, number: 0, complaints: Vec::new() };
        let browser = Self { pipe: Mutex::new(pipe), _child: child, _profile: profile };
        browser.attach_to_page().await;
        let agent = format!(
            "Mozilla/5.0 (Linux; Android 9; MI 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile \
             Safari/537.36",
            version.number()
        );
        browser.devtools("Network.setUserAgentOverride", json!({"userAgent": agent})).await;
        browser.devtools("Network.setExtraHTTPHeaders", json!({"headers": {"Accept-Language": "zh-CN"}})).await;
        let screen = json!({"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true});
        browser.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        browser
    }

    async fn attach_to_page(&self) {
        let target = self.devtools("Target.createTarget", json!({"url": "about:blank"})).await;
        let asked = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.devtools("Target.attachToTarget", asked).await;
        self.pipe.lock().await.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "DOM", "Network"] {
            self.devtools(&format!("{domain}.enable"), json!({})).await;
        }
    }

    /// Sends one command of the DevTools protocol and returns its result.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let answer = self.pipe.lock().await.call(command, &parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// From the next page on no script runs, as where somebody has switched scripts off: what stands in `noscript` shows. A
    /// walk can still look at pages.
    pub async fn switch_scripts_off(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }
}

impl Driven for OldChromium {
    async fn visit(&self, url: &str) {
        const IS_HERE: &str = "!window.isThePageBefore && document.readyState === 'complete'";
        self.run("window.isThePageBefore = true").await;
        self.devtools("Page.navigate", json!({"url": url})).await;
        let deadline = Instant::now() + WAIT;
        while self.run(IS_HERE).await != Value::Bool(true) {
            assert!(Instant::now() < deadline, "{url} does not come");
            sleep(POLL).await;
        }
    }

    async fn run(&self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.pipe.lock().await.call("Runtime.evaluate", &asked).await;
        answer.map(|answer| answer["result"]["value"].clone()).unwrap_or_default()
    }

    /// Whatever lies there is tapped.
    async fn tap(&self, css: &str) {
        let look = format!(
            "((one) => {{ if (!one) return 'missing'; if ({IS_DISABLED}(one)) return 'disabled';
               one.scrollIntoView({{block: 'center'}}); const box = one.getBoundingClientRect();
               return [box.x + box.width / 2, box.y + box.height / 2]; }})(document.querySelector({}))",
            json!(css)
        );
        let deadline = Instant::now() + WAIT;
        let mut middle = self.run(&look).await;
        while !middle.is_array() {
            assert!(Instant::now() < deadline, "{css} cannot be tapped: {middle}");
            sleep(POLL).await;
            middle = self.run(&look).await;
        }
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1});
            self.devtools("Input.dispatchMouseEvent", event).await;
        }
    }

    async fn fill(&self, css: &str, text: &str) {
        let field = format!("document.querySelector({})", json!(css));
        self.run(&format!("{field}.focus(), {field}.value = ''")).await;
        self.devtools("Input.insertText", json!({"text": text})).await;
    }

    async fn attach(&self, css: &str, file: &Path) {
        let document = self.devtools("DOM.getDocument", json!({})).await;
        let asked = json!({"nodeId": document["root"]["nodeId"], "selector": css});
        let node = self.devtools("DOM.querySelector", asked).await;
        self.devtools("DOM.setFileInputFiles", json!({"nodeId": node["nodeId"], "files": [file]})).await;
    }

    async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.devtools("Page.captureScreenshot", json!({})).await;
        let picture = STANDARD.decode(picture["data"].as_str().expect("the browser draws")).expect("it is Base64");
        let path = screenshot_path(name);
        fs::write(&path, picture).expect("target is writable");
        path
    }

    /// A refused form is an answer of 4xx, which the browser notes as a failed load; that is no complaint.
    async fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.pipe.lock().await.complaints)
    }

    async fn faults(&self) -> Vec<String> {
        too_wide(self).await
    }

    async fn close(self) {
        drop(self);
    }
}

impl Pipe {
    async fn call(&mut self, command: &str, parameters: &Value) -> Result<Value, String> {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": command, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.stdin.write_all(format!("{message}\0").as_bytes()).map_err(|error| error.to_string())?;
        loop {
            let said = timeout(WAIT, self.messages.recv()).await.map_err(|_| "no answer".to_owned())?;
            let mut said = said.ok_or("the browser has ended")?;
            if said["id"] == self.number {
                return match said.get("error") {
                    Some(error) => Err(error.to_string()),
                    None => Ok(said["result"].take()),
                };
            }
            self.complaints.extend(complaint(&said));
        }
    }
}

fn complaint(event: &Value) -> Option<String> {
    let parameters = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(parameters["exceptionDetails"].to_string()),
        "Log.entryAdded" => {
            let entry = &parameters["entry"];
            let is_load = entry["text"].as_str().is_some_and(|text| text.contains("Failed to load resource"));
            (entry["level"] == "error" && !is_load).then(|| entry.to_string())
        }
        _ => None,
    }
}

/// Reads messages, each ended by a zero byte, until the browser ends.
fn listen(stdout: ChildStdout) -> mpsc::Receiver<Value> {
    let (sender, messages) = mpsc::channel(MESSAGES_MAX);
    thread::spawn(move || {
        let pieces = BufReader::new(stdout).split(0).map_while(Result::ok);
        for message in pieces.filter_map(|piece| serde_json::from_slice(&piece).ok()) {
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    });
    messages
}
