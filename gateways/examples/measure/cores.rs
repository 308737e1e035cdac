//! What this process and those that it has waited for have used of cores.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// Seconds of a core, by the system's count.
pub(crate) fn core_seconds() -> f64 {
    let of = |who| {
        let usage = getrusage(who).expect("the system counts");
        #[expect(clippy::cast_precision_loss, reason = "a time of this process")]
        let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        seconds(usage.user_time()) + seconds(usage.system_time())
    };
    of(UsageWho::RUSAGE_SELF) + of(UsageWho::RUSAGE_CHILDREN)
}
