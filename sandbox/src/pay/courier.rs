//! Carries news to the merchant: over and over until it is acknowledged, with the channel's own waits made shorter, and
//! only to this machine.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use url::{Host, Url};

use super::conduct::NewsTwist;
use super::trade::Channel;

/// News that are on their way at once; more are lost.
const LETTERS_MAX: usize = 20_000;
/// Connections that are open at once.
const CALLS_MAX: usize = 64;
const DELIVERIES_MAX: usize = 2_000;
/// WeChat Pay says five seconds; Alipay says nothing.
const CALL_LASTS: Duration = Duration::from_secs(5);
/// What a merchant answers is not read beyond this.
const ANSWER_BYTES_MAX: usize = 256;
/// How long news waits for others that it is to come after.
const REORDERED_LASTS: Duration = Duration::from_millis(1_500);

/// News as it is sent once.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// News to the merchant. It is signed anew each time.
pub(crate) struct Letter {
    pub(crate) channel: Channel,
    pub(crate) number: String,
    pub(crate) to: String,
    pub(crate) about: &'static str,
    pub(crate) seal: Box<dyn Fn(Option<NewsTwist>) -> Sealed + Send + Sync>,
    pub(crate) is_acknowledged: fn(u16, &str) -> bool,
    /// The waits before it is sent again.
    pub(crate) waits: &'static [u64],
    pub(crate) hurry: u32,
    pub(crate) late: Duration,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("number", &self.number).field("to", &self.to).finish_non_exhaustive()
    }
}

/// One try to tell the merchant something.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// Who told it.
    pub channel: Channel,
    /// The merchant's number of the trade.
    pub number: String,
    /// `payment`, `closed`, or `refund`.
    pub about: &'static str,
    /// The address that it goes to.
    pub to: String,
    /// How it was changed on its way.
    pub twist: Option<NewsTwist>,
    /// What the merchant answered; none when there was no answer.
    pub status: Option<u16>,
    /// Did the answer count as an acknowledgement?
    pub is_acknowledged: bool,
    /// When it was carried.
    pub at: Timestamp,
    /// Why it was not even sent.
    pub problem: Option<&'static str>,
}

/// The tries, newest first.
#[derive(Debug, Default)]
struct Log(Mutex<VecDeque<Delivery>>);

#[derive(Debug, Clone)]
pub(crate) struct Courier(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    runtime: Handle,
    stop: CancellationToken,
    client: reqwest::Client,
    letters: Arc<Semaphore>,
    calls: Semaphore,
    log: Log,
    /// News that wait until the next ones were carried.
    waiting: Mutex<Vec<Letter>>,
}

impl Courier {
    /// Only inside a runtime.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.timeout(CALL_LASTS).build().expect("a plain client needs nothing of the machine");
        Self(Arc::new(Shared {
            runtime: Handle::current(),
            stop,
            client,
            letters: Arc::new(Semaphore::new(LETTERS_MAX)),
            calls: Semaphore::new(CALLS_MAX),
            log: Log::default(),
            waiting: Mutex::default(),
        }))
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.0.log.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned().collect()
    }

    /// Sends it on its way.
    pub(crate) fn carry(&self, letter: Letter, twist: Option<NewsTwist>) {
        if let Some(problem) = unreachable(&letter.to) {
            return self.0.note(&letter, twist, None, false, Some(problem));
        }
        if twist == Some(NewsTwist::Lost) {
            return self.0.note(&letter, twist, None, false, Some("lost"));
        }
        let Ok(place) = Arc::clone(&self.0.letters).try_acquire_owned() else {
            return self.0.note(&letter, twist, None, false, Some("too many are on their way"));
        };
        let shared = Arc::clone(&self.0);
        self.0.runtime.spawn(async move {
            let _place = place;
            let stop = shared.stop.clone();
            tokio::select! {
                () = stop.cancelled() => {}
                () = shared.go(letter, twist) => {}
            }
        });
    }
}

