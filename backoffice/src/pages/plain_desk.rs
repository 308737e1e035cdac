//! A desk without pictures: the queue on the left, the case on the right, confirm or refuse with a reason. What the
//! reviews of forms and of earlier scores share.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::applications::ReviewError;
use serde::Deserialize;

use super::case_view::{Message, said};
use crate::desk_parts::waited;
use crate::failure::Failure;
use crate::reason::{Refusal, is_refusal, reason_fields};
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
        Some(Message::new(Tone::Good, text))
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
    #[serde(default)]
    usual: String,
    #[serde(default)]
    own: String,
}

impl Decision {
    /// The reason of a refusal, as the candidate reads it; nothing lets it pass.
    pub(crate) fn refusal(&self, reasons: &[&'static str]) -> Option<String> {
        if self.action == "pass" { None } else { Some(self.sent().reason(reasons)) }
    }

    /// The refusal as it was sent.
    fn sent(&self) -> Refusal {
        Refusal { usual: self.usual.clone(), own: self.own.clone() }
    }
}

/// The answer to a decision: on to the next case, or what is said about this one.
pub(crate) fn answer(
    w: Words,
    queue: &str,
    (decision, refusal): (&Decision, Option<&str>),
    decided: Result<(), ReviewError>,
) -> Result<Result<Response, (StatusCode, Message)>, Failure> {
    match decided {
        Ok(()) => {
            let word = if refusal.is_some() { "refused" } else { "passed" };
            Ok(Ok(Redirect::to(&format!("{queue}?done={word}")).into_response()))
        }
        Err(ReviewError::Store(error)) => Err(error.into()),
        Err(ReviewError::Reason) => {
            Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Message::of_refusal(w, decision.sent()))))
        }
        Err(ReviewError::Moved) => Ok(Err((StatusCode::CONFLICT, Message::new(Tone::Care, w.t("plain-moved"))))),
    }
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
                (said(view.message))
                h1 { (view.title) }
                p { (w.t("plain-empty")) }
            }
        };
    };
    html! {
        main class="desk plain-desk" {
            (queue(w, view))
            section class="case" aria-label=(w.t("case-title")) {
                (said(view.message))
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
            details class="refuse" open[is_refusal(view.message)] {
                summary class="button second" data-key="r" { (keycap("R")) (w.t("refuse")) }
                form method="post" action=(view.action) {
                    input type="hidden" name="seen" value=(view.seen);
                    input type="hidden" name="action" value="refuse";
                    (reason_fields(w, view.reasons, view.message))
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
    /// A number that differs is compared sign by sign.
    pub(crate) is_number: bool,
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
                        @match (&row.known, row.differs && row.is_number) {
                            (Some(known), true) => {
                                td { (marked(&row.said, known)) " " strong { (w.t("plain-differs")) } }
                                td { (marked(known, &row.said)) }
                            }
                            (known, _) => {
                                td { (row.said) @if row.differs { " " strong { (w.t("plain-differs")) } } }
                                td { @match known { Some(known) => (known), None => "–" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A number with the signs marked that another one has not in their places: counted from both ends where they are not
/// equally long, so that one sign too many marks itself and not all behind it.
fn marked(number: &str, other: &str) -> Markup {
    let (signs, others): (Vec<char>, Vec<char>) = (number.chars().collect(), other.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(one, two)| one == two).count();
    let head = same(&mut signs.iter().zip(&others));
    let tail = same(&mut signs.iter().rev().zip(others.iter().rev())).min(signs.len().min(others.len()) - head);
    let is_other = |place: usize| match signs.len() == others.len() {
        true => signs[place] != others[place],
        false => (head..signs.len() - tail).contains(&place),
    };
    let runs: Vec<(bool, char)> = signs.iter().enumerate().map(|(place, sign)| (is_other(place), *sign)).collect();
    html! {
        span class="signs" {
            @for run in runs.chunk_by(|one, two| one.0 == two.0) {
                @let text: String = run.iter().map(|(_, sign)| sign).collect();
                @if run[0].0 { mark { (text) } } @else { (text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_differ_are_marked() {
        let marks = |number: &str, other: &str| {
            let text = marked(number, other).into_string();
            text.split("<mark>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(marks("430104200507080028", "430104199507080092"), "200|28");
        assert_eq!((marks("1234", "1234"), marks("12345", "1245")), (String::new(), "3".to_owned()));
        assert_eq!(
            (marks("1245", "12345"), marks("", "12"), marks("11", "1")),
            (String::new(), String::new(), "1".into())
        );
    }

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
