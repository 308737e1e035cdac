//! Setting up a second factor: a passkey, or an app that shows codes: scan, type what it shows, keep the recovery codes.

use axum::Form;
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::local_path::query_value;
use pagekit::qr_code;
use pagekit::words::Words;
use registration::desk::staff::{FactorError, NewFactor, OpenSession, PasskeyQuestion};
use serde::Deserialize;

use super::codes;
use super::parts::{Next, code_field, making, waiting};
use crate::app::{App, SecondFactor};
use crate::desk::frame::{Frame, page};
use crate::request::carried::Carried;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::Arrival;

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    /// The secret that the page keeps.
    #[serde(default)]
    sealed: String,
    #[serde(default)]
    code: String,
    /// A form that waits, sealed.
    #[serde(default)]
    carried: String,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) next: &'a str,
    pub(crate) new: &'a NewFactor,
    /// Is there an app already, whose place the new one takes?
    pub(crate) is_change: bool,
    /// What is asked of a browser that makes a passkey, and for whom.
    pub(crate) question: &'a PasskeyQuestion,
    pub(crate) name: &'a str,
    /// A form that waits, sealed.
    pub(crate) carried: &'a str,
    pub(crate) error: Option<&'a str>,
}

pub(crate) async fn show(arrival: Arrival, Query(next): Query<Next>) -> Result<Response, Failure> {
    let Some(is_change) = may_enrol(&arrival).await? else { return Ok(first(&arrival)) };
    let new = arrival.app.outside.registration.staff.new_factor(&arrival.open.member);
    let shown = Shown { next: next.path(), carried: "", new: &new, is_change };
    draw((&arrival.app, arrival.words, &arrival.open), StatusCode::OK, shown, None).await
}

/// The page for whoever has no factor yet, with a form that waits for the end of the sign-in.
pub(crate) async fn around(
    who: (&App, Words, &OpenSession),
    status: StatusCode,
    (path, carried): (&str, &str),
) -> Result<Response, Failure> {
    let (app, _, open) = who;
    let new = app.outside.registration.staff.new_factor(&open.member);
    draw(who, status, Shown { next: path, carried, new: &new, is_change: false }, None).await
}

/// The page again, with why no passkey was added.
pub(crate) async fn again(
    arrival: &Arrival,
    (next, carried): (&Next, &str),
    word: &'static str,
) -> Result<Response, Failure> {
    let Some(is_change) = may_enrol(arrival).await? else { return Ok(first(arrival)) };
    let new = arrival.app.outside.registration.staff.new_factor(&arrival.open.member);
    let error = arrival.words.t(word);
    let shown = Shown { next: next.path(), carried, new: &new, is_change };
    let who = (&arrival.app, arrival.words, &arrival.open);
    draw(who, StatusCode::UNPROCESSABLE_ENTITY, shown, Some(&error)).await
}

pub(crate) async fn enter(
    arrival: Arrival,
    Query(next): Query<Next>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let Some(is_change) = may_enrol(&arrival).await? else { return Ok(first(&arrival)) };
    let (app, w, member) = (&arrival.app, arrival.words, &arrival.open.member);
    let staff = &app.outside.registration.staff;
    let (error, new) = match staff.enrol(&arrival.open, &entered.sealed, &entered.code).await {
        Ok(enrolled) => {
            let cookies = session::begin(app.outside.cookie_key.clone(), member.id, &enrolled.token, &headers);
            let title = w.t("codes-title").into_owned();
            let frame = Frame::bare(w, &app.assets, title, next.path(), app.outside.demo);
            let waiting = Carried::open(app, &entered.carried, member);
            return Ok((cookies, page(&frame, &codes::body(w, &enrolled.codes, next.path(), waiting.as_ref())))
                .into_response());
        }
        Err(FactorError::Store(error)) => return Err(error.into()),
        Err(FactorError::Enrolled) => return Ok(first(&arrival)),
        Err(FactorError::Ended) => return Ok(Redirect::to("/sign-in").into_response()),
        Err(FactorError::Stale) => (w.t("enrol-stale"), staff.new_factor(member)),
        Err(
            FactorError::Full
            | FactorError::Wrong
            | FactorError::Used
            | FactorError::TooMany { .. }
            | FactorError::NotEnrolled,
        ) => {
            let same = staff.same_factor(member, &entered.sealed);
            (w.t("factor-wrong"), same.unwrap_or_else(|| staff.new_factor(member)))
        }
    };
    let shown = Shown { next: next.path(), carried: &entered.carried, new: &new, is_change };
    draw((app, w, &arrival.open), StatusCode::UNPROCESSABLE_ENTITY, shown, Some(&error)).await
}

/// May whoever asks set a factor up, and is there an app whose place another takes? `None`: they show what they have first.
async fn may_enrol(arrival: &Arrival) -> Result<Option<bool>, Failure> {
    if arrival.app.outside.second_factor == SecondFactor::Off {
        return Err(Failure::NotFound);
    }
    let factors = arrival.app.outside.registration.staff.factors(&arrival.open.member).await?;
    Ok((!factors.is_set_up() || arrival.open.session.is_fresh(arrival.now)).then_some(factors.has_app))
}

/// To the page that asks for the factor which is there.
pub(crate) fn first(arrival: &Arrival) -> Response {
    let next = if arrival.is_half_in() { "/" } else { "/factor/enrol" };
    Redirect::to(&format!("/factor?next={}", query_value(next))).into_response()
}

/// What is to be set up, and what comes afterwards.
struct Shown<'a> {
    next: &'a str,
    carried: &'a str,
    new: &'a NewFactor,
    is_change: bool,
}

async fn draw(
    (app, w, open): (&App, Words, &OpenSession),
    status: StatusCode,
    Shown { next, carried, new, is_change }: Shown<'_>,
    error: Option<&str>,
) -> Result<Response, Failure> {
    let path = format!("/factor/enrol?next={}", query_value(next));
    let frame = Frame::bare(w, &app.assets, w.t("enrol-title").into_owned(), &path, app.outside.demo);
    let question = app.outside.registration.staff.passkey_question(open).await?;
    let view = View { next, new, is_change, question: &question, name: &open.member.name, carried, error };
    Ok((status, page(&frame, &body(w, &view))).into_response())
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let waiting = waiting(view.carried);
    html! {
        main class="alone enrol" {
            h1 { (w.t("enrol-title")) }
            p class="hint" { (w.t("enrol-lead")) }
            @if let Some(error) = view.error {
                p class="error" role="alert" id="error" { (icon(Icon::Cross)) span { (error) } }
            }
            (making(w, view.question, view.name, (view.next, &waiting)))
            h2 { (w.t("enrol-app-title")) }
            @if view.is_change { p class="hint" { (w.t("enrol-change")) } }
            form method="post" action={ "/factor/enrol?next=" (query_value(view.next)) } {
                input type="hidden" name="sealed" value=(view.new.sealed);
                (waiting)
                ol class="steps" {
                    li { p { (w.t("enrol-step-app")) } }
                    li {
                        p { (w.t("enrol-step-scan")) }
                        @if let Some(code) = qr_code::drawing(&view.new.link, &w.t("enrol-scan-label")) {
                            div class="scan-code" { (code) }
                        }
                        details {
                            summary { (w.t("enrol-type")) }
                            p class="letters" { (view.new.secret) }
                        }
                    }
                    li {
                        p { (w.t("enrol-step-code")) }
                        (code_field(w, false))
                    }
                }
                button class="button" type="submit" { (w.t("enrol-submit")) }
            }
        }
    }
}
