//! A person in front of a browser: reads, types, taps, takes pictures, and notices what keeps others out. What a walk
//! through the pages is written with, once for every browser.

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::browsers::browser::{Browser, BrowserOptions};
use crate::browsers::driven::{Driven, POLL, WAIT};
use crate::browsers::old_chromium::{OldChromium, OldVersion};
use crate::browsers::webkit::WebKit;

const TURN_WAIT: Duration = Duration::from_secs(150);
/// So long a page is looked at before it is opened again.
const LOOK: Duration = Duration::from_secs(10);

/// A walk with one browser, today's Chromium unless another is named. Dereferences to the browser; end it with
/// [`Self::finish`].
#[derive(Debug)]
pub struct Walker<B = Browser> {
    browser: B,
    url: String,
    faults: Vec<String>,
}

impl Walker<Browser> {
    /// Today's Chromium that has not opened anything, for the site at `url`.
    pub async fn start(url: &str, options: BrowserOptions) -> Self {
        Self::with(url, Browser::start_with(options).await)
    }

    /// From now on the browser is that of whoever has these cookies of the site, as a request sends them.
    pub async fn carry(&self, cookies: &str) {
        self.browser.devtools("Network.clearBrowserCookies", json!({})).await;
        for pair in cookies.split("; ") {
            let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("{pair} is no cookie"));
            self.browser.devtools("Network.setCookie", json!({"name": name, "value": value, "url": self.url})).await;
        }
    }

    /// The element, when it is there.
    pub async fn find_one(&self, css: &str) -> Element {
        match self.browser.find_within(WAIT, css).await {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error} at {}: {}", self.path().await, self.text().await),
        }
    }
}

impl Walker<OldChromium> {
    /// A Chromium of years ago that has not opened anything, for the site at `url`.
    pub async fn old(url: &str, version: OldVersion) -> Self {
        Self::with(url, OldChromium::start(version).await)
    }
}

impl Walker<WebKit> {
    /// WebKit that fills a phone's screen and has not opened anything, for the site at `url`.
    pub async fn webkit(url: &str) -> Self {
        Self::with(url, WebKit::start().await)
    }
}

impl<B: Driven> Walker<B> {
    fn with(url: &str, browser: B) -> Self {
        Self { browser, url: url.to_owned(), faults: Vec::new() }
    }

    /// Opens a path of the site.
    pub async fn open(&self, path: &str) {
        self.browser.visit(&format!("{}{path}", self.url)).await;
    }

    /// Waits until the page is whole and has such an element.
    pub async fn finds(&self, css: &str) {
        self.comes(&format!("document.readyState === 'complete' && !!document.querySelector({})", json!(css))).await;
    }

    /// Is there such an element now?
    pub async fn has(&self, css: &str) -> bool {
        self.browser.run(&format!("!!document.querySelector({})", json!(css))).await == Value::Bool(true)
    }

    /// Waits until the expression is true on the page.
    pub async fn comes(&self, expression: &str) {
        self.comes_within(WAIT, expression).await;
    }

    async fn comes_within(&self, wait: Duration, expression: &str) {
        let deadline = Instant::now() + wait;
        while self.browser.run(expression).await != Value::Bool(true) {
            if Instant::now() >= deadline {
                let (path, text, said) = (self.path().await, self.text().await, self.browser.said().await);
                panic!("not: {expression} at {path}: {text}; {said:?}");
            }
            sleep(POLL).await;
        }
    }

    /// Taps an element.
    pub async fn tap(&self, css: &str) {
        self.finds(css).await;
        self.browser.tap(css).await;
    }

    /// Taps what leads to another page, and waits until that page is here: words that both pages say show nothing.
    pub async fn turn(&self, css: &str) {
        self.comes("window.isThePageBefore = true").await;
        self.tap(css).await;
        self.comes("!window.isThePageBefore && document.readyState === 'complete'").await;
    }

