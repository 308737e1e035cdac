//! Chromium as phones had it years ago, which no driver of today drives: talked with over a pipe, in the words of the
//! DevTools protocol. `ops/test` fetches the builds with npm into `target/chromium`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, sleep, timeout};

use crate::child::TestChild;
use crate::paths::{target_dir, temp_dir};

/// Messages of the browser that nobody has read yet; the rest wait in the pipe.
const MESSAGES_MAX: usize = 1000;
/// Longest wait for an answer, and for something to show; three of them walk at once.
const WAIT: Duration = Duration::from_secs(60);
const TURN_WAIT: Duration = Duration::from_secs(150);
const POLL: Duration = Duration::from_millis(100);
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
    url: String,
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
    /// Starts the browser for the site at `url`.
    pub async fn start(url: &str, version: OldVersion) -> Self {
        let program = target_dir().join("chromium").join(version.number()).join("chromium");
        assert!(program.is_file(), "{}: ops/test fetches it", program.display());
        let profile = temp_dir();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", START]).arg(program).arg(format!("--user-data-dir={}", profile.path().display()));
        let (child, stdin, stdout) = TestChild::spawn_talking(command);
        let pipe = Pipe { stdin, messages: listen(stdout), session: None, number: 0, complaints: Vec::new() };
        let browser = Self { url: url.to_owned(), pipe: Mutex::new(pipe), _child: child, _profile: profile };
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

    /// Opens a path of the site.
    pub async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.url);
        self.run("window.isThePageBefore = true").await;
        self.devtools("Page.navigate", json!({"url": url})).await;
        self.comes("!window.isThePageBefore && document.readyState === 'complete'").await;
    }

    /// What an expression is worth on the page; a promise is waited for.
    pub async fn run(&self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.pipe.lock().await.call("Runtime.evaluate", &asked).await;
        // A page that is just going away answers nothing.
        answer.map(|answer| answer["result"]["value"].clone()).unwrap_or_default()
    }

    /// Waits until the expression is true.
    pub async fn comes(&self, expression: &str) {
        self.comes_within(WAIT, expression).await;
    }

    async fn comes_within(&self, wait: Duration, expression: &str) {
        let deadline = Instant::now() + wait;
        while self.run(expression).await != Value::Bool(true) {
            let late = Instant::now() >= deadline;
            assert!(
                !late,
                "not: {expression} at {}: {}; {:?}",
                self.path().await,
                self.text().await,
                self.said().await
            );
            sleep(POLL).await;
        }
    }

    /// Waits until the page shows the words.
    pub async fn shows(&self, words: &str) {
        self.comes(&format!("document.body.innerText.includes({})", json!(words))).await;
    }

    /// The same of words that come by themselves: such a page asks ever more rarely, at last once a minute.
    pub async fn turns_to(&self, words: &str) {
        self.comes_within(TURN_WAIT, &format!("document.body.innerText.includes({})", json!(words))).await;
    }

    /// Waits until the path contains the part.
    pub async fn arrives(&self, part: &str) {
        self.comes(&format!("location.pathname.includes({})", json!(part))).await;
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        self.run("location.pathname + location.search").await.as_str().unwrap_or_default().to_owned()
    }

    /// What the page says.
    pub async fn text(&self) -> String {
        self.run("document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Taps where the middle of an element is, whatever lies there.
    pub async fn tap(&self, css: &str) {
        let find = format!("document.querySelector({})", json!(css));
        self.comes(&format!("document.readyState === 'complete' && !!{find}")).await;
        let middle = format!(
            "(() => {{ const one = {find}; one.scrollIntoView({{block: 'center'}});
               const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        );
        let middle = self.run(&middle).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": middle[0], "y": middle[1], "button": "left", "clickCount": 1});
            self.devtools("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Types into a field, in place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = format!("document.querySelector({})", json!(css));
        self.comes(&format!("document.readyState === 'complete' && !!{field}")).await;
        self.run(&format!("{field}.focus(), {field}.value = ''")).await;
        self.devtools("Input.insertText", json!({"text": text})).await;
    }

    /// Picks a file.
    pub async fn attach(&self, css: &str, file: &Path) {
        self.comes(&format!("document.readyState === 'complete' && !!document.querySelector({})", json!(css))).await;
        let document = self.devtools("DOM.getDocument", json!({})).await;
        let asked = json!({"nodeId": document["root"]["nodeId"], "selector": css});
        let node = self.devtools("DOM.querySelector", asked).await;
        let path = file.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.devtools("DOM.setFileInputFiles", json!({"nodeId": node["nodeId"], "files": [path]})).await;
    }

    /// Writes the visible part of the page to `target/screenshots/NAME.png` and returns the path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.devtools("Page.captureScreenshot", json!({})).await;
        let picture = picture["data"].as_str().expect("the browser draws");
        let dir = target_dir().join("screenshots");
        fs::create_dir_all(&dir).expect("target is writable");
        let path = dir.join(format!("{name}.png"));
        let mut decoder =
            base64::read::DecoderReader::new(picture.as_bytes(), &base64::engine::general_purpose::STANDARD);
        std::io::copy(&mut decoder, &mut fs::File::create(&path).expect("target is writable")).expect("it is Base64");
        path
    }

    /// What pages complained about since the last call: errors of scripts, refused styles. (A refused form is an answer of
    /// 4xx, which the browser notes as a failed load; that is no complaint.)
    pub async fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.pipe.lock().await.complaints)
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
