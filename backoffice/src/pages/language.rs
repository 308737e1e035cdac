//! Switches the language and goes back to where one was.

use axum::extract::Query;
use axum::response::Response;
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
    // A link does not say whether it came over TLS; the page on which it stands does.
    let is_secure = headers.get(REFERER).is_some_and(|from| from.as_bytes().starts_with(b"https://"));
    pagekit::language::switch(&wanted.to, &wanted.next, is_secure)
}

#[cfg(test)]
mod tests {
    use http::header::SET_COOKIE;

    use super::*;

    #[tokio::test]
    async fn the_choice_goes_by_tls_alone_where_the_page_came_by_it() {
        for (from, name) in
            [("https://staff.example.edu/people", "__Host-language=en"), ("http://10.0.0.2:8081/", "language=en")]
        {
            let headers = HeaderMap::from_iter([(REFERER, from.parse().unwrap())]);
            let wanted = Wanted { to: "en".to_owned(), next: "/people".to_owned() };
            let answer = switch(headers, Query(wanted)).await;
            let set = answer.headers()[SET_COOKIE].to_str().unwrap();
            assert!(set.starts_with(name) && set.contains("Secure") == from.starts_with("https"), "{set}");
        }
    }
}