impl Shared {
    async fn go(self: &Arc<Self>, letter: Letter, twist: Option<NewsTwist>) {
        match twist {
            Some(NewsTwist::Reordered) => return self.wait_for_others(letter).await,
            Some(NewsTwist::Late) => sleep(letter.late).await,
            Some(NewsTwist::Doubled) => {
                let (one, other) = tokio::join!(self.send(&letter, twist), self.send(&letter, twist));
                if one || other {
                    return self.release().await;
                }
            }
            Some(false_news) if is_false(false_news) => {
                self.send(&letter, twist).await;
            }
            Some(_) | None => {}
        }
        // What is under the signature and true stays with it each time.
        let kept = twist.filter(|twist| matches!(twist, NewsTwist::UnknownFields | NewsTwist::OtherKey));
        self.insist(&letter, kept).await;
        self.release().await;
    }

    /// Until it is acknowledged or the channel gives up.
    async fn insist(&self, letter: &Letter, twist: Option<NewsTwist>) {
        for wait in std::iter::once(&0).chain(letter.waits) {
            if *wait > 0 {
                sleep(Duration::from_secs(*wait) / letter.hurry.max(1)).await;
            }
            if self.send(letter, twist).await {
                return;
            }
        }
    }

    async fn send(&self, letter: &Letter, twist: Option<NewsTwist>) -> bool {
        let Ok(_place) = self.calls.acquire().await else { return false };
        let sealed = (letter.seal)(twist);
        let call = self.client.post(&letter.to).body(sealed.body);
        let call = sealed.headers.into_iter().fold(call, |call, (name, value)| call.header(name, value));
        let Ok(mut answer) = call.send().await else {
            self.note(letter, twist, None, false, None);
            return false;
        };
        let status = answer.status().as_u16();
        let mut text = Vec::new();
        while text.len() < ANSWER_BYTES_MAX
            && let Ok(Some(part)) = answer.chunk().await
        {
            text.extend_from_slice(&part[..part.len().min(ANSWER_BYTES_MAX)]);
        }
        let is_acknowledged = (letter.is_acknowledged)(status, &String::from_utf8_lossy(&text));
        self.note(letter, twist, Some(status), is_acknowledged, None);
        is_acknowledged
    }

    async fn wait_for_others(self: &Arc<Self>, letter: Letter) {
        let number = letter.number.clone();
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(letter);
        sleep(REORDERED_LASTS).await;
        let mine = {
            let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            waiting.iter().position(|letter| letter.number == number).map(|index| waiting.remove(index))
        };
        if let Some(letter) = mine {
            self.insist(&letter, None).await;
        }
    }

    /// Those that waited for others go now.
    async fn release(&self) {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for letter in waiting {
            self.insist(&letter, Some(NewsTwist::Reordered)).await;
        }
    }

    fn note(
        &self,
        letter: &Letter,
        twist: Option<NewsTwist>,
        status: Option<u16>,
        is_acknowledged: bool,
        problem: Option<&'static str>,
    ) {
        let mut log = self.log.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        log.push_front(Delivery {
            channel: letter.channel,
            number: letter.number.clone(),
            about: letter.about,
            to: letter.to.clone(),
            twist,
            status,
            is_acknowledged,
            at: Timestamp::now(),
            problem,
        });
        log.truncate(DELIVERIES_MAX);
    }
}

/// Does something untrue come before the true news?
fn is_false(twist: NewsTwist) -> bool {
    use NewsTwist::{OddNonce, OtherMerchant, Probe, Stale, WrongAmount, WrongSignature};
    matches!(twist, WrongSignature | WrongAmount | OtherMerchant | Probe | Stale | OddNonce)
}

/// Why nothing is sent there. A sandbox that called other machines could be made to knock at any door.
fn unreachable(to: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(to) else { return Some("no address") };
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "http" if is_here => None,
        "http" | "https" => Some("not on this machine"),
        _ => Some("no address of the web"),
    }
}
