//! Where a link leads that an administrator passed on: its owner chooses a password, and is signed in up to the second step.

use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use httpkit::limits::ClientAddress;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::language::Language;
use pagekit::words::{Words, key};
use registration::desk::staff::{Origin, StaffLinkError, StaffLinkKind};
use registration::secrets::passwords::{PasswordError, STAFF_CHARS};
use serde::Deserialize;

use crate::app::App;
use crate::desk::frame::{Frame, page};
use crate::request::catalogue::words;
use crate::request::failure::Failure;
use crate::request::session;
use crate::request::visit::agent;

/// The link's token, as it stands in the address.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    token: String,
}

#[derive(Default, Deserialize)]
pub(crate) struct Entered {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    repeat: String,
}

/// What the page shows: whose link it is, or why it does nothing.
pub(crate) enum View<'a> {
    Choose { name: &'a str, kind: StaffLinkKind, token: &'a str, error: Option<&'a str> },
    Gone(&'a str),
}

pub(crate) async fn show(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let w = words(Language::of(&headers));
    draw(&app, w, &asked.token, StatusCode::OK, None).await
}

/// Sets the password that was chosen.
pub(crate) async fn enter(
    State(app): State<App>,
    from: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Result<Response, Failure> {
    let w = words(Language::of(&headers));
    let again = async |word: &'static str| {
        draw(&app, w, &entered.token, StatusCode::UNPROCESSABLE_ENTITY, Some(&w.t(word))).await
    };
    if entered.password != entered.repeat {
        return again(key("join-differ")).await;
    }
    let staff = &app.outside.registration.staff;
    match staff.join(&entered.token, &entered.password).await {
        Ok(member) => {
            let origin = Origin { address: from.map(|Extension(from)| from.0), agent: agent(&headers), device: None };
            let token = staff.begin(&member, &origin).await?;
            let cookies = session::begin(app.outside.cookie_key.clone(), member.id, &token, &headers);
            // Which leads on by itself where nobody is asked for a second factor.
            Ok((cookies, Redirect::to("/factor")).into_response())
        }
        Err(StaffLinkError::Password(PasswordError::Common)) => again(key("join-common")).await,
        Err(StaffLinkError::Password(PasswordError::Own)) => again(key("join-own")).await,
        Err(StaffLinkError::Password(PasswordError::Site)) => again(key("join-site")).await,
        Err(StaffLinkError::Password(_)) => again(key("join-length")).await,
        Err(StaffLinkError::Busy) => again(key("sign-in-busy")).await,
        Err(StaffLinkError::Store(error)) => Err(error.into()),
        Err(StaffLinkError::Used | StaffLinkError::Expired | StaffLinkError::Unknown) => {
            draw(&app, w, &entered.token, StatusCode::OK, None).await
        }
    }
}

async fn draw(app: &App, w: Words, token: &str, status: StatusCode, error: Option<&str>) -> Result<Response, Failure> {
    let title = w.t("join-title").into_owned();
    // The address holds the token: no link of the page repeats it.
    let frame = Frame::bare(w, &app.assets, title, "/sign-in", app.outside.demo);
    let answer = |status: StatusCode, view: &View<'_>| (status, page(&frame, &body(w, view))).into_response();
    let gone = |text: &str| answer(StatusCode::GONE, &View::Gone(text));
    Ok(match app.outside.registration.staff.look_at_link(token).await {
        Ok((member, kind)) => answer(status, &View::Choose { name: &member.name, kind, token, error }),
        Err(StaffLinkError::Used) => gone(&w.t("join-used")),
        Err(StaffLinkError::Expired) => gone(&w.t("join-expired")),
        Err(StaffLinkError::Store(error)) => return Err(error.into()),
        Err(StaffLinkError::Unknown | StaffLinkError::Password(_) | StaffLinkError::Busy) => gone(&w.t("join-unknown")),
    })
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        main class="alone" {
            h1 { (w.t("join-title")) }
            @match view {
                View::Gone(text) => {
                    p class="error" role="alert" { (icon(Icon::Cross)) span { (text) } }
                    p { a class="button second" href="/sign-in" { (w.t("join-sign-in")) } }
                }
                View::Choose { name, kind, token, error } => (choose(w, name, *kind, token, *error)),
            }
        }
    }
}

fn choose(w: Words, name: &str, kind: StaffLinkKind, token: &str, error: Option<&str>) -> Markup {
    let lead = match kind {
        StaffLinkKind::Invitation => w.with("join-invited", &[("name", name.to_owned().into())]),
        StaffLinkKind::Password => w.with("join-again", &[("name", name.to_owned().into())]),
    };
    let password = |name: &str, label: &'static str| {
        html! {
            div class="field" {
                label for=(name) { (w.t(label)) }
                div class="input" {
                    input id=(name) name=(name) type="password" required autocomplete="new-password"
                        minlength=(STAFF_CHARS.start()) maxlength=(STAFF_CHARS.end());
                }
            }
        }
    };
    html! {
        p { (lead) }
        @if let Some(error) = error {
            p class="error" role="alert" id="error" { (icon(Icon::Cross)) span { (error) } }
        }
        form method="post" action="/join" {
            input type="hidden" name="token" value=(token);
            // For whatever keeps passwords.
            input type="hidden" name="username" autocomplete="username" value=(name);
            (password("password", key("join-password")))
            (password("repeat", key("join-repeat")))
            button class="button" type="submit" { (w.t("join-submit")) }
        }
    }
}
