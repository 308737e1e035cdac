//! The cookie of a sign-in: whose it is and its token, encrypted. What it opens, the sign-in's row says: there it ends after half an
//! hour without use, after a working day, or with a word.
//!
//! A cookie of the version before opens nothing: it shows that a password was right, and no second factor, and has no row that
//! could be seen and ended. Staff sign in anew after an upgrade; a form that they were about to send waits for them meanwhile.

use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use http::HeaderMap;
use http::header::ORIGIN;
use registration::desk::staff::{SESSION_LIFETIME, SessionToken};
use registration::model::ids::StaffId;
use uuid::Uuid;

/// Its name with TLS, and without: a browser refuses to take a `__Host-` without TLS or from another host. Not the
/// candidates' name: on one host, cookies of both sites reach both.
const NAMES: [&str; 2] = ["__Host-seathold-desk", "seathold-desk"];
/// Those of the version before, which signing out takes away, too.
const NAMES_BEFORE: [&str; 2] = ["__Host-seathold-staff", "seathold-staff"];
/// What a value begins with.
const MARK: &str = "desk.";
/// The cookie of a browser in which somebody has been all the way in, with TLS and without. It opens nothing: tries in it are
/// counted apart from those of others in its network.
const DEVICE_NAMES: [&str; 2] = ["__Host-seathold-desk-device", "seathold-desk-device"];
/// What its value begins with.
const DEVICE_MARK: &str = "device.";
/// How long a browser is known.
const DEVICE_DAYS: i64 = 180;

/// A sign-in as its cookie says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// Whose it is, for what has to be known before any store is asked.
    pub(crate) staff: StaffId,
    pub(crate) token: SessionToken,
}

/// The sign-in that the request's cookie names.
pub(crate) fn read(headers: &HeaderMap, key: Key) -> Option<Session> {
    let jar = PrivateCookieJar::<Key>::from_headers(headers, key);
    let cookie = NAMES.iter().find_map(|name| jar.get(name))?;
    let (staff, token) = cookie.value().strip_prefix(MARK)?.split_once('.')?;
    Some(Session { staff: StaffId(staff.parse().ok()?), token: SessionToken::of_cookie(token)? })
}

/// The headers that sign somebody in. The cookie is for TLS only when the form came over TLS.
pub(crate) fn begin(key: Key, staff: StaffId, token: &SessionToken, headers: &HeaderMap) -> PrivateCookieJar {
    begin_over(key, staff, token, is_over_tls(headers))
}

/// The same where no form says how it came, but something else does.
pub(crate) fn begin_over(key: Key, staff: StaffId, token: &SessionToken, is_secure: bool) -> PrivateCookieJar {
    let value = format!("{MARK}{}.{}", staff.0, token.expose());
    let jar = PrivateCookieJar::new(key);
    if is_secure {
        // One that came without TLS would be read where this one is gone.
        jar.add(cookie(NAMES[1], String::new(), 0)).add(cookie(NAMES[0], value, SESSION_LIFETIME.as_secs()))
    } else {
        jar.add(cookie(NAMES[1], value, SESSION_LIFETIME.as_secs()))
    }
}

/// The name that this browser was given when the member of this name was all the way in.
pub(crate) fn device(headers: &HeaderMap, key: Key, name: &str) -> Option<String> {
    let jar = PrivateCookieJar::<Key>::from_headers(headers, key);
    let cookie = DEVICE_NAMES.iter().find_map(|name| jar.get(name))?;
    // A login name has dots, the browser's name has none.
    let (whose, device) = cookie.value().strip_prefix(DEVICE_MARK)?.rsplit_once('.')?;
    (whose == name).then(|| device.to_owned())
}

/// Did the form come over TLS?
fn is_over_tls(headers: &HeaderMap) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"))
}

/// The headers by which a browser is known again, now that somebody is all the way in.
pub(crate) fn remember(key: Key, name: &str, headers: &HeaderMap) -> PrivateCookieJar {
    remember_over(key, name, headers, is_over_tls(headers))
}

/// The same where no form says how it came, but something else does.
pub(crate) fn remember_over(key: Key, name: &str, headers: &HeaderMap, is_secure: bool) -> PrivateCookieJar {
    let known = device(headers, key.clone(), name).unwrap_or_else(|| Uuid::new_v4().simple().to_string());
    let cookie_name = DEVICE_NAMES[usize::from(!is_secure)];
    let value = format!("{DEVICE_MARK}{name}.{known}");
    PrivateCookieJar::new(key).add(cookie(cookie_name, value, DEVICE_DAYS * 24 * 60 * 60))
}

