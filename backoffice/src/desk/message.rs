//! What is said of the last act.

use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::case::Claim;

use crate::desk::reason::Refusal;
use crate::desk::undo::{undo, undo_at};

/// A sentence about the case, or about its refusal.
pub(crate) struct Message {
    tone: Tone,
    pub(crate) text: String,
    /// What a refusal without a good reason said; then this is said beside the reason, and the panel stays open.
    pub(crate) refusal: Option<Refusal>,
    /// The case whose decision it speaks of, as long as that can be taken back.
    undo: Option<i64>,
}

impl Message {
    /// Something about the case as a whole.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), refusal: None, undo: None }
    }

    /// With a button that takes back what was decided of this case.
    pub(crate) fn with_undo(self, case: Option<i64>) -> Self {
        Self { undo: case, ..self }
    }

    /// That a refusal needs a reason.
    pub(crate) fn of_refusal(w: Words, refusal: Refusal) -> Self {
        Self { tone: Tone::Bad, text: w.t("refused-reason").into_owned(), refusal: Some(refusal), undo: None }
    }
}

/// That somebody else works on the case, and until when; or that it is `own`, in another window.
pub(crate) fn claimed(w: Words, claim: &Claim, own: bool) -> String {
    if own {
        return w.t("case-claimed-own").into_owned();
    }
    let until = when::moment(w.language, claim.until);
    w.with("case-claimed", &[("name", claim.name.clone().into()), ("until", until.into())]).into_owned()
}

/// The message above a case, unless it has its place beside the reason.
pub(crate) fn said(message: Option<&Message>) -> Markup {
    with(message, |_| html! {})
}

/// The same with the button that takes back the decision of which it speaks.
pub(crate) fn said_of_decision(w: Words, message: Option<&Message>) -> Markup {
    with(message, |case| undo(w, Some(&undo_at(case))))
}

fn with(message: Option<&Message>, button: impl Fn(i64) -> Markup) -> Markup {
    let message = message.filter(|message| message.refusal.is_none());
    html! {
        @if let Some(message) = message {
            (callout(message.tone, &message.text, &html! { @if let Some(case) = message.undo { (button(case)) } }))
        }
    }
}
