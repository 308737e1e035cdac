//! The machine a generator runs on, and what the generator itself used of it.

use serde::{Deserialize, Serialize};

/// A machine, as far as it matters for reading the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Its processor's name, if it tells.
    pub processor: Option<String>,
    /// Cores that the generator may use.
    pub cores: usize,
    /// Memory in bytes, if it tells.
    pub memory_bytes: Option<u64>,
    /// Operating system and kernel release.
    pub kernel: String,
}

impl Machine {
    /// Describes this machine.
    pub fn here() -> Self {
        let kernel = nix::sys::utsname::uname().map_or_else(
            |_| std::env::consts::OS.to_owned(),
            |name| format!("{} {}", name.sysname().to_string_lossy(), name.release().to_string_lossy()),
        );
        let field = |file: &str, name: &str| {
            let text = std::fs::read_to_string(file).ok()?;
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        };
        let memory = field("/proc/meminfo", "MemTotal");
        let kibibytes = memory.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kibibytes.map(|kibibytes| kibibytes * 1_024),
            kernel,
        }
    }
}

/// Processor seconds that this process has used so far.
#[expect(clippy::cast_precision_loss, reason = "seconds and microseconds are far below 2^52")]
pub fn cpu_seconds() -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return 0.0 };
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// Lets this process open as many files as it may, and says how many: each connection is one.
pub fn raise_file_limit() -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return u64::MAX };
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    }
}
