//! Which member of staff is signed in: an id, since when, and in which of their epochs, in an encrypted cookie. Signing
//! out, another password, or being disabled raises the epoch, and every cookie of before opens nothing.

use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use http::HeaderMap;
use http::header::ORIGIN;
use jiff::{SignedDuration, Timestamp};
use registration::desk::staff::StaffMember;
use registration::model::ids::StaffId;

/// How long a sign-in lasts, however much it is used: one working day.
const LIFETIME: SignedDuration = SignedDuration::from_hours(10);
/// Its name with TLS, and without: a browser refuses to take a `__Host-` without TLS or from another host. Not the
/// candidates' name: on one host, cookies of both sites reach both. Over TLS the version before used the second one, too.
const NAMES: [&str; 2] = ["__Host-seathold-staff", "seathold-staff"];

/// A sign-in as its cookie says. Whether it is still good, the member's epoch decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) staff: StaffId,
    epoch: i32,
}

impl Session {
    /// Is it not over, as this member stands?
    pub(crate) fn is_of(self, member: &StaffMember) -> bool {
        self.staff == member.id && self.epoch == member.session_epoch
    }
}

/// The sign-in that the request's cookie names, while it lasts.
pub(crate) fn read(headers: &HeaderMap, key: Key, now: Timestamp) -> Option<Session> {
    let jar = PrivateCookieJar::<Key>::from_headers(headers, key);
    let cookie = NAMES.iter().find_map(|name| jar.get(name))?;
    let mut parts = cookie.value().strip_prefix("staff.")?.split('.');
    let staff = StaffId(parts.next()?.parse().ok()?);
    let age = now.duration_since(Timestamp::from_second(parts.next()?.parse().ok()?).ok()?);
    // A cookie of the version before has none: everybody was in the first epoch.
    let epoch = parts.next().map_or(Some(0), |epoch| epoch.parse().ok())?;
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    is_fresh.then_some(Session { staff, epoch })
}

/// The headers that sign somebody in. The cookie is for TLS only when the form came over TLS.
pub(crate) fn begin(key: Key, staff: &StaffMember, headers: &HeaderMap, now: Timestamp) -> PrivateCookieJar {
    let is_secure = headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let value = format!("staff.{}.{}.{}", staff.id.0, now.as_second(), staff.session_epoch);
    let jar = PrivateCookieJar::new(key);
    if is_secure {
        // One of the version before would be read where this one is gone.
        jar.add(cookie(1, String::new(), 0)).add(cookie(0, value, LIFETIME.as_secs()))
    } else {
        jar.add(cookie(1, value, LIFETIME.as_secs()))
    }
}

/// The headers that sign out.
pub(crate) fn end(key: Key) -> PrivateCookieJar {
    PrivateCookieJar::new(key).add(cookie(0, String::new(), 0)).add(cookie(1, String::new(), 0))
}

/// The cookie of the first or the second name.
fn cookie(name: usize, value: String, seconds: i64) -> Cookie<'static> {
    Cookie::build((NAMES[name], value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(name == 0)
        .max_age(time::Duration::seconds(seconds))
        .build()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use http::header::COOKIE;
    use registration::desk::staff::Role;
    use uuid::Uuid;

    use super::*;

    fn member() -> StaffMember {
        StaffMember {
            id: StaffId(Uuid::from_u128(9)),
            name: "li.min".to_owned(),
            role: Role::Reviewer,
            session_epoch: 2,
            disabled_at: None,
        }
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
        let (key, now) = (Key::generate(), Timestamp::now());
        let asked = HeaderMap::from_iter([(ORIGIN, "https://staff.example.edu".parse().unwrap())]);
        let jar = begin(key.clone(), &member(), &asked, now);
        let all = set(&jar);
        let kept: Vec<_> = all.iter().filter(|set| !set.contains("Max-Age=0")).collect();
        let [kept] = kept[..] else { panic!("{all:?}") };
        // What browsers demand of the prefix.
        assert!(kept.starts_with("__Host-") && !kept.contains("Domain"), "{kept}");
        for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/;"] {
            assert!(format!("{kept};").contains(word), "{word}: {kept}");
        }
        assert!(read(&sent_back(&jar), key.clone(), now).is_some());
        // Without TLS a browser would not take it.
        let plain = set(&begin(key.clone(), &member(), &HeaderMap::new(), now));
        assert!(
            plain.len() == 1 && plain[0].starts_with("seathold-staff=") && !plain[0].contains("Secure"),
            "{plain:?}"
        );
        // Signing out takes both away.
        let ended = set(&end(key));
        assert!(ended.len() == 2 && ended.iter().all(|set| set.contains("Max-Age=0")), "{ended:?}");
    }

    #[test]
    fn whoever_signed_in_on_the_version_before_stays_signed_in() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let value = format!("staff.{}.{}.2", member().id.0, now.as_second());
        let before = PrivateCookieJar::new(key.clone()).add(Cookie::new("seathold-staff", value));
        assert!(read(&sent_back(&before), key, now).is_some_and(|session| session.is_of(&member())));
    }

    #[test]
    fn a_sign_in_ends_by_itself_and_with_its_epoch() {
        let (key, now, mut staff) = (Key::generate(), Timestamp::now(), member());
        let headers = sent_back(&begin(key.clone(), &staff, &HeaderMap::new(), now));
        let session = read(&headers, key.clone(), now).unwrap();
        assert!(session.is_of(&staff));
        staff.session_epoch += 1;
        assert!(!session.is_of(&staff), "signed out");
        assert_eq!(read(&headers, key, now + LIFETIME), None);
    }
}
