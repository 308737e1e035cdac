//! What candidates do with their accounts, beyond signing in and up: a file per page, and what these share.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::PrivateCookieJar;
use http::StatusCode;
use http::header::SET_COOKIE;
use jiff::SignedDuration;
use maud::Markup;
use pagekit::local_path::{local_path, query_value};
use pagekit::words::Words;
use registration::accounts::{Account, Act};
use registration::captcha::CaptchaError;
use registration::exam_rules::{AccountRules, CaptchaRule, PasswordRules};
use registration::exams::ExamPage;
use registration::passwords::PasswordError;
use serde::Deserialize;

use crate::app::App;
use crate::request::cookies::session;
use crate::request::visit::Visit;
use crate::view::form::FieldError;
use crate::view::form::captcha::CaptchaFields;

/// Longest login name that is read, spaces included.
pub(crate) const LOGIN_CHARS_MAX: u16 = 254;

/// Where to go afterwards, and from which exam the visitor comes.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    exam: String,
    /// The session ended under the page that one goes back to.
    #[serde(default)]
    ended: String,
    /// One was signed in a moment ago, and the browser sends no cookie.
    #[serde(default)]
    entered: String,
}

impl Next {
    /// Where to go afterwards.
    pub(crate) fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("/")
    }

    /// Back to the page under which a session ended.
    pub(crate) fn after_end(path: &str) -> Self {
        Self { next: path.to_owned(), ended: "1".to_owned(), ..Self::default() }
    }

    /// Back from signing in without a cookie.
    #[cfg(test)]
    pub(crate) fn without_cookies() -> Self {
        Self { entered: "1".to_owned(), ..Self::default() }
    }

    /// Did a session end?
    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Was somebody signed in, and the browser did not keep it?
    pub(crate) fn keeps_no_cookie(&self) -> bool {
        !self.entered.is_empty()
    }

    /// The query that carries both on.
    pub(crate) fn query(&self) -> String {
        let exam = self.exam.parse::<reservation::ids::ExamId>().ok();
        let exam = exam.map_or_else(String::new, |exam| format!("&exam={exam}"));
        format!("next={}{exam}", query_value(self.path()))
    }

    /// The exam that was named, or that one goes back to.
    pub(crate) fn exam(&self, app: &App) -> Option<Arc<ExamPage>> {
        let named = Some(self.exam.as_str()).filter(|exam| !exam.is_empty());
        let target = self.path().strip_prefix("/exams/").and_then(|rest| rest.split(['/', '?', '#']).next());
        // Pages that belong to no exam, as that of the real-name check, say from which one came.
        let query = self.path().split_once('?').map(|(_, query)| query);
        let carried = || query?.split('&').find_map(|pair| pair.strip_prefix("exam="));
        let exam = named.or(target).or_else(carried).and_then(|exam| exam.parse().ok());
        app.outside.registration.exams.get(&exam?)
    }

    /// The rules of that exam; else those that all exams share; else the usual ones.
    pub(crate) fn rules(&self, app: &App) -> AccountRules {
        let exam = self.exam(app).map(|exam| exam.rules.account.clone());
        exam.or_else(|| crate::request::site_rules::shared(app)).unwrap_or_default()
    }
}

/// A path of ours that says what was just done when its page is shown.
pub(crate) fn with_said(path: &str, said: &str) -> String {
    let (path, part) = path.split_once('#').map_or((path, None), |(path, part)| (path, Some(part)));
    let mark = if path.contains('?') { '&' } else { '?' };
    let part = part.map_or_else(String::new, |part| format!("#{part}"));
    format!("{path}{mark}said={said}{part}")
}

/// Signs somebody in on this browser and leads on. A browser that has sent no cookie so far is led over the page for
/// signing in, which leads on those who are signed in, and tells the others that their browser keeps no cookies.
pub(crate) fn enter(visit: &Visit, account: &Account, next: &str) -> Response {
    let to = if visit.has_cookies { next.to_owned() } else { format!("/sign-in?next={}&entered=1", query_value(next)) };
    (signed_in(visit, account), Redirect::to(&to)).into_response()
}

