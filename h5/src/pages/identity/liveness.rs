//! The way by a vendor's page: on the phone at once, from a computer by a code.

use std::borrow::Cow;

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::model::exam_rules::IdentityWay;
use registration::people::identity::{IdentityError, LivenessStatus};

use super::{From, said};
use crate::failure::Failure;
use crate::pages::identity::face::consent::{FIELD, Sent, box_of_consent};
use crate::pages::identity::refusal::{liveness_fault, refusal};
use crate::request::identity_visit::IdentityVisit;
use crate::request::sent::once::Mark;
use crate::view::callout::{Tone, callout};
use crate::view::form::sandboxed::sandboxed;
use crate::view::form::{FieldError, error_of, error_summary};
use crate::view::layout::{heading, page};

/// Seconds after which a page that waits for an outcome looks again, where no script does.
const LOOK_AGAIN_SECONDS: u64 = 5;

pub(crate) async fn show(visit: IdentityVisit, Query(from): Query<From>) -> Result<Response, Failure> {
    let identity = &visit.visit.app.outside.registration.identity;
    let w = visit.visit.words;
    let (status, mut errors) = match identity.follow_liveness(visit.account.id).await {
        Ok(status) => (status, Vec::new()),
        Err(IdentityError::Store(error)) => return Err(error.into()),
        // The vendor is away for a moment: the page looks again.
        Err(IdentityError::Busy | IdentityError::Unavailable(_)) => (LivenessStatus::Running, Vec::new()),
        // Looking again would find the same.
        Err(error) => (LivenessStatus::None, vec![refusal(w, error)?.1]),
    };
    let record = visit.record().await?;
    if let Some(elsewhere) = super::elsewhere(&visit, &from, &record, IdentityWay::Liveness) {
        return Ok(elsewhere);
    }
    let consents = asks_for_consent(&visit).await?;
    // What an old check came to is no word on one that is to be agreed to first.
    if !consents {
        errors.extend(liveness_fault(w, status).map(|text| said("", text)));
    }
    Ok(render(&visit, &from, (status == LivenessStatus::Running, consents), &errors).into_response())
}

/// Begins a check. The vendor's page is another origin, to which no form may lead: the answer links there.
pub(crate) async fn begin(
    visit: IdentityVisit,
    Query(from): Query<From>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    if !visit.takes(&from.exam, IdentityWay::Liveness) || super::is_done(&visit, &from, &visit.record().await?) {
        return Ok(Redirect::to(&from.to("")).into_response());
    }
    let w = visit.visit.words;
    let identity = &visit.visit.app.outside.registration.identity;
    if !sent.face_consent.is_empty() {
        visit.visit.app.outside.registration.face_consents().give(visit.account.id).await?;
    }
    let back = format!("{}{}", visit.visit.app.base_url(&headers), from.to("/liveness"));
    match identity.begin_liveness(visit.account.id, back, None).await {
        Ok(url) => {
            let sandbox_url = visit.visit.app.outside.sandbox_url.as_deref();
            Ok(page(&visit.frame(w.t("liveness-title")), &leave(w, &url, sandbox_url)).into_response())
        }
        Err(IdentityError::AlreadyVerified | IdentityError::NoConsent) => {
            Ok(Redirect::to(&from.to("")).into_response())
        }
        Err(IdentityError::OtherAccount) => {
            let body = used_elsewhere(w, &from.to(""));
            Ok((StatusCode::CONFLICT, page(&visit.frame(w.t("elsewhere-title")), &body)).into_response())
        }
        Err(error) => {
            let (status, error) = refusal(w, error)?;
            let consents = asks_for_consent(&visit).await?;
            Ok((status, render(&visit, &from, (false, consents), &[error])).into_response())
        }
    }
}

/// Is the consent to having one's face looked at still to be given?
async fn asks_for_consent(visit: &IdentityVisit) -> Result<bool, Failure> {
    Ok(!visit.visit.app.outside.registration.face_consents().is_given(visit.account.id).await?)
}

