//! The cookies that only this site can read: encrypted, out of the reach of scripts, each with a life of its own.

pub(crate) mod display;
pub(crate) mod handover_code;
pub(crate) mod phone_session;
pub(crate) mod qr_code;
pub(crate) mod session;

use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

/// What cookies are sealed with.
#[derive(Clone)]
pub(crate) struct Seal {
    pub(crate) key: Key,
    /// Is the site served over TLS? Then its cookies go no other way.
    pub(crate) is_secure: bool,
}

/// One of these cookies.
struct PrivateCookie {
    /// Its name without TLS, and with: a browser refuses to take a `__Host-` from another host or without TLS, and a `__Secure-`,
    /// which may be for some pages only, without TLS.
    names: [&'static str; 2],
    /// The only pages that it is sent to.
    path: &'static str,
    lifetime: SignedDuration,
}

impl PrivateCookie {
    /// What it says, if this site wrote it.
    fn read(&self, headers: &HeaderMap, seal: &Seal) -> Option<String> {
        let jar = PrivateCookieJar::<Key>::from_headers(headers, seal.key.clone());
        // The version before called those with `__Secure-` the same with TLS as without. They are read for the year that the longest
        // of them last, where nothing was written anew; a session comes by its one name.
        let before = (seal.is_secure && self.names[1].starts_with("__Secure-")).then_some(self.names[0]);
        let cookie = jar.get(self.name(seal)).or_else(|| jar.get(before?));
        cookie.map(|cookie| cookie.value().to_owned())
    }

    /// The header that keeps a value in it.
    fn keep(&self, value: String, seal: &Seal) -> PrivateCookieJar {
        PrivateCookieJar::new(seal.key.clone()).add(self.cookie(value, self.lifetime, seal))
    }

    /// The header that takes it away.
    fn forget(&self, seal: &Seal) -> PrivateCookieJar {
        PrivateCookieJar::new(seal.key.clone()).add(self.cookie(String::new(), SignedDuration::ZERO, seal))
    }

    /// May what was written then still count?
    fn is_fresh(&self, since: Timestamp, now: Timestamp) -> bool {
        let age = now.duration_since(since);
        // A minute of slack: another process's clock may be ahead.
        age < self.lifetime && age > -SignedDuration::from_mins(1)
    }

    fn cookie(&self, value: String, lifetime: SignedDuration, seal: &Seal) -> Cookie<'static> {
        Cookie::build((self.name(seal), value))
            .path(self.path)
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(seal.is_secure)
            .max_age(time::Duration::seconds(lifetime.as_secs()))
            .build()
    }

    fn name(&self, seal: &Seal) -> &'static str {
        self.names[usize::from(seal.is_secure)]
    }
}

/// The moment that a cookie has as seconds.
fn moment(seconds: &str) -> Option<Timestamp> {
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    /// What a browser sends back of these headers.
    pub(super) fn sent_back(response: &axum::response::Response) -> HeaderMap {
        let set = response.headers().get_all("set-cookie").iter();
        let pairs: Vec<&str> = set.filter_map(|set| set.to_str().unwrap().split(';').next()).collect();
        HeaderMap::from_iter([(http::header::COOKIE, pairs.join("; ").parse().unwrap())])
    }
}
