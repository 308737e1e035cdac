//! Why staff refuse: one of the usual reasons, words of one's own, or both. All desks ask for it in the same way.

use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::language::Language;
use pagekit::words::Words;
use registration::reviews::REASON_CHARS_MAX;
use serde::Deserialize;

use crate::catalogue::words;
use crate::desk::frame::keycap;
use crate::desks::payments::view::Message;

/// Characters that are left to the usual reason.
const USUAL_CHARS: usize = 60;

/// What the candidate reads: candidates' pages are Chinese first, so usual reasons are kept in Chinese. `usual` is the
/// number of one of the `reasons`, keys of the catalogue, from 1.
fn reason(reasons: &[&'static str], usual: &str, own: &str) -> String {
    let zh = words(Language::Zh);
    let usual = usual.parse::<usize>().ok().and_then(|number| reasons.get(number.checked_sub(1)?));
    let parts = [usual.map(|key| zh.t(key).into_owned()), Some(own.trim().to_owned())];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join("。")
}

/// A refusal as it was sent: the number of a usual reason, and words of one's own.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Refusal {
    #[serde(default)]
    pub(crate) usual: String,
    #[serde(default)]
    pub(crate) own: String,
}

impl Refusal {
    /// What the candidate reads.
    pub(crate) fn reason(&self, reasons: &[&'static str]) -> String {
        reason(reasons, &self.usual, &self.own)
    }
}

/// Is the message about a reason? Then the panel that asks for it stays open.
pub(crate) fn is_refusal(message: Option<&Message>) -> bool {
    message.is_some_and(|message| message.refusal.is_some())
}

/// The fields `usual` and `own` and the button, for a form that refuses; number keys choose a usual reason. What
/// was sent without a good reason stays, with the error beside it.
pub(crate) fn reason_fields(w: Words, reasons: &[&'static str], message: Option<&Message>) -> Markup {
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
                    input type="radio" id={ "usual-" (number) } name="usual" value=(number) data-key=(number)
                        checked[sent.usual == number.to_string()];
                    (keycap(&number.to_string())) span { (w.t(reason)) }
                }
            }
        }
        label for="own" { (w.t("reason-own")) }
        textarea id="own" name="own" rows="2" maxlength=(REASON_CHARS_MAX - USUAL_CHARS) autofocus[error.is_some()]
            aria-invalid=[error.map(|_| "true")] aria-describedby=[error.map(|_| "reason-error")] { (sent.own) }
        button class="button danger" type="submit" { (icon(Icon::Cross)) (w.t("refuse-submit")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::payments::view::REASONS;

    #[test]
    fn a_reason_is_usual_or_ones_own_or_both() {
        let reason = |usual: &str, own: &str| reason(&REASONS, usual, own);
        assert_eq!(reason("", "  "), "");
        assert_eq!(reason("0", ""), "");
        assert_eq!(reason("99", " 请重拍 "), "请重拍");
        assert!(reason("1", "").contains("订单详情"));
        assert!(reason("1", "请重拍").ends_with("。请重拍"));
    }
}
