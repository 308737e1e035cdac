//! What an attacker's program and a candidate's browser have in common: cookies, one address, pages. The address stands
//! in `X-Forwarded-For`, which a server believes that names this machine as its proxy.

use std::io::Read as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;
use url::form_urlencoded::Serializer;

use super::findings::Tally;
use crate::generator::connection::{Answer, BODY_BYTES_MAX, CallError, Connection};
use crate::scenario::candidate::FORM;
use crate::server::target::Target;

/// Patience with one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cookies and an address.
pub(super) struct Browser {
    target: Target,
    from: IpAddr,
    cookies: Vec<(String, String)>,
    connection: Option<Connection>,
    tally: Arc<Tally>,
}

/// What came back.
pub(super) struct Seen {
    pub(super) status: StatusCode,
    pub(super) page: String,
    pub(super) bytes: Bytes,
    pub(super) location: Option<String>,
}

impl Browser {
    /// A browser at this address, whose requests are counted there.
    pub(super) fn new(target: &Target, from: IpAddr, tally: &Arc<Tally>) -> Self {
        Self { target: target.clone(), from, cookies: Vec::new(), connection: None, tally: Arc::clone(tally) }
    }

    /// With these cookies and no others.
    pub(super) fn with(mut self, cookies: Vec<(String, String)>) -> Self {
        self.cookies = cookies;
        self
    }

    /// The cookies that it keeps.
    pub(super) fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    /// Opens a page.
    pub(super) async fn get(&mut self, path: &str) -> Option<Seen> {
        self.ask(Method::GET, path, None).await
    }

    /// Sends a form without files.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<Seen> {
        let mut body = Serializer::new(String::new());
        body.extend_pairs(fields);
        self.ask(Method::POST, path, Some((FORM.to_owned(), body.finish().into()))).await
    }

    /// Sends a form that was filled in.
    pub(super) async fn send(&mut self, path: &str, form: (String, Bytes)) -> Option<Seen> {
        self.ask(Method::POST, path, Some(form)).await
    }

    /// `None`: no answer came.
    async fn ask(&mut self, method: Method, path: &str, form: Option<(String, Bytes)>) -> Option<Seen> {
        self.tally.requests.fetch_add(1, Ordering::Relaxed);
        let request = self.request(method, path, form);
        let answer = tokio::time::timeout(PATIENCE, self.call(request)).await.ok()?.ok()?;
        self.keep_cookies(&answer.headers);
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Some(Seen { status: answer.status, page: text(&answer).unwrap_or_default(), bytes: answer.body, location })
    }

    async fn call(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
        let mut connection = match self.connection.take().filter(|kept| !kept.is_closed()) {
            Some(kept) => kept,
            None => Connection::open(&self.target).await?,
        };
        let answer = connection.call(request).await?;
        self.connection = Some(connection);
        Ok(answer)
    }

    fn request(&self, method: Method, path: &str, form: Option<(String, Bytes)>) -> Request<Full<Bytes>> {
        let (content_type, body) = form.unzip();
        let is_form = body.is_some();
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        let path = path.split('#').next().unwrap_or(path);
        (*request.method_mut(), *request.uri_mut()) = (method, Uri::try_from(path).unwrap_or_default());
        let headers = request.headers_mut();
        headers.insert(HOST, self.target.host.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        headers.extend(
            self.from.to_string().parse().ok().map(|from| (http::HeaderName::from_static("x-forwarded-for"), from)),
        );
        headers.extend(content_type.and_then(|it| it.parse().ok()).map(|it| (CONTENT_TYPE, it)));
        headers.extend(self.target.url.parse().ok().filter(|_| is_form).map(|origin| (ORIGIN, origin)));
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.extend(pairs.join("; ").parse().ok().filter(|_| !pairs.is_empty()).map(|value| (COOKIE, value)));
        request
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(kept, _)| kept != name.trim());
            if !rest.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }
}

/// The body as text, unpacked. A picture is none.
fn text(answer: &Answer) -> Option<String> {
    let is_packed = answer.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    if !is_packed {
        return String::from_utf8(answer.body.to_vec()).ok();
    }
    let mut page = String::new();
    GzDecoder::new(&*answer.body).take(BODY_BYTES_MAX as u64).read_to_string(&mut page).ok()?;
    Some(page)
}
