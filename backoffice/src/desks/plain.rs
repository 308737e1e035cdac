//! A desk without pictures: the queue on the left, the case on the right, confirm or refuse with a reason. What the
//! reviews of forms and of earlier scores share.

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::case::{CaseId, CaseKind, Subject};
use registration::desk::cases::CaseError;
use registration::model::ids::AccountId;
use registration::model::text::Text;
use registration::people::accounts::AccountNumber;
use reservation::ids::ExamId;
use serde::Deserialize;

use crate::app::App;
use crate::desk::claim::Work;
use crate::desk::decision::{Choice, decision};
use crate::desk::frame::{follows, page};
use crate::desk::lines::{Queue, Titles};
use crate::desk::message::{Message, claimed, said_of_decision};
use crate::desk::queue::{RELOAD_SECONDS, came};
use crate::desk::reason::{OfDesk, Refusal, usual};
use crate::desk::undo::with_case;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Which of the plain desks it is.
pub(crate) struct Kind {
    /// Its address; its cases are below.
    pub(crate) path: &'static str,
    /// What is decided there.
    pub(crate) kinds: &'static [CaseKind],
    /// Its name, a key of the catalogue.
    pub(crate) title: &'static str,
    /// The usual reasons to refuse where an exam has no list of its own, as keys of the catalogue.
    pub(crate) reasons: &'static [&'static str],
    /// The exam's own.
    pub(crate) own: OfDesk,
}

impl Kind {
    /// The usual reasons to refuse a case of this exam.
    pub(crate) fn reasons(&self, visit: &Visit, exam: &ExamId) -> Vec<Text> {
        usual(visit, Some(exam), self.own, self.reasons)
    }
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

    /// Whose case a subject is; `None` for those of other desks.
    fn of(subject: &Subject) -> Option<Self> {
        match subject {
            Subject::Form(exam, account) | Subject::Score(exam, account) | Subject::Accommodation(exam, account) => {
                Some(Self { exam: exam.clone(), account: *account })
            }
            Subject::Payment(_) | Subject::Identity(_) | Subject::Face(..) => None,
        }
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
    /// The case whose decision can be taken back.
    case: Option<i64>,
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
        Some(Message::new(Tone::Good, text).with_undo(self.case))
    }
}

/// A decision as it is sent.
#[derive(Deserialize)]
pub(crate) struct Decision {
    /// Which hand-in was seen.
    pub(crate) seen: i64,
    /// The claim of the page.
    #[serde(default)]
    pub(crate) claim: String,
    /// `pass` or `refuse`.
    #[serde(default)]
    action: String,
    #[serde(flatten)]
    sent: Refusal,
}

impl Decision {
    /// The reason of a refusal, as the candidate reads it; nothing lets it pass.
    pub(crate) fn refusal(&self, reasons: &[Text]) -> Option<String> {
        if self.action == "pass" { None } else { Some(self.sent.reason(reasons)) }
    }

    /// The answer: on to the next case, or what is said about this one.
    pub(crate) fn answer(
        self,
        visit: &Visit,
        kind: &Kind,
        decided: Result<Option<CaseId>, CaseError>,
    ) -> Result<Result<Response, (StatusCode, Message)>, Failure> {
        let w = visit.words;
        match decided {
            Ok(case) => {
                let word = if self.action == "pass" { "passed" } else { "refused" };
                let address = with_case(format!("{}?done={word}", kind.path), case);
                Ok(Ok(Redirect::to(&address).into_response()))
            }
            Err(error @ (CaseError::Forbidden(_) | CaseError::Busy | CaseError::Store(_))) => Err(error.into()),
            Err(CaseError::Reason(_)) => Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, Message::of_refusal(w, self.sent)))),
            Err(CaseError::Claimed(claim)) => Ok(Err(care(claimed(w, &claim, claim.by == visit.staff.id)))),
            Err(
                CaseError::NotWaiting
                | CaseError::NotLooked
                | CaseError::Changed
                | CaseError::OtherAccount
                | CaseError::ToBeNoted,
            ) => Ok(Err(care(w.t("plain-moved").into_owned()))),
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
        Err(error @ (CaseError::Forbidden(_) | CaseError::Busy | CaseError::Store(_))) => Err(error.into()),
        Err(
            CaseError::NotWaiting
            | CaseError::NotLooked
            | CaseError::Claimed(_)
            | CaseError::Changed
            | CaseError::OtherAccount
            | CaseError::ToBeNoted
            | CaseError::Reason(_),
        ) => Ok(None),
    }
}

