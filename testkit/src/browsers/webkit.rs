//! WebKit, which is what iPhones run: Debian's MiniBrowser under a screen of its own, driven over WebDriver.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::browsers::driven::{Driven, IS_DISABLED, POLL, WAIT, screenshot_path, too_wide};
use crate::child::TestChild;
use crate::paths::temp_dir;
use crate::ports::free_port;

const START_WAIT: Duration = Duration::from_secs(60);
/// How often a driver is started that ends, or gives no browser in time.
const STARTS_MAX: usize = 3;
/// How long a page that has loaded takes to be drawn, without a graphics card.
const DRAW_WAIT: Duration = Duration::from_millis(1500);
/// A phone's screen, in points.
const PHONE: (u32, u32) = (390, 844);
/// Where packages put the browser that the driver may drive.
const BROWSERS: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
];
/// Bytes of an XWD header before its colours, and the place of a number in it (X11/XWDFile.h).
const XWD_HEADER: usize = 100;
const XWD_COLOUR_BYTES: usize = 12;

/// A WebKit browser with an empty profile. Dereferences to fantoccini's [`Client`].
#[derive(Debug)]
pub struct WebKit {
    client: Client,
    frames: TempDir,
    _driver: TestChild,
    _screen: TestChild,
    _home: TempDir,
}

impl WebKit {
    /// Starts a browser in Chinese that fills a phone's screen.
    pub async fn start() -> Self {
        Self::start_sized(PHONE.0, PHONE.1).await
    }

    /// Starts a browser in Chinese that fills a screen of this size, in pixels.
    pub async fn start_sized(width: u32, height: u32) -> Self {
        let (frames, home) = (temp_dir(), temp_dir());
        let size = format!("{width}x{height}x24");
        let command = || {
            let mut command = Command::new("Xvfb");
            command.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-fbdir"]).arg(frames.path());
            command
        };
        let (screen, display) =
            TestChild::spawn_until(command, "its display", START_WAIT, |line| line.trim().parse::<u32>().ok()).await;
        let (driver, client) = driven(display, home.path()).await;
        let webkit = Self { client, frames, _driver: driver, _screen: screen, _home: home };
        let _ = webkit.client.set_window_rect(0, 0, width, height).await;
        webkit
    }

    /// Writes what the screen shows to `target/screenshots/NAME.png` and returns the path. The driver's own screenshot
    /// is blank without a graphics card.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        sleep(DRAW_WAIT).await;
        let frame = fs::read(self.frames.path().join("Xvfb_screen0")).expect("the screen keeps a frame");
        let path = screenshot_path(name);
        picture(&frame).save(&path).expect("target is writable");
        path
    }

    /// Ends the browser in order; dropping it does so less politely.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl WebKit {
    async fn element(&self, css: &str) -> Element {
        self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }
}

