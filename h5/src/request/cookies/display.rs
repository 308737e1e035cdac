//! How large a browser's pages are drawn, where nobody is signed in. It is no secret, and no script reads it.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::HeaderMap;
use registration::people::accounts::Display;

/// Its name without TLS, and with.
const COOKIES: [&str; 2] = ["display", "__Host-display"];

/// How this browser's pages are drawn, as far as the account of whoever is signed in does not say it.
pub(crate) fn display(headers: &HeaderMap) -> Display {
    let jar = CookieJar::from_headers(headers);
    // One of the version before has the name without TLS.
    COOKIES.iter().rev().find_map(|name| jar.get(name)?.value().parse().ok()).unwrap_or_default()
}

/// The header that keeps it for a year.
pub(crate) fn keep(display: Display, is_secure: bool) -> CookieJar {
    let cookie = Cookie::build((COOKIES[usize::from(is_secure)], display.as_ref().to_owned()))
        .path("/")
        .max_age(time::Duration::days(365))
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(is_secure)
        .build();
    CookieJar::new().add(cookie)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::super::tests::sent_back;
    use super::*;

    #[test]
    fn a_browser_keeps_what_was_chosen_and_nothing_else() {
        assert_eq!(display(&HeaderMap::new()), Display::Ordinary);
        for (chosen, is_secure) in [(Display::Elder, false), (Display::Ordinary, true), (Display::Elder, true)] {
            assert_eq!(display(&sent_back(&keep(chosen, is_secure).into_response())), chosen);
        }
        let other = HeaderMap::from_iter([(http::header::COOKIE, "display=huge".parse().unwrap())]);
        assert_eq!(display(&other), Display::Ordinary);
    }
}
