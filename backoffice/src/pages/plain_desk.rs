//! A desk without pictures: the queue on the left, the case on the right, confirm or refuse with a reason. What the
//! reviews of forms and of earlier scores share.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::notice::{Tone, notice};
use pagekit::words::Words;
use registration::applications::ReviewError;
use serde::Deserialize;

use super::case_view::Message;
use crate::desk_parts::waited;
use crate::failure::Failure;
use crate::reason::{reason, reason_fields};
use crate::view::{keycap, page};
use crate::visit::Visit;

/// Seconds after which an empty queue looks again.
const RELOAD_SECONDS: u32 = 20;

/// What the last decision was, carried over the redirect.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    pub(crate) done: String,
}

impl Done {
    pub(crate) fn message(&self, w: Words) -> Option<Message> {
        let text = match self.done.as_str() {
            "passed" => w.t("plain-done-passed"),
            "refused" => w.t("plain-done-refused"),
            _ => return None,
        };
        Some(Message { tone: Tone::Good, text: text.into_owned() })
    }
}

/// A decision as it is sent.
#[derive(Deserialize)]
pub(crate) struct Decision {
    /// Which hand-in was seen.
    pub(crate) seen: i64,
    /// `pass` or `refuse`.
    #[serde(default)]
    action: String,
    /// The number of a usual reason.
    #[serde(default)]
    usual: String,
    /// Words of one's own.
    #[serde(default)]
    own: String,
}

impl Decision {
    /// The reason of a refusal, as the candidate reads it; nothing lets it pass.
    pub(crate) fn refusal(&self, reasons: &[&'static str]) -> Option<String> {
        if self.action == "pass" {
            return None;
        }
        Some(reason(reasons, &self.usual, &self.own))
    }
}

/// The answer to a decision: on to the next case, or what is said about this one.
pub(crate) fn answer(
    w: Words,
    queue: &str,
    refusal: Option<&str>,
    decided: Result<(), ReviewError>,
) -> Result<Result<Response, (StatusCode, Message)>, Failure> {
    let (status, text) = match decided {
        Ok(()) => {
            let word = if refusal.is_some() { "refused" } else { "passed" };
            return Ok(Ok(Redirect::to(&format!("{queue}?done={word}")).into_response()));
        }
        Err(ReviewError::Store(error)) => return Err(error.into()),
        Err(ReviewError::Reason) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("refused-reason")),
        Err(ReviewError::Moved) => (StatusCode::CONFLICT, w.t("plain-moved")),
    };
    Ok(Err((status, Message { tone: Tone::Care, text: text.into_owned() })))
}

/// One line of the queue.
pub(crate) struct Waiting {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) note: String,
    pub(crate) since: Timestamp,
    pub(crate) is_here: bool,
}

/// What a desk shows.
pub(crate) struct Desk<'a> {
    pub(crate) title: &'a str,
    pub(crate) queue: &'a [Waiting],
    pub(crate) message: Option<&'a Message>,
    /// The case, between title and decision; nothing when none waits.
    pub(crate) case: Option<&'a Markup>,
    /// Where a decision goes, and what was seen.
    pub(crate) action: &'a str,
    pub(crate) seen: i64,
    /// The usual reasons to refuse, as keys of the catalogue.
    pub(crate) reasons: &'a [&'static str],
    pub(crate) now: Timestamp,
}

/// The whole page.
pub(crate) fn draw(visit: &Visit, status: StatusCode, waiting: u64, view: &Desk<'_>) -> Response {
    let mut frame = visit.frame(view.title, waiting);
    frame.reload_seconds = view.case.is_none().then_some(RELOAD_SECONDS);
    (status, page(&frame, &body(visit.words, view))).into_response()
}

pub(crate) fn body(w: Words, view: &Desk<'_>) -> Markup {
    let Some(case) = view.case else {
        return html! {
            main class="alone calm" {
                @if let Some(message) = view.message { (notice(message.tone, &message.text, &html! {})) }
                h1 { (view.title) }
                p { (w.t("plain-empty")) }
            }
        };
    };
    html! {
        main class="desk plain-desk" {
            (queue(w, view))
            section class="case" aria-label=(w.t("case-title")) {
                @if let Some(message) = view.message { (notice(message.tone, &message.text, &html! {})) }
                (case)
                (decision(w, view))
            }
        }
    }
}

fn queue(w: Words, view: &Desk<'_>) -> Markup {
    let here = view.queue.iter().position(|one| one.is_here);
    let neighbour = |step: isize| {
        let index = here?.checked_add_signed(step)?;
        view.queue.get(index).map(|one| one.href.clone())
    };
    html! {
        nav class="queue" aria-label=(view.title) {
            div class="queue-head" {
                h2 { (view.title) }
                div {
                    a class="plain" data-key="j" href=[neighbour(1)] aria-label=(w.t("queue-next")) { (keycap("J")) (w.t("queue-next")) }
                    a class="plain" data-key="k" href=[neighbour(-1)] aria-label=(w.t("queue-previous")) { (keycap("K")) (w.t("queue-previous")) }
                }
            }
            ol {
                @for one in view.queue {
                    li {
                        a href=(one.href) aria-current=[one.is_here.then_some("true")] {
                            span class="name" { (one.name) }
                            span class="amount" { (one.note) }
                            span class="number" { (one.about) }
                            span class="since" { (waited(w, one.since, view.now)) }
                        }
                    }
                }
            }
        }
    }
}

fn decision(w: Words, view: &Desk<'_>) -> Markup {
    html! {
        div class="decision" {
            form method="post" action=(view.action) {
                input type="hidden" name="seen" value=(view.seen);
                input type="hidden" name="action" value="pass";
                button class="button" type="submit" data-key="c" { (keycap("C")) (w.t("plain-pass")) }
            }
            details class="refuse" {
                summary class="button second" data-key="r" { (keycap("R")) (w.t("refuse")) }
                form method="post" action=(view.action) {
                    input type="hidden" name="seen" value=(view.seen);
                    input type="hidden" name="action" value="refuse";
                    (reason_fields(w, view.reasons))
                }
            }
        }
    }
}

/// A row of two things to be compared; nothing on the right where nothing is known.
pub(crate) struct Compared {
    pub(crate) label: String,
    pub(crate) said: String,
    pub(crate) known: Option<String>,
    pub(crate) differs: bool,
}

/// Said and known side by side, differences marked in words and colour.
pub(crate) fn comparison(w: Words, said: &str, known: &str, rows: &[Compared]) -> Markup {
    html! {
        table class="compare" {
            thead { tr { td {} th scope="col" { (said) } th scope="col" { (known) } } }
            tbody {
                @for row in rows {
                    tr data-differs[row.differs] {
                        th scope="row" { (row.label) }
                        td { (row.said) @if row.differs { " " strong { (w.t("plain-differs")) } } }
                        td { @match &row.known { Some(known) => (known), None => "–" } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_usual_or_ones_own_or_both_and_a_pass_has_none() {
        let decision = |action: &str, usual: &str, own: &str| Decision {
            seen: 0,
            action: action.into(),
            usual: usual.into(),
            own: own.into(),
        };
        let reasons = [super::super::form_review::REASONS[0]];
        assert_eq!(decision("pass", "1", "x").refusal(&reasons), None);
        assert_eq!(decision("refuse", "", " 请核对 ").refusal(&reasons).unwrap(), "请核对");
        assert_eq!(decision("", "9", "").refusal(&reasons).unwrap(), "", "never passed by accident");
        assert!(decision("refuse", "1", "请核对").refusal(&reasons).unwrap().ends_with("。请核对"));
    }
}
