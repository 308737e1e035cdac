//! Switches the language and goes back to where one was.

use axum::extract::Query;
use axum::response::Response;
use axum_extra::extract::cookie::CookieJar;
use http::HeaderMap;
use http::header::REFERER;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn switch(headers: HeaderMap, Query(wanted): Query<Wanted>) -> Response {
    pagekit::language::switch(&wanted.to, &wanted.next, is_over_tls(&headers))
}

/// A link does not say whether it came over TLS. The page on which it stands does, and so does a cookie that browsers send by nothing
/// else: a browser may keep to itself where it was.
fn is_over_tls(headers: &HeaderMap) -> bool {
    let is_from = headers.get(REFERER).is_some_and(|from| from.as_bytes().starts_with(b"https://"));
    let cookies = CookieJar::from_headers(headers);
    is_from || cookies.iter().any(|cookie| cookie.name().starts_with("__Host-"))
}

#[cfg(test)]
mod tests {
    use http::header::{COOKIE, SET_COOKIE};

    use super::*;

    #[tokio::test]
    async fn the_choice_goes_by_tls_alone_where_the_page_came_by_it() {
        for (header, says, name) in [
            (REFERER, "https://staff.example.edu/people", "__Host-language=en"),
            (REFERER, "http://10.0.0.2:8081/", "language=en"),
            // A browser that does not say where it was.
            (COOKIE, "other=a; __Host-seathold-desk=b", "__Host-language=en"),
            (COOKIE, "seathold-desk=__Host-seathold-desk", "language=en"),
        ] {
            let headers = HeaderMap::from_iter([(header, says.parse().unwrap())]);
            let wanted = Wanted { to: "en".to_owned(), next: "/people".to_owned() };
            let answer = switch(headers, Query(wanted)).await;
            let set = answer.headers()[SET_COOKIE].to_str().unwrap();
            assert!(set.starts_with(name) && set.contains("Secure") == name.starts_with("__Host-"), "{says}: {set}");
        }
    }
}
