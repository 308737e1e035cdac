//! A headless Chromium that takes itself for a phone, driven over WebDriver.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::browsers::axe::accessibility_faults;
use crate::browsers::driven::{Driven, IS_DISABLED, WAIT, screenshot_path};
use crate::child::TestChild;
use crate::paths::temp_dir;

const DRIVER_WAIT: Duration = Duration::from_secs(60);
/// How often a driver is asked for a browser: on a machine that is full to the brim one does not always come in time.
const SESSIONS_MAX: usize = 3;
const DOWNLOAD_WAIT: Duration = Duration::from_secs(40);
const POLL: Duration = Duration::from_millis(50);
/// In the profile: where files go that pages give to take away.
const DOWNLOADS: &str = "downloads";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/140.0.0.0 Mobile Safari/537.36";
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.50.2701(0x28003253) \
                      WeChat/arm64 Weixin NetType/WIFI Language/zh_CN";
/// Nothing here may reach the network, ask a question or wait for a graphics card.
const ARGUMENTS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--metrics-recording-only",
];

/// What the browser takes itself for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// Chrome on an Android phone, 390 × 844 points at 2 pixels a point.
    Phone,
    /// The same on a small one, 360 × 640 points.
    SmallPhone,
    /// The same on the narrowest that pages are made for, 320 × 640 points.
    NarrowPhone,
    /// The browser inside WeChat on the same phone.
    WeChat,
    /// A staff desk, 1280 × 900.
    Desk,
}

/// How a browser is started.
#[derive(Debug, Clone)]
pub struct BrowserOptions {
    /// The device that the browser takes itself for.
    pub device: Device,
    /// The language it asks for.
    pub language: &'static str,
    /// A film (Motion JPEG or Y4M) that plays in front of its camera; without one there is no camera.
    pub camera: Option<PathBuf>,
}

impl Default for BrowserOptions {
    fn default() -> Self {
        Self { device: Device::Phone, language: "zh-CN", camera: None }
    }
}

/// A browser with an empty profile. Dereferences to fantoccini's [`Client`].
#[derive(Debug)]
pub struct Browser {
    client: Client,
    _driver: TestChild,
    // Last: removed after the browser has ended.
    profile: TempDir,
}

impl Browser {
    /// Starts a browser in Chinese (`zh-CN`).
    pub async fn start(device: Device) -> Self {
        Self::start_with(BrowserOptions { device, ..BrowserOptions::default() }).await
    }

    /// Starts a browser in a language.
    pub async fn start_in(device: Device, language: &'static str) -> Self {
        Self::start_with(BrowserOptions { device, language, ..BrowserOptions::default() }).await
    }

    /// Starts a browser.
    pub async fn start_with(options: BrowserOptions) -> Self {
        let mut faults = Vec::new();
        while faults.len() < SESSIONS_MAX {
            match Self::try_start(&options).await {
                Ok(browser) => {
                    browser.pass_for(&options).await;
                    return browser;
                }
                Err(fault) => faults.push(fault),
            }
        }
        panic!("Chromium did not start: {faults:#?}");
    }

