//! Signing in by name and password.

use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use httpkit::limits::ClientAddress;
use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::language::Language;
use pagekit::local_path::{local_path, query_value};
use pagekit::words::Words;
use registration::desk::staff::StaffSignInError;
use registration::secrets::passwords::STAFF_CHARS;
use serde::Deserialize;

use crate::app::App;
use crate::catalogue::words;
use crate::desk::frame::{Frame, page};
use crate::failure::Failure;
use crate::request::carried::Carried;
use crate::request::session;

#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }
}

#[derive(Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    /// A form that waits, sealed.
    #[serde(default)]
    carried: String,
}

/// What the page shows.
#[derive(Default)]
pub(crate) struct View<'a> {
    pub(crate) next: &'a str,
    pub(crate) name: &'a str,
    /// A form that waits, sealed.
    pub(crate) carried: &'a str,
    pub(crate) error: Option<&'a str>,
}

pub(crate) async fn show(State(app): State<App>, Query(next): Query<Next>, headers: HeaderMap) -> Markup {
    let w = words(Language::of(&headers));
    page(&frame(&app, w, next.path()), &body(w, &View { next: next.path(), ..View::default() }))
}

/// The page around a form that waits until its sender, whose sign-in has ended, is signed in again.
pub(crate) fn around(app: &App, w: Words, path: &str, carried: &str) -> Response {
    let view = View { next: path, carried, ..View::default() };
    (StatusCode::UNAUTHORIZED, page(&frame(app, w, path), &body(w, &view))).into_response()
}

pub(crate) async fn enter(
    State(app): State<App>,
    Query(next): Query<Next>,
    from: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = words(Language::of(&headers));
    let staff = &app.outside.registration.staff;
    let address = from.map(|Extension(from)| from.0);
    let (status, error) = match staff.sign_in(&entered.name, &entered.password, address).await {
        Ok(staff) => {
            let cookies = session::begin(app.outside.cookie_key.clone(), &staff, &headers, Timestamp::now());
            return Ok(match Carried::open(&app, &entered.carried, &staff) {
                Some(carried) => (cookies, page(&frame(&app, w, &carried.path), &go_on(w, &carried))).into_response(),
                None => (cookies, Redirect::to(next.path())).into_response(),
            });
        }
        Err(StaffSignInError::Store(error)) => return Err(error.into()),
        Err(StaffSignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("sign-in-wrong")),
        Err(StaffSignInError::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, w.t("sign-in-too-many")),
        Err(StaffSignInError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, w.t("sign-in-busy")),
    };
    let view = View { next: next.path(), name: &entered.name, carried: &entered.carried, error: Some(&error) };
    Ok((status, page(&frame(&app, w, next.path()), &body(w, &view))).into_response())
}

fn frame<'a>(app: &'a App, w: Words, next: &'a str) -> Frame<'a> {
    Frame {
        words: w,
        assets: &app.assets,
        title: w.t("sign-in-title").into_owned(),
        // Who is not signed in comes back here from there.
        path: next,
        staff: None,
        waiting: None,
        counts: None,
        is_demo: app.outside.demo,
        reload_seconds: None,
    }
}

/// Signed in: the form is one tap away, as it was sent.
pub(crate) fn go_on(w: Words, carried: &Carried) -> Markup {
    html! {
        main class="alone" {
            h1 { (w.t("go-on-title")) }
            p class="hint" { (w.t("go-on-lead")) }
            @if !carried.reason().is_empty() { blockquote { (carried.reason()) } }
            form method="post" action=(carried.path) {
                @for (name, value) in &carried.pairs { input type="hidden" name=(name) value=(value); }
                button class="button" type="submit" { (w.t("go-on-submit")) }
            }
            p { a href=(carried.path) { (w.t("go-on-back")) } }
        }
    }
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { next, name, carried, error } = *view;
    html! {
        main class="alone" {
            h1 { (w.t("sign-in-title")) }
            p class="hint" { (if carried.is_empty() { w.t("sign-in-lead") } else { w.t("sign-in-ended-form") }) }
            @if let Some(error) = error {
                p class="error" role="alert" id="error" { (icon(Icon::Cross)) span { (error) } }
            }
            form method="post" action={ "/sign-in?next=" (query_value(next)) } {
                @if !carried.is_empty() { input type="hidden" name="carried" value=(carried); }
                div class="field" {
                    label for="name" { (w.t("field-name")) }
                    div class="input" {
                        input id="name" name="name" value=(name) required autofocus autocomplete="username"
                            autocapitalize="off" spellcheck="false" maxlength="32";
                    }
                }
                div class="field" {
                    label for="password" { (w.t("field-password")) }
                    div class="input" {
                        input id="password" name="password" type="password" required autocomplete="current-password"
                            maxlength=(STAFF_CHARS.end());
                    }
                }
                button class="button" type="submit" { (w.t("sign-in-submit")) }
            }
        }
    }
}
