//! An opening as it was: the same wall at any moment that is kept, standing still or going on, up to sixty times as fast.

use std::time::Duration;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::words::{Words, key};
use reservation::ids::ExamId;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch;
use tokio::time::Instant;

use super::frame::{Shell, page};
use super::numbers::clock;
use super::parts::Parts;
use super::show::{asked_for, parts_of, scene_of};
use super::stream::{STREAM_MAX, answer, events};
use crate::app::App;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// How fast it may go, in seconds a second; 0 stands still.
const SPEEDS: [i64; 5] = [0, 1, 5, 15, 60];
/// Between two pictures.
const EVERY: Duration = Duration::from_secs(1);
/// An opening is begun to be watched so long before.
const LEAD: SignedDuration = SignedDuration::from_secs(30);

/// Which moment, how fast, and on which screen.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    /// Seconds since 1970.
    at: Option<i64>,
    #[serde(default)]
    speed: i64,
    wall: Option<String>,
}

/// What of an exam can be shown again.
struct Tape {
    exam: ExamId,
    opens_at: Option<Timestamp>,
    first: Timestamp,
    last: Timestamp,
    at: Timestamp,
    speed: i64,
}

impl Tape {
    /// What is kept of an exam, at the moment that is asked for, or else just before it opened. `None`: nothing is kept.
    async fn of(visit: &Visit, exam: ExamId, asked: &Asked) -> Result<Option<Self>, Failure> {
        let registration = &visit.app.outside.registration;
        let Some((first, last)) = registration.exams.wall.kept(&exam).await? else { return Ok(None) };
        let opens_at = registration.exams.get(&exam).map(|exam| exam.opens_at);
        let wanted = asked.at.and_then(|at| Timestamp::from_second(at).ok()).or(opens_at.map(|at| at - LEAD));
        let at = wanted.unwrap_or(first).clamp(first, last);
        let speed = SPEEDS.into_iter().rev().find(|speed| *speed <= asked.speed).unwrap_or_default();
        Ok(Some(Self { exam, opens_at, first, last, at, speed }))
    }

    fn address(&self, at: Timestamp, speed: i64) -> String {
        let at = at.clamp(self.first, self.last).as_second();
        format!("/wall/{}/replay?at={at}&speed={speed}", self.exam)
    }

    /// So far it moves with one tap of a button.
    fn steps(&self) -> [(SignedDuration, &'static str); 4] {
        let minutes = SignedDuration::from_mins;
        [
            (minutes(-5), key("wall-back-5m")),
            (SignedDuration::from_secs(-10), key("wall-back-10s")),
            (SignedDuration::from_secs(10), key("wall-on-10s")),
            (minutes(5), key("wall-on-5m")),
        ]
    }

    /// The buttons above the picture.
    fn controls(&self, w: Words) -> Markup {
        let speed = |speed: i64| match speed {
            0 => w.t("wall-still").into_owned(),
            speed => format!("{speed}×"),
        };
        html! {
            section class="tape" aria-label=(w.t("wall-replayed")) {
                p { strong { (w.t("wall-replayed")) } " " (pagekit::when::day(w.language, self.at)) " " (clock(self.at)) }
                nav aria-label=(w.t("wall-moment")) {
                    @if let Some(opens_at) = self.opens_at {
                        a href=(self.address(opens_at - LEAD, self.speed)) { (w.t("wall-to-opening")) }
                    }
                    @for (by, name) in self.steps() { a href=(self.address(self.at + by, 0)) { (w.t(name)) } }
                }
                nav aria-label=(w.t("wall-speed")) {
                    @for one in SPEEDS {
                        a href=(self.address(self.at, one)) aria-current=[(one == self.speed).then_some("true")] { (speed(one)) }
                    }
                }
            }
        }
    }
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let exam = asked_for(&visit, &exam)?;
    let home = format!("/wall/{exam}");
    let Some(tape) = Tape::of(&visit, exam.clone(), &asked).await? else { return Err(Failure::NotFound) };
    let w = visit.words;
    let parts = parts_of(&visit.app, w, &exam, &scene_of(&visit.app, &exam, tape.at).await?, tape.at);
    let link = |href: String, name: &'static str| (href, w.t(name).into_owned());
    let goes_on = tape.speed > 0 && tape.at < tape.last;
    let next = tape.at + SignedDuration::from_secs(tape.speed);
    let shell = Shell {
        words: w,
        assets: &visit.app.assets,
        title: visit.exam_title(&exam),
        path: visit.path(),
        is_wall: asked.wall.is_some(),
        is_demo: visit.app.outside.demo,
        stream: goes_on.then(|| format!("{home}/replay/stream?at={}&speed={}", tape.at.as_second(), tape.speed)),
        is_once: true,
        refresh: goes_on.then(|| (1, tape.address(next, tape.speed))),
        links: vec![
            link(home.clone(), key("wall-live")),
            link(format!("{home}/export.html?at={}", tape.at.as_second()), key("wall-export")),
        ],
        above: tape.controls(w),
    };
    Ok(page(&shell, &parts).into_response())
}

/// One who looks at what was.
struct Player {
    app: App,
    words: Words,
    tape: Tape,
    seen: Parts,
    over: watch::Receiver<bool>,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Player {
    /// The next picture, a second later; nothing more at the end of what is kept, or when it is time to ask again.
    async fn next(mut self) -> Option<(Vec<axum::response::sse::Event>, Self)> {
        if self.tape.at >= self.tape.last {
            return None;
        }
        tokio::select! {
            _ = self.over.wait_for(|over| *over) => return None,
            () = tokio::time::sleep_until(self.until) => return None,
            () = tokio::time::sleep(EVERY) => {}
        }
        self.tape.at = (self.tape.at + SignedDuration::from_secs(self.tape.speed)).min(self.tape.last);
        let (exam, at) = (&self.tape.exam, self.tape.at);
        let scene = scene_of(&self.app, exam, at).await.ok()?;
        let parts = parts_of(&self.app, self.words, exam, &scene, at);
        let events = events(&parts, &self.seen);
        self.seen = parts;
        Some((events, self))
    }
}

pub(crate) async fn play(
    visit: Visit,
    Path(exam): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let exam = asked_for(&visit, &exam)?;
    let tape = Tape::of(&visit, exam, &asked).await?.filter(|tape| tape.speed > 0).ok_or(Failure::NotFound)?;
    let (app, words) = (visit.app.clone(), visit.words);
    let (place, over) = (app.screens.place()?, app.outside.registration.exams.wall.over());
    let until = Instant::now() + STREAM_MAX;
    let player = Player { app, words, tape, seen: Parts::default(), over, until, _place: place };
    Ok(answer(stream::unfold(player, Player::next)))
}
