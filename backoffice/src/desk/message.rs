//! What is said of the last act.

use maud::{Markup, html};
use pagekit::callout::{Tone, callout};
use pagekit::when;
use pagekit::words::Words;
use registration::desk::case::Claim;

use crate::desk::reason::Refusal;

/// A sentence about the case, or about its refusal.
pub(crate) struct Message {
    tone: Tone,
    pub(crate) text: String,
    /// What a refusal without a good reason said; then this is said beside the reason, and the panel stays open.
    pub(crate) refusal: Option<Refusal>,
}

impl Message {
    /// Something about the case as a whole.
    pub(crate) fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), refusal: None }
    }

    /// That a refusal needs a reason.
    pub(crate) fn of_refusal(w: Words, refusal: Refusal) -> Self {
        Self { tone: Tone::Bad, text: w.t("refused-reason").into_owned(), refusal: Some(refusal) }
    }
}

/// That somebody else works on the case, and until when.
pub(crate) fn claimed(w: Words, claim: &Claim) -> String {
    let until = when::moment(w.language, claim.until);
    w.with("case-claimed", &[("name", claim.name.clone().into()), ("until", until.into())]).into_owned()
}

/// The message above a case, unless it has its place beside the reason.
pub(crate) fn said(message: Option<&Message>) -> Markup {
    let message = message.filter(|message| message.refusal.is_none());
    html! { @if let Some(message) = message { (callout(message.tone, &message.text, &html! {})) } }
}