fn render(visit: &IdentityVisit, from: &From, (is_running, consents): (bool, bool), errors: &[FieldError]) -> Markup {
    let w = visit.visit.words;
    let mut frame = visit.frame(w.t("liveness-title"));
    frame.refresh_seconds = is_running.then_some(LOOK_AGAIN_SECONDS);
    let view = View {
        from,
        is_phone: visit.is_phone || visit.is_guest_phone,
        is_running,
        by_code: !visit.is_guest_phone,
        has_manual: visit.takes(&from.exam, IdentityWay::Manual),
        consents,
        errors,
    };
    page(&frame, &body(w, &view))
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) from: &'a From,
    pub(crate) is_phone: bool,
    pub(crate) is_running: bool,
    /// May another phone come by a code? One that came so itself lets no other in.
    pub(crate) by_code: bool,
    /// May one go to staff instead?
    pub(crate) has_manual: bool,
    /// Is the consent to having one's face looked at still to be given?
    pub(crate) consents: bool,
    pub(crate) errors: &'a [FieldError],
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { from, is_phone, is_running, errors, .. } = *view;
    let by_code = html! {
        @if view.by_code {
            form method="post" action=(from.to("/handover")) data-busy=(w.t("form-busy")) {
                input type="hidden" name="once" value=(Mark::draw());
                button class=(if is_phone { "button second" } else { "button" }) type="submit" { (w.t("liveness-by-code")) }
            }
        }
    };
    html! {
        div class="column narrow identity" {
            (error_summary(w, errors))
            (heading(None, &w.t("liveness-title")))
            p class="lead" { (w.t("liveness-lead")) }
            @if is_running {
                // Its outcome may be a fault that changes no state: the page loads itself anew, with a script or without.
                (callout(Tone::Plain, &w.t("liveness-running"), &html! { p { (w.t("liveness-running-text")) } }))
            }
            @if !is_phone { (by_code) p class="hint" { (w.t("liveness-by-code-hint")) } }
            form method="post" action=(from.to("/liveness")) data-busy=(w.t("form-busy")) novalidate {
                @if view.consents { (box_of_consent(w, &consented(w), error_of(errors, FIELD))) }
                button class=(if is_phone { "button" } else { "button second" }) type="submit" {
                    @if is_running || !errors.is_empty() { (w.t("liveness-again")) } @else { (w.t("liveness-begin")) }
                }
            }
            @if is_phone { (by_code) }
            @if view.has_manual {
                p class="beside" { (w.t("face-other-offer")) " " a href=(from.to("/manual")) { (w.t("identity-way-manual")) } }
            }
        }
    }
}

/// What is agreed to here: the vendor looks, its picture stays as the verified photo, and later checks compare with that.
fn consented(w: Words) -> [Cow<'static, str>; 3] {
    [w.t("liveness-consent-what"), w.t("liveness-consent-photo"), w.t("face-consent-long")]
}

/// Another account is this person: how to come to it, said before anybody's face is looked at.
pub(crate) fn used_elsewhere(w: Words, back: &str) -> Markup {
    html! {
        div class="column narrow identity" {
            (heading(None, &w.t("elsewhere-title")))
            p class="lead" { (w.t("identity-other-account")) }
            form method="post" action="/sign-out" { button class="button" type="submit" { (w.t("elsewhere-sign-out")) } }
            ul class="ways" {
                li { a href={ "/forgotten/account?next=" (query_value(back)) } { (w.t("person-taken-find")) } }
                li { (w.t("elsewhere-stolen")) }
            }
            p class="beside" { a href=(back) { (w.t("person-taken-back")) } }
        }
    }
}

/// The page that leads to the vendor's.
pub(crate) fn leave(w: Words, url: &str, sandbox_url: Option<&str>) -> Markup {
    html! {
        div class="column narrow identity" {
            (heading(None, &w.t("liveness-title")))
            p class="lead" { (w.t("liveness-leave")) }
            (sandboxed(w, &w.t("sandbox-liveness"), sandbox_url))
            p { a class="button" href=(url) rel="noreferrer" { (w.t("liveness-go")) } }
        }
    }
}
