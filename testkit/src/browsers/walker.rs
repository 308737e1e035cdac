//! A person in front of a browser: reads, types, taps, takes pictures, and notices what keeps others out. What a walk
//! through the pages is written with.

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use serde_json::{Value, json};

use crate::browsers::axe::accessibility_faults;
use crate::browsers::browser::{Browser, BrowserOptions, is_between_pages};

const WAIT: Duration = Duration::from_secs(40);
const TURN_WAIT: Duration = Duration::from_secs(150);
const POLL: Duration = Duration::from_millis(100);
/// So long a page is looked at before it is opened again.
const LOOK: Duration = Duration::from_secs(10);

/// A walk with one browser. Dereferences to [`Browser`]; end it with [`Self::finish`].
#[derive(Debug)]
pub struct Walker {
    browser: Browser,
    url: String,
    faults: Vec<String>,
}

impl Walker {
    /// A browser that has not opened anything, for the site at `url`.
    pub async fn start(url: &str, options: BrowserOptions) -> Self {
        Self { browser: Browser::start_with(options).await, url: url.to_owned(), faults: Vec::new() }
    }

    /// From now on the browser is that of whoever has these cookies of the site, as a request sends them.
    pub async fn carry(&self, cookies: &str) {
        self.browser.devtools("Network.clearBrowserCookies", json!({})).await;
        for pair in cookies.split("; ") {
            let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("{pair} is no cookie"));
            self.browser.devtools("Network.setCookie", json!({"name": name, "value": value, "url": self.url})).await;
        }
    }

    /// Opens a path of the site.
    pub async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.url)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// The element, when it is there.
    pub async fn find_one(&self, css: &str) -> Element {
        match self.browser.find_within(WAIT, css).await {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error} at {}: {}", self.path().await, self.text().await),
        }
    }

    /// Is there such an element now?
    pub async fn has(&self, css: &str) -> bool {
        self.browser.find_all(Locator::Css(css)).await.is_ok_and(|found| !found.is_empty())
    }

    /// Taps an element. A page that was drawn anew, or left, in between has another one there.
    pub async fn tap(&self, css: &str) {
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

    /// Taps what leads to another page, and waits until that page is here: words that both pages say show nothing.
    pub async fn turn(&self, css: &str) {
        const TURNED: &str = "return !window.isThePageBefore && document.readyState === 'complete'";
        let marked = self.browser.execute("window.isThePageBefore = true", Vec::new()).await;
        marked.unwrap_or_else(|error| panic!("{css}: {error}"));
        self.tap(css).await;
        let deadline = tokio::time::Instant::now() + WAIT;
        while self.browser.execute(TURNED, Vec::new()).await.ok() != Some(Value::Bool(true)) {
            let is_late = tokio::time::Instant::now() >= deadline;
            assert!(!is_late, "{css} leads nowhere from {}: {}", self.path().await, self.text().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// The element in the middle of the screen. The driver scrolls as little as it can, which leaves it below the bar at
    /// the bottom.
    async fn within_reach(&self, css: &str) -> Result<Element, CmdError> {
        let element = self.find_one(css).await;
        let argument = vec![serde_json::to_value(&element).expect("an element is a reference")];
        let scroll = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        self.browser.execute(scroll, argument).await?;
        Ok(element)
    }

    /// Types into a field, in place of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.find_one(css).await;
        element.clear().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Chooses from a list that opens.
    pub async fn select(&self, css: &str, value: &str) {
        let list = self.find_one(css).await;
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("{css} = {value}: {error}"));
    }

    /// Picks a file.
    pub async fn attach(&self, css: &str, file: &Path) {
        let path = file.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let input = self.find_one(css).await;
        input.send_keys(&path.display().to_string()).await.unwrap_or_else(|error| panic!("{css}: {error}"));
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
        let deadline = tokio::time::Instant::now() + TURN_WAIT;
        loop {
            self.open(path).await;
            let soon = tokio::time::Instant::now() + LOOK;
            while tokio::time::Instant::now() < soon {
                let text = self.text().await;
                if text.contains(words) {
                    return;
                }
                let is_late = tokio::time::Instant::now() >= deadline;
                assert!(!is_late, "{words} is not at {}: {text}", self.path().await);
                tokio::time::sleep(POLL).await;
            }
        }
    }

    async fn shows_within(&self, wait: Duration, words: &str) {
        let deadline = tokio::time::Instant::now() + wait;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{words} is not at {}: {text}", self.path().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the path contains the part, or the query a part with `=`; returns both. (Where one will be sent to
    /// after signing in stands in the query, too: that is no arrival.)
    pub async fn arrives(&self, part: &str) -> String {
        let deadline = tokio::time::Instant::now() + WAIT;
        loop {
            let path = self.path().await;
            let looked_at = if part.contains('=') { path.as_str() } else { path.split('?').next().unwrap_or_default() };
            if looked_at.contains(part) {
                return path;
            }
            let late = tokio::time::Instant::now() >= deadline;
            assert!(!late, "{part} is not in {path}, where it says: {}", self.text().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until the page is no longer the one at this path.
    pub async fn leaves(&self, path: &str) {
        let deadline = tokio::time::Instant::now() + WAIT;
        while self.path().await.split('?').next() == Some(path) {
            assert!(tokio::time::Instant::now() < deadline, "still at {path}, where it says: {}", self.text().await);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = match self.browser.current_url().await {
            Err(error) if is_between_pages(&error) => self.browser.current_url().await,
            url => url,
        };
        let url = url.expect("a browser is somewhere");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// What the page says.
    pub async fn text(&self) -> String {
        let text = self.browser.execute("return document.body ? document.body.innerText : ''", Vec::new()).await;
        text.ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Looks around: a picture is kept under the name, and what keeps people out is noted.
    pub async fn looks(&mut self, name: &str) {
        self.browser.screenshot(name).await;
        let found = accessibility_faults(&self.browser).await;
        self.faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
    }

    /// The walk's end: nothing kept anybody out, and no page complained on the console.
    pub async fn finish(mut self) {
        let said = self.browser.console().await;
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

impl Deref for Walker {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}
