//! A browser without scripts, as far as a server can tell: cookies, the headers that say where a form comes from,
//! compressed pages, and the next page after a redirect.

use std::io::Read as _;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN,
    SET_COOKIE, USER_AGENT,
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;

use super::marks;
use crate::generator::chance::Chance;
use crate::generator::connection::{Answer, BODY_BYTES_MAX};
use crate::generator::worker::{Told, Worker};
use crate::measured::record::{Operation, Outcome};
use crate::server::target::Target;
use crate::server::wire::Outgoing;

const AGENT: &str = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                     Safari/537.36 seathold-loadtest";
const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
/// The content type of a form without files.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// Most cookies of one candidate.
const COOKIES_MAX: usize = 8;

/// One candidate's browser.
pub(super) struct Browser<'a> {
    worker: &'a Worker,
    /// What is up to chance for this candidate.
    pub(super) chance: Chance,
    cookies: Vec<(String, String)>,
    /// When the next step was meant to begin.
    pub(super) next: Instant,
}

/// What came of asking for a page.
pub(super) struct Seen {
    /// How it ended.
    pub(super) outcome: Outcome,
    /// When the deciding request was sent.
    pub(super) sent_at: Instant,
    /// The page; empty when there is none.
    pub(super) page: String,
    /// Where the server wants the browser to go.
    pub(super) location: Option<String>,
}

impl<'a> Browser<'a> {
    /// A browser with these cookies (`a=b; c=d`), whose candidate means to begin at `next`.
    pub(super) fn new(worker: &'a Worker, chance: Chance, cookies: &str, next: Instant) -> Self {
        let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        let cookies = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { worker, chance, cookies, next }
    }

    /// Opens a page. `judge` says what a page without an error means.
    pub(super) async fn open(&mut self, operation: Operation, path: &str, judge: impl Fn(&str) -> Outcome) -> Seen {
        let request = self.request(Method::GET, path, PAGE, None);
        let judged = |answer: &Answer, page: &str| match answer.status {
            status if status.is_success() && marks::has_error(page) => Outcome::WrongPage,
            status if status.is_success() => judge(page),
            status => of_status(status),
        };
        self.ask(operation, request, judged).await
    }

    /// Follows a link of which only the page knows where it ends. `judge` says what being led on means.
    pub(super) async fn follow(&mut self, operation: Operation, path: &str, judge: impl Fn(&str) -> Outcome) -> Seen {
        let request = self.request(Method::GET, path, PAGE, None);
        let judged = |answer: &Answer, _: &str| match location(&answer.headers) {
            Some(location) if answer.status.is_redirection() => judge(&location),
            _ if answer.status.is_success() => Outcome::WrongPage,
            _ => of_status(answer.status),
        };
        self.ask(operation, request, judged).await
    }

    /// Sends a form off. `judge` says what going on to an address means, with the page that came instead if the form
    /// was refused.
    pub(super) async fn send(
        &mut self,
        operation: Operation,
        path: &str,
        form: (&str, Bytes),
        judge: impl Fn(Result<&str, &str>) -> Outcome,
    ) -> Seen {
        let request = self.request(Method::POST, path, PAGE, Some(form));
        let judged = |answer: &Answer, page: &str| match answer.status {
            status if status.is_redirection() => match location(&answer.headers) {
                Some(location) => judge(Ok(&location)),
                None => Outcome::Failed,
            },
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => judge(Err(page)),
            // A form that leads nowhere was not taken, whatever the status says.
            status if status.is_success() => Outcome::WrongPage,
            status => of_status(status),
        };
        self.ask(operation, request, judged).await
    }

