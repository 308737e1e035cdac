//! What every browser does for whoever walks with it, whatever drives it: today's over WebDriver, one of years ago over a
//! pipe, WebKit.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::paths::target_dir;

/// Longest wait for something to show; several walk at once.
pub(crate) const WAIT: Duration = Duration::from_secs(60);
/// How often is looked whether it shows.
pub(crate) const POLL: Duration = Duration::from_millis(100);

/// A function of pages: can this element not be tapped yet? Of a label, what it stands for.
pub(crate) const IS_DISABLED: &str = "((one) => (one.control || one).matches(':disabled'))";

/// A browser with one page in front of it. A walk with it is a [`Walker`](crate::Walker), which waits for the elements
/// that are named here.
pub trait Driven {
    /// Goes to an address, and returns when its page is there.
    fn visit(&self, url: &str) -> impl Future<Output = ()>;

    /// What an expression is worth on the page; a promise is waited for. Null while the page is going away.
    fn run(&self, expression: &str) -> impl Future<Output = Value>;

    /// Taps the middle of an element, once it is there and not disabled.
    fn tap(&self, css: &str) -> impl Future<Output = ()>;

    /// Types into a field, in place of what is there.
    fn fill(&self, css: &str, text: &str) -> impl Future<Output = ()>;

    /// Chooses from a list that opens: here as a script does it, where no driver opens lists.
    fn select(&self, css: &str, value: &str) -> impl Future<Output = ()> {
        let (css, value) = (json!(css), json!(value));
        let choose = format!(
            "((list) => {{ list.value = {value};
               for (const heard of ['input', 'change']) list.dispatchEvent(new Event(heard, {{bubbles: true}}));
               return list.value; }})(document.querySelector({css}))"
        );
        async move { assert_eq!(self.run(&choose).await, value, "{css} offers it") }
    }

    /// Picks a file, whose path is absolute.
    fn attach(&self, css: &str, file: &Path) -> impl Future<Output = ()>;

    /// Writes the visible part of the page to `target/screenshots/NAME.png` and returns the path.
    fn screenshot(&self, name: &str) -> impl Future<Output = PathBuf>;

    /// What pages complained about since the last call: errors of scripts, refused styles.
    fn said(&self) -> impl Future<Output = Vec<String>>;

    /// What keeps people out of the page that is shown, as far as this browser can say.
    fn faults(&self) -> impl Future<Output = Vec<String>>;

    /// Ends the browser in order; dropping it does so less politely.
    fn close(self) -> impl Future<Output = ()>;
}

/// Where a screenshot goes.
pub(crate) fn screenshot_path(name: &str) -> PathBuf {
    let dir = target_dir().join("screenshots");
    fs::create_dir_all(&dir).expect("target is writable");
    dir.join(format!("{name}.png"))
}

/// What every engine can say of a page: is it wider than the screen?
pub(crate) async fn too_wide(browser: &impl Driven) -> Vec<String> {
    let wide = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    match wide.as_f64() {
        Some(wide) if wide <= 0.0 => Vec::new(),
        _ => vec![format!("{wide} pixels too wide")],
    }
}
