//! What an open page costs the server: memory with many event streams open less memory without, per stream.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::machine::{self, field};
use crate::options::Options;
use crate::programs::server::Site;
use crate::programs::viewers::Viewer;
use crate::report::Report;

const STREAMS: usize = 20_000;
const STREAMS_QUICK: usize = 5_000;
/// Streams of one viewer process: they share a source address, and ports and files are limited.
const PER_VIEWER: usize = 5_000;
/// Files that a process needs besides its streams.
const OTHER_FILES: u64 = 512;
const EXAM: &str = "watched";
const SITTINGS: usize = 20;
/// After the last change, until everybody has heard it and buffers have their size.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures it on a server that has done nothing else, so that no freed memory is counted or reused.
pub(crate) async fn measure(options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let allowed = machine::raise_file_limit().saturating_sub(OTHER_FILES);
    let wanted = options.sized(STREAMS, STREAMS_QUICK).min(usize::try_from(allowed)?);
    report.progress(&format!("{wanted} event streams open at once"));
    let site = Site::start(wanted + 100).await?;
    site.add_exam(EXAM, "redis").await?;
    for number in 1..SITTINGS {
        site.add_sitting(EXAM, &format!("s{number}"), 500).await?;
    }
    let url = format!("{}/api/v1/exams/{EXAM}/events", site.url());
    let server = site.pids()[0];

    // One stream first: what the first ever costs is no viewer's.
    Viewer::start(&url, 1, source(0)).await?.end().await?;
    changed(&site, "before").await?;
    let without = memory_bytes(server)?;

    let mut viewers = Vec::new();
    let mut left = wanted;
    while left > 0 {
        let streams = left.min(PER_VIEWER);
        viewers.push(Viewer::start(&url, streams, source(viewers.len())).await?);
        left -= streams;
    }
    for change in ["first", "second"] {
        changed(&site, change).await?;
    }
    let with = memory_bytes(server)?;
    for viewer in viewers {
        viewer.end().await?;
    }
    ensure!(with > without, "the server's memory did not grow with {wanted} streams");
    report.set("sse_bytes_per_client", (with - without) as f64 / wanted as f64);
    report.set("sse_clients", wanted as f64);
    let limit =
        if wanted < options.sized(STREAMS, STREAMS_QUICK) { "; the limit on open files allows no more" } else { "" };
    report.note(
        "sse_bytes_per_client",
        format!("the server's own memory (PSS), {SITTINGS} sittings, after two changes; the kernel's socket buffers are not in it{limit}"),
    );
    Ok(())
}

/// Takes a seat, and waits until every viewer has heard of it.
async fn changed(site: &Site, candidate: &str) -> anyhow::Result<()> {
    site.hold(EXAM, candidate).await?;
    tokio::time::sleep(SETTLE).await;
    Ok(())
}

fn source(viewer: usize) -> Ipv4Addr {
    // Linux answers on all of 127/8; elsewhere only the first is there, and its ports are enough for one viewer.
    Ipv4Addr::new(127, 0, 0, u8::try_from(viewer + 1).unwrap_or(u8::MAX))
}

/// The memory that a process has to itself, with its part of what it shares.
fn memory_bytes(pid: u32) -> anyhow::Result<u64> {
    let text =
        field(format!("/proc/{pid}/smaps_rollup"), "Pss:").context("this system does not tell a process's memory")?;
    let kibibytes: u64 = text.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(kibibytes * 1_024)
}
