//! Notifications as a channel sends them: at a rate, each at its time whatever became of those before, or as fast as they are
//! taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode};
use sandbox::News;
use tokio::task::JoinSet;

/// As many as the server works on at once, less some, so that none is refused where no rate is given.
const AT_ONCE: usize = 24;
/// A refused one comes again after this, so often at most.
const AGAIN: Duration = Duration::from_millis(100);
const AGAIN_MAX: u64 = 100;

/// One that was taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    /// When it was meant to be sent.
    pub(crate) meant_at: Timestamp,
    /// From then until it was acknowledged.
    pub(crate) took: Duration,
    /// How often it was refused before.
    pub(crate) refused: u64,
}

/// Sends them, so many a second where a rate is given; what became of each, in their order.
pub(crate) async fn tell(news: Vec<News>, rate: Option<f64>) -> anyhow::Result<Vec<Told>> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
    let told = match rate {
        Some(rate) => at_rate(&client, news, rate).await?,
        None => as_taken(&client, news).await?,
    };
    let mut told: Vec<(usize, Told)> = told;
    told.sort_by_key(|(at, _)| *at);
    Ok(told.into_iter().map(|(_, told)| told).collect())
}

async fn at_rate(client: &Client, news: Vec<News>, rate: f64) -> anyhow::Result<Vec<(usize, Told)>> {
    let (began, mut sent) = (Instant::now(), JoinSet::new());
    for (at, one) in news.into_iter().enumerate() {
        let due = began + Duration::from_secs_f64(at as f64 / rate);
        tokio::time::sleep_until(due.into()).await;
        let client = client.clone();
        sent.spawn(async move { send(&client, &one, due).await.map(|told| (at, told)) });
    }
    let mut told = Vec::new();
    while let Some(done) = sent.join_next().await {
        told.push(done??);
    }
    Ok(told)
}

async fn as_taken(client: &Client, news: Vec<News>) -> anyhow::Result<Vec<(usize, Told)>> {
    let (news, next, mut senders) = (Arc::new(news), Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for _ in 0..AT_ONCE {
        let (client, news, next) = (client.clone(), Arc::clone(&news), Arc::clone(&next));
        senders.spawn(async move {
            let mut told = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(one) = news.get(at) else { return anyhow::Ok(told) };
                told.push((at, send(&client, one, Instant::now()).await?));
            }
        });
    }
    let mut told = Vec::new();
    while let Some(done) = senders.join_next().await {
        told.extend(done??);
    }
    Ok(told)
}

/// Sends one until it is acknowledged.
async fn send(client: &Client, news: &News, due: Instant) -> anyhow::Result<Told> {
    let meant_at = Timestamp::now() - SignedDuration::try_from(due.elapsed())?;
    for refused in 0..AGAIN_MAX {
        let call = news.headers.iter().fold(client.post(&news.to), |call, (name, value)| call.header(*name, value));
        let answer = call.body(news.body.clone()).send().await.context("the server did not answer")?;
        let status = answer.status();
        answer.bytes().await?;
        match status {
            status if status.is_success() => return Ok(Told { meant_at, took: due.elapsed(), refused }),
            StatusCode::SERVICE_UNAVAILABLE => tokio::time::sleep(AGAIN).await,
            status => bail!("a notification was answered {status}"),
        }
    }
    bail!("a notification was refused {AGAIN_MAX} times")
}
