//! The same form sent twice is done once and answered alike: by a mark that each drawing of the form has of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// For so long an answer is remembered: a tap that is repeated because the line was lost.
const REMEMBERED: Duration = Duration::from_secs(120);
/// Most answers that are remembered; the oldest go first.
const ANSWERS_MAX: usize = 10_000;

/// What a form brings of it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Mark {
    #[serde(default)]
    once: String,
}

impl Mark {
    /// A new one, for a form that is drawn now.
    pub(crate) fn draw() -> String {
        Uuid::new_v4().simple().to_string()
    }
}

/// What the forms of one kind were answered, in this process.
pub(crate) struct Once<T>(Mutex<VecDeque<Known<T>>>);

struct Known<T> {
    since: Instant,
    /// Whose form, and its mark.
    name: (String, Uuid),
    answer: Arc<OnceCell<T>>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Once<T> {
    /// The answer of `act` to the form of `whom`; to the same form again, while that is under way or soon afterwards, the
    /// same one. What was refused may be tried again.
    pub(crate) async fn answer<E>(
        &self,
        whom: &str,
        mark: &Mark,
        act: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match Uuid::try_parse(&mark.once) {
            Ok(mark) => self.cell((whom.to_owned(), mark)).get_or_try_init(|| act).await.cloned(),
            // A form of the version before has none.
            Err(_) => act.await,
        }
    }

    fn cell(&self, name: (String, Uuid)) -> Arc<OnceCell<T>> {
        let mut known = self.0.lock().expect("nothing panics while looking");
        while known.len() >= ANSWERS_MAX || known.front().is_some_and(|first| first.since.elapsed() > REMEMBERED) {
            known.pop_front();
        }
        if let Some(found) = known.iter().find(|one| one.name == name) {
            return Arc::clone(&found.answer);
        }
        let answer = Arc::<OnceCell<T>>::default();
        known.push_back(Known { since: Instant::now(), name, answer: Arc::clone(&answer) });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn the_same_form_is_done_once_and_a_refused_one_may_come_again() {
        let (once, done) = (Once::<u32>::default(), AtomicU32::new(0));
        let act = async || {
            let number = done.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            if number == 0 { Err("busy") } else { Ok(number) }
        };
        let mark = Mark { once: Mark::draw() };
        assert_eq!(once.answer("a", &mark, act()).await, Err("busy"));
        let (first, second) = tokio::join!(once.answer("a", &mark, act()), once.answer("a", &mark, act()));
        assert_eq!((first, second), (Ok(1), Ok(1)));
        assert_eq!(once.answer("a", &mark, act()).await, Ok(1), "a moment later, too");
        // Another's form, another drawing of it, and one without a mark.
        assert_eq!(once.answer("b", &mark, act()).await, Ok(2));
        assert_eq!(once.answer("a", &Mark { once: Mark::draw() }, act()).await, Ok(3));
        assert_eq!(once.answer("a", &Mark::default(), act()).await, Ok(4));
        assert_eq!(once.answer("a", &Mark::default(), act()).await, Ok(5));
    }
}
