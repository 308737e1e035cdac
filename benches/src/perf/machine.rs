//! The machine that the figures were measured on: figures mean nothing without it.

use std::path::Path;
use std::process::Command;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde::Serialize;

/// A machine, as far as it matters for reading figures.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    processor: Option<String>,
    cores: usize,
    memory_bytes: Option<u64>,
    kernel: String,
    redis: Option<String>,
    postgres: Option<String>,
    /// Processes that wanted a core in the minute before: above 0.2 somebody else was at work.
    load_before: Option<f64>,
}

impl Machine {
    /// This machine, now.
    pub(crate) fn here() -> Self {
        let kernel = nix::sys::utsname::uname().map_or_else(
            |_| std::env::consts::OS.to_owned(),
            |name| format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        );
        let memory = field("/proc/meminfo", "MemTotal");
        let kibibytes = memory.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kibibytes.map(|kibibytes| kibibytes * 1_024),
            kernel,
            redis: version("redis-server").or_else(|| version("valkey-server")),
            postgres: crate::programs::command::program("pgbench").ok().and_then(version),
            load_before: load.and_then(|text| text.split_whitespace().next()?.parse().ok()),
        }
    }

    /// One line about it.
    pub(crate) fn sentence(&self) -> String {
        let processor = self.processor.as_deref().unwrap_or("an unnamed processor");
        let memory = self.memory_bytes.map(|bytes| format!(", {} GiB", bytes >> 30)).unwrap_or_default();
        let load = self.load_before.map(|load| format!(", load before {load:.2}")).unwrap_or_default();
        format!("{} cores of {processor}{memory}, {}{load}", self.cores, self.kernel)
    }
}

/// Lets this process and those it starts open as many files as they may; answers how many.
pub(crate) fn raise_file_limit() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 1_024 };
    // Root may go beyond the hard limit where the container allows it.
    for wanted in [hard.max(65_536), hard] {
        if setrlimit(Resource::RLIMIT_NOFILE, wanted, wanted).is_ok() {
            return wanted;
        }
    }
    soft
}

/// A line `name : value` of a file of the kernel's.
pub(crate) fn field(file: impl AsRef<Path>, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn version(program: impl AsRef<std::ffi::OsStr>) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned())
}
