//! Another way for who is verified already: an exam may take none of those by which they were.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam_rules::{CardCheck, IdentityWay};
use registration::model::facts::FurtherProof;
use registration::people::identity::IdentityStatus;

use super::facts::{state_facts, state_waits};
use super::ways::{way_buttons, way_name};
use super::{Entered, From, View, consent, page_of, render, said};
use crate::failure::Failure;
use crate::request::identity_visit::IdentityVisit;
use crate::request::proof::proves;
use crate::view::callout::{Tone, callout};

/// Takes the consent, and leads to the way that was chosen.
pub(super) async fn begin(
    visit: &IdentityVisit,
    from: &From,
    status: &IdentityStatus,
    entered: &Entered,
) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    if !visit.asks_more(&from.exam, &status.state, &status.proofs) {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let kind = status.person.as_ref().map(|person| person.document.kind());
    let mut ways = identity.ways(&visit.rules(&from.exam)).into_iter();
    let way = ways.find(|way| page_of(*way) == entered.way && kind.is_none_or(|kind| proves(*way, kind)));
    let Some(way) = way else { return Err(Failure::Bad) };
    if entered.consent.is_empty() {
        let error = said("consent", visit.visit.words.t("identity-consent-error").into_owned());
        let page = render(visit, from, status, entered, &[error]);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    identity.consent(visit.account.id).await?;
    Ok(Redirect::to(&from.to(page_of(way))).into_response())
}

/// Why once more, what came of the last try, and the ways.
pub(super) fn more(w: Words, view: &View<'_>) -> Markup {
    let status = view.status;
    let again = format!("{}&again=on", view.from.to(""));
    let had = status.proofs.cards.iter().max().copied().unwrap_or_default();
    let opens = !view.from.again.is_empty() || !view.errors.is_empty();
    match &status.proofs.further {
        FurtherProof::Waiting { since } if !opens => html! {
            (callout(Tone::Plain, &w.t("identity-waiting-what"), &html! {
                p { (w.with("identity-waiting-since", &[("when", when::near(w.language, *since, view.now).into())])) }
                p { (w.t("identity-waiting-how")) }
            }))
            (state_waits(w, &status.state, &status.proofs))
            (state_facts(w, view))
            p { a class="button second" href=(again) { (w.t("identity-waiting-again")) } }
        },
        further => html! {
            @if let FurtherProof::Refused { reason } = further {
                (callout(Tone::Bad, &w.t("identity-refused-what"), &html! {
                    p class="reason" { (w.with("identity-refused-reason", &[("reason", reason.as_str().into())])) }
                }))
            }
            (callout(Tone::Care, &w.t("identity-more-what"), &html! {
                p { (w.with("identity-more-text", &[
                    ("ways", listed(w, view.ways, view.card).into()), ("had", listed(w, &status.proofs.ways, had).into()),
                ])) }
            }))
            (state_facts(w, view))
            form method="post" action=(view.from.to("")) data-busy=(w.t("form-busy")) novalidate {
                (consent(w, !view.entered.consent.is_empty(), view.errors))
                (way_buttons(w, view.ways, view.card))
            }
        },
    }
}

fn listed(w: Words, ways: &[IdentityWay], card: CardCheck) -> String {
    ways.iter().map(|way| way_name(w, *way, card)).collect::<Vec<_>>().join(&w.t("list-comma"))
}
