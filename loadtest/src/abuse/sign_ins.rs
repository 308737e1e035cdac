//! Passwords that are tried: few for many accounts, or one for each login name.

use std::net::IpAddr;
use std::sync::Arc;

use http::StatusCode;

use super::browser::Browser;
use super::captcha::{Means, answer, is_refused};
use super::findings::Tally;
use super::stage::Stage;
use crate::server::accounts::Person;

/// How often a form is sent again whose captcha was not taken.
const ROUNDS_MAX: usize = 3;
/// What is sprayed: what people choose who must choose digits and letters.
const PASSWORDS: [&str; 4] = ["Aa123456", "abc123456", "qwe12345", "a1234567"];

/// How a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Somebody is signed in.
    In,
    /// The password was looked at, and is another one.
    LookedAt,
    /// The captcha was not taken.
    Captcha,
    /// It must wait.
    Waits,
    /// It ended in another way.
    Failed,
}

impl End {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::In => "signed in",
            Self::LookedAt => "looked at",
            Self::Captcha => "captcha not taken",
            Self::Waits => "must wait",
            Self::Failed => "failed",
        }
    }
}

/// Signs in for the exam, with the captcha that is asked for: another exam may ask everybody for one. How it ended, and how
/// many captchas that took.
pub(super) async fn sign_in(
    (browser, exam): (&mut Browser, &str),
    (login, password): (&str, &str),
    means: Means,
    tally: &Arc<Tally>,
) -> (End, u64) {
    let path = format!("/sign-in?next=/exams/{exam}");
    let Some(mut seen) = browser.get(&path).await else { return (End::Failed, 0) };
    let mut captchas = 0;
    for _ in 0..ROUNDS_MAX {
        let solved = answer(browser, &seen.page, means, tally).await;
        captchas += u64::from(solved.bits > 0);
        let fields = solved.beside(&[("login", login), ("password", password)]);
        let Some(next) = browser.post(&path, &fields).await else { return (End::Failed, captchas) };
        match next.status {
            status if status.is_redirection() => return (End::In, captchas),
            StatusCode::TOO_MANY_REQUESTS => return (End::Waits, captchas),
            StatusCode::UNPROCESSABLE_ENTITY if !is_refused(&next.page) => return (End::LookedAt, captchas),
            StatusCode::UNPROCESSABLE_ENTITY => seen = next,
            _ => return (End::Failed, captchas),
        }
    }
    (End::Captcha, captchas)
}

/// Number `number` of a spray: the same password for all accounts, then the next one.
pub(super) async fn spray(stage: &Stage, from: IpAddr, number: u64, tally: &Arc<Tally>) {
    let count = stage.victims.len().max(1) as u64;
    let place = usize::try_from(number % count).unwrap_or_default();
    let Some(victim) = stage.victims.get(place) else { return };
    let password = PASSWORDS[usize::try_from(number / count % PASSWORDS.len() as u64).unwrap_or_default()];
    attack(stage, from, (&victim.person.document(), password), tally).await;
}

/// Number `number` of a list of login names and passwords that leaked elsewhere.
pub(super) async fn stuff(stage: &Stage, from: IpAddr, person: Person, number: u64, tally: &Arc<Tally>) {
    attack(stage, from, (&person.document(), PASSWORDS[usize::try_from(number % 4).unwrap_or_default()]), tally).await;
}

async fn attack(stage: &Stage, from: IpAddr, credentials: (&str, &str), tally: &Arc<Tally>) {
    let mut browser = Browser::new(&stage.target, from, tally);
    let (end, _) = sign_in((&mut browser, &stage.exam), credentials, Means::Reader, tally).await;
    tally.tried(end.as_str());
    tally.got(u64::from(matches!(end, End::LookedAt | End::In)));
}
