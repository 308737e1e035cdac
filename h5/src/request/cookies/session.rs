//! Who is signed in: an account's id, since when, in which of the account's epochs, and the sign-in's own number, in an
//! encrypted cookie. The server keeps only the numbers of those that were ended before their time; an account that raises
//! its epoch ends all its sessions. Beside it a long-lived cookie says on which accounts a browser signed in before.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use jiff::{SignedDuration, Timestamp};
use registration::accounts::{Account, AccountId, Device, SessionId};
use uuid::Uuid;

/// How long a sign-in lasts, however much it is used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);
/// The cookie's name; with the prefix a browser refuses to take it from another host or without TLS.
const NAMES: [&str; 2] = ["seathold", "__Host-seathold"];
/// The name and the life of the cookie that a browser is known again by, and the only page that it is sent to.
const DEVICE_NAME: &str = "known-device";
const DEVICE_LIFETIME: SignedDuration = SignedDuration::from_hours(365 * 24);
const DEVICE_PATH: &str = "/sign-in";

fn name(is_secure: bool) -> &'static str {
    NAMES[usize::from(is_secure)]
}

/// A sign-in as its cookie says. Whether it is still good, the account's epoch decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) account: AccountId,
    epoch: i32,
    /// A cookie of the version before has none.
    pub(crate) id: Option<SessionId>,
    /// When it ends by itself.
    pub(crate) until: Timestamp,
}

impl Session {
    /// Is it not over, as this account stands?
    pub(crate) fn is_of(self, account: &Account) -> bool {
        self.account == account.id && self.epoch == account.session_epoch
    }
}

/// May the request be of somebody who is signed in?
pub(crate) fn is_there(headers: &HeaderMap) -> bool {
    headers.get_all(COOKIE).iter().any(|cookies| {
        let cookies = cookies.as_bytes();
        cookies.windows(NAMES[0].len()).any(|name| name == NAMES[0].as_bytes())
    })
}

/// The sign-in that the request's cookie names, while it lasts.
pub(crate) fn read(headers: &HeaderMap, key: Key, is_secure: bool, now: Timestamp) -> Option<Session> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(name(is_secure))?;
    let mut parts = cookie.value().split('.');
    let account = AccountId(parts.next()?.parse().ok()?);
    let since = Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
    // A cookie of the version before has none: all accounts were in the first epoch.
    let epoch = parts.next().map_or(Some(0), |epoch| epoch.parse().ok())?;
    let id = parts.next().and_then(|id| Uuid::try_parse(id).ok()).map(SessionId);
    let age = now.duration_since(since);
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    is_fresh.then_some(Session { account, epoch, id, until: since + LIFETIME })
}

/// The headers that sign somebody in.
pub(crate) fn begin(key: Key, account: &Account, is_secure: bool, now: Timestamp) -> PrivateCookieJar {
    let id = Uuid::new_v4().simple();
    let value = format!("{}.{}.{}.{id}", account.id.0, now.as_second(), account.session_epoch);
    PrivateCookieJar::new(key).add(cookie(value, is_secure, LIFETIME.as_secs()))
}

/// The headers that sign somebody in on a browser that will be known again.
pub(crate) fn begin_on(
    key: Key,
    account: &Account,
    before: Option<&Device>,
    is_secure: bool,
    now: Timestamp,
) -> PrivateCookieJar {
    let device = Device::after_sign_in(before, account.id);
    let ids = std::iter::once(device.id).chain(device.accounts.iter().map(|id| id.0));
    let value: Vec<String> = ids.map(|id| id.simple().to_string()).collect();
    let seconds = DEVICE_LIFETIME.as_secs();
    let known = Cookie::build((DEVICE_NAME, value.join("."))).path(DEVICE_PATH).http_only(true).secure(is_secure);
    let known = known.same_site(SameSite::Lax).max_age(time::Duration::seconds(seconds)).build();
    begin(key, account, is_secure, now).add(known)
}

/// The browser that signed in before, if it did.
pub(crate) fn device(headers: &HeaderMap, key: Key) -> Option<Device> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(DEVICE_NAME)?;
    let ids: Option<Vec<Uuid>> = cookie.value().split('.').map(|id| Uuid::try_parse(id).ok()).collect();
    let ids = ids?;
    let (id, accounts) = ids.split_first()?;
    Some(Device { id: *id, accounts: accounts.iter().copied().map(AccountId).collect() })
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

    use super::*;
    use crate::tests::gallery::account;

    #[test]
    fn a_sign_in_is_bound_to_the_key_and_ends_by_itself() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let mut account = account("张伟");
        let response = begin(key.clone(), &account, false, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("Secure"));
        assert!(!set.contains(&account.id.0.to_string()));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        let session = read(&headers, key.clone(), false, now).unwrap();
        assert!(session.is_of(&account) && session.id.is_some());
        account.session_epoch += 1;
        assert!(!session.is_of(&account), "signed out everywhere");
        assert_eq!(read(&headers, key.clone(), false, now + LIFETIME), None);
        assert_eq!(read(&headers, key, true, now), None);
        assert_eq!(read(&headers, Key::generate(), false, now), None);
        let ended = end(Key::generate(), true).into_response();
        assert!(ended.headers()["set-cookie"].to_str().unwrap().starts_with("__Host-seathold="));
    }

    #[test]
    fn a_browser_is_known_again() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let account = account("张伟");
        let response = begin_on(key.clone(), &account, None, false, now).into_response();
        let pairs = response.headers().get_all("set-cookie").iter();
        let pairs: Vec<&str> = pairs.filter_map(|set| set.to_str().unwrap().split(';').next()).collect();
        let mut headers = HeaderMap::new();
        headers.insert("cookie", pairs.join("; ").parse().unwrap());
        let known = device(&headers, key).unwrap();
        assert_eq!(known.accounts, [account.id]);
        assert_eq!(device(&headers, Key::generate()), None);
    }
}
