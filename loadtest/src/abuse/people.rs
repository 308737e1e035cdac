//! Who has an account: made through the pages, with a code that the demo's sandbox was given.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::browser::Browser;
use super::captcha::{Means, answer, is_refused};
use super::findings::Tally;
use crate::scenario::candidate::{marks, sandbox};
use crate::server::accounts::Person;
use crate::server::target::Target;

/// How often a form is sent again whose captcha was not taken.
const ROUNDS_MAX: usize = 4;
/// The cookies that a device is known by, as it signed in or signed up, without TLS and with.
const DEVICE: [&str; 4] = ["known-device", "known-elsewhere", "__Secure-known-device", "__Secure-known-elsewhere"];

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) person: Person,
    /// Where they live on the net.
    pub(super) from: IpAddr,
    /// All that their browser keeps, the session too.
    pub(super) cookies: Vec<(String, String)>,
}

impl Member {
    /// What is left when the session is over: the device is known.
    pub(super) fn device(&self) -> Vec<(String, String)> {
        self.cookies.iter().filter(|(name, _)| DEVICE.contains(&name.as_str())).cloned().collect()
    }
}

/// An honest candidate's own network: each has another one.
pub(super) fn home(number: u64) -> IpAddr {
    let [.., a, b] = number.to_be_bytes();
    Ipv4Addr::new(10, a, b, 9).into()
}

/// Makes an account from this address, with a mobile of its own.
///
/// # Errors
/// How it ended, in words.
pub(super) async fn sign_up(
    target: &Target,
    exam: &str,
    person: Person,
    from: IpAddr,
    means: Means,
    tally: &Arc<Tally>,
) -> Result<Member, String> {
    let mut browser = Browser::new(target, from, tally);
    let path = format!("/sign-up?exam={exam}&next=/");
    let mut page = browser.get(&path).await.ok_or("no answer")?.page;
    let mobile = person.mobile();
    let mut code = String::new();
    if let Some(code_path) = marks::code_path(&page) {
        let outbox = sandbox::of_page(&page).ok_or("no sandbox of a demo is named by the page")?;
        ask_for_code(&mut browser, (&path, &code_path), &mobile, means, tally).await?;
        code = sandbox::code(outbox, &mobile).await.ok_or("no code came")?;
        page = browser.get(&path).await.ok_or("no answer")?.page;
    }
    let (document, password) = (person.document(), person.password());
    for _ in 0..ROUNDS_MAX {
        let solved = answer(&mut browser, &page, means, tally).await;
        let fields = [
            ("name", person.name()),
            ("document", &*document),
            ("mobile", &*mobile),
            ("password", &*password),
            ("code", &*code),
            ("agree", "on"),
        ];
        let seen = browser.post(&path, &solved.beside(&fields)).await.ok_or("no answer")?;
        if seen.status.is_redirection() {
            return Ok(Member { person, from, cookies: browser.cookies().to_vec() });
        }
        if !is_refused(&seen.page) {
            return Err(format!("no account: {}", seen.status));
        }
        page = seen.page;
    }
    Err("no account: captchas".to_owned())
}

/// Has a code sent.
///
/// # Errors
/// How it ended, in a word, when none was sent.
pub(super) async fn ask_for_code(
    browser: &mut Browser,
    (page_path, code_path): (&str, &str),
    mobile: &str,
    means: Means,
    tally: &Arc<Tally>,
) -> Result<(), &'static str> {
    for _ in 0..ROUNDS_MAX {
        let page = browser.get(page_path).await.ok_or("no answer")?.page;
        let solved = answer(browser, &page, means, tally).await;
        let seen = browser.post(code_path, &solved.beside(&[("mobile", mobile)])).await.ok_or("no answer")?;
        match seen.page {
            said if said.contains(r#""page":true"#) => {}
            said if said.contains(r#""seconds":0"#) => return Err("refused"),
            said if said.contains(r#""seconds":"#) => return Ok(()),
            _ => return Err("no code"),
        }
    }
    Err("captcha")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_device_keeps_what_it_is_known_by_and_no_session() {
        let names = ["__Host-seathold", "seathold", "language", "known-device", "__Secure-known-elsewhere"];
        let cookies = names.map(|name| (name.to_owned(), "value".to_owned())).to_vec();
        let member = Member { person: Person::of(7, 0), from: home(1), cookies };
        let kept: Vec<String> = member.device().into_iter().map(|(name, _)| name).collect();
        assert_eq!(kept, ["known-device", "__Secure-known-elsewhere"]);
    }
}
