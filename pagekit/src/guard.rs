//! Refuses a form that another site posted: `Sec-Fetch-Site` where the browser sends it, else `Origin`.
//! Together with `SameSite=Lax` cookies this needs no token in the forms.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

/// The site's own origin (`https://exam.example.edu`), when it is known.
#[derive(Debug, Clone, Default)]
pub struct OwnOrigin(Option<String>);

impl OwnOrigin {
    /// The origin of the public address; anything after the host is dropped.
    pub fn of(public_url: Option<&str>) -> Self {
        Self(public_url.and_then(|url| {
            let (scheme, rest) = url.split_once("://")?;
            Some(format!("{scheme}://{}", rest.split('/').next()?).to_ascii_lowercase())
        }))
    }

    /// Is a request with these headers ours? A request with neither header comes from no browser
    /// that a stranger's page could be open in.
    fn accepts(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(site) = text("sec-fetch-site") {
            return matches!(site, "same-origin" | "none");
        }
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        match &self.0 {
            Some(own) => origin.eq_ignore_ascii_case(own),
            None => {
                let host = text(HOST.as_str());
                origin.split_once("://").map(|(_, rest)| rest).is_some_and(|rest| Some(rest) == host)
            }
        }
    }
}

/// Middleware: 403 for a request that may change something and comes from elsewhere.
pub async fn same_site_only(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || own.accepts(request.headers()) {
        return next.run(request).await;
    }
    StatusCode::FORBIDDEN.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn another_sites_form_is_refused() {
        let own = OwnOrigin::of(Some("https://exam.example.edu/x"));
        assert!(own.accepts(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(own.accepts(&headers(&[("origin", "https://exam.example.edu")])));
        assert!(own.accepts(&headers(&[])));
        for bad in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "null")] {
            assert!(!own.accepts(&headers(&[bad])), "{bad:?}");
        }
        assert!(!own.accepts(&headers(&[("origin", "http://exam.example.edu")])));
        let by_host = OwnOrigin::of(None);
        assert!(by_host.accepts(&headers(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")])));
        assert!(!by_host.accepts(&headers(&[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")])));
    }
}