    /// Has a code sent, as the page's script does: the answer says after how many seconds the next may be.
    pub(super) async fn ask_for_code(&mut self, path: &str, form: (&str, Bytes)) -> Seen {
        let request = self.request(Method::POST, path, "*/*", Some(form));
        let judged = |answer: &Answer, said: &str| match answer.status {
            status if status.is_success() && said.contains(r#""seconds":0"#) => Outcome::Refused,
            status if status.is_success() => Outcome::Done,
            status => of_status(status),
        };
        self.ask(Operation::SignUpCode, request, judged).await
    }

    /// Fetches stylesheets and pictures, as many at once as there are.
    pub(super) async fn fetch(&self, paths: &[String]) {
        let begun = Instant::now();
        let fetch = |path: &String| {
            let request = self.request(Method::GET, path, "*/*", None);
            let mut chance = self.chance.clone();
            async move {
                let judge =
                    |answer: &Answer| if answer.status.is_success() { Outcome::Done } else { of_status(answer.status) };
                self.worker.ask_judged(Operation::Asset, begun, &mut chance, || request.clone(), judge).await;
            }
        };
        futures_util::future::join_all(paths.iter().map(fetch)).await;
    }

    async fn ask(&mut self, operation: Operation, request: Outgoing, judge: impl Fn(&Answer, &str) -> Outcome) -> Seen {
        // Unpacked once, for the verdict and for what the candidate does next.
        let page = OnceLock::new();
        let judged = |answer: &Answer| judge(answer, page.get_or_init(|| text(answer).unwrap_or_default()));
        let told = self.worker.ask_judged(operation, self.next, &mut self.chance, || request.clone(), judged).await;
        // Without a pause the next step begins when the page has come.
        self.next = Instant::now();
        let Told { outcome, answer, sent_at } = told;
        if let Some(answer) = &answer {
            self.keep_cookies(&answer.headers);
        }
        let location = answer.and_then(|answer| location(&answer.headers));
        Seen { outcome, sent_at, page: page.into_inner().unwrap_or_default(), location }
    }

    /// Reads the page for about `pause`.
    pub(super) async fn think(&mut self, pause: Duration) {
        self.next = self.worker.think(pause, &mut self.chance).await;
    }

    /// The cookies as a request carries them.
    pub(super) fn cookies(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(kept, _)| kept != name.trim());
            let is_over = rest.split(';').any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
            if !is_over && self.cookies.len() < COOKIES_MAX {
                self.cookies.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    fn request(&self, method: Method, path: &str, accept: &'static str, form: Option<(&str, Bytes)>) -> Outgoing {
        let target: &Target = self.worker.crew.target();
        // The part behind # is the browser's own.
        let path = path.split('#').next().unwrap_or(path);
        let (content_type, body) = form.unzip();
        let is_form = body.is_some();
        let mut request = Request::new(Full::new(body.unwrap_or_default()));
        (*request.method_mut(), *request.uri_mut()) = (method, Uri::try_from(path).unwrap_or_default());
        let headers = request.headers_mut();
        headers.insert(HOST, target.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("zh-CN,zh;q=0.9,en;q=0.8"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert("sec-fetch-mode", HeaderValue::from_static("navigate"));
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        headers.extend(content_type.and_then(|it| it.parse().ok()).map(|it| (CONTENT_TYPE, it)));
        headers.extend(target.url.parse().ok().filter(|_| is_form).map(|origin| (ORIGIN, origin)));
        if !self.cookies.is_empty() {
            headers.extend(self.cookies().parse().ok().map(|cookies| (COOKIE, cookies)));
        }
        request
    }
}

/// What a status means that is neither a page nor an address.
fn of_status(status: StatusCode) -> Outcome {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Outcome::Busy,
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Outcome::Refused,
        // Somewhere else, when a page was asked for: to sign in, perhaps.
        status if status.is_redirection() => Outcome::WrongPage,
        _ => Outcome::Failed,
    }
}

fn location(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(LOCATION)?.to_str().ok()?.to_owned())
}

/// The body as text, unpacked. A page larger than any of ours is none.
fn text(answer: &Answer) -> Option<String> {
    let is_packed = answer.headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
    let mut page = String::new();
    if is_packed {
        let limit = BODY_BYTES_MAX as u64;
        GzDecoder::new(&*answer.body).take(limit).read_to_string(&mut page).ok()?;
    } else {
        page = String::from_utf8(answer.body.to_vec()).ok()?;
    }
    Some(page)
}
