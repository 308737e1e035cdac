//! Who is signed in: an account's id, since when, in which of the account's epochs, the sign-in's own number, and until when
//! at the latest. The server has a row for each, without which the cookie opens nothing; an account that raises its epoch ends
//! all its sessions. Beside it a long-lived cookie says on which accounts a browser signed in before.

use axum_extra::extract::cookie::{CookieJar, PrivateCookieJar};
use http::HeaderMap;
use http::header::COOKIE;
use jiff::{SignedDuration, Timestamp};
use registration::model::ids::AccountId;
use registration::people::accounts::{Account, Device, LIMIT_MAX, NewSession, SessionId};
use uuid::Uuid;

use super::{PrivateCookie, Seal, moment};

const SESSION: PrivateCookie = PrivateCookie { names: ["seathold", "__Host-seathold"], path: "/", lifetime: LIMIT_MAX };
/// How long those of the version before last, whose cookies do not say it.
const LIFETIME_BEFORE: SignedDuration = SignedDuration::from_hours(12);
/// The browser keeps the cookie for longer: whoever comes back within a week hears that they were signed out.
const SESSION_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A browser is known again by this, on the page for signing in only.
const DEVICE: PrivateCookie = PrivateCookie {
    names: ["known-device", "__Secure-known-device"],
    path: "/sign-in",
    lifetime: SignedDuration::from_hours(365 * 24),
};
/// Who signed in last by another page: there the cookie above is not sent, and so it is not written over.
const ELSEWHERE: PrivateCookie = PrivateCookie { names: ["known-elsewhere", "__Secure-known-elsewhere"], ..DEVICE };

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
    let name = SESSION.names[0].as_bytes();
    let cookies = headers.get_all(COOKIE);
    cookies.iter().any(|cookies| cookies.as_bytes().windows(name.len()).any(|part| part == name))
}

/// Did the browser send a sign-in's cookie, whatever it is still good for?
pub(crate) fn is_sent(headers: &HeaderMap, seal: &Seal) -> bool {
    // One that says nothing is what signing out leaves; one that does not open was sealed under another key.
    let is_there = CookieJar::from_headers(headers).get(SESSION.name(seal)).is_some();
    is_there && SESSION.read(headers, seal).is_none_or(|value| !value.is_empty())
}

/// The sign-in that the request's cookie names, while it lasts.
pub(crate) fn read(headers: &HeaderMap, seal: &Seal, now: Timestamp) -> Option<Session> {
    let value = SESSION.read(headers, seal)?;
    let mut parts = value.split('.');
    let account = AccountId(parts.next()?.parse().ok()?);
    let since = moment(parts.next()?)?;
    // A cookie of the version before has none: all accounts were in the first epoch.
    let epoch = parts.next().map_or(Some(0), |epoch| epoch.parse().ok())?;
    let id = parts.next().and_then(|id| Uuid::try_parse(id).ok()).map(SessionId);
    let until = parts.next().map_or(Some(since + LIFETIME_BEFORE), moment)?;
    (SESSION.is_fresh(since, now) && now < until).then_some(Session { account, epoch, id, until })
}

/// The headers that sign somebody in.
pub(crate) fn begin(account: &Account, session: NewSession, seal: &Seal, now: Timestamp) -> PrivateCookieJar {
    let (id, until) = (session.id.0.simple(), session.until.as_second());
    let value = format!("{}.{}.{}.{id}.{until}", account.id.0, now.as_second(), account.session_epoch);
    PrivateCookieJar::new(seal.key.clone()).add(SESSION.cookie(value, SESSION_KEPT, seal))
}