    async fn try_start(options: &BrowserOptions) -> Result<Self, String> {
        let profile = temp_dir();
        let command = || {
            let mut command = Command::new("chromedriver");
            command.arg("--port=0");
            command
        };
        let (driver, port) = TestChild::spawn_until(command, "its port", DRIVER_WAIT, port_in).await;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(options, profile.path()));
        let client = builder.connect(&format!("http://127.0.0.1:{port}")).await.map_err(|error| error.to_string())?;
        Ok(Self { client, _driver: driver, profile })
    }

    async fn pass_for(&self, options: &BrowserOptions) {
        let BrowserOptions { device, language, .. } = *options;
        // Mobile emulation sets the request's language from the profile, which headless ignores.
        let accept = json!({"userAgent": user_agent(device), "acceptLanguage": language, "platform": "Android"});
        if device != Device::Desk {
            self.devtools("Emulation.setUserAgentOverride", accept).await;
        }
    }

    /// Sends one command of the Chrome DevTools protocol and returns its result.
    pub async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        let result = self.client.issue_cmd(DriverCommand { path: "goog/cdp/execute", body }).await;
        result.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Waits until there is such an element, through pages that are left meanwhile.
    pub async fn find_within(&self, wait: Duration, css: &str) -> Result<Element, CmdError> {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            match self.client.find(Locator::Css(css)).await {
                Err(error) if error.is_no_such_element() || is_between_pages(&error) => {
                    if tokio::time::Instant::now() >= deadline {
                        return Err(error);
                    }
                }
                found => return found,
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The element in the middle of the screen, once it is not disabled. The driver scrolls as little as it can, which leaves
    /// it below the bar at the bottom.
    async fn within_reach(&self, css: &str) -> Result<Element, CmdError> {
        let scroll = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        let look = format!("{scroll}; return {IS_DISABLED}(arguments[0])");
        let deadline = tokio::time::Instant::now() + WAIT;
        loop {
            let element = self.find_within(WAIT, css).await?;
            let argument = vec![serde_json::to_value(&element).expect("an element is a reference")];
            if self.client.execute(&look, argument).await? == Value::Bool(false) {
                return Ok(element);
            }
            assert!(tokio::time::Instant::now() < deadline, "{css} stays disabled");
            tokio::time::sleep(POLL).await;
        }
    }

    /// What pages wrote on the console since the last call: refused scripts and styles, failed requests.
    pub async fn console(&self) -> Vec<String> {
        let command = DriverCommand { path: "se/log", body: json!({"type": "browser"}) };
        let log = self.client.issue_cmd(command).await.expect("the driver keeps a log");
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }

    /// Keeps scripts from loading, which is as good as none where pages have no inline ones. Switching scripting off
    /// itself would disable the driver, which is made of scripts.
    pub async fn block_scripts(&self) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({"urls": ["*.js"]})).await;
    }

    /// Says `prefers-color-scheme: dark` or `light`.
    pub async fn set_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Writes the visible part of the page to `target/screenshots/NAME.png` and returns the path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.client.screenshot().await.expect("the browser draws");
        let path = screenshot_path(name);
        fs::write(&path, picture).expect("target is writable");
        path
    }

    /// The file that a page gave to take away under this name, once all of it is there: until then it has another name.
    pub async fn downloaded(&self, name: &str) -> PathBuf {
        let path = self.profile.path().join(DOWNLOADS).join(name);
        let deadline = tokio::time::Instant::now() + DOWNLOAD_WAIT;
        while !path.exists() {
            assert!(tokio::time::Instant::now() < deadline, "{name} was not downloaded");
            tokio::time::sleep(POLL).await;
        }
        path
    }

    /// Ends the browser in order; dropping it does so less politely.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Driven for Browser {
    async fn visit(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    async fn run(&self, expression: &str) -> Value {
        self.client.execute(&format!("return ({expression})"), Vec::new()).await.unwrap_or_default()
    }

    /// A page that was drawn anew, or left, in between has another element there.
    async fn tap(&self, css: &str) {
        let element = match self.within_reach(css).await {
            Err(error) if is_between_pages(&error) => self.within_reach(css).await,
            found => found,
        };
        let element = element.unwrap_or_else(|error| panic!("{css}: {error}"));
        match element.click().await {
            // Nothing was tapped.
            Err(error) if error.is_stale_element_reference() => {
                let again = self.within_reach(css).await.unwrap_or_else(|error| panic!("{css}: {error}"));
                again.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
            }
            // The tap led away before the driver had said that it was done.
            Err(error) if is_between_pages(&error) => {}
            done => done.unwrap_or_else(|error| panic!("{css}: {error}")),
        }
    }

    async fn fill(&self, css: &str, text: &str) {
        let element = self.find_within(WAIT, css).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.clear().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn select(&self, css: &str, value: &str) {
        let list = self.find_within(WAIT, css).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("{css} = {value}: {error}"));
    }

    async fn attach(&self, css: &str, file: &Path) {
        let input = self.find_within(WAIT, css).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        input.send_keys(&file.display().to_string()).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn screenshot(&self, name: &str) -> PathBuf {
        Browser::screenshot(self, name).await
    }

    async fn said(&self) -> Vec<String> {
        self.console().await
    }

    async fn faults(&self) -> Vec<String> {
        accessibility_faults(&self.client).await
    }

    async fn close(self) {
        Browser::close(self).await;
    }
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Was the page left, or drawn anew, while the driver looked at it? The driver says the first in no word of the standard.
fn is_between_pages(error: &CmdError) -> bool {
    error.is_stale_element_reference() || error.to_string().contains("aborted by navigation")
}

/// `ChromeDriver was started successfully on port 37251.`
fn port_in(line: &str) -> Option<u16> {
    let port = line.split_once("successfully on port ")?.1;
    port.trim_end_matches('.').parse().ok()
}

fn user_agent(device: Device) -> &'static str {
    if device == Device::WeChat { WECHAT } else { ANDROID }
}

fn capabilities(options: &BrowserOptions, profile: &Path) -> Map<String, Value> {
    let BrowserOptions { device, language, camera } = options;
    let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
    arguments.extend([
        format!("--user-data-dir={}", profile.display()),
        format!("--lang={language}"),
        "--window-size=1280,900".into(),
    ]);
    if let Some(film) = camera {
        let film = format!("--use-file-for-fake-video-capture={}", film.display());
        arguments.extend(["--use-fake-device-for-media-stream".into(), "--use-fake-ui-for-media-stream".into(), film]);
    }
    let (width, height) = match device {
        Device::NarrowPhone => (320, 640),
        Device::SmallPhone => (360, 640),
        Device::Phone | Device::WeChat | Device::Desk => (390, 844),
    };
    let downloads = json!({"default_directory": profile.join(DOWNLOADS), "prompt_for_download": false});
    let preferences = json!({"intl": {"accept_languages": language}, "download": downloads});
    let mut options = json!({"args": arguments, "prefs": preferences});
    if *device != Device::Desk {
        options["mobileEmulation"] = json!({
            "deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0, "mobile": true, "touch": true},
            "userAgent": user_agent(*device),
        });
    }
    let mut capabilities = Map::new();
    capabilities.insert("browserName".into(), "chrome".into());
    capabilities.insert("goog:chromeOptions".into(), options);
    capabilities.insert("goog:loggingPrefs".into(), json!({"browser": "ALL"}));
    capabilities
}

/// A command of chromedriver's own, by its path below the session.
#[derive(Debug)]
struct DriverCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for DriverCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
