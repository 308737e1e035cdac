//! What keeps a wall going: one task an exam and language draws each second once, and every open page gets the same.
//!
//! A viewer costs a connection and one place; when nobody looks the task ends.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Path;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use pagekit::words::Words;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::parts::Parts;
use super::screens::{Drawn, ScreenKey, Screens};
use super::show::{asked_for, parts_of, scene_of};
use crate::app::App;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// After so long a page must ask again, so that whoever was signed out sees no more.
pub(super) const STREAM_MAX: Duration = Duration::from_secs(300);
/// Seconds are written as they begin; so long after it is drawn.
const AFTER_THE_SECOND: Duration = Duration::from_millis(120);

/// Forgets a wall when its drawing ends by whatever: a panic would leave it standing still for all who look later.
struct Ending {
    screens: Screens,
    key: ScreenKey,
    sender: Drawn,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.screens.end(&self.key, &self.sender);
    }
}

/// Draws the wall of an exam for all who look.
async fn keep(app: App, key: ScreenKey, words: Words, sender: Drawn) {
    let (screens, exam) = (app.screens.clone(), key.0.clone());
    let over = app.outside.registration.exams.wall.over();
    let draw = move || {
        let (app, exam) = (app.clone(), exam.clone());
        async move {
            // A second that cannot be read is not drawn: what stands tells its age.
            let scene = scene_of(&app, &exam, Timestamp::now()).await.ok()?;
            Some(parts_of(&app, words, &exam, &scene, Timestamp::now()))
        }
    };
    pace(screens, (key, sender), over, draw).await;
}

/// Sends what is drawn to all who look: once as the first comes, and then each second, until nobody looks or the server stops.
async fn pace<F: Future<Output = Option<Parts>>>(
    screens: Screens,
    (key, sender): (ScreenKey, Drawn),
    mut over: watch::Receiver<bool>,
    draw: impl Fn() -> F,
) {
    let ending = Ending { screens, key, sender };
    loop {
        if let Some(parts) = draw().await {
            ending.sender.send_replace(parts);
        }
        tokio::select! {
            _ = over.wait_for(|over| *over) => return,
            () = tokio::time::sleep(until_drawn(Timestamp::now())) => {}
        }
        if ending.screens.end_unwatched(&ending.key, &ending.sender) {
            return;
        }
    }
}

/// How long from `now` until the next second is drawn.
fn until_drawn(now: Timestamp) -> Duration {
    let ms = now.as_millisecond().rem_euclid(1_000);
    Duration::from_millis(u64::try_from(1_000 - ms).unwrap_or(1_000)) + AFTER_THE_SECOND
}

/// One who looks at what is.
struct Viewer {
    parts: watch::Receiver<Parts>,
    over: watch::Receiver<bool>,
    seen: Parts,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Viewer {
    /// The parts that are new to the viewer; nothing more when the server stops, or when it is time to ask again.
    async fn next(mut self) -> Option<(Vec<Event>, Self)> {
        tokio::select! {
            _ = self.over.wait_for(|over| *over) => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            changed = self.parts.changed() => changed.ok()?,
        }
        let parts = self.parts.borrow_and_update().clone();
        let events = events(&parts, &self.seen);
        self.seen = parts;
        Some((events, self))
    }
}

/// The parts that are not as before, as events by their names.
pub(super) fn events(parts: &Parts, before: &Parts) -> Vec<Event> {
    parts.changed_since(before).into_iter().map(|(name, part)| Event::default().event(name).data(&*part)).collect()
}

/// An answer of events that come a few at a time.
pub(super) fn answer(events: impl futures_util::Stream<Item = Vec<Event>> + Send + 'static) -> Response {
    // nginx passes each on as it comes.
    let at_once = [("x-accel-buffering", "no")];
    (at_once, Sse::new(events.flat_map(stream::iter).map(Ok::<_, Infallible>))).into_response()
}

pub(crate) async fn show(visit: Visit, Path(exam): Path<String>) -> Result<Response, Failure> {
    let exam = asked_for(&visit, &exam)?;
    let app = &visit.app;
    if app.outside.registration.exams.get(&exam).is_none() {
        return Err(Failure::NotFound);
    }
    let place = app.screens.place()?;
    let (key, words) = ((exam, visit.words.language.name()), visit.words);
    let begin = |sender| drop(tokio::spawn(keep(app.clone(), key.clone(), words, sender)));
    let mut parts = app.screens.watch(&key, begin);
    // What is drawn already is new to this viewer.
    parts.mark_changed();
    let over = app.outside.registration.exams.wall.over();
    let viewer = Viewer { parts, over, seen: Parts::default(), until: Instant::now() + STREAM_MAX, _place: place };
    Ok(answer(stream::unfold(viewer, Viewer::next)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use jiff::SignedDuration;

    use super::*;

    /// However long drawing takes, no second is drawn twice, and none waits for longer than the next one's begin.
    #[test]
    fn each_second_is_drawn_once_and_soon() {
        let begin: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let ms = SignedDuration::from_millis;
        let next = |now: Timestamp| now + SignedDuration::try_from(until_drawn(now)).unwrap();
        for somewhen in 0..1_000 {
            // The first is drawn when somebody comes, the others after their second has begun.
            let drawn = next(begin + ms(somewhen));
            assert_eq!(drawn.as_millisecond().rem_euclid(1_000), 120, "{somewhen}");
            for takes in [0, 1, 400, 879, 880, 881, 1_000, 2_500] {
                let apart = next(drawn + ms(takes)).duration_since(drawn);
                assert!(ms(1_000) <= apart && apart <= ms(takes + 1_120), "{somewhen} {takes}: {apart}");
            }
        }
    }

    /// However many look, come and go, one draws: once as the first comes, and then once a second.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_wall_is_drawn_once_a_second_however_many_look() {
        let (screens, drawn) = (Screens::default(), Arc::new(AtomicU64::new(0)));
        let (_stop, over) = watch::channel(false);
        let key: ScreenKey = ("ce".parse().unwrap(), "zh");
        let look = || {
            let begin = |sender| {
                let drawn = Arc::clone(&drawn);
                let draw = move || {
                    drawn.fetch_add(1, Ordering::Relaxed);
                    std::future::ready(Some(Parts::default()))
                };
                drop(tokio::spawn(pace(screens.clone(), (key.clone(), sender), over.clone(), draw)));
            };
            screens.watch(&key, begin)
        };
        let began = Instant::now();
        let (stays, mut others) = (look(), (0..100).map(|_| look()).collect::<Vec<_>>());
        while began.elapsed() < Duration::from_millis(2_300) {
            others.remove(0);
            others.push(look());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (count, seconds) = (drawn.load(Ordering::Relaxed), began.elapsed().as_secs());
        assert!((seconds..=seconds + 2).contains(&count), "{count} in {seconds} s");
        assert!(stays.has_changed().unwrap(), "and all are shown it");
    }
}