/// Whose case is looked at, in turn until one waits: the one that was asked for, then the one that is due first of those that
/// nobody else has.
pub(crate) struct Turns<'a> {
    visit: &'a Visit,
    kind: &'static Kind,
    asked: Option<Whose>,
    is_over: bool,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(visit: &'a Visit, kind: &'static Kind, asked: Option<&Whose>) -> Self {
        Self { visit, kind, asked: asked.cloned(), is_over: false }
    }

    /// The next one, with its claim where it has one already.
    pub(crate) async fn next(&mut self) -> Result<Option<(Whose, Option<Work>)>, Failure> {
        if let Some(asked) = self.asked.take() {
            return Ok(Some((asked, None)));
        }
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(None);
        }
        let next = Work::next(self.visit, self.kind.kinds).await?;
        Ok(next.and_then(|(subject, work)| Some((Whose::of(&subject)?, Some(work)))))
    }

    /// The claim of a case that waits: the one that it has, or one that is made now.
    pub(crate) async fn work(&self, given: Option<Work>, subject: &Subject) -> Result<Work, Failure> {
        match given {
            Some(work) => Ok(work),
            None => Work::on(self.visit, subject).await,
        }
    }
}

/// The case on the right.
pub(crate) struct Case {
    pub(crate) whose: Whose,
    pub(crate) subject: Subject,
    /// Who works on it.
    pub(crate) work: Work,
    /// Which hand-in the page shows.
    pub(crate) seen: i64,
    /// The usual reasons to refuse it.
    pub(crate) reasons: Vec<Text>,
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
    /// Does somebody sit before it, as far as is known?
    pub(crate) is_attended: bool,
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
            main class="alone calm" data-empty=(follows(desk.kind.kinds)) {
                (said_of_decision(w, desk.message))
                h1 { (title) }
                @if desk.is_attended || desk.queue.count() == 0 {
                    p { (w.t(if desk.queue.count() == 0 { key("plain-empty") } else { key("queue-all-taken") })) }
                }
                (came(w, desk.kind.path, desk.queue.count(), desk.is_attended))
                p { a class="plain" href="/queues" { (w.t("queues-title")) } }
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
        claim: case.work.token(),
        undo: case.work.undo_at(),
        done: [w.t("plain-done-passed"), w.t("plain-done-refused")],
        needs_picture: false,
        reasons: &case.reasons,
        message: desk.message,
    };
    html! {
        main class="desk plain-desk" data-case=[case.work.case()] data-claim=[case.work.token()] {
            (desk.queue.draw(w, &title, &case.subject, desk.titles, desk.now))
            section class="case" tabindex="0" aria-label=(w.t("case-title")) {
                (said_of_decision(w, desk.message))
                (case.work.said(w))
                (case.markup)
                (desk.queue.candidate(w, case.whose.account))
                @if case.work.token().is_some() {
                    @match &case.decision { Some(own) => (own), None => (decision(w, &choice)) }
                    (case.work.leave(w))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::reason::texts;
    use crate::desks::forms::FORMS;

    #[test]
    fn a_refusal_is_usual_or_ones_own_or_both_and_a_pass_has_none() {
        let refusal = |action: &str, usual: &str, own: &str| {
            let sent = Refusal { usual: usual.into(), own: own.into() };
            Decision { seen: 0, claim: String::new(), action: action.into(), sent }.refusal(&texts(FORMS.reasons))
        };
        assert_eq!(refusal("pass", "1", "x"), None);
        assert_eq!(refusal("refuse", "", " 请核对 ").unwrap(), "请核对");
        assert_eq!(refusal("", "9", "").unwrap(), "", "never passed by accident");
        let usual = texts(FORMS.reasons)[0].zh.clone();
        assert!(refusal("refuse", &usual, "请核对").unwrap().ends_with("。请核对"));
    }
}
