//! Signing in by name and password; a second step follows where one is asked for.

use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use httpkit::limits::ClientAddress;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::language::Language;
use pagekit::local_path::{local_path, query_value};
use pagekit::words::Words;
use registration::desk::staff::{Origin, SessionToken, StaffMember, StaffSignInError};
use registration::secrets::passwords::STAFF_CHARS;
use serde::Deserialize;

use crate::app::{App, SecondFactor};
use crate::desk::frame::{Frame, page};
use crate::pages::go_on::{Waited, go_on};
use crate::request::carried::Carried;
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::agent;
use crate::staff::factor;

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
    /// Says that nobody is asked for a second factor here.
    pub(crate) is_open: bool,
    /// The identity provider by which one can sign in, too, where there is one.
    pub(crate) provider: Option<Provider<'a>>,
}

/// An identity provider on the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Provider<'a> {
    /// What people call it.
    pub(crate) name: &'a str,
    /// How browsers reach these pages, as the provider knows them: what it keeps for us is of one host.
    pub(crate) site: &'a str,
}

pub(crate) async fn show(State(app): State<App>, Query(next): Query<Next>, headers: HeaderMap) -> Markup {
    let w = words(Language::of(&headers));
    let (is_open, provider) = (is_open(&app), provider(&app, w));
    page(&frame(&app, w, next.path()), &body(w, &View { next: next.path(), is_open, provider, ..View::default() }))
}

/// The identity provider, where there is one.
fn provider(app: &App, w: Words) -> Option<Provider<'_>> {
    let staff = &app.outside.registration.staff;
    let (name, site) = (staff.provider_name()?, staff.provider_site()?);
    Some(Provider { name: w.pick(&name.zh, &name.en), site })
}

/// Is nobody asked for a second factor?
fn is_open(app: &App) -> bool {
    app.outside.second_factor == SecondFactor::Off
}

/// The page around a form that waits until its sender, whose sign-in has ended, is signed in again.
pub(crate) fn around(app: &App, w: Words, path: &str, carried: &str) -> Response {
    let (is_open, provider) = (is_open(app), provider(app, w));
    let view = View { next: path, carried, is_open, provider, ..View::default() };
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
    let device = session::device(&headers, app.outside.cookie_key.clone(), &entered.name);
    let origin = Origin { address, agent: agent(&headers), device: device.as_deref() };
    let (status, error) = match staff.sign_in_from(&entered.name, &entered.password, &origin).await {
        Ok(member) => {
            let token = staff.begin(&member, &origin).await?;
            let cookies = session::begin(app.outside.cookie_key.clone(), member.id, &token, &headers);
            return Ok(
                (cookies, entered_by(&app, w, (&member, &token), &entered.carried, next.path()).await?).into_response()
            );
        }
        Err(StaffSignInError::Store(error)) => return Err(error.into()),
        Err(StaffSignInError::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, w.t("sign-in-wrong")),
        Err(StaffSignInError::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, w.t("sign-in-too-many")),
        Err(StaffSignInError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, w.t("sign-in-busy")),
    };
    let view = View {
        next: next.path(),
        name: &entered.name,
        carried: &entered.carried,
        error: Some(&error),
        is_open: is_open(&app),
        provider: provider(&app, w),
    };
    Ok((status, page(&frame(&app, w, next.path()), &body(w, &view))).into_response())
}

/// What whoever showed the right password gets: the second step where there is one, then what waited or where they were going.
async fn entered_by(
    app: &App,
    w: Words,
    (member, token): (&StaffMember, &SessionToken),
    carried: &str,
    next: &str,
) -> Result<Response, Failure> {
    let waiting = Carried::open(app, carried, member);
    Ok(match (app.outside.second_factor, waiting) {
        (SecondFactor::Required, Some(waiting)) => {
            let open = app.outside.registration.staff.open(token, true).await?.ok_or(Failure::Unavailable)?;
            factor::step_around(app, w, &open, (&waiting.path, carried)).await?
        }
        (SecondFactor::Required, None) => Redirect::to(&format!("/factor?next={}", query_value(next))).into_response(),
        (SecondFactor::Off, Some(waiting)) => {
            page(&frame(app, w, &waiting.path), &go_on(w, &waiting, Waited::ForSignIn)).into_response()
        }
        (SecondFactor::Off, None) => Redirect::to(next).into_response(),
    })
}

fn frame<'a>(app: &'a App, w: Words, next: &'a str) -> Frame<'a> {
    // Who is not signed in comes back here from there.
    Frame::bare(w, &app.assets, w.t("sign-in-title").into_owned(), next, app.outside.demo)
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    let View { next, name, carried, error, is_open, provider } = *view;
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
            @if let Some(provider) = provider { (by_provider(w, provider, (next, !carried.is_empty()))) }
            @if is_open { p class="hint" { (w.t("sign-in-demo")) } }
        }
    }
}

/// The way by the identity provider. Beside a form that waits it opens another tab: the form is sent again from this one.
fn by_provider(w: Words, provider: Provider<'_>, (next, is_waiting): (&str, bool)) -> Markup {
    let next = if is_waiting { "/" } else { next };
    let label = w.with("sign-in-provider", &[("provider", provider.name.to_owned().into())]);
    html! {
        div class="aside" {
            a class="button second" href={ (provider.site) "/sign-in/provider?next=" (query_value(next)) }
                target=[is_waiting.then_some("_blank")] { (label) }
            @if is_waiting { p class="hint" { (w.t("sign-in-provider-waiting")) } }
        }
    }
}
