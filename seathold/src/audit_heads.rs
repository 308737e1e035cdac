//! The ends of the audit's chain, signed and kept outside of the database: a file a month in the data directory, and a line
//! of the log each, which may go to another machine.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use registration::desk::audit::chain::SignedHead;
use registration::desk::audit::trail::AuditTrail;
use tokio_util::sync::CancellationToken;

use crate::secrets::make_private_dir;

/// Between two heads, while anything is written down at all.
const EVERY: Duration = Duration::from_mins(1);
/// Largest file of heads: a month has some twelve megabytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most files that are read: ten years.
const FILES_MAX: usize = 120;

/// Where heads are kept in a data directory.
pub fn dir_in(data: &Path) -> PathBuf {
    data.join("audit-heads")
}

/// Signs the end each minute in which it has moved, until told to stop, and once more then.
pub async fn keep(trail: AuditTrail, dir: PathBuf, stop: CancellationToken) {
    let mut last = 0;
    loop {
        match trail.signed_head().await {
            Ok(head) if head.seq == last => {}
            Ok(head) => match write(&dir, &head) {
                Ok(()) => {
                    last = head.seq;
                    tracing::info!(chain = %head.chain, seq = head.seq, hash = head.hash, at = %head.at,
                        signature = head.signature, "the audit's end, signed");
                }
                Err(error) => tracing::error!(%error, dir = %dir.display(), "the audit's end cannot be kept"),
            },
            Err(error) => tracing::warn!(%error, "the audit's end cannot be signed now"),
        }
        if stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

fn write(dir: &Path, head: &SignedHead) -> io::Result<()> {
    make_private_dir(dir)?;
    let path = dir.join(format!("{}.jsonl", head.at.strftime("%Y-%m")));
    let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    // One write, which begins a line of its own: a disk that was full in between spoils one head and not the next.
    file.write_all(format!("\n{}\n", serde_json::to_string(head)?).as_bytes())?;
    file.sync_data()
}

/// Heads that were kept.
#[derive(Debug, Default)]
pub struct Kept {
    /// Those that can be read.
    pub heads: Vec<SignedHead>,
    /// Where lines stand that are no heads: a disk was full, or somebody has been at them.
    pub spoiled: Vec<String>,
}

/// The heads in a file, or in the files of a directory; none where there is nothing.
pub fn read(path: &Path) -> anyhow::Result<Kept> {
    let files = if path.is_dir() {
        let names = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let names = names.with_context(|| format!("{} cannot be read", path.display()))?;
        let is_heads = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jsonl");
        let mut files: Vec<PathBuf> = names.iter().map(fs::DirEntry::path).filter(is_heads).collect();
        files.sort();
        files
    } else {
        vec![path.to_owned()]
    };
    if files.len() > FILES_MAX {
        bail!("{} has more than {FILES_MAX} files of heads: move older ones elsewhere", path.display());
    }
    let mut kept = Kept::default();
    for file in files {
        let bytes = fs::metadata(&file).with_context(|| format!("{} cannot be read", file.display()))?.len();
        if bytes > FILE_BYTES_MAX {
            bail!("{} has more than {FILE_BYTES_MAX} bytes: is it a file of heads?", file.display());
        }
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(head) => kept.heads.push(head),
                Err(_) => kept.spoiled.push(format!("{}, line {}", file.display(), at + 1)),
            }
        }
    }
    Ok(kept)
}
