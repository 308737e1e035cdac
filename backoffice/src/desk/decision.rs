//! The decision on a case: confirm it, or refuse it with a reason. All desks ask for it in the same way.

use std::borrow::Cow;

use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::words::Words;
use registration::desk::case::ClaimToken;
use registration::desk::reason::REASON_CHARS_MAX;
use registration::model::exam_rules::REASON_OF_LIST_CHARS_MAX;
use registration::model::text::Text;

use crate::desk::frame::keycap;
use crate::desk::message::Message;

/// What can be decided about a case.
pub(crate) struct Choice<'a> {
    /// What to look at before.
    pub(crate) hint: Option<Cow<'static, str>>,
    /// What the button to confirm says.
    pub(crate) confirm: Cow<'static, str>,
    /// The addresses that confirm and refuse.
    pub(crate) confirm_at: String,
    pub(crate) refuse_at: String,
    /// What the page shows: a decision is about this, and nothing that came since.
    pub(crate) seen: String,
    /// The claim of the page.
    pub(crate) claim: Option<ClaimToken>,
    /// Where the decision is taken back, if it can be.
    pub(crate) undo: Option<String>,
    /// What is said of it on the next page, where that was loaded already: once confirmed, once refused.
    pub(crate) done: [Cow<'static, str>; 2],
    /// Is there nothing to confirm before the picture has loaded?
    pub(crate) needs_picture: bool,
    /// The usual reasons to refuse.
    pub(crate) reasons: &'a [Text],
    pub(crate) message: Option<&'a Message>,
}

/// The button that confirms, and the panel that refuses. The panel stays open when the message is about its reason. Both
/// forms say as `action` what they are, for desks where one address takes both.
pub(crate) fn decision(w: Words, choice: &Choice<'_>) -> Markup {
    let is_refusal = choice.message.is_some_and(|message| message.refusal.is_some());
    html! {
        div class="decision" {
            @if let Some(hint) = &choice.hint { p class="hint" { (hint) } }
            p class="waits" role="status" data-waits hidden { (w.t("decision-waits")) }
            form method="post" action=(choice.confirm_at) data-decides=(choice.done[0])
                data-undo=[choice.undo.as_ref()] {
                input type="hidden" name="seen" value=(choice.seen);
                @if let Some(claim) = choice.claim { input type="hidden" name="claim" value=(claim); }
                input type="hidden" name="action" value="pass";
                button class="button" type="submit" data-key="c" data-number="1" data-needs-picture[choice.needs_picture] {
                    (keycap("1")) (choice.confirm)
                }
            }
            details class="refuse" open[is_refusal] {
                summary class="button second" data-key="r" data-number="2" { (keycap("2")) (w.t("refuse")) }
                form method="post" action=(choice.refuse_at) data-decides=(choice.done[1])
                    data-undo=[choice.undo.as_ref()] {
                    input type="hidden" name="seen" value=(choice.seen);
                    @if let Some(claim) = choice.claim { input type="hidden" name="claim" value=(claim); }
                    input type="hidden" name="action" value="refuse";
                    (reason_fields(w, choice.reasons, choice.message))
                }
            }
        }
    }
}

/// The fields `usual` and `own` and the button; number keys choose a usual reason while they are shown. What was sent without a good reason
/// stays, with the error beside it.
fn reason_fields(w: Words, reasons: &[Text], message: Option<&Message>) -> Markup {
    let error = message.filter(|message| message.refusal.is_some()).map(|message| &message.text);
    let sent = message.and_then(|message| message.refusal.clone()).unwrap_or_default();
    html! {
        fieldset {
            legend { (w.t("reason-legend")) }
            @if let Some(error) = error {
                p class="error" role="alert" id="reason-error" { (icon(Icon::Cross)) span { (error) } }
            }
            @for (index, reason) in reasons.iter().enumerate() {
                @let number = index + 1;
                label for={ "usual-" (number) } {
                    input type="radio" id={ "usual-" (number) } name="usual" value=(reason.zh) data-key=(number)
                        checked[sent.usual == reason.zh];
                    (keycap(&number.to_string())) span { (w.pick(&reason.zh, &reason.en)) }
                }
            }
        }
        label for="own" { (w.t("reason-own")) }
        textarea id="own" name="own" rows="2" maxlength=(REASON_CHARS_MAX - REASON_OF_LIST_CHARS_MAX - 1) autofocus[error.is_some()]
            aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "reason-error")] { (sent.own) }
        button class="button danger" type="submit" { (keycap("↵")) (icon(Icon::Cross)) (w.t("refuse-submit")) }
    }
}