/// The headers that sign out.
pub(crate) fn end(key: Key) -> PrivateCookieJar {
    let all = NAMES.into_iter().chain(NAMES_BEFORE);
    all.fold(PrivateCookieJar::new(key), |jar, name| jar.add(cookie(name, String::new(), 0)))
}

/// The cookie of one of our names.
pub(super) fn cookie(name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(name.starts_with("__Host-"))
        .max_age(time::Duration::seconds(seconds))
        .build()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http::header::COOKIE;

    use super::*;

    fn session() -> Session {
        Session { staff: StaffId(Uuid::from_u128(9)), token: SessionToken::of_cookie("a-token").unwrap() }
    }

    /// The headers as a browser gets them.
    fn set(jar: &PrivateCookieJar) -> Vec<String> {
        let response = jar.clone().into_response();
        let all = response.headers().get_all("set-cookie").iter();
        all.map(|set| set.to_str().unwrap().to_owned()).collect()
    }

    /// What a browser sends back of them: what it was told to keep.
    fn sent_back(jar: &PrivateCookieJar) -> HeaderMap {
        let kept = set(jar).into_iter().filter(|set| !set.contains("Max-Age=0"));
        let pairs: Vec<String> = kept.map(|set| set.split(';').next().unwrap().to_owned()).collect();
        HeaderMap::from_iter([(COOKIE, pairs.join("; ").parse().unwrap())])
    }

    #[test]
    fn behind_https_the_cookie_is_of_this_host_alone() {
        let (key, session) = (Key::generate(), session());
        let asked = HeaderMap::from_iter([(ORIGIN, "https://staff.example.edu".parse().unwrap())]);
        let jar = begin(key.clone(), session.staff, &session.token, &asked);
        let all = set(&jar);
        let kept: Vec<_> = all.iter().filter(|set| !set.contains("Max-Age=0")).collect();
        let [kept] = kept[..] else { panic!("{all:?}") };
        // What browsers demand of the prefix.
        assert!(kept.starts_with("__Host-") && !kept.contains("Domain"), "{kept}");
        for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/;"] {
            assert!(format!("{kept};").contains(word), "{word}: {kept}");
        }
        assert!(!kept.contains("a-token"), "it is sealed: {kept}");
        assert_eq!(read(&sent_back(&jar), key.clone()), Some(session.clone()));
        assert_eq!(read(&sent_back(&jar), Key::generate()), None);
        // Without TLS a browser would not take it.
        let plain = set(&begin(key.clone(), session.staff, &session.token, &HeaderMap::new()));
        assert!(
            plain.len() == 1 && plain[0].starts_with("seathold-desk=") && !plain[0].contains("Secure"),
            "{plain:?}"
        );
        // Signing out takes all of them away.
        let ended = set(&end(key));
        assert!(ended.len() == 4 && ended.iter().all(|set| set.contains("Max-Age=0")), "{ended:?}");
    }

    #[test]
    fn a_browser_is_known_to_be_one_member_s() {
        let (key, tls) = (Key::generate(), HeaderMap::from_iter([(ORIGIN, "https://x.example".parse().unwrap())]));
        for (asked, name) in [(tls, DEVICE_NAMES[0]), (HeaderMap::new(), DEVICE_NAMES[1])] {
            let jar = remember(key.clone(), "li.min", &asked);
            assert!(set(&jar)[0].starts_with(&format!("{name}=")) && set(&jar).len() == 1, "{:?}", set(&jar));
            let kept = sent_back(&jar);
            let known = device(&kept, key.clone(), "li.min").unwrap();
            assert_eq!(device(&kept, key.clone(), "li"), None);
            assert_eq!(device(&kept, Key::generate(), "li.min"), None, "nobody else makes one");
            let again = sent_back(&remember(key.clone(), "li.min", &kept));
            assert_eq!(device(&again, key.clone(), "li.min"), Some(known));
        }
    }

    #[test]
    fn whoever_signed_in_on_the_version_before_signs_in_anew() {
        let key = Key::generate();
        let value = format!("staff.{}.1764500000.0", session().staff.0);
        for name in [NAMES_BEFORE[1], NAMES[1]] {
            let before = PrivateCookieJar::new(key.clone()).add(Cookie::new(name, value.clone()));
            assert_eq!(read(&sent_back(&before), key.clone()), None);
        }
    }
}