/// A form that signs in, with a cookie that says nothing: a browser that brings it back keeps cookies.
pub(crate) fn probing(visit: &Visit, page: Markup) -> Response {
    if visit.has_cookies {
        return page.into_response();
    }
    let secure = if visit.app.is_secure() { "; Secure" } else { "" };
    ([(SET_COOKIE, format!("cookies=on; Path=/; HttpOnly; SameSite=Lax{secure}"))], page).into_response()
}

/// The cookies that sign somebody in on this browser.
pub(crate) fn signed_in(visit: &Visit, account: &Account) -> PrivateCookieJar {
    let key = visit.app.outside.cookie_key.clone();
    session::begin_on(key, account, visit.device.as_ref(), visit.app.is_secure(), visit.now)
}

/// The token of a captcha, if the form will be asked for one.
pub(crate) fn captcha_token(visit: &Visit, act: Act, login: &str, rule: CaptchaRule) -> Option<String> {
    let accounts = &visit.app.outside.registration.accounts;
    let fields = CaptchaFields::default();
    let wanted = accounts.wants_captcha(act, login, &visit.caller(&fields, rule));
    wanted.then(|| accounts.captcha().token(visit.now))
}

/// What is wrong with the captcha.
pub(crate) fn captcha_error(w: Words, error: CaptchaError) -> FieldError {
    let text = match error {
        CaptchaError::Missing => w.t("captcha-missing"),
        CaptchaError::Wrong => w.t("captcha-wrong"),
    };
    FieldError { field: "captcha".into(), text: text.into_owned() }
}

/// What is wrong with a new password.
pub(crate) fn password_error(w: Words, error: PasswordError) -> FieldError {
    let text = match error {
        PasswordError::Length { min, max } => {
            w.with("field-password-length", &[("min", min.into()), ("max", max.into())])
        }
        PasswordError::Common => w.t("field-password-common"),
        PasswordError::Kinds { .. } => w.t("field-password-kinds"),
        PasswordError::Character => w.t("field-password-character"),
    };
    FieldError { field: "password".into(), text: text.into_owned() }
}

/// The hint below a new password.
pub(crate) fn password_hint(w: Words, password: PasswordRules) -> String {
    let places = [("min", password.chars_min.into())];
    let hint = if password.kinds_min > 1 {
        w.with("field-password-hint-kinds", &places)
    } else {
        w.with("field-password-hint", &places)
    };
    hint.into_owned()
}

/// Most characters of a password field: the longest rule, and room to be told that it is too long.
pub(crate) const PASSWORD_CHARS_MAX: u16 = 80;

/// A wait in words: seconds up to two minutes, then minutes.
pub(crate) fn wait(w: Words, wait: SignedDuration) -> String {
    let seconds = wait.as_secs().max(0) + 1;
    let text = if seconds < 120 {
        w.with("wait-seconds", &[("count", seconds.into())])
    } else {
        w.with("wait-minutes", &[("count", (seconds / 60 + 1).into())])
    };
    text.into_owned()
}

/// An error about the form as a whole.
pub(crate) fn whole(text: impl Into<String>) -> FieldError {
    FieldError { field: "".into(), text: text.into() }
}

/// An error of one field.
pub(crate) fn of(field: &'static str, text: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), text: text.into() }
}

/// A page with a status.
pub(crate) fn answer(status: StatusCode, page: Markup) -> Response {
    (status, page).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_carries_what_was_done() {
        assert_eq!(with_said("/me", "password"), "/me?said=password");
        assert_eq!(with_said("/exams/cet/sittings?part=oral", "details"), "/exams/cet/sittings?part=oral&said=details");
        assert_eq!(with_said("/exams/cet?a=b#sittings", "password"), "/exams/cet?a=b&said=password#sittings");
    }
}