/// Does the browser say to this page who signed in on it before?
pub(crate) fn is_device_sent_to(path: &str) -> bool {
    path.strip_prefix(DEVICE.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// The headers that sign somebody in on a browser that will be known again; by the page at this path, and to which it said who
/// signed in on it before.
pub(crate) fn begin_on(
    account: &Account,
    session: NewSession,
    (path, before): (&str, Option<&Device>),
    seal: &Seal,
    now: Timestamp,
) -> PrivateCookieJar {
    let (cookie, before) = if is_device_sent_to(path) { (DEVICE, before) } else { (ELSEWHERE, None) };
    let device = Device::after_sign_in(before, account.id);
    let ids = std::iter::once(device.id).chain(device.accounts.iter().map(|id| id.0));
    let value: Vec<String> = ids.map(|id| id.simple().to_string()).collect();
    begin(account, session, seal, now).add(cookie.cookie(value.join("."), cookie.lifetime, seal))
}

/// The browser that signed in before, if it did: by the cookie of the page for signing in, and by that of others.
pub(crate) fn device(headers: &HeaderMap, seal: &Seal) -> Option<Device> {
    let (known, elsewhere) = (device_in(&DEVICE, headers, seal), device_in(&ELSEWHERE, headers, seal));
    let (Some(known), Some(elsewhere)) = (&known, &elsewhere) else { return known.or(elsewhere) };
    let joined = |device: Device, account: &AccountId| Device::after_sign_in(Some(&device), *account);
    Some(elsewhere.accounts.iter().fold(known.clone(), joined))
}

fn device_in(cookie: &PrivateCookie, headers: &HeaderMap, seal: &Seal) -> Option<Device> {
    let value = cookie.read(headers, seal)?;
    let ids: Option<Vec<Uuid>> = value.split('.').map(|id| Uuid::try_parse(id).ok()).collect();
    let ids = ids?;
    let (id, accounts) = ids.split_first()?;
    Some(Device { id: *id, accounts: accounts.iter().copied().map(AccountId).collect() })
}

/// The headers that sign out.
pub(crate) fn end(seal: &Seal) -> PrivateCookieJar {
    SESSION.forget(seal)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use axum_extra::extract::cookie::Key;

    use super::super::tests::sent_back;
    use super::*;
    use crate::tests::gallery::account;

    fn new_session(now: Timestamp) -> NewSession {
        NewSession { id: SessionId(Uuid::now_v7()), until: now + SignedDuration::from_hours(12) }
    }

    #[test]
    fn a_sign_in_is_bound_to_the_key_and_ends_by_itself() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let seal = Seal { key: key.clone(), is_secure: false };
        let mut account = account("张伟");
        let response = begin(&account, new_session(now), &seal, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("Secure"));
        assert!(!set.contains(&account.id.0.to_string()));
        let headers = sent_back(&response);
        let session = read(&headers, &seal, now).unwrap();
        assert!(session.is_of(&account) && session.id.is_some());
        account.session_epoch += 1;
        assert!(!session.is_of(&account), "signed out everywhere");
        assert_eq!(read(&headers, &seal, session.until), None);
        assert_eq!(read(&headers, &Seal { key, is_secure: true }, now), None);
        let other = Seal { key: Key::generate(), is_secure: false };
        assert_eq!(read(&headers, &other, now), None);
    }

    #[test]
    fn a_cookie_of_the_version_before_lasts_as_it_did() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: false }, Timestamp::now());
        let (account, id) = (account("张伟"), Uuid::new_v4());
        let before = format!("{}.{}.0.{}", account.id.0, now.as_second(), id.simple());
        let headers = sent_back(&SESSION.keep(before, &seal).into_response());
        let session = read(&headers, &seal, now).unwrap();
        assert!(session.is_of(&account) && session.id == Some(SessionId(id)));
        assert_eq!(read(&headers, &seal, now + LIFETIME_BEFORE), None);
    }

    #[test]
    fn behind_https_the_cookie_is_of_this_host_alone() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: true }, Timestamp::now());
        for jar in [begin(&account("张伟"), new_session(now), &seal, now), end(&seal)] {
            let response = jar.into_response();
            let set = response.headers()["set-cookie"].to_str().unwrap();
            // What browsers demand of the prefix.
            assert!(set.starts_with("__Host-seathold=") && !set.contains("Domain"), "{set}");
            for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/;"] {
                assert!(format!("{set};").contains(word), "{word}: {set}");
            }
        }
    }

    #[test]
    fn a_cookie_is_still_sent_once_its_sign_in_is_over() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: false }, Timestamp::now());
        let response = begin(&account("张伟"), new_session(now), &seal, now).into_response();
        assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=604800"));
        let headers = sent_back(&response);
        let later = now + SignedDuration::from_hours(12);
        assert!(is_sent(&headers, &seal) && read(&headers, &seal, later).is_none());
        assert!(!is_sent(&sent_back(&end(&seal).into_response()), &seal), "it says nothing");
        let staff = HeaderMap::from_iter([(COOKIE, "seathold-staff=x".parse().unwrap())]);
        assert!(!is_sent(&staff, &seal), "another site's");
    }

    #[test]
    fn a_browser_is_known_again() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: false }, Timestamp::now());
        let account = account("张伟");
        let headers = sent_back(&begin_on(&account, new_session(now), ("/sign-in", None), &seal, now).into_response());
        let known = device(&headers, &seal).unwrap();
        assert_eq!(known.accounts, [account.id]);
        assert_eq!(device(&headers, &Seal { key: Key::generate(), is_secure: false }), None);
    }

    #[test]
    fn behind_https_no_other_site_writes_who_is_known_and_those_of_before_go_on() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let (plain, seal) = (Seal { key: key.clone(), is_secure: false }, Seal { key, is_secure: true });
        let account = account("张伟");
        let before = begin_on(&account, new_session(now), ("/sign-in", None), &plain, now).into_response();
        let known = device(&sent_back(&before), &seal).unwrap();
        assert_eq!(known.accounts, [account.id], "by the name of the version before");
        let written = begin_on(&account, new_session(now), ("/sign-in", Some(&known)), &seal, now).into_response();
        let names: Vec<&str> = written
            .headers()
            .get_all("set-cookie")
            .iter()
            .filter_map(|set| set.to_str().unwrap().split('=').next())
            .filter(|name| !name.contains("seathold"))
            .collect();
        assert_eq!(names, ["__Secure-known-device"]);
        let again = device(&sent_back(&written), &seal).unwrap();
        assert_eq!((again.id, again.accounts), (known.id, known.accounts));
        assert_eq!(device(&sent_back(&written), &plain), None);
    }

    #[test]
    fn who_was_known_before_stays_known_beside_who_signs_up_now() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let (plain, seal) = (Seal { key: key.clone(), is_secure: false }, Seal { key, is_secure: true });
        let (one, mut other) = (account("张伟"), account("李娜"));
        other.id = AccountId(Uuid::from_u128(2));
        let before = begin_on(&one, new_session(now), ("/sign-in", None), &plain, now).into_response();
        let after = begin_on(&other, new_session(now), ("/sign-up", None), &seal, now).into_response();
        let mut headers = sent_back(&before);
        let id = device(&headers, &seal).unwrap().id;
        headers.append(COOKIE, sent_back(&after)[COOKIE].clone());
        let known = device(&headers, &seal).unwrap();
        assert_eq!((known.id, known.accounts.as_slice()), (id, &[one.id, other.id][..]));
        // A sign-in of before, by its name without TLS, opens nothing.
        assert_eq!(read(&sent_back(&before), &seal, now), None);
    }

    #[test]
    fn who_signed_in_by_other_pages_is_known_beside_the_others() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: false }, Timestamp::now());
        let (one, mut other) = (account("张伟"), account("李娜"));
        other.id = AccountId(Uuid::from_u128(2));
        let first = begin_on(&one, new_session(now), ("/sign-in?next=/me", None), &seal, now).into_response();
        // The cookie of before is not sent to this page.
        let second = begin_on(&other, new_session(now), ("/sign-up?next=/me", None), &seal, now).into_response();
        let mut headers = sent_back(&first);
        let before = device(&headers, &seal).unwrap();
        headers.append(COOKIE, sent_back(&second)[COOKIE].clone());
        let known = device(&headers, &seal).unwrap();
        assert_eq!((known.id, known.accounts.as_slice()), (before.id, &[one.id, other.id][..]));
        assert_eq!(device(&sent_back(&second), &seal).unwrap().accounts, [other.id]);
        assert!(is_device_sent_to("/sign-in") && is_device_sent_to("/sign-in/which"));
        assert!(!is_device_sent_to("/sign-in-other") && !is_device_sent_to("/me/password"));
    }
}
