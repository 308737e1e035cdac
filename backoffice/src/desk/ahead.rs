//! The next case, loaded while somebody looks at this one. All that its page shows is sealed, pictures too, and the browser
//! gets the key when it shows it, after the looks are written down. A browser without WebCrypto, which is one without TLS, asks for nothing ahead
//! and goes from page to page.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderValue, StatusCode};
use maud::Markup;
use registration::desk::case::{CaseId, ClaimToken, Subject};
use serde_json::json;

use crate::desk::lines::address;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// What says that a script asks, which shows the next case by itself.
const BY_SCRIPT: HeaderName = HeaderName::from_static("x-by-script");
/// Where a page would have gone on.
const GOES_ON: HeaderName = HeaderName::from_static("x-goes-on");

/// A page that is not shown yet.
pub(crate) struct Ahead {
    pub(crate) case: CaseId,
    pub(crate) token: ClaimToken,
    pub(crate) subject: Subject,
    /// With what the case waits.
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) body: Markup,
    /// The addresses of its pictures, and what is there.
    pub(crate) pictures: Vec<(String, Vec<u8>)>,
}

impl Ahead {
    /// `length ‖ head ‖ sealed`: the head is JSON and says whose claim it is; sealed are `length ‖ JSON ‖ pictures`, of which
    /// the JSON gives title, markup, and the addresses and lengths of the pictures. Lengths are 4 bytes, big-endian.
    pub(crate) fn sealed(self, visit: &Visit) -> Result<Response, Failure> {
        let Self { case, token, subject, version, title, body, pictures } = self;
        let listed: Vec<_> = pictures.iter().map(|(at, jpeg)| json!({ "at": at, "length": jpeg.len() })).collect();
        let shown = json!({ "title": title, "body": body.into_string(), "pictures": listed });
        let mut plain = with_length(shown.to_string().as_bytes())?;
        pictures.iter().for_each(|(_, jpeg)| plain.extend_from_slice(jpeg));
        let sealed = visit.app.outside.registration.cases.seal_ahead(case, token, &version, &plain);
        let head = json!({ "case": case.0, "claim": token.to_string(), "seen": version, "at": address(&subject) });
        let mut bytes = with_length(head.to_string().as_bytes())?;
        bytes.extend_from_slice(&sealed);
        Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
    }
}

/// The answer with what was loaded of the case that they claimed for it; without that, nobody has the case.
pub(crate) async fn sealed_or_back(
    visit: &Visit,
    (case, token): (CaseId, ClaimToken),
    loaded: Result<Option<Ahead>, Failure>,
) -> Result<Response, Failure> {
    let sealed = match loaded {
        Ok(Some(ahead)) => ahead.sealed(visit).map(Some),
        Ok(None) => Ok(None),
        Err(failure) => Err(failure),
    };
    if !matches!(sealed, Ok(Some(_))) {
        visit.app.outside.registration.cases.give_back(&visit.staff, case, token).await?;
    }
    Ok(sealed?.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response()))
}

fn with_length(part: &[u8]) -> Result<Vec<u8>, Failure> {
    let length = u32::try_from(part.len()).map_err(|_| Failure::TooLarge)?;
    Ok([&length.to_be_bytes()[..], part].concat())
}

/// A script that decides is told where a page would have gone on, and goes there only if it has nothing to show.
pub(crate) async fn told(request: Request, next: Next) -> Response {
    let is_by_script = request.headers().contains_key(BY_SCRIPT);
    let response = next.run(request).await;
    match response.headers().get(LOCATION) {
        Some(place) if is_by_script && response.status() == StatusCode::SEE_OTHER => {
            let place: HeaderValue = place.clone();
            (StatusCode::NO_CONTENT, [(GOES_ON, place)], Body::empty()).into_response()
        }
        _ => response,
    }
}
