//! Adding a passkey, and taking one away.

use axum::Form;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use pagekit::words::key;
use registration::desk::staff::{FactorError, NewPasskey, PasskeyNumber};
use serde::Deserialize;

use super::codes;
use super::enrol;
use super::parts::Next;
use crate::app::SecondFactor;
use crate::desk::frame::{Frame, page};
use crate::request::carried::Carried;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::{Arrival, Visit};

/// What a browser answered when a passkey was made.
#[derive(Default, Deserialize)]
pub(crate) struct Made {
    #[serde(default)]
    client: String,
    #[serde(default)]
    data: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    algorithm: i32,
    /// A form that waits, sealed.
    #[serde(default)]
    carried: String,
}

/// Which one is meant.
#[derive(Deserialize)]
pub(crate) struct Meant {
    number: i64,
}

/// Adds the passkey that was made.
pub(crate) async fn add(
    arrival: Arrival,
    Query(next): Query<Next>,
    headers: HeaderMap,
    Form(made): Form<Made>,
) -> Result<Response, Failure> {
    let (app, w) = (&arrival.app, arrival.words);
    if app.outside.second_factor == SecondFactor::Off {
        return Err(Failure::NotFound);
    }
    let new = NewPasskey {
        client: &made.client,
        data: &made.data,
        key: &made.key,
        algorithm: made.algorithm,
        origin: &arrival.site,
    };
    let staff = &app.outside.registration.staff;
    match staff.add_passkey(&arrival.open, &new, &arrival.origin()).await {
        Ok(enrolled) => {
            let member = &arrival.open.member;
            let cookies = session::begin(app.outside.cookie_key.clone(), member.id, &enrolled.token, &headers);
            if enrolled.codes.is_empty() {
                return Ok((cookies, Redirect::to(next.path())).into_response());
            }
            let waiting = Carried::open(app, &made.carried, member);
            let title = w.t("codes-title").into_owned();
            let frame = Frame::bare(w, &app.assets, title, next.path(), app.outside.demo);
            Ok((cookies, page(&frame, &codes::body(w, &enrolled.codes, next.path(), waiting.as_ref()))).into_response())
        }
        Err(FactorError::Store(error)) => Err(error.into()),
        Err(FactorError::Enrolled) => Ok(enrol::first(&arrival)),
        Err(FactorError::Ended) => Ok(Redirect::to("/sign-in").into_response()),
        Err(FactorError::Full) => enrol::again(&arrival, (&next, &made.carried), key("passkey-full")).await,
        Err(
            FactorError::Wrong
            | FactorError::Used
            | FactorError::TooMany { .. }
            | FactorError::NotEnrolled
            | FactorError::Stale,
        ) => enrol::again(&arrival, (&next, &made.carried), key("passkey-wrong")).await,
    }
}

/// Takes one of one's own passkeys away.
pub(crate) async fn remove(visit: Visit, Form(meant): Form<Meant>) -> Result<Response, Failure> {
    visit.demand_fresh()?;
    let staff = &visit.app.outside.registration.staff;
    let is_gone = staff.remove_passkey(&visit.open, PasskeyNumber(meant.number)).await?;
    let word = if is_gone { "removed" } else { "kept" };
    Ok(Redirect::to(&format!("/my/sign-ins?done={word}")).into_response())
}

/// A reload of an answer to a form that became a GET.
pub(crate) async fn back() -> Redirect {
    Redirect::to("/factor/enrol?next=/my/sign-ins")
}
