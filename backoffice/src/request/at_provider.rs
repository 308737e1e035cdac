//! The cookie of a browser that is at the identity provider, or has just come back: what it keeps for us meanwhile, encrypted. A page
//! of another site that sends a browser back with an answer of its own finds no question there.

use axum_extra::extract::cookie::{Key, PrivateCookieJar};
use http::HeaderMap;

use crate::request::session::cookie;

/// Its name with TLS, and without.
const NAMES: [&str; 2] = ["__Host-seathold-desk-provider", "seathold-desk-provider"];
/// How long a browser keeps it, in seconds; what is in it ends by itself before.
const SECONDS: i64 = 15 * 60;

/// What the browser keeps.
pub(crate) fn kept(headers: &HeaderMap, key: Key) -> Option<String> {
    let jar = PrivateCookieJar::<Key>::from_headers(headers, key);
    NAMES.iter().find_map(|name| jar.get(name)).map(|cookie| cookie.value().to_owned())
}

/// The headers by which it keeps this, in place of what it kept before.
pub(crate) fn keep(key: Key, kept: &str, is_secure: bool) -> PrivateCookieJar {
    PrivateCookieJar::new(key).add(cookie(NAMES[usize::from(!is_secure)], kept.to_owned(), SECONDS))
}

/// The headers by which it keeps nothing.
pub(crate) fn forget(key: Key) -> PrivateCookieJar {
    NAMES.into_iter().fold(PrivateCookieJar::new(key), |jar, name| jar.add(cookie(name, String::new(), 0)))
}
