//! The code by which a computer is signed in from a phone: both its secrets, in a cookie that goes to the code's own page and to
//! no other. What the phone scans is good only where this cookie is.

use axum_extra::extract::cookie::PrivateCookieJar;
use http::HeaderMap;
use jiff::SignedDuration;
use registration::people::accounts::{NewQrSignIn, QrToken};

use super::{PrivateCookie, Seal};

/// It lives longer than a code is good, so that the page can say what became of it.
const CODE: PrivateCookie = PrivateCookie {
    names: ["qr-code", "__Secure-qr-code"],
    path: "/sign-in/phone",
    lifetime: SignedDuration::from_mins(10),
};

/// The code that was made last on this browser.
pub(crate) fn read(headers: &HeaderMap, seal: &Seal) -> Option<NewQrSignIn> {
    let value = CODE.read(headers, seal)?;
    let (token, browser) = value.split_once('.')?;
    let secret = |text: &str| text.parse::<QrToken>().ok();
    Some(NewQrSignIn { token: secret(token)?, browser: secret(browser)? })
}

/// The headers that keep a new code.
pub(crate) fn keep(code: &NewQrSignIn, seal: &Seal) -> PrivateCookieJar {
    CODE.keep(format!("{}.{}", code.token, code.browser), seal)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use axum_extra::extract::cookie::Key;

    use super::super::tests::sent_back;
    use super::*;

    #[test]
    fn a_code_of_the_version_before_goes_on_until_there_is_a_new_one() {
        let key = Key::generate();
        let (plain, seal) = (Seal { key: key.clone(), is_secure: false }, Seal { key, is_secure: true });
        let code = |token: &str| {
            let secret = |text: &str| text.parse::<QrToken>().unwrap();
            NewQrSignIn { token: secret(token), browser: secret("CAgICAgICAgICAgICAgICA") }
        };
        let token = |headers: &HeaderMap, seal: &Seal| read(headers, seal).map(|code| code.token.to_string());
        let mut headers = sent_back(&keep(&code("BwcHBwcHBwcHBwcHBwcHBw"), &plain).into_response());
        assert_eq!(token(&headers, &seal).as_deref(), Some("BwcHBwcHBwcHBwcHBwcHBw"));
        let written = keep(&code("CQkJCQkJCQkJCQkJCQkJCQ"), &seal).into_response();
        let set = written.headers()["set-cookie"].to_str().unwrap();
        assert!(set.starts_with("__Secure-qr-code="), "{set}");
        let of_now = sent_back(&written);
        assert_eq!(token(&of_now, &plain), None);
        headers.append(http::header::COOKIE, of_now[http::header::COOKIE].clone());
        assert_eq!(token(&headers, &seal).as_deref(), Some("CQkJCQkJCQkJCQkJCQkJCQ"));
    }
}
