//! Where the real-name check stands: of whom, in which state, and what is said of it.

use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::document::{Document, Sex};
use registration::model::facts::{FurtherProof, IdentityState, Proofs};
use registration::people::identity::PORTRAIT_PIXELS;

use super::View;
use crate::view::callout::{Tone, callout};
use crate::view::facts::{facts, person_name};
use crate::view::waits::{Waits, waits};
use crate::words::document::document_name;

/// Kind, number, and what the number says of its holder.
pub(crate) fn document_facts(w: Words, document: &Document) -> Markup {
    facts(&document_rows(w, document).iter().map(|(label, value)| (label.as_str(), value.clone())).collect::<Vec<_>>())
}

fn document_rows(w: Words, document: &Document) -> Vec<(String, Markup)> {
    let mut rows = vec![
        (w.t("identity-kind").into_owned(), html! { (document_name(w, document)) }),
        (w.t("identity-number").into_owned(), html! { (document.masked()) }),
    ];
    if let (Some(born), Some(sex)) = (document.birth_date(), document.sex()) {
        let sex = if sex == Sex::Male { w.t("sex-male") } else { w.t("sex-female") };
        rows.push((w.t("identity-born").into_owned(), html! { (when::date(w.language, born)) }));
        rows.push((w.t("identity-sex").into_owned(), html! { (sex) }));
    }
    rows
}

/// Who it is about.
pub(crate) fn state_facts(w: Words, view: &View<'_>) -> Markup {
    let mut rows = Vec::new();
    if let Some(person) = &view.status.person {
        rows.push((w.t("identity-name").into_owned(), person_name(person.name.expose())));
        rows.extend(document_rows(w, &person.document));
    }
    facts(&rows.iter().map(|(label, value)| (label.as_str(), value.clone())).collect::<Vec<_>>())
}

/// Waiting, refused or verified: what happened, and what to do.
pub(crate) fn state_box(w: Words, view: &View<'_>) -> Markup {
    let again = format!("{}&again=on", view.from.to(""));
    html! {
        @match &view.status.state {
            IdentityState::None => {}
            IdentityState::Waiting { since } => {
                (callout(Tone::Plain, &w.t("identity-waiting-what"), &html! {
                    p { (w.with("identity-waiting-since", &[("when", when::near(w.language, *since, view.now).into())])) }
                    p { (w.t("identity-waiting-how")) }
                }))
                (state_waits(w, &view.status.state, &view.status.proofs))
                (state_facts(w, view))
                p { a class="button second" href=(again) { (w.t("identity-waiting-again")) } }
            }
            IdentityState::Refused { reason } => {
                (callout(Tone::Bad, &w.t("identity-refused-what"), &html! {
                    p class="reason" { (w.with("identity-refused-reason", &[("reason", reason.as_str().into())])) }
                }))
                (state_facts(w, view))
                p { a class="button" href=(again) { (w.t("identity-refused-again")) } }
            }
            IdentityState::Verified { at } => {
                (callout(Tone::Good, &w.t("identity-verified-what"), &html! {
                    p { (w.with("identity-verified-at", &[("when", when::near(w.language, *at, view.now).into())])) }
                }))
                (state_facts(w, view))
                @if view.status.has_portrait {
                    figure class="portrait" {
                        // The part of a card that has the face, in the shape that is cut.
                        img src="/me/identity/portrait.jpg" alt=(w.t("identity-portrait-alt")) width=(PORTRAIT_PIXELS.0) height=(PORTRAIT_PIXELS.1);
                        figcaption { (w.t("identity-portrait")) }
                    }
                }
                @if view.is_guest_phone {
                    p { (w.t("identity-back-to-computer")) }
                } @else {
                    p { a class="button" href=(view.from.next()) { (w.t("identity-go-on")) } }
                }
            }
        }
    }
}

/// The state as a word: another one whenever the page would be another.
pub(crate) fn word(state: &IdentityState, proofs: &Proofs) -> String {
    match (state, &proofs.further, proofs.ways.len()) {
        (IdentityState::None, ..) => "none".to_owned(),
        (IdentityState::Waiting { .. }, ..) => "waiting".to_owned(),
        (IdentityState::Refused { .. }, ..) => "refused".to_owned(),
        (IdentityState::Verified { .. }, FurtherProof::Waiting { .. }, _) => "verified-waiting".to_owned(),
        (IdentityState::Verified { .. }, FurtherProof::Refused { .. }, _) => "verified-refused".to_owned(),
        (IdentityState::Verified { .. }, FurtherProof::None, 0 | 1) => "verified".to_owned(),
        (IdentityState::Verified { .. }, FurtherProof::None, ways) => format!("verified-{ways}"),
    }
}

/// The line that turns a page of the check when the state is another.
pub(crate) fn state_waits(w: Words, state: &IdentityState, proofs: &Proofs) -> Markup {
    waits(w, &Waits::patiently("/me/identity/state", &word(state, proofs)))
}