    /// Types into a field, in place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        self.finds(css).await;
        self.browser.fill(css, text).await;
    }

    /// Chooses from a list that opens.
    pub async fn select(&self, css: &str, value: &str) {
        self.finds(css).await;
        self.browser.select(css, value).await;
    }

    /// Picks a file.
    pub async fn attach(&self, css: &str, file: &Path) {
        let path = file.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.finds(css).await;
        self.browser.attach(css, &path).await;
    }

    /// Waits until the page shows the words.
    pub async fn shows(&self, words: &str) {
        self.shows_within(WAIT, words).await;
    }

    /// The same of words that come by themselves: such a page asks ever more rarely, at last once a minute.
    pub async fn turns_to(&self, words: &str) {
        self.shows_within(TURN_WAIT, words).await;
    }

    /// Opens a path again and again until it says the words: of what comes from outside, by itself, nobody knows when.
    pub async fn opens_until(&self, path: &str, words: &str) {
        let deadline = Instant::now() + TURN_WAIT;
        loop {
            self.open(path).await;
            let soon = Instant::now() + LOOK;
            while Instant::now() < soon {
                let text = self.text().await;
                if text.contains(words) {
                    return;
                }
                assert!(Instant::now() < deadline, "{words} is not at {}: {text}", self.path().await);
                sleep(POLL).await;
            }
        }
    }

    async fn shows_within(&self, wait: Duration, words: &str) {
        let deadline = Instant::now() + wait;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            assert!(Instant::now() < deadline, "{words} is not at {}: {text}", self.path().await);
            sleep(POLL).await;
        }
    }

    /// Waits until the path contains the part, or the query a part with `=`; returns both. (Where one will be sent to
    /// after signing in stands in the query, too: that is no arrival.)
    pub async fn arrives(&self, part: &str) -> String {
        let deadline = Instant::now() + WAIT;
        loop {
            let path = self.path().await;
            let looked_at = if part.contains('=') { path.as_str() } else { path.split('?').next().unwrap_or_default() };
            if looked_at.contains(part) {
                return path;
            }
            assert!(Instant::now() < deadline, "{part} is not in {path}, where it says: {}", self.text().await);
            sleep(POLL).await;
        }
    }

    /// Waits until the page is no longer the one at this path.
    pub async fn leaves(&self, path: &str) {
        self.comes(&format!("location.pathname !== {}", json!(path))).await;
    }

    /// Path and query of the page; of the next one, while one is being left.
    pub async fn path(&self) -> String {
        let deadline = Instant::now() + WAIT;
        loop {
            if let Value::String(path) = self.browser.run("location.pathname + location.search").await {
                return path;
            }
            assert!(Instant::now() < deadline, "a browser is somewhere");
            sleep(POLL).await;
        }
    }

    /// What the page says.
    pub async fn text(&self) -> String {
        let text = self.browser.run("document.body ? document.body.innerText : ''").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Looks around: a picture is kept under the name, and what keeps people out is noted.
    pub async fn looks(&mut self, name: &str) {
        self.browser.screenshot(name).await;
        let found = self.browser.faults().await;
        self.faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }

    /// The walk's end: nothing kept anybody out, and no page complained on the console.
    pub async fn finish(mut self) {
        let said = self.browser.said().await;
        // A refused form is an answer of 4xx, which the browser notes as a failed load; a page that a letter leads to
        // does not say whose password it sets, whatever a password manager would like; and that storage was emptied when
        // somebody signed out is what was asked for.
        let noise = ["Failed to load resource", "Password forms should", "Clear-Site-Data header on"];
        let is_noise = |line: &String| noise.iter().any(|known| line.contains(known));
        self.faults.extend(said.into_iter().filter(|line| !is_noise(line)));
        self.browser.close().await;
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

impl<B> Deref for Walker<B> {
    type Target = B;

    fn deref(&self) -> &B {
        &self.browser
    }
}
