//! Everything that the sandbox remembers, all of it in memory and bounded.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gateways::CardReader;
use gateways::cards::local::LocalReader;

use crate::check::Checks;
use crate::faults::{Fail, Faults, Service};
use crate::outbox::Outbox;
use crate::pay::Pay;
use crate::vendors::oidc::provider::Provider;

/// Longer than any client of ours waits.
const TIMEOUT: Duration = Duration::from_secs(40);
const REMEMBERED_MAX: usize = 20_000;

/// What every answer may need.
#[derive(Debug)]
pub(crate) struct Desk {
    /// `127.0.0.1:1234`
    pub(crate) host: String,
    pub(crate) outbox: Outbox,
    pub(crate) faults: Faults,
    pub(crate) checks: Checks,
    /// Both payment channels.
    pub(crate) pay: Pay,
    /// A university's identity provider.
    pub(crate) provider: Provider,
    /// Nonces that were used, tokens and tickets that were given out.
    pub(crate) nonces: Remembered,
    pub(crate) tickets: Remembered,
    /// Reads cards for both vendors; absent where tesseract is not installed.
    pub(crate) cards: Option<CardReader>,
}

impl Desk {
    pub(crate) fn new(http: SocketAddr, pay: Pay, provider: Provider) -> Self {
        Self {
            host: http.to_string(),
            outbox: Outbox::default(),
            faults: Faults::default(),
            checks: Checks::default(),
            pay,
            provider,
            nonces: Remembered::default(),
            tickets: Remembered::default(),
            cards: LocalReader::find().map(CardReader::local),
        }
    }

    /// How the call is to fail, if it is. A timeout is waited out here.
    pub(crate) async fn fault(&self, service: Service) -> Option<Fail> {
        let fail = self.faults.take(service)?;
        if fail == Fail::Timeout {
            tokio::time::sleep(TIMEOUT).await;
        }
        Some(fail)
    }
}

/// Words and how long each is good; the oldest are forgotten first.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<VecDeque<(String, Instant)>>);

impl Remembered {
    /// Remembers the word for so long; false when it is remembered already.
    pub(crate) fn put(&self, word: &str, lasts: Duration) -> bool {
        let now = Instant::now();
        let mut words = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        words.retain(|(_, until)| *until > now);
        let is_new = !words.iter().any(|(known, _)| known == word);
        if is_new {
            if words.len() >= REMEMBERED_MAX {
                words.pop_front();
            }
            words.push_back((word.to_owned(), now + lasts));
        }
        is_new
    }

    /// All words that still count and begin so, newest first.
    pub(crate) fn beginning(&self, start: &str) -> Vec<String> {
        let now = Instant::now();
        let words = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let good = words.iter().rev().filter(|(word, until)| *until > now && word.starts_with(start));
        good.map(|(word, _)| word.clone()).collect()
    }

    /// Forgets the word.
    pub(crate) fn forget(&self, word: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).retain(|(known, _)| known != word);
    }
}
