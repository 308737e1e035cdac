//! The links of letters that finish a sign-up or prove an address. Opening one changes nothing: mail servers open links
//! to look at them; the button does.

use axum::Form;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use pagekit::local_path::query_value;
use pagekit::words::Words;
use registration::model::login::Email;
use registration::people::accounts::LinkError;
use serde::Deserialize;

use crate::failure::{Failure, answer};
use crate::request::next::{Token, with_said};
use crate::request::visit::Visit;
use crate::view::icons::Icon;
use crate::view::layout::{heading, page};
use crate::view::outcome;

/// A sign-up's link: its token, and the exam that one came from.
#[derive(Deserialize)]
pub(crate) struct Followed {
    #[serde(default)]
    token: String,
    #[serde(default)]
    exam: String,
}

impl Followed {
    /// That exam's page, if it is an exam of ours.
    fn exam(&self, visit: &Visit) -> Option<String> {
        let exam = self.exam.parse().ok()?;
        visit.app.outside.registration.exams.get(&exam).map(|exam| format!("/exams/{}", exam.id))
    }
}

/// What the button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignUp,
    Email,
}

impl Purpose {
    fn path(self) -> &'static str {
        match self {
            Self::SignUp => "/sign-up/finish",
            Self::Email => "/email/verify",
        }
    }

    /// Where to get another letter.
    fn again(self) -> &'static str {
        match self {
            Self::SignUp => "/sign-up",
            Self::Email => "/me/email",
        }
    }
}

pub(crate) async fn show_sign_up(visit: Visit, Query(link): Query<Followed>) -> Result<Response, Failure> {
    let found = visit.app.outside.registration.accounts.look_at_sign_up(&link.token).await;
    if let Err(LinkError::Used) = found {
        return used(&visit, &link).await;
    }
    shown(&visit, Purpose::SignUp, (&link.token, &link.exam), found)
}

/// Makes the account, and leads back to the exam that one came from.
pub(crate) async fn finish_sign_up(visit: Visit, Form(link): Form<Followed>) -> Result<Response, Failure> {
    match visit.app.outside.registration.accounts.finish_sign_up(&link.token).await {
        Ok(account) => {
            let to = link.exam(&visit).unwrap_or_else(|| "/me".to_owned());
            crate::request::signing_in::enter(&visit, &account, &with_said(&to, "account")).await
        }
        Err(LinkError::Used) => used(&visit, &link).await,
        Err(error) => dead(&visit, Purpose::SignUp, error),
    }
}

/// The account was made by this link: who sends the form twice is led on, whoever else comes with it may sign in.
async fn used(visit: &Visit, link: &Followed) -> Result<Response, Failure> {
    let w = visit.words;
    let Some(email) = visit.app.outside.registration.accounts.spent_sign_up(&link.token).await? else {
        return dead(visit, Purpose::SignUp, LinkError::Used);
    };
    let to = link.exam(visit).unwrap_or_else(|| "/me".to_owned());
    if visit.account.as_ref().is_some_and(|account| account.email.as_ref() == Some(&email)) {
        return Ok(axum::response::Redirect::to(&with_said(&to, "account")).into_response());
    }
    let said = outcome::Outcome {
        icon: Icon::Tick,
        title: w.t("link-made-title").into_owned(),
        text: w.t("link-made-text").into_owned(),
        more: None,
        next: (format!("/sign-in?next={}", query_value(&to)), w.t("nav-sign-in").into_owned()),
    };
    Ok(outcome::show(visit.frame(""), &said).into_response())
}

pub(crate) async fn show_email(visit: Visit, Query(link): Query<Token>) -> Result<Response, Failure> {
    let found = visit.app.outside.registration.accounts.look_at_email(&link.token).await;
    shown(&visit, Purpose::Email, (&link.token, ""), found)
}

pub(crate) async fn finish_email(visit: Visit, Form(link): Form<Token>) -> Result<Response, Failure> {
    match visit.app.outside.registration.accounts.finish_email(&link.token).await {
        // Whoever opens the letter need not be signed in here.
        Ok(_) => Ok(axum::response::Redirect::to("/me?said=email").into_response()),
        Err(error) => dead(&visit, Purpose::Email, error),
    }
}

fn shown(
    visit: &Visit,
    purpose: Purpose,
    link: (&str, &str),
    found: Result<Email, LinkError>,
) -> Result<Response, Failure> {
    let w = visit.words;
    match found {
        Ok(email) => {
            let body = body(w, purpose, link, &email.masked());
            Ok(page(&visit.frame(title(w, purpose)), &body).into_response())
        }
        Err(error) => dead(visit, purpose, error),
    }
}

fn dead(visit: &Visit, purpose: Purpose, error: LinkError) -> Result<Response, Failure> {
    let said = outcome::dead_link(visit.words, error, purpose.again())?;
    Ok(answer(StatusCode::GONE, outcome::show(visit.frame(""), &said)))
}

fn title(w: Words, purpose: Purpose) -> String {
    match purpose {
        Purpose::SignUp => w.t("link-sign-up-title"),
        Purpose::Email => w.t("link-email-title"),
    }
    .into_owned()
}

pub(crate) fn body(w: Words, purpose: Purpose, (token, exam): (&str, &str), email: &str) -> Markup {
    let (text, button) = match purpose {
        Purpose::SignUp => (w.with("link-sign-up-text", &[("email", email.into())]), w.t("link-sign-up-submit")),
        Purpose::Email => (w.with("link-email-text", &[("email", email.into())]), w.t("link-email-submit")),
    };
    html! {
        div class="column narrow" {
            (heading(None, &title(w, purpose)))
            p class="lead" { (text) }
            form method="post" action=(purpose.path()) data-busy=(w.t("form-busy")) {
                input type="hidden" name="token" value=(token);
                @if !exam.is_empty() { input type="hidden" name="exam" value=(exam); }
                button class="button" type="submit" { (button) }
            }
        }
    }
}
