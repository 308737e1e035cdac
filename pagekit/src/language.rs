//! Which language a page speaks: the visitor's choice in a cookie, else what the browser asks for.

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use http::header::ACCEPT_LANGUAGE;
use http::{HeaderMap, HeaderValue};

use crate::local_path::local_path;

/// The cookie that remembers the visitor's own choice. It is no secret and not encrypted.
/// The cookie's name without TLS, and with: a browser takes that one from this host by TLS alone.
const COOKIES: [&str; 2] = ["language", "__Host-language"];
/// Most entries of an `Accept-Language` header that are looked at.
const RANGES_MAX: usize = 16;

/// A language that the pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese, the default.
    Zh,
    /// English, when the visitor asks for it.
    En,
}

impl Language {
    /// The language tag for `lang` attributes and headers.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The one that it is not, for the switch.
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads the short name used in links and in the cookie.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The short name that [`Self::parse`] reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language for a request: cookie first, then `Accept-Language`.
    pub fn of(headers: &HeaderMap) -> Self {
        let jar = CookieJar::from_headers(headers);
        // One of the version before has the name without TLS.
        let chosen = COOKIES.iter().rev().find_map(|name| jar.get(name).and_then(|cookie| Self::parse(cookie.value())));
        if let Some(chosen) = chosen {
            return chosen;
        }
        headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Self::Zh, Self::negotiate)
    }

    /// Makes this the language of a request, whatever its visitor chose or the browser asks for.
    pub fn force(self, headers: &mut HeaderMap) {
        let is_choice = |part: &&str| part.split('=').next().is_some_and(|name| COOKIES.contains(&name.trim()));
        let kept: Vec<HeaderValue> = headers
            .get_all(http::header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .map(|value| value.split(';').filter(|part| !is_choice(part)).collect::<Vec<_>>().join(";"))
            .filter_map(|value| HeaderValue::from_str(value.trim()).ok())
            .filter(|value| !value.is_empty())
            .collect();
        headers.remove(http::header::COOKIE);
        for value in kept {
            headers.append(http::header::COOKIE, value);
        }
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(self.tag()));
    }

    /// The cookie that makes this the visitor's choice for a year.
    fn cookie(self, secure: bool) -> Cookie<'static> {
        Cookie::build((COOKIES[usize::from(secure)], self.name()))
            .path("/")
            .max_age(time::Duration::days(365))
            .same_site(SameSite::Lax)
            .http_only(true)
            .secure(secure)
            .build()
    }

    /// Chinese when Chinese is wanted at least as much as English, or anything will do;
    /// English for everybody else.
    fn negotiate(header: &str) -> Self {
        let (mut zh, mut en, mut any) = (None, None, None);
        for range in header.split(',').take(RANGES_MAX) {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let quality = quality(parts.next());
            let primary = tag.split('-').next().unwrap_or_default();
            let slot = match primary {
                "*" => &mut any,
                _ if primary.eq_ignore_ascii_case("zh") => &mut zh,
                _ if primary.eq_ignore_ascii_case("en") => &mut en,
                _ => continue,
            };
            *slot = Some(slot.unwrap_or(0).max(quality));
        }
        let (zh_wanted, en_wanted) = (zh.or(any).unwrap_or(0), en.unwrap_or(0));
        if zh_wanted > 0 && zh_wanted >= en_wanted { Self::Zh } else { Self::En }
    }
}

/// A quality value in thousandths; absent means 1000, unreadable means 0.
fn quality(part: Option<&str>) -> u16 {
    let Some(part) = part else { return 1000 };
    let Some(text) = part.trim().strip_prefix("q=") else { return 1000 };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(0)) => 1000,
        _ => 0,
    }
}

/// Switches to the language of that name, if there is one, and goes back to `next`, a path of ours.
pub fn switch(to: &str, next: &str, is_secure: bool) -> Response {
    let cookies = match Language::parse(to) {
        Some(language) => CookieJar::new().add(language.cookie(is_secure)),
        None => CookieJar::new(),
    };
    (cookies, Redirect::to(local_path(next).unwrap_or("/"))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_is_asked_and_the_cookie_wins() {
        let cases = [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::En),
            ("en;q=0.5, zh-Hant;q=0.7", Language::Zh),
            ("fr-FR,fr;q=0.9", Language::En),
            ("fr, zh;q=0", Language::En),
            ("*", Language::Zh),
            ("ZH", Language::Zh),
        ];
        for (header, wanted) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
            assert_eq!(Language::of(&headers), wanted, "{header}");
            headers.insert(http::header::COOKIE, "language=en".parse().unwrap());
            assert_eq!(Language::of(&headers), Language::En);
            headers.insert(http::header::COOKIE, "language=en; __Host-language=zh".parse().unwrap());
            assert_eq!(Language::of(&headers), Language::Zh);
        }
        assert_eq!(Language::of(&HeaderMap::new()), Language::Zh);
    }

    #[test]
    fn a_forced_language_takes_the_choice_away_and_no_other_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, "en".parse().unwrap());
        for cookie in ["session=a; language=en; __Host-language=en", " language=en;phone=b=c", "language=en"] {
            headers.append(http::header::COOKIE, cookie.parse().unwrap());
        }
        Language::Zh.force(&mut headers);
        assert_eq!(Language::of(&headers), Language::Zh);
        let cookies: Vec<_> =
            headers.get_all(http::header::COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(cookies, ["session=a", "phone=b=c"]);
    }
}
