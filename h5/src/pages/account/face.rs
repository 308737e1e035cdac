//! The consent to face checks in 个人中心: whether it was given, and taking it back after being told what that does.

use axum::response::Redirect;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::people::consents::FaceConsent;

use crate::failure::Failure;
use crate::request::visit::Candidate;
use crate::view::callout::{Tone, callout, tag};
use crate::view::icons::{Icon, icon};
use crate::view::layout::{heading, page};

/// What taking it back does, and the button.
pub(crate) async fn show(candidate: Candidate) -> Result<Markup, Failure> {
    let (visit, account) = (&candidate.visit, candidate.account.id);
    let state = visit.app.outside.registration.face_consents().state(account).await?;
    let over =
        (!matches!(state, FaceConsent::Given { .. })).then(|| visit.words.t("face-withdraw-nothing").into_owned());
    let body = confirm(visit.words, over.as_deref());
    Ok(page(&visit.frame(visit.words.t("face-withdraw-title")), &body))
}

/// Takes it back. Sent twice, nothing more happens.
pub(crate) async fn withdraw(candidate: Candidate) -> Result<Redirect, Failure> {
    candidate.visit.app.outside.registration.face_consents().withdraw(candidate.account.id).await?;
    Ok(Redirect::to("/me?said=face-withdrawn#face"))
}

/// The page, or why there is nothing to take back.
pub(crate) fn confirm(w: Words, nothing: Option<&str>) -> Markup {
    html! {
        div class="column narrow" {
            (heading(None, &w.t("face-withdraw-title")))
            @if let Some(nothing) = nothing {
                p class="lead" { (nothing) }
            } @else {
                (callout(Tone::Care, &w.t("face-withdraw-what"), &html! {
                    ul {
                        li { (w.t("face-withdraw-gone")) }
                        li { (w.t("face-withdraw-waiting")) }
                        li { (w.t("face-withdraw-stays")) }
                        li { (w.t("face-withdraw-other")) }
                    }
                }))
                form method="post" action="/me/face/withdraw" data-busy=(w.t("form-busy")) {
                    button class="button" type="submit" { (w.t("face-withdraw-go")) }
                }
            }
            p class="beside" { a href="/me#face" { (w.t("to-me")) } }
        }
    }
}

/// Whether it was given, as a part of 个人中心; whoever was never asked sees nothing of it.
pub(crate) fn section(w: Words, consent: FaceConsent, now: Timestamp) -> Markup {
    let (tone, word, at) = match consent {
        FaceConsent::None => return html! {},
        FaceConsent::Given { at } => (Tone::Good, w.t("face-consent-given"), at),
        FaceConsent::Withdrawn { at } => (Tone::Plain, w.t("face-consent-withdrawn"), at),
    };
    html! {
        section id="face" {
            h2 { (w.t("face-consent-part")) }
            dl class="rows" {
                div {
                    dt { (w.t("me-identity-state")) }
                    dd { (tag(tone, &word)) " " (when::near(w.language, at, now)) }
                    @if matches!(consent, FaceConsent::Given { .. }) {
                        dd class="row-do" { a href="/me/face/withdraw" { (w.t("face-withdraw")) (icon(Icon::Chevron)) } }
                    }
                }
            }
            p class="hint" { (w.t("face-consent-part-what")) }
        }
    }
}
