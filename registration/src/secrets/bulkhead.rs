//! A bulkhead in front of heavy work: few at a time, few waiting, none for long.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

/// Lets heavy work onto the blocking threads. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct Bulkhead {
    /// Who may work.
    working: Arc<Semaphore>,
    /// Who may work or wait.
    admitted: Arc<Semaphore>,
    wait_max: Duration,
}

/// Too many are working or waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

impl Bulkhead {
    /// `at_once` work, `queue_max` wait, each at most `wait_max`.
    pub(crate) fn new(at_once: usize, queue_max: usize, wait_max: Duration) -> Self {
        Self {
            working: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once + queue_max)),
            wait_max,
        }
    }

    /// Does the work on a blocking thread when it is its turn.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Closed> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Closed)?;
        let turn = Arc::clone(&self.working).acquire_owned();
        let turn = tokio::time::timeout(self.wait_max, turn).await.map_err(|_| Closed)?;
        let turn = turn.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work and not by the caller: one who goes away does not open the bulkhead too early.
            let _places = (admitted, turn);
            work()
        });
        Ok(done.await.expect("the work does not panic, and a started one is never aborted"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn it_lets_in_what_it_can_and_refuses_the_rest() {
        let bulkhead = Bulkhead::new(1, 1, Duration::from_millis(50));
        let (finish, until) = mpsc::sync_channel::<()>(1);
        let first = tokio::spawn({
            let bulkhead = bulkhead.clone();
            async move { bulkhead.run(move || until.recv().is_ok()).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let second = tokio::spawn({
            let bulkhead = bulkhead.clone();
            async move { bulkhead.run(|| 2).await }
        });
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert_eq!(bulkhead.run(|| 3).await, Err(Closed), "the queue is full: at once");
        assert_eq!(second.await.unwrap(), Err(Closed), "its wait was too long");
        finish.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        assert_eq!(bulkhead.run(|| 4).await, Ok(4));
    }
}
