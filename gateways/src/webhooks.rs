//! Webhooks as Standard Webhooks 1.0 has them (github.com/standard-webhooks/standard-webhooks, spec): a POST of JSON with the headers
//! `webhook-id`, `webhook-timestamp` and `webhook-signature`. Where it goes is somebody else's word, so no request leaves for an
//! address inside of a network: names are resolved once, every address is looked at, and what was looked at is connected to.
//! No redirect is followed, no proxy asked, and of the answer little is read.

mod address;
mod resolve;
mod sign;
mod target;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub use address::is_public;
use resolve::{Checked, Lookup, NotPublic};
pub use sign::{SecretFault, WebhookSecret};
pub use target::{Target, TargetFault};

const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// From the first byte of the name that is looked up to the last one read of the answer.
const WAIT: Duration = Duration::from_secs(15);
/// So much of an answer is read and kept; the rest is not waited for.
const ANSWER_BYTES_MAX: usize = 1024;
/// So long what follows the head of an answer is waited for.
const BODY_WAIT: Duration = Duration::from_secs(2);
/// Longest body that is sent.
const PAYLOAD_BYTES_MAX: usize = 20 * 1024;
/// Most that are on their way at a time to all endpoints together, besides one to each.
const SHARED_MAX: usize = 64;
/// Longest pause that an endpoint is heard on.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3600);

/// Where webhooks may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRules {
    /// The ports that may be named.
    pub ports: Vec<u16>,
    /// May they stay on this machine, there over http and at any port, too? For demos and tests.
    pub may_stay_here: bool,
}

impl Default for WebhookRules {
    fn default() -> Self {
        Self { ports: vec![443, 8443], may_stay_here: false }
    }
}

/// One thing that is told.
#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// Which event it is, the same at every try. Without a full stop.
    pub id: &'a str,
    /// The body, which is JSON.
    pub payload: &'a str,
    /// The secrets under which it is signed: two while one replaces the other.
    pub secrets: &'a [WebhookSecret],
}

/// What an endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// The HTTP status.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The beginning of what it said, at most 1 KiB.
    pub body: String,
    /// When it wants to be asked again, if it says so: at most a day.
    pub retry_after: Option<Duration>,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The address is not one to which we send.
    #[error(transparent)]
    Target(#[from] TargetFault),
    /// The name leads into a network.
    #[error("the name leads to an address that is not public")]
    NotPublic,
    /// It is too large to be sent.
    #[error("the payload is larger than 20 KiB")]
    TooLarge,
    /// It took too long.
    #[error("no answer within 15 s")]
    Timeout,
    /// Nobody answers there, or not with a certificate that can be trusted.
    #[error("nobody can be reached there")]
    Unreachable,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
}

impl WebhookError {
    /// Its word in a log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Target(_) => "target",
            Self::NotPublic => "not_public",
            Self::TooLarge => "too_large",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::Broken => "broken",
        }
    }
}

/// Sends webhooks. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct WebhookSender {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    rules: WebhookRules,
    shared: Arc<Semaphore>,
}

/// How many may be on their way to an endpoint: one, and as many of the shared places as this holds until it is dropped.
#[derive(Debug)]
pub struct Places {
    shared: Vec<OwnedSemaphorePermit>,
}

impl Places {
    /// At least one.
    pub fn count(&self) -> usize {
        1 + self.shared.len()
    }
}

impl WebhookSender {
    /// A sender that keeps to these rules.
    pub fn new(rules: WebhookRules) -> Self {
        Self::over(rules, Lookup::System, WAIT)
    }

    fn over(rules: WebhookRules, lookup: Lookup, wait: Duration) -> Self {
        let client = Client::builder()
            .connect_timeout(CONNECT_WAIT)
            .timeout(wait)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(Checked::new(lookup, rules.may_stay_here))
            .pool_max_idle_per_host(1)
            .tcp_nodelay(true)
            .user_agent(concat!("seathold-webhooks/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("fixed settings build a client wherever the system has its certificates");
        Self { inner: Arc::new(Inner { client, rules, shared: Arc::new(Semaphore::new(SHARED_MAX)) }) }
    }

    /// The address as it is kept, when webhooks may go there.
    ///
    /// # Errors
    /// [`TargetFault`].
    pub fn target(&self, url: &str) -> Result<Target, TargetFault> {
        Target::parse(url, &self.inner.rules)
    }

    /// Places for what is to be sent to one endpoint at a time, at most `most`. Nobody waits for them: an endpoint has one of its own,
    /// so that slow ones hold up no other.
    pub fn places(&self, most: usize) -> Places {
        let one = || self.inner.shared.clone().try_acquire_owned().ok();
        Places { shared: std::iter::from_fn(one).take(most.saturating_sub(1)).collect() }
    }

    /// Sends one, and reads the beginning of the answer.
    ///
    /// # Errors
    /// [`WebhookError`], when there is none.
    pub async fn send(&self, url: &str, webhook: &Webhook<'_>) -> Result<WebhookAnswer, WebhookError> {
        // The rules may be other ones than when it was entered.
        let target = self.target(url)?;
        if webhook.payload.len() > PAYLOAD_BYTES_MAX {
            return Err(WebhookError::TooLarge);
        }
        let began = Instant::now();
        let second = Timestamp::now().as_second();
        let signed: Vec<String> =
            webhook.secrets.iter().map(|secret| secret.sign(webhook.id, second, webhook.payload)).collect();
        let request = self.inner.client.post(target.url());
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", webhook.id)
            .header("webhook-timestamp", second)
            .header("webhook-signature", signed.join(" "))
            .body(webhook.payload.to_owned());
        let mut response = request.send().await.map_err(|error| why(&error))?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
        let body = beginning(&mut response).await;
        Ok(WebhookAnswer { status, took: began.elapsed(), body, retry_after })
    }
}

/// The first bytes of an answer as text. Whoever sends more is not listened to; where it breaks off, or does not end, what came
/// is kept: the head has answered.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        while bytes.len() < ANSWER_BYTES_MAX {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES_MAX - bytes.len())]);
        }
    };
    drop(timeout(BODY_WAIT, reading).await);
    // What is no text is not kept, nor what a terminal would obey.
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(ANSWER_BYTES_MAX).collect()
}

/// In how many seconds it wants to be asked again; a date is not heard.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

fn why(error: &reqwest::Error) -> WebhookError {
    let mut below: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(each) = below {
        if each.is::<NotPublic>() {
            return WebhookError::NotPublic;
        }
        below = each.source();
    }
    if error.is_timeout() {
        WebhookError::Timeout
    } else if error.is_connect() {
        WebhookError::Unreachable
    } else {
        WebhookError::Broken
    }
}

#[cfg(test)]
mod tests;
