//! A first visit with a phone on a slow network: what each page loads into an empty cache, and when it can be used.

use serde_json::json;
use testkit::{Browser, Device};

use crate::programs::server::Site;
use crate::report::Report;

/// What somebody sees first: the list, an exam with steps, the short one with its sittings, the ways in.
const PAGES: [&str; 6] = [
    "/",
    "/exams/degree-english",
    "/exams/campus-english",
    "/exams/cet",
    "/sign-in?next=/exams/cet",
    "/sign-up?next=/exams/degree-english",
];
/// WebPageTest's "3G Slow": 400 kbit/s, and so many milliseconds there and back.
const ROUND_TRIP_MS: f64 = 400.0;
const BYTES_PER_SECOND: f64 = 50_000.0;
/// The browser's brake delays requests, not what comes before the first one: the name, TCP, and TLS 1.3.
const CONNECTING_MS: f64 = 3.0 * ROUND_TRIP_MS;
/// A page can be used when its scripts, which are modules, have run.
const LOOK: &str = r"
    const [page] = performance.getEntriesByType('navigation'), files = performance.getEntriesByType('resource');
    return {
        requests: 1 + files.length,
        bytes: files.reduce((sum, file) => sum + file.transferSize, page.transferSize),
        ms: page.domContentLoadedEventEnd,
    };
";

/// Opens every page with nothing kept from the one before; the worst of each figure counts.
pub(crate) async fn measure(report: &mut Report) -> anyhow::Result<()> {
    report.progress("first visits with a phone on slow 3G");
    let site = Site::start(64).await?;
    let phone = Browser::start(Device::Phone).await;
    phone.devtools("Network.enable", json!({})).await;
    let network = json!({
        "offline": false,
        "latency": ROUND_TRIP_MS,
        "downloadThroughput": BYTES_PER_SECOND,
        "uploadThroughput": BYTES_PER_SECOND,
    });
    let (mut requests, mut bytes, mut ready_ms) = (0.0_f64, 0.0_f64, 0.0_f64);
    for page in PAGES {
        phone.devtools("Network.clearBrowserCache", json!({})).await;
        phone.devtools("Network.emulateNetworkConditions", network.clone()).await;
        phone.goto(&format!("{}{page}", site.url())).await?;
        let seen = phone.execute(LOOK, Vec::new()).await?;
        let figure = |name: &str| seen[name].as_f64().unwrap_or(f64::INFINITY);
        report.progress(&format!("{page}: {seen}"));
        requests = requests.max(figure("requests"));
        bytes = bytes.max(figure("bytes"));
        ready_ms = ready_ms.max(figure("ms") + CONNECTING_MS);
    }
    phone.close().await;
    report.set("first_view_requests", requests);
    report.set("first_view_bytes", bytes);
    report.set("first_view_slow_3g_ms", ready_ms);
    Ok(())
}
