//! Recovery codes, shown once.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::staff::{FactorError, RecoveryCode};

use super::frame::answer;
use crate::request::carried::Carried;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Gives whoever works other recovery codes.
pub(crate) async fn renew(visit: Visit) -> Result<Response, Failure> {
    visit.demand_fresh()?;
    match visit.app.outside.registration.staff.new_recovery_codes(&visit.open).await {
        Ok(codes) => {
            let title = visit.words.t("codes-title").into_owned();
            answer(&visit, StatusCode::OK, title, &body(visit.words, &codes, "/my/sign-ins", None)).await
        }
        Err(FactorError::Store(error)) => Err(error.into()),
        Err(FactorError::NotEnrolled) => Err(Failure::NotFound),
        Err(
            FactorError::Enrolled
            | FactorError::Wrong
            | FactorError::Full
            | FactorError::Used
            | FactorError::TooMany { .. }
            | FactorError::Stale
            | FactorError::Ended,
        ) => Ok(Redirect::to("/factor?next=/my/sign-ins").into_response()),
    }
}

/// A reload of what is shown once.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/my/sign-ins")
}

/// The codes; behind them the form that waited, or the page where one was going.
pub(crate) fn body(w: Words, codes: &[RecoveryCode], next: &str, waiting: Option<&Carried>) -> Markup {
    html! {
        main class="alone" {
            h1 { (w.t("codes-title")) }
            p { (w.t("codes-lead")) }
            ol class="recovery" { @for code in codes { li { code { (code.in_groups()) } } } }
            @match waiting {
                Some(carried) => {
                    form method="post" action=(carried.path) {
                        @for (name, value) in &carried.pairs { input type="hidden" name=(name) value=(value); }
                        button class="button" type="submit" { (w.t("codes-saved-on")) }
                    }
                }
                None => p { a class="button" href=(next) { (w.t("codes-saved")) } },
            }
        }
    }
}
