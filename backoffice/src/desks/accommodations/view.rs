//! A request for accommodations as markup: who asks, the proofs, and a verdict for each kind.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::{Words, key};
use registration::desk::accommodations::AccommodationCase;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::case::ClaimToken;
use registration::desk::reason::REASON_CHARS_MAX;
use registration::model::exam::Exam;
use registration::model::exam_rules::AccommodationKind;
use registration::model::facts::accommodation::Verdict;
use registration::model::text::Text;
use registration::people::accounts::Account;

use super::Typed;
use crate::desk::frame::keycap;
use crate::desk::record::{of_cases, record};

/// What the page shows of a request.
pub(crate) struct Shown<'a> {
    pub(crate) exam: Option<&'a Exam>,
    pub(crate) case: &'a AccommodationCase,
    /// The claim of the page.
    pub(crate) claim: Option<ClaimToken>,
    /// The usual reasons.
    pub(crate) reasons: &'a [Text],
    pub(crate) account: Option<&'a Account>,
    /// The address of the case.
    pub(crate) path: String,
    /// What was chosen and typed, when it has to be mended.
    pub(crate) typed: &'a Typed,
    pub(crate) history: &'a [AuditEntry],
    pub(crate) now: Timestamp,
}

/// Who asks, for what, and with which proofs.
pub(crate) fn body(w: Words, shown: &Shown<'_>) -> Markup {
    let (case, account) = (shown.case, shown.account);
    let name = account.and_then(|account| account.name.as_ref()).map_or("", |name| name.expose());
    let document = account.and_then(|account| account.document.as_ref()).map(|document| document.masked());
    let request = &case.asked.request;
    html! {
        header class="case-head" { div { h1 { @if name.is_empty() { (w.t("candidate")) } @else { (name) } } } }
        @if let Some(exam) = shown.exam { p class="hint" { (w.pick(&exam.title.zh, &exam.title.en)) } }
        dl class="facts" {
            @if let Some(document) = document { div { dt { (w.t("document")) } dd { (document) } } }
            div { dt { (w.t("submitted")) } dd { (when::moment(w.language, case.since)) } }
            @if !request.details.is_empty() { div { dt { (w.t("accommodation-details")) } dd { (request.details) } } }
        }
        @if case.proofs.iter().all(Option::is_none) { p class="hint" { (w.t("accommodation-no-proof")) } }
        div class="proofs" {
            @for (index, _) in case.proofs.iter().enumerate().filter(|(_, proof)| proof.is_some()) {
                @let number = index + 1;
                @let alt = w.with("accommodation-proof", &[("number", number.into())]);
                @let at = format!("{}/proofs/{number}.jpg", shown.path);
                figure {
                    a href=(at) target="_blank" rel="noopener" data-key=[(index == 0).then_some("z")] {
                        img src=(at) alt=(alt);
                    }
                    figcaption { (alt) }
                }
            }
        }
    }
}

/// A verdict for each kind, and what was done before.
pub(crate) fn decision(w: Words, shown: &Shown<'_>) -> Markup {
    let case = shown.case;
    html! {
        form class="verdicts" method="post" action={ (shown.path) "/decide" } {
            input type="hidden" name="seen" value=(case.key.version);
            @if let Some(claim) = shown.claim { input type="hidden" name="claim" value=(claim); }
            datalist id="reasons" { @for reason in shown.reasons { option value=(reason.zh) {} } }
            @for kind in &case.asked.request.kinds { (verdict(w, shown, *kind)) }
            button class="button" type="submit" data-key="c" { (keycap("C")) (w.t("accommodation-submit")) }
        }
        (record(w, shown.history, Some(&case.key.version.to_string()), shown.now, action))
    }
}

fn verdict(w: Words, shown: &Shown<'_>, kind: AccommodationKind) -> Markup {
    let (chosen, reason) = shown.typed.of(kind);
    let choices = [
        ("grant", w.t("accommodation-grant")),
        ("refuse", w.t("accommodation-refuse")),
        ("more", w.t("accommodation-ask-more")),
    ];
    let before = shown.case.asked.verdicts.of(kind).map(|before| match before {
        Verdict::Granted => w.t("accommodation-before-granted").into_owned(),
        Verdict::Refused(reason) | Verdict::More(reason) => {
            w.with("accommodation-before", &[("reason", reason.as_str().into())]).into_owned()
        }
    });
    html! {
        fieldset {
            legend { (kind_word(w, kind)) }
            @if let Some(before) = before { p class="hint" { (before) } }
            div class="choices" {
                @for (value, word) in &choices {
                    label for={ "v-" (kind) "-" (value) } {
                        input type="radio" id={ "v-" (kind) "-" (value) } name={ "v-" (kind) } value=(value) required
                            checked[chosen == *value];
                        span { (word) }
                    }
                }
            }
            label for={ "r-" (kind) } { (w.t("accommodation-why")) }
            input type="text" id={ "r-" (kind) } name={ "r-" (kind) } value=(reason) maxlength=(REASON_CHARS_MAX) list="reasons"
                autocomplete="off";
        }
    }
}

/// What a kind is called.
pub(crate) fn kind_word(w: Words, kind: AccommodationKind) -> String {
    match kind {
        AccommodationKind::ExtraTime => w.t("accommodation-extra-time"),
        AccommodationKind::LargePrint => w.t("accommodation-large-print"),
        AccommodationKind::StepFree => w.t("accommodation-step-free"),
        AccommodationKind::Wheelchair => w.t("accommodation-wheelchair"),
        AccommodationKind::FrontRow => w.t("accommodation-front-row"),
        AccommodationKind::OwnRoom => w.t("accommodation-own-room"),
        AccommodationKind::Other => w.t("accommodation-other"),
    }
    .into_owned()
}

fn action(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::LookedAtAccommodation => Some(key("accommodation-looked")),
        AuditAction::LookedAtProof => Some(key("accommodation-looked-proof")),
        AuditAction::DecidedAccommodation => Some(key("accommodation-decided")),
        other => of_cases(other),
    }
}
