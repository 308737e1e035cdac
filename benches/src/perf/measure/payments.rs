//! Money: how fast the server takes notifications in, how long it is from a notification to the confirmed seat, and how long a
//! day's bill takes to be held against the books.
//!
//! The sandbox is the channel, and its payments are made before: it tells nothing by itself, and the server is kept from asking,
//! so that each seat is confirmed because of the notification that this program sends. Stores have every commit on the disk.

mod bill;
mod told;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::ensure;
use jiff::Timestamp;

use crate::options::Options;
use crate::programs::till::Till;
use crate::report::Report;
use told::Told;

/// Notifications a second that must be taken quickly.
const NOTIFY_RATE: f64 = 500.0;
/// What is offered of the best rate where latency is measured.
const SHARE: f64 = 0.7;
/// Everything must be settled so long after it was told.
const SETTLED_MAX: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

/// Measures how fast payments settle, and adds the figures to the report.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut till = Box::pin(Till::start()).await?;
    let count = options.sized(3_000, 1_000);
    report.progress(&format!("{count} payments told as fast as they are taken"));
    let burst = Box::pin(run(&mut till, count, None)).await?;
    report.set("pay_settled_per_s", burst.per_second);
    let (rate, seconds) = (burst.per_second * SHARE, options.sized(10.0, 4.0));
    report.progress(&format!("{rate:.0} payments told a second, open loop"));
    let steady = Box::pin(run(&mut till, whole(rate * seconds), Some(rate))).await?;
    report.set("pay_settle_p50_ms", steady.settle_ms(50));
    report.set("pay_settle_p99_ms", steady.settle_ms(99));
    report.note("pay_settle_p99_ms", format!("{rate:.0} payments a second were told"));
    report.progress(&format!("{NOTIFY_RATE} notifications a second"));
    let storm = Box::pin(run(&mut till, whole(NOTIFY_RATE * seconds), Some(NOTIFY_RATE))).await?;
    report.set("pay_notify_p99_ms", storm.taken_ms(99));
    let note = format!(
        "{NOTIFY_RATE} a second for {seconds} s, half of them {:.0} ms; {} were refused as too many at once and sent again a \
         tenth of a second later, which counts",
        storm.taken_ms(50),
        storm.refused
    );
    report.note("pay_notify_p99_ms", note);
    report.progress("a day's bill of 10,000 payments");
    report.set("pay_reconcile_10k_s", bill::reconciled(&till).await?.as_secs_f64());
    Box::pin(till.stop()).await;
    Ok(())
}

/// What was seen of payments that were told.
struct Seen {
    per_second: f64,
    /// In ms, sorted.
    taken: Vec<f64>,
    settled: Vec<f64>,
    refused: u64,
}

impl Seen {
    fn taken_ms(&self, share: usize) -> f64 {
        at(&self.taken, share)
    }

    fn settle_ms(&self, share: usize) -> f64 {
        at(&self.settled, share)
    }
}

fn at(sorted: &[f64], share: usize) -> f64 {
    sorted.get((sorted.len().max(1) - 1) * share / 100).copied().unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(count: f64) -> usize {
    count as usize
}

/// So many candidates have paid; their channels tell it, and every seat is confirmed.
async fn run(till: &mut Till, count: usize, rate: Option<f64>) -> anyhow::Result<Seen> {
    let paid = till.paid(count.max(1)).await?;
    let news = paid.iter().map(|one| till.news(one)).collect::<Result<Vec<_>, _>>()?;
    let began = Timestamp::now();
    let told = told::tell(news, rate).await?;
    let settled = settled(till, began, paid.len()).await?;
    let mut seen = Seen { per_second: 0.0, taken: Vec::new(), settled: Vec::new(), refused: 0 };
    let mut last = began;
    for (one, Told { meant_at, took, refused }) in paid.iter().zip(&told) {
        let Some(settled_at) = settled.get(&one.order) else { anyhow::bail!("{} has no seat", one.order) };
        last = last.max(*settled_at);
        seen.settled.push(settled_at.duration_since(*meant_at).as_secs_f64() * 1_000.0);
        seen.taken.push(took.as_secs_f64() * 1_000.0);
        seen.refused += refused;
    }
    seen.taken.sort_unstable_by(f64::total_cmp);
    seen.settled.sort_unstable_by(f64::total_cmp);
    seen.per_second = paid.len() as f64 / last.duration_since(began).as_secs_f64();
    Ok(seen)
}

/// When the money of each order had bought its seat, once all have.
async fn settled(till: &Till, since: Timestamp, count: usize) -> anyhow::Result<HashMap<String, Timestamp>> {
    let began = Instant::now();
    let client = till.stores.pool().get().await?;
    let query = "SELECT s.order_id, s.moved_at FROM registration.settlements s
         JOIN registration.orders o ON o.id = s.order_id
         WHERE s.state = 'seat' AND o.state = 'confirmed' AND s.moved_at >= $1";
    loop {
        let found = client.query(query, &[&since]).await?;
        if found.len() >= count {
            return Ok(found.iter().map(|row| (row.get(0), row.get(1))).collect());
        }
        ensure!(began.elapsed() < SETTLED_MAX, "{} of {count} payments are settled", found.len());
        tokio::time::sleep(POLL).await;
    }
}
