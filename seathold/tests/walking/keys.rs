//! Somebody without a mouse: what has the focus is reached by the Tab key, seen, and pressed.

use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};
use testkit::{Driven, Walker};
use tokio::time::{Instant, sleep};

/// More than a page of the site has to stop at.
const PRESSES_MAX: usize = 150;
/// How often is looked whether a page that is being drawn anew is there, and for how long.
const POLL: Duration = Duration::from_millis(100);
const WAIT: Duration = Duration::from_secs(60);

/// Where the focus is: whether that is the element, and, where Tab stops, what keeps one from seeing it. What is drawn
/// around something may be drawn around the label or the card that it stands in.
const FOCUS: &str = r#"((css) => {
  const at = document.activeElement, around = [at, ...(at.labels || [])];
  if (at === document.body || at.tabIndex < 0) return [at.matches(css), ""];
  for (let part = at; part; part = part.parentElement) if (part.matches(".input, .way, .sitting, .tick")) around.push(part);
  const isMarked = around.some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  });
  const isSeen = around.some((part) => [...part.getClientRects()].some((box) =>
    [[box.left + 2, box.top + 2], [box.left + box.width / 2, box.top + box.height / 2], [box.right - 2, box.bottom - 2]]
      .some(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (part.contains(top) || top.contains(part));
      })));
  const name = at.outerHTML.slice(0, 120);
  const fault = !isMarked ? `nothing is drawn around ${name}` : !isSeen ? `${name} is covered` : "";
  return [at.matches(css), fault];
})"#;

/// The keys of one browser.
pub(crate) struct Keys<'a>(pub(crate) &'a Walker);

impl Keys<'_> {
    /// Presses Tab until the focus is on the element. Wherever it stops on the way, it is seen.
    pub(crate) async fn reach(&self, css: &str) {
        self.0.finds(css).await;
        let (deadline, mut presses) = (Instant::now() + WAIT, 0);
        while presses < PRESSES_MAX {
            let focus = self.0.run(&format!("{FOCUS}({})", json!(css))).await;
            // The page is just being drawn anew.
            if focus.is_null() {
                assert!(Instant::now() < deadline, "there is no page on the way to {css} at {}", self.0.path().await);
                sleep(POLL).await;
                continue;
            }
            assert_eq!(focus[1], "", "on the way to {css} at {}", self.0.path().await);
            if focus[0] == Value::Bool(true) {
                return;
            }
            self.press(Key::Tab).await;
            presses += 1;
        }
        panic!("no Tab leads to {css} at {}: {}", self.0.path().await, self.0.text().await);
    }

    /// Presses and lets go.
    pub(crate) async fn press(&self, key: Key) {
        let value = char::from(key);
        let keys = KeyActions::new("keys".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.0.perform_actions(keys).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    }

    /// Types into the field, which Tab leads to.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.reach(css).await;
        let type_one = |keys: KeyActions, value| keys.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        let keys = text.chars().fold(KeyActions::new("keys".to_owned()), type_one);
        self.0.perform_actions(keys).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        self.0.comes(&format!("document.querySelector({}).value === {}", json!(css), json!(text))).await;
    }

    /// Ticks the box, which Tab leads to.
    pub(crate) async fn tick(&self, css: &str) {
        self.reach(css).await;
        self.press(Key::Space).await;
        self.0.comes(&format!("document.querySelector({}).checked", json!(css))).await;
    }

    /// Goes down choices of which one can be had, to which Tab leads, until it is this one.
    pub(crate) async fn choose(&self, css: &str) {
        let one = format!("document.querySelector({})", json!(css));
        let name = self.0.run(&format!("{one}.name")).await;
        self.reach(&format!("input[name={name}]")).await;
        for _ in 0..PRESSES_MAX {
            if self.0.run(&format!("{one}.checked")).await == Value::Bool(true) {
                return;
            }
            // Where nothing is chosen yet, an arrow passes the first by.
            let is_on = self.0.run(&format!("document.activeElement === {one}")).await == Value::Bool(true);
            self.press(if is_on { Key::Space } else { Key::Down }).await;
        }
        panic!("no arrow leads to {css}");
    }

    /// Goes down a list that opens, which Tab leads to, until it says this.
    pub(crate) async fn select(&self, css: &str, value: &str) {
        self.reach(css).await;
        let list = format!("document.querySelector({}).value", json!(css));
        for _ in 0..PRESSES_MAX {
            if self.0.run(&list).await == value {
                return;
            }
            self.press(Key::Down).await;
        }
        panic!("{css} never says {value}");
    }

    /// Presses what Tab leads to, and waits until the next page is here.
    pub(crate) async fn turn(&self, css: &str) {
        self.reach(css).await;
        self.0.comes("window.isThePageBefore = true").await;
        self.press(Key::Enter).await;
        self.0.comes("!window.isThePageBefore && document.readyState === 'complete'").await;
    }
}
