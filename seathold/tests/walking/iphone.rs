//! A person with an iPhone: WebKit at a phone's width.

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use fantoccini::Locator;
use serde_json::Value;
use testkit::{ServedApp, WebKit};

const WAIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);
const MOBILE: &str = "13912340000";

/// A walk with one browser. Dereferences to [`WebKit`].
pub(crate) struct IPhone {
    webkit: WebKit,
    url: String,
}

impl IPhone {
    /// A browser that has not opened anything, for the site at `url`.
    pub(crate) async fn start(url: &str) -> Self {
        Self { webkit: WebKit::start().await, url: url.to_owned() }
    }

    pub(crate) async fn open(&self, path: &str) {
        self.webkit.goto(&format!("{}{path}", self.url)).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.webkit.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    pub(crate) async fn text(&self) -> String {
        let text = self.webkit.execute("return document.body.innerText", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Waits until the page says the words.
    pub(crate) async fn shows(&self, words: &str) {
        for _ in 0..600 {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
        panic!("{words} is not in: {}", self.text().await);
    }

    /// Waits for an element.
    pub(crate) async fn finds(&self, css: &str) {
        let found = self.webkit.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        if let Err(error) = found {
            panic!("{css}: {error}: {}", self.text().await);
        }
    }

    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.webkit.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        let field = field.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Picks a file.
    pub(crate) async fn attach(&self, css: &str, file: &Path) {
        let input = self.webkit.wait().at_most(WAIT).for_element(Locator::Css(css)).await;
        let input = input.unwrap_or_else(|error| panic!("{css}: {error}"));
        input.send_keys(&file.display().to_string()).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Taps an element.
    pub(crate) async fn tap(&self, css: &str) {
        self.finds(css).await;
        self.run(&format!("document.querySelector(\"{css}\").click()")).await;
    }

    /// Sends the page's form.
    pub(crate) async fn submit(&self) {
        self.tap("main form button[type=submit]:not([formaction])").await;
    }

    /// Makes an account, with the code that the sandbox got.
    pub(crate) async fn sign_up(&self, app: &ServedApp, name: &str, number: &str, next: &str) {
        self.open(&format!("/sign-up?next={next}")).await;
        for (field, text) in [("#name", name), ("#document", number), ("#mobile", MOBILE), ("#password", "secret-1")] {
            self.fill(field, text).await;
        }
        // With the code missing, it is sent and asked for.
        self.submit().await;
        self.shows("验证码").await;
        let mut code = String::new();
        for _ in 0..600 {
            code = app.messages(MOBILE).await.first().map(|message| message.code.clone()).unwrap_or_default();
            if !code.is_empty() {
                break;
            }
            tokio::time::sleep(POLL).await;
        }
        self.looks("webkit-code").await;
        self.fill("#code", &code).await;
        self.fill("#password", "secret-1").await;
        self.submit().await;
    }

    /// Nothing is wider than the phone, and the site's script has run.
    pub(crate) async fn looks(&self, name: &str) {
        let wide = self.run("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(wide.as_f64().is_some_and(|wide| wide <= 0.0), "{name} is {wide} pixels too wide");
        let has_run = self.run("return document.documentElement.classList.contains('js')").await;
        assert_eq!(has_run.as_bool(), Some(true), "{name}: the script has not run");
        self.webkit.screenshot(name).await;
    }

    /// Ends the browser in order.
    pub(crate) async fn close(self) {
        self.webkit.close().await;
    }
}

impl Deref for IPhone {
    type Target = WebKit;

    fn deref(&self) -> &WebKit {
        &self.webkit
    }
}
