//! A desk without pictures: the queue on the left, the case on the right, confirm or refuse with a reason. What the
//! reviews of forms and of earlier scores share.

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::CaseError;
use registration::model::ids::AccountId;
use registration::people::accounts::AccountNumber;
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::app::App;
use crate::desk::decision::{Choice, decision};
use crate::desk::frame::page;
use crate::desk::lines::{Queue, Titles};
use crate::desk::message::{Message, claimed, said};
use crate::desk::queue::RELOAD_SECONDS;
use crate::desk::reason::Refusal;
use crate::failure::Failure;
use crate::request::visit::Visit;

/// Which of the plain desks it is.
pub(crate) struct Kind {
    /// Its address; its cases are below.
    pub(crate) path: &'static str,
    /// What is decided there.
    pub(crate) kinds: &'static [CaseKind],
    /// Its name, a key of the catalogue.
    pub(crate) title: &'static str,
    /// The usual reasons to refuse, as keys of the catalogue.
    pub(crate) reasons: &'static [&'static str],
}

/// Whose case: of one exam, one account has at most one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whose {
    pub(crate) exam: ExamId,
    pub(crate) account: AccountId,
}

impl Whose {
    /// The case of this exam and this account's number.
    pub(crate) fn read(exam: &str, number: &str) -> Result<Self, Failure> {
        let number: AccountNumber = number.parse().map_err(|_| Failure::NotFound)?;
        Ok(Self { exam: exam.parse().map_err(|_| Failure::NotFound)?, account: number.account() })
    }

    /// The address of the case.
    pub(crate) fn path(&self, kind: &Kind) -> String {
        format!("{}/{}/{}", kind.path, self.exam, AccountNumber::from(self.account))
    }
}

/// The case that the address names.
impl FromRequestParts<App> for Whose {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let named = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((exam, number)) = named.map_err(|_| Failure::NotFound)?;
        Self::read(&exam, &number)
    }
}

/// What the last decision was, carried over the redirect.
#[derive(Default, Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    pub(crate) fn message(&self, w: Words) -> Option<Message> {
        let text = match self.done.as_str() {
            "passed" => w.t("plain-done-passed"),
            "refused" => w.t("plain-done-refused"),
            "decided" => w.t("accommodation-done-decided"),
            "more" => w.t("accommodation-done-more"),
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
    #[serde(flatten)]
    sent: Refusal,
}

impl Decision {
    /// The reason of a refusal, as the candidate reads it; nothing lets it pass.
    pub(crate) fn refusal(&self, kind: &Kind) -> Option<String> {
        if self.action == "pass" { None } else { Some(self.sent.reason(kind.reasons)) }
    }

    /// The answer: on to the next case, or what is said about this one.
    pub(crate) fn answer(
        self,
        w: Words,
        kind: &Kind,
        decided: Result<(), CaseError>,
    ) -> Result<Result<Response, (StatusCode, Message)>, Failure> {
        match decided {
            Ok(()) => {
                let word = if self.action == "pass" { "passed" } else { "refused" };
                Ok(Ok(Redirect::to(&format!("{}?done={word}", kind.path)).into_response()))
            }
            Err(error @ (CaseError::Forbidden(_) | CaseError::Store(_))) => Err(error.into()),
            Err(CaseError::Reason(_)) => Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Message::of_refusal(w, self.sent)))),
            Err(CaseError::Claimed(claim)) => Ok(Err(care(claimed(w, &claim)))),
            Err(CaseError::NotWaiting | CaseError::NotLooked | CaseError::Changed | CaseError::OtherAccount) => {
                Ok(Err(care(w.t("plain-moved").into_owned())))
            }
        }
    }
}

/// What is said where looking again is all that is needed.
fn care(text: String) -> (StatusCode, Message) {
    (StatusCode::CONFLICT, Message::new(Tone::Care, text))
}

/// What was looked at; nothing when it does not wait any more.
pub(crate) fn if_waiting<T>(looked: Result<T, CaseError>) -> Result<Option<T>, Failure> {
    match looked {
        Ok(case) => Ok(Some(case)),
        Err(error @ (CaseError::Forbidden(_) | CaseError::Store(_))) => Err(error.into()),
        Err(
            CaseError::NotWaiting
            | CaseError::NotLooked
            | CaseError::Claimed(_)
            | CaseError::Changed
            | CaseError::OtherAccount
            | CaseError::Reason(_),
        ) => Ok(None),
    }
}

