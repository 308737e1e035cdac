//! Waking up on time: tokio's timer ticks in milliseconds, which would show up in every latency, so
//! on Linux arrivals are timed by a timerfd, which is good to some ten microseconds.

#[cfg(target_os = "linux")]
mod precise {
    use std::os::fd::{AsFd, AsRawFd, RawFd};
    use std::time::Instant;

    use nix::sys::time::TimeSpec;
    use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    struct Timer(TimerFd);

    impl AsRawFd for Timer {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_fd().as_raw_fd()
        }
    }

    /// Wakes one task at given moments.
    pub struct Ticker {
        timer: AsyncFd<Timer>,
    }

    impl Ticker {
        /// A ticker on the current runtime.
        #[expect(deprecated, reason = "its successor is `unsafe`; our descriptor is open as long as its owner lives")]
        pub fn new() -> std::io::Result<Self> {
            let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC)?;
            Ok(Self { timer: AsyncFd::with_interest(Timer(timer), Interest::READABLE)? })
        }

        /// Waits until `moment`; not at all when it has passed.
        pub async fn until(&self, moment: Instant) -> std::io::Result<()> {
            loop {
                let left = moment.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(());
                }
                let timer = &self.timer.get_ref().0;
                timer.set(Expiration::OneShot(TimeSpec::from_duration(left)), TimerSetTimeFlags::empty())?;
                let mut ready = self.timer.readable().await?;
                ready.clear_ready();
                // Nothing to read means that the wake-up was an earlier one's: look at the clock again.
                let _ = timer.wait();
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod precise {
    use std::time::Instant;

    /// Wakes one task at given moments, to the millisecond.
    pub struct Ticker;

    impl Ticker {
        /// A ticker on the current runtime.
        pub fn new() -> std::io::Result<Self> {
            Ok(Self)
        }

        /// Waits until `moment`; not at all when it has passed.
        pub async fn until(&self, moment: Instant) -> std::io::Result<()> {
            tokio::time::sleep_until(moment.into()).await;
            Ok(())
        }
    }
}

pub use precise::Ticker;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Ticker;

    #[tokio::test]
    async fn it_never_wakes_early_and_often() {
        let ticker = Ticker::new().unwrap();
        let started = Instant::now();
        for step in 1..=50 {
            let moment = started + Duration::from_micros(step * 300);
            ticker.until(moment).await.unwrap();
            assert!(Instant::now() >= moment);
        }
        ticker.until(started).await.unwrap();
    }
}
