//! The phone that scanned a code: it may open one account's identity page, for a while, and nothing else.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use jiff::{SignedDuration, Timestamp};
use registration::accounts::{AccountId, SessionId};
use uuid::Uuid;

/// Long enough to find the card and good light.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);
/// The cookie's name, without TLS and with.
const NAMES: [&str; 2] = ["seathold-phone", "__Host-seathold-phone"];

/// What a phone was let in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhoneSession {
    /// Whose identity page it may open.
    pub(crate) account: AccountId,
    /// The epoch of the account's sessions then.
    pub(crate) epoch: i32,
    /// The sign-in that showed the code: when that is ended, so is this.
    pub(crate) owner: Option<SessionId>,
}

/// What this phone was let in for, while it lasts.
pub(crate) fn read(headers: &HeaderMap, key: Key, is_secure: bool, now: Timestamp) -> Option<PhoneSession> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(NAMES[usize::from(is_secure)])?;
    let mut parts = cookie.value().split('.');
    let account = AccountId(parts.next()?.parse().ok()?);
    let age = now.duration_since(Timestamp::from_second(parts.next()?.parse().ok()?).ok()?);
    let epoch = parts.next()?.parse().ok()?;
    // A cookie of the version before has none.
    let owner = parts.next().and_then(|id| Uuid::try_parse(id).ok()).map(SessionId);
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    is_fresh.then_some(PhoneSession { account, epoch, owner })
}

/// The headers that let the phone in.
pub(crate) fn begin(key: Key, phone: PhoneSession, is_secure: bool, now: Timestamp) -> PrivateCookieJar {
    let PhoneSession { account, epoch, owner } = phone;
    let owner = owner.map(|id| id.0.simple().to_string()).unwrap_or_default();
    let value = format!("{}.{}.{epoch}.{owner}", account.0, now.as_second());
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

    use super::*;

    #[test]
    fn a_phone_is_let_in_for_half_an_hour() {
        let (key, now, account) = (Key::generate(), Timestamp::now(), AccountId(Uuid::from_u128(7)));
        let phone = PhoneSession { account, epoch: 3, owner: Some(SessionId(Uuid::from_u128(8))) };
        let response = begin(key.clone(), phone, false, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.contains("HttpOnly") && !set.contains(&account.0.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(read(&headers, key.clone(), false, now), Some(phone));
        assert_eq!(read(&headers, key.clone(), false, now + LIFETIME), None);
        // It is no sign-in, and a sign-in is no phone.
        assert!(crate::request::cookies::session::is_there(&headers), "so that no shared page is shown");
        assert_eq!(read(&headers, Key::generate(), false, now), None);
    }
}