/// Whose case is looked at, in turn until one waits: the one that was asked for, then the one that waits longest.
pub(crate) fn in_turn(asked: Option<&Whose>, queue: &Queue) -> Vec<Whose> {
    let first = queue.first().and_then(|subject| match subject {
        Subject::Form(exam, account) | Subject::Score(exam, account) | Subject::Accommodation(exam, account) => {
            Some(Whose { exam: exam.clone(), account: *account })
        }
        Subject::Payment(_) | Subject::Identity(_) | Subject::Face(..) => None,
    });
    let mut all: Vec<Whose> = asked.cloned().into_iter().chain(first).collect();
    all.dedup();
    all
}

/// The case on the right.
pub(crate) struct Case {
    pub(crate) whose: Whose,
    pub(crate) subject: Subject,
    /// Which hand-in the page shows.
    pub(crate) seen: i64,
    /// What there is to compare.
    pub(crate) markup: Markup,
    /// How it is decided, where that is more than a yes or a no.
    pub(crate) decision: Option<Markup>,
}

/// What a desk shows.
pub(crate) struct Desk<'a> {
    pub(crate) kind: &'a Kind,
    pub(crate) queue: &'a Queue,
    /// What exams are called.
    pub(crate) titles: &'a Titles<'a>,
    pub(crate) message: Option<&'a Message>,
    pub(crate) case: Option<&'a Case>,
    pub(crate) now: Timestamp,
}

/// The whole page. `asked` is the case that it should show: if it does not wait any more, this is said beside the next
/// one, and no reason that was typed for it stands there.
pub(crate) fn draw(visit: &Visit, status: StatusCode, asked: Option<&Whose>, desk: &Desk<'_>) -> Response {
    let gone = Message::new(Tone::Care, visit.words.t("plain-moved"));
    let is_gone = asked.is_some_and(|asked| desk.case.is_none_or(|case| case.whose != *asked));
    let message = desk.message.filter(|message| !is_gone || message.refusal.is_none()).or(is_gone.then_some(&gone));
    let mut frame = visit.frame(visit.words.t(desk.kind.title), &desk.queue.counts, desk.kind.kinds);
    frame.reload_seconds = desk.case.is_none().then_some(RELOAD_SECONDS);
    (status, page(&frame, &body(visit.words, &Desk { message, ..*desk }))).into_response()
}

pub(crate) fn body(w: Words, desk: &Desk<'_>) -> Markup {
    let title = w.t(desk.kind.title);
    let Some(case) = desk.case else {
        return html! {
            main class="alone calm" {
                (said(desk.message))
                h1 { (title) }
                p { (w.t("plain-empty")) }
            }
        };
    };
    let decide_at = format!("{}/decide", case.whose.path(desk.kind));
    let choice = Choice {
        hint: None,
        confirm: w.t("plain-pass"),
        confirm_at: decide_at.clone(),
        refuse_at: decide_at,
        seen: case.seen.to_string(),
        needs_picture: false,
        reasons: desk.kind.reasons,
        message: desk.message,
    };
    html! {
        main class="desk plain-desk" {
            (desk.queue.draw(w, &title, &case.subject, desk.titles, desk.now))
            section class="case" tabindex="0" aria-label=(w.t("case-title")) {
                (said(desk.message))
                (case.markup)
                @match &case.decision { Some(own) => (own), None => (decision(w, &choice)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::forms::FORMS;

    #[test]
    fn a_refusal_is_usual_or_ones_own_or_both_and_a_pass_has_none() {
        let refusal = |action: &str, usual: &str, own: &str| {
            let sent = Refusal { usual: usual.into(), own: own.into() };
            Decision { seen: 0, action: action.into(), sent }.refusal(&FORMS)
        };
        assert_eq!(refusal("pass", "1", "x"), None);
        assert_eq!(refusal("refuse", "", " 请核对 ").unwrap(), "请核对");
        assert_eq!(refusal("", "9", "").unwrap(), "", "never passed by accident");
        assert!(refusal("refuse", "1", "请核对").unwrap().ends_with("。请核对"));
    }
}