impl Driven for WebKit {
    async fn visit(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    async fn run(&self, expression: &str) -> Value {
        self.client.execute(&format!("return ({expression})"), Vec::new()).await.unwrap_or_default()
    }

    /// By a script: the driver's own taps go astray without a window manager.
    async fn tap(&self, css: &str) {
        let with_it = |act: &str| {
            let why = format!("!one ? 'missing' : {IS_DISABLED}(one) ? 'disabled' : ({act}, true)");
            format!("((one) => {why})(document.querySelector({}))", json!(css))
        };
        let (mark, tap) = (with_it("window.isThePageTapped = true"), with_it("one.click()"));
        let deadline = Instant::now() + WAIT;
        loop {
            let mut found = self.run(&mark).await;
            if found == Value::Bool(true) {
                found = self.run(&tap).await;
                match &found {
                    Value::Bool(true) => return,
                    // The tap led away before the driver had said that it was done, or it was not done.
                    Value::Null => break,
                    _ => {}
                }
            }
            assert!(Instant::now() < deadline, "{css} cannot be tapped: {found}");
            sleep(POLL).await;
        }
        while self.run("!window.isThePageTapped").await != Value::Bool(true) {
            assert!(Instant::now() < deadline, "{css} was not tapped: the page is still there");
            sleep(POLL).await;
        }
    }

    async fn fill(&self, css: &str, text: &str) {
        let field = self.element(css).await;
        field.clear().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn attach(&self, css: &str, file: &Path) {
        let input = self.element(css).await;
        input.send_keys(&file.display().to_string()).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    async fn screenshot(&self, name: &str) -> PathBuf {
        WebKit::screenshot(self, name).await
    }

    /// Its driver keeps no log; that a script has failed, the faults of a page show.
    async fn said(&self) -> Vec<String> {
        Vec::new()
    }

    async fn faults(&self) -> Vec<String> {
        let mut faults = too_wide(self).await;
        let has_run = "!document.querySelector('script') || document.documentElement.classList.contains('js')";
        if self.run(has_run).await != Value::Bool(true) {
            faults.push("the script has not run".to_owned());
        }
        faults
    }

    async fn close(self) {
        WebKit::close(self).await;
    }
}

impl Deref for WebKit {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A driver for this display, and the browser that it gives.
async fn driven(display: u32, home: &Path) -> (TestChild, Client) {
    let mut faults = Vec::new();
    while faults.len() < STARTS_MAX {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--port={port}")).arg("--host=127.0.0.1");
        command.env("DISPLAY", format!(":{display}")).env("HOME", home).env("LANGUAGE", "zh_CN");
        for (name, value) in
            [("WEBKIT_DISABLE_COMPOSITING_MODE", "1"), ("LIBGL_ALWAYS_SOFTWARE", "1"), ("GDK_BACKEND", "x11")]
        {
            command.env(name, value);
        }
        command.env_remove("WAYLAND_DISPLAY").env("XDG_RUNTIME_DIR", home);
        let mut driver = TestChild::spawn(command);
        match connect(&mut driver, port).await {
            Ok(client) => return (driver, client),
            Err(fault) => faults.push(fault),
        }
    }
    panic!("WebKit did not start: {faults:#?}");
}

async fn connect(driver: &mut TestChild, port: u16) -> Result<Client, String> {
    let browser = BROWSERS.into_iter().find(|path| fs::metadata(path).is_ok());
    let browser = browser.expect("MiniBrowser comes with the package webkit2gtk-driver");
    let options = json!({"binary": browser, "args": ["--automation", "--full-screen"]});
    let mut capabilities: Map<String, Value> = Map::new();
    capabilities.insert("browserName".into(), "MiniBrowser".into());
    capabilities.insert("webkitgtk:browserOptions".into(), options);
    let deadline = Instant::now() + START_WAIT;
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.clone());
        match builder.connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return Ok(client),
            Err(error) if Instant::now() >= deadline || driver.has_ended() => return Err(error.to_string()),
            // The driver does not say when it listens.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// A frame in the X window dump format, 32 bits a pixel, as a picture.
fn picture(frame: &[u8]) -> image::RgbImage {
    let number = |place: usize| -> usize {
        let bytes = frame[place * 4..place * 4 + 4].try_into().expect("four bytes");
        u32::from_be_bytes(bytes) as usize
    };
    let (header, width, height, line, colours) = (number(0), number(4), number(5), number(12), number(19));
    assert!(header >= XWD_HEADER && number(11) == 32, "the screen has 32 bits a pixel");
    let pixels = &frame[header + colours * XWD_COLOUR_BYTES..];
    let pixels_of = |number: usize| u32::try_from(number).expect("a screen has some thousand pixels a side");
    image::RgbImage::from_fn(pixels_of(width), pixels_of(height), |x, y| {
        let at = y as usize * line + x as usize * 4;
        image::Rgb([pixels[at + 2], pixels[at + 1], pixels[at]])
    })
}
