//! Holding processes to a share of a core, so that a generator beside them can offer ten times what they carry.
//! Linux control groups do it, of either version, where we may write them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A short period: in a long one the processes would run fast, then stand still.
const PERIOD_MICROSECONDS: u64 = 10_000;

/// A control group of ours. Dropping it frees the processes and removes it.
#[derive(Debug)]
pub(crate) struct Cage {
    group: PathBuf,
    /// Where the processes go again.
    outside: PathBuf,
    is_v2: bool,
    cores: f64,
}

impl Cage {
    /// Holds the processes, all their threads and those they start from now on, to a share of one core together.
    pub(crate) fn around(pids: &[u32], cores: f64) -> anyhow::Result<Self> {
        let mut refusal = None;
        for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/cpu"] {
            match Self::in_hierarchy(Path::new(root), pids, cores) {
                Ok(cage) => return Ok(cage),
                Err(error) => refusal = Some(error),
            }
        }
        match refusal {
            Some(error) => Err(error.context("processes cannot be held to a share of a core here")),
            None => bail!("this system has no control groups"),
        }
    }

    fn in_hierarchy(root: &Path, pids: &[u32], cores: f64) -> anyhow::Result<Self> {
        let group = root.join(format!("seathold-perf-{}", std::process::id()));
        let is_v2 = root.join("cgroup.controllers").is_file();
        if is_v2 {
            write(&root.join("cgroup.subtree_control"), "+cpu")?;
        } else if !root.join("cpu.cfs_quota_us").is_file() && !root.join("cpu.shares").is_file() {
            bail!("{} has no control over processors", root.display());
        }
        fs::create_dir(&group).with_context(|| format!("{} cannot be made", group.display()))?;
        let cage = Self { group, outside: root.join("cgroup.procs"), is_v2, cores };
        cage.tighten()?;
        for pid in with_children(pids) {
            write(&cage.group.join("cgroup.procs"), &pid.to_string())?;
        }
        Ok(cage)
    }

    /// Holds the processes to their share again.
    pub(crate) fn tighten(&self) -> anyhow::Result<()> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a core")]
        let quota = (self.cores * PERIOD_MICROSECONDS as f64) as u64;
        if self.is_v2 {
            return write(&self.group.join("cpu.max"), &format!("{quota} {PERIOD_MICROSECONDS}"));
        }
        write(&self.group.join("cpu.cfs_period_us"), &PERIOD_MICROSECONDS.to_string())?;
        write(&self.group.join("cpu.cfs_quota_us"), &quota.to_string())
    }

    /// Lets the processes have the whole machine for a while.
    pub(crate) fn loosen(&self) -> anyhow::Result<()> {
        if self.is_v2 {
            return write(&self.group.join("cpu.max"), "max");
        }
        write(&self.group.join("cpu.cfs_quota_us"), "-1")
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        let inside = fs::read_to_string(self.group.join("cgroup.procs")).unwrap_or_default();
        for pid in inside.lines() {
            // A process that is gone by now needs no freedom.
            let _ = fs::write(&self.outside, pid);
        }
        let _ = fs::remove_dir(&self.group);
    }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// The processes and all that descend from them: Postgres has one for each connection.
fn with_children(pids: &[u32]) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name, in brackets, may have anything in it.
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut found = pids.to_vec();
    let mut at = 0;
    while let Some(pid) = found.get(at).copied() {
        found.extend(
            all.iter().filter(|(child, parent)| *parent == pid && !pids.contains(child)).map(|(child, _)| *child),
        );
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

    use super::*;

    #[test]
    fn children_of_children_are_found() {
        let mut shell = std::process::Command::new("sh")
            .args(["-c", "sleep 60 & echo $!; wait"])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut line).unwrap();
        let sleeper: u32 = line.trim().parse().unwrap();
        let found = with_children(&[std::process::id()]);
        shell.kill().unwrap();
        shell.wait().unwrap();
        std::process::Command::new("kill").arg(sleeper.to_string()).status().unwrap();
        assert!(found.contains(&shell.id()) && found.contains(&sleeper), "{found:?}");
    }
}
