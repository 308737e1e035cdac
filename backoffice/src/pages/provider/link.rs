//! Linking one's own account to who one is at the identity provider: the way there with a fresh second factor, a look at who that is,
//! and one's word for it. Ending it needs a fresh one, too.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::staff::{Errand, LinkedSubject, ProviderLinkError};

use super::depart;
use crate::finance::parts::fact;
use crate::request::at_provider;
use crate::request::failure::Failure;
use crate::request::visit::Visit;
use crate::staff::frame::answer;

/// Where one sees with what one signs in.
const MINE: &str = "/my/sign-ins";

/// Goes to the provider, to show who one is there.
pub(crate) async fn begin(visit: Visit) -> Result<Response, Failure> {
    if visit.demand_fresh().is_err() {
        return Ok(Redirect::to("/factor?next=/my/provider/begin").into_response());
    }
    depart(&visit.app, visit.words, Errand::Link(&visit.staff), MINE).await
}

/// Who one has shown to be, and whether that is to be linked.
pub(crate) async fn show(visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    let (staff, w) = (&visit.app.outside.registration.staff, visit.words);
    let kept = at_provider::kept(&headers, visit.app.outside.cookie_key.clone());
    let subject = kept.and_then(|kept| staff.subject_to_link(&visit.staff, &kept));
    let (Some(subject), Some(name)) = (subject, staff.provider_name()) else {
        return Ok(Redirect::to(MINE).into_response());
    };
    let body = body(w, w.pick(&name.zh, &name.en), (visit.staff.name.as_str(), &subject));
    answer(&visit, StatusCode::OK, w.t("provider-link-title").into_owned(), &body).await
}

/// Links the account to who one has shown to be.
pub(crate) async fn link(visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    visit.demand_fresh()?;
    let cookie_key = visit.app.outside.cookie_key.clone();
    let kept = at_provider::kept(&headers, cookie_key.clone()).unwrap_or_default();
    let word = match visit.app.outside.registration.staff.link_own(&visit.open, &kept).await {
        Ok(()) => "linked",
        Err(ProviderLinkError::Stale) => "proof",
        Err(ProviderLinkError::Taken) => "taken",
        Err(ProviderLinkError::Store(error)) => return Err(error.into()),
    };
    Ok((at_provider::forget(cookie_key), Redirect::to(&format!("{MINE}?done={word}"))).into_response())
}

/// Ends the link of the account.
pub(crate) async fn unlink(visit: Visit) -> Result<Response, Failure> {
    visit.demand_fresh()?;
    visit.app.outside.registration.staff.unlink_own(&visit.open).await?;
    Ok(Redirect::to(&format!("{MINE}?done=unlinked")).into_response())
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to(MINE)
}

pub(crate) fn body(w: Words, provider: &str, (name, subject): (&str, &LinkedSubject)) -> Markup {
    let shown = if subject.shown.is_empty() { &subject.subject } else { &subject.shown };
    html! {
        main class="alone" {
            h1 { (w.t("provider-link-title")) }
            p class="hint" { (w.with("provider-link-lead", &[("provider", provider.to_owned().into())])) }
            dl class="facts" {
                (fact(&w.t("provider-link-here"), &html! { (name) }))
                (fact(&w.t("provider-link-there"), &html! { (shown) }))
                (fact(&w.t("provider-subject"), &html! { (subject.subject) }))
            }
            form method="post" action="/my/provider/link" {
                button class="button" type="submit" { (w.t("provider-link-submit")) }
            }
            p { a href=(MINE) { (w.t("provider-link-not")) } }
        }
    }
}
