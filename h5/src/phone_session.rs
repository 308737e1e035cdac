//! The phone that scanned a code: it may open one account's identity page, for a while, and nothing else.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use jiff::{SignedDuration, Timestamp};
use registration::accounts::AccountId;

/// Long enough to find the card and good light.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// The cookie's name, without TLS and with.
const NAMES: [&str; 2] = ["seathold-phone", "__Host-seathold-phone"];

/// The account whose identity page this phone may open, and the epoch of its sessions then.
pub(crate) fn read(headers: &HeaderMap, key: Key, is_secure: bool, now: Timestamp) -> Option<(AccountId, i32)> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(NAMES[usize::from(is_secure)])?;
    let mut parts = cookie.value().splitn(3, '.');
    let (id, since, epoch) = (parts.next()?, parts.next()?, parts.next()?);
    let age = now.duration_since(Timestamp::from_second(since.parse().ok()?).ok()?);
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    if is_fresh { Some((AccountId(id.parse().ok()?), epoch.parse().ok()?)) } else { None }
}

/// The headers that let the phone in.
pub(crate) fn begin(key: Key, account: AccountId, epoch: i32, is_secure: bool, now: Timestamp) -> PrivateCookieJar {
    let value = format!("{}.{}.{epoch}", account.0, now.as_second());
    let cookie = Cookie::build((NAMES[usize::from(is_secure)], value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(time::Duration::seconds(LIFETIME.as_secs()));
    PrivateCookieJar::new(key).add(cookie.build())
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_phone_is_let_in_for_half_an_hour() {
        let (key, now, account) = (Key::generate(), Timestamp::now(), AccountId(Uuid::from_u128(7)));
        let response = begin(key.clone(), account, 3, false, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.contains("HttpOnly") && !set.contains(&account.0.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(read(&headers, key.clone(), false, now), Some((account, 3)));
        assert_eq!(read(&headers, key.clone(), false, now + LIFETIME), None);
        // It is no sign-in, and a sign-in is no phone.
        assert!(crate::session::is_there(&headers), "so that no shared page is shown");
        assert_eq!(read(&headers, Key::generate(), false, now), None);
    }
}
