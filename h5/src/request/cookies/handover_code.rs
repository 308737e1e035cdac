//! The code that a computer shows for a phone: its token and its end, in an encrypted cookie that goes to the code's own
//! page and to no other. So the page can be loaded anew, and the token is in no address, log or history.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use jiff::{SignedDuration, Timestamp};
use registration::identity::HandoverToken;

/// The cookie's name, and the only pages that it is sent to.
const NAME: &str = "handover-code";
const PATH: &str = "/me/identity/handover";
/// Longer than a code is good, so that the page can say what became of it.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The code that was made last on this browser, and until when it is good.
pub(crate) fn read(headers: &HeaderMap, key: Key) -> Option<(HandoverToken, Timestamp)> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(NAME)?;
    let (token, until) = cookie.value().split_once('.')?;
    Some((token.parse().ok()?, Timestamp::from_second(until.parse().ok()?).ok()?))
}

/// The headers that keep a new code.
pub(crate) fn keep(key: Key, token: &HandoverToken, until: Timestamp, is_secure: bool) -> PrivateCookieJar {
    let cookie = Cookie::build((NAME, format!("{token}.{}", until.as_second())))
        .path(PATH)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(time::Duration::seconds(LIFETIME.as_secs()));
    PrivateCookieJar::new(key).add(cookie.build())
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn a_code_is_kept_for_its_own_page_and_not_readable() {
        let (key, until) = (Key::generate(), Timestamp::from_second(1_800_000_000).unwrap());
        let token: HandoverToken = "BwcHBwcHBwcHBwcHBwcHBw".parse().unwrap();
        let response = keep(key.clone(), &token, until, true).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("Secure") && set.contains("Path=/me/identity/handover"));
        assert!(!set.contains(&token.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(read(&headers, key), Some((token, until)));
        assert_eq!(read(&headers, Key::generate()), None);
    }
}
