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
/// Not the candidates' name: on one host, cookies of both sites reach both.
const NAME: &str = "seathold-staff";

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
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(NAME)?;
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
    PrivateCookieJar::new(key).add(cookie(value, LIFETIME.as_secs(), is_secure))
}

/// The headers that sign out.
pub(crate) fn end(key: Key) -> PrivateCookieJar {
    PrivateCookieJar::new(key).add(cookie(String::new(), 0, false))
}

fn cookie(value: String, seconds: i64, is_secure: bool) -> Cookie<'static> {
    Cookie::build((NAME, value))
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
    use registration::desk::staff::Role;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_sign_in_ends_by_itself_and_with_its_epoch() {
        let (key, now) = (Key::generate(), Timestamp::now());
        let mut staff = StaffMember {
            id: StaffId(Uuid::from_u128(9)),
            name: "li.min".to_owned(),
            role: Role::Reviewer,
            session_epoch: 2,
            disabled_at: None,
        };
        let mut asked = HeaderMap::new();
        asked.insert(ORIGIN, "https://staff.example.edu".parse().unwrap());
        let response = begin(key.clone(), &staff, &asked, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("Secure"));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        let session = read(&headers, key.clone(), now).unwrap();
        assert!(session.is_of(&staff));
        staff.session_epoch += 1;
        assert!(!session.is_of(&staff), "signed out");
        assert_eq!(read(&headers, key, now + LIFETIME), None);
    }
}
