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
