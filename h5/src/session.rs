//! Who is signed in: an account's id and since when, in an encrypted cookie. Nothing is kept on the server.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use jiff::{SignedDuration, Timestamp};
use registration::accounts::AccountId;

/// How long a sign-in lasts, however much it is used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// The cookie's name; with the prefix a browser refuses to take it from another host or without TLS.
const NAMES: [&str; 2] = ["seathold", "__Host-seathold"];

fn name(is_secure: bool) -> &'static str {
    NAMES[usize::from(is_secure)]
}

/// May the request be of somebody who is signed in?
pub(crate) fn is_there(headers: &HeaderMap) -> bool {
    headers.get_all(COOKIE).iter().any(|cookies| {
        let cookies = cookies.as_bytes();
        cookies.windows(NAMES[0].len()).any(|name| name == NAMES[0].as_bytes())
    })
}

/// The account that the request's cookie names, while the sign-in lasts.
pub(crate) fn read(headers: &HeaderMap, key: Key, is_secure: bool, now: Timestamp) -> Option<AccountId> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(name(is_secure))?;
    let (id, since) = cookie.value().split_once('.')?;
    let since = Timestamp::from_second(since.parse().ok()?).ok()?;
    let age = now.duration_since(since);
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    if is_fresh { Some(AccountId(id.parse().ok()?)) } else { None }
}

/// The headers that sign somebody in.
pub(crate) fn begin(key: Key, account: AccountId, is_secure: bool, now: Timestamp) -> PrivateCookieJar {
    let value = format!("{}.{}", account.0, now.as_second());
    PrivateCookieJar::new(key).add(cookie(value, is_secure, LIFETIME.as_secs()))
}

/// The headers that sign out.
pub(crate) fn end(key: Key, is_secure: bool) -> PrivateCookieJar {
    PrivateCookieJar::new(key).add(cookie(String::new(), is_secure, 0))
}

fn cookie(value: String, is_secure: bool, seconds: i64) -> Cookie<'static> {
    Cookie::build((name(is_secure), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure)
        .max_age(time::Duration::seconds(seconds))
        .build()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_sign_in_is_bound_to_the_key_and_ends_by_itself() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let account = AccountId(Uuid::from_u128(7));
        let response = begin(key.clone(), account, false, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("Secure"));
        assert!(!set.contains(&account.0.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(read(&headers, key.clone(), false, now), Some(account));
        assert_eq!(read(&headers, key.clone(), false, now + LIFETIME), None);
        assert_eq!(read(&headers, key, true, now), None);
        assert_eq!(read(&headers, Key::generate(), false, now), None);
        let ended = end(Key::generate(), true).into_response();
        assert!(ended.headers()["set-cookie"].to_str().unwrap().starts_with("__Host-seathold="));
    }
}
