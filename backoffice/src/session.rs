//! Which member of staff is signed in: an id and since when, in an encrypted cookie.

use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use http::HeaderMap;
use http::header::ORIGIN;
use jiff::{SignedDuration, Timestamp};
use registration::staff::StaffId;

/// How long a sign-in lasts, however much it is used: one working day.
const LIFETIME: SignedDuration = SignedDuration::from_hours(10);
/// Not the candidates' name: on one host, cookies of both sites reach both.
const NAME: &str = "seathold-staff";

/// The member of staff that the request's cookie names, while the sign-in lasts.
pub(crate) fn read(headers: &HeaderMap, key: Key, now: Timestamp) -> Option<StaffId> {
    let cookie = PrivateCookieJar::<Key>::from_headers(headers, key).get(NAME)?;
    let (id, since) = cookie.value().strip_prefix("staff.")?.split_once('.')?;
    let age = now.duration_since(Timestamp::from_second(since.parse().ok()?).ok()?);
    // A minute of slack: another process's clock may be ahead.
    let is_fresh = age < LIFETIME && age > -SignedDuration::from_mins(1);
    if is_fresh { Some(StaffId(id.parse().ok()?)) } else { None }
}

/// The headers that sign somebody in. The cookie is for TLS only when the form came over TLS.
pub(crate) fn begin(key: Key, staff: StaffId, headers: &HeaderMap, now: Timestamp) -> PrivateCookieJar {
    let is_secure = headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let value = format!("staff.{}.{}", staff.0, now.as_second());
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
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_sign_in_ends_by_itself() {
        let (key, now, staff) = (Key::generate(), Timestamp::now(), StaffId(Uuid::from_u128(9)));
        let mut asked = HeaderMap::new();
        asked.insert(ORIGIN, "https://staff.example.edu".parse().unwrap());
        let response = begin(key.clone(), staff, &asked, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("Secure"));
        let mut headers = HeaderMap::new();
        headers.insert("cookie", set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(read(&headers, key.clone(), now), Some(staff));
        assert_eq!(read(&headers, key, now + LIFETIME), None);
    }
}
