//! The waiting room as markup.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use reservation::engine::waiting_room::WaitingRoomState;
use reservation::ids::CandidateId;
use reservation::waiting_room::pass::PASS_LIFE;

use crate::view::callout::{Tone, callout};
use crate::view::facts::{digits, facts, pieces};
use crate::view::layout::heading;

/// Hex digits of the commitment that are shown before one asks for more.
const COMMITMENT_SHOWN: usize = 12;
const HOUR_MINUTES: i64 = 60;

/// A position, as plain values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    /// How many are before it; absent before the opening.
    pub(crate) ahead: Option<u64>,
    /// How long it may take.
    pub(crate) expected: Option<SignedDuration>,
    /// All positions taken.
    pub(crate) present: u64,
    /// When the page comes back.
    pub(crate) refresh_seconds: u64,
    /// The store does not answer.
    pub(crate) is_away: bool,
    /// The server's clock.
    pub(crate) now: Timestamp,
}

/// What the page shows.
pub(crate) struct View<'a> {
    pub(crate) exam: &'a Exam,
    pub(crate) position: Position,
    pub(crate) room: Option<&'a WaitingRoomState>,
    pub(crate) candidate: &'a CandidateId,
    /// Where this page is, with what was chosen.
    pub(crate) own_path: &'a str,
    /// Did a request for a seat lead here?
    pub(crate) was_refused: bool,
    /// Is it asked how the order can be checked? In the address, so that a refresh does not close it.
    pub(crate) is_checking: bool,
}

pub(crate) fn body(w: Words, view: &View<'_>) -> Markup {
    html! {
        div class="column waiting" {
            (heading(Some(w.pick(&view.exam.title.zh, &view.exam.title.en)), &w.t("room-title")))
            @if view.was_refused {
                (callout(Tone::Care, &w.t("room-refused-title"), &html! { p { (w.t("room-refused-text")) } }))
            }
            (standing(w, view))
            (kept(w, view))
            (how(w, view))
        }
    }
}

/// The one thing that matters: before the opening how long still, after it which position.
fn standing(w: Words, view: &View<'_>) -> Markup {
    let position = &view.position;
    if position.is_away {
        return callout(Tone::Care, &w.t("room-away-title"), &html! { p { (w.t("room-away-text")) } });
    }
    let is_full = view.room.is_some_and(|room| room.is_full);
    html! {
        section class="position" {
            @match position.ahead {
                None => (before_opening(w, view)),
                Some(ahead) => {
                    p class="position-label" { (w.t("room-position")) }
                    p class="position-number" { (w.with("room-position-number", &[("number", grouped(ahead + 1).into())])) }
                    (facts(&[
                        (&w.t("room-ahead"), html! { (ahead_words(w, ahead)) }),
                        (&w.t("room-wait"), html! { (wait_words(w, position.expected, is_full)) }),
                    ]))
                }
            }
            (updated(w, view))
        }
        @if position.ahead.is_some() && is_full { (full(w, view)) }
    }
}

fn before_opening(w: Words, view: &View<'_>) -> Markup {
    let (exam, position) = (view.exam, &view.position);
    let seconds = position.now.duration_since(exam.opens_at).as_secs().min(0).unsigned_abs();
    let opens = pieces(w, &when::pieces(w.language, exam.opens_at, position.now));
    let present = w.with(
        "room-present-number",
        &[("count", position.present.into()), ("shown", grouped(position.present).into())],
    );
    html! {
        p class="position-label" { (w.t("room-opens-in")) }
        p class="position-number" {
            span data-until=(exam.opens_at.as_millisecond()) data-now=(position.now.as_millisecond()) { (countdown(seconds)) }
        }
        (facts(&[(&w.t("room-opens"), opens), (&w.t("room-present"), html! { (present) })]))
    }
}

/// `12:05`, from an hour on `1:12:05`. The script counts it down.
fn countdown(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `184,203`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn ahead_words(w: Words, ahead: u64) -> String {
    match ahead {
        0 => w.t("room-next"),
        ahead => w.with("room-ahead-number", &[("count", ahead.into()), ("shown", grouped(ahead).into())]),
    }
    .into_owned()
}

fn wait_words(w: Words, expected: Option<SignedDuration>, is_full: bool) -> String {
    let minutes = expected.map(|wait| (wait.as_secs() + 59) / 60);
    match minutes {
        None if is_full => w.t("room-wait-full"),
        None => w.t("room-wait-unknown"),
        Some(minutes) if minutes <= 1 => w.t("room-wait-short"),
        Some(minutes) if minutes < HOUR_MINUTES => w.with("room-wait-minutes", &[("minutes", minutes.into())]),
        Some(minutes) => {
            let (hours, rest) = (minutes / HOUR_MINUTES, minutes % HOUR_MINUTES / 10 * 10);
            match rest {
                0 => w.with("room-wait-hours", &[("hours", hours.into())]),
                rest => w.with("room-wait-hours-minutes", &[("hours", hours.into()), ("minutes", rest.into())]),
            }
        }
    }
    .into_owned()
}

/// Nobody is admitted while there is nothing to be had.
fn full(w: Words, view: &View<'_>) -> Markup {
    let next = view.room.and_then(|room| room.next_release_at);
    let text = match next {
        Some(at) => w.with("room-full-until", &[("time", when::near(w.language, at, view.position.now).into())]),
        None => w.t("room-full-text"),
    };
    callout(Tone::Care, &w.t("room-full-title"), &html! { p { (text) } })
}

fn updated(w: Words, view: &View<'_>) -> Markup {
    let [_, clock] = when::pieces_full(w.language, view.position.now);
    html! {
        p class="position-updated" {
            span class="whole" { (w.with("room-updated", &[("time", clock.into())])) } " "
            span class="whole" {
                (w.with("room-refreshes", &[("seconds", view.position.refresh_seconds.into())]))
                " " a href=(view.own_path) { (w.t("room-refresh")) }
            }
        }
    }
}

fn kept(w: Words, view: &View<'_>) -> Markup {
    let minutes = PASS_LIFE.as_mins();
    let text = if view.position.ahead.is_none() && !view.position.is_away {
        w.t("room-kept-before")
    } else {
        w.t("room-kept-text")
    };
    callout(
        Tone::Good,
        &w.t("room-kept-title"),
        &html! { p { (text) } p { (w.with("room-turn", &[("minutes", minutes.into())])) } },
    )
}

/// How it works, and the way to check that it is fair.
fn how(w: Words, view: &View<'_>) -> Markup {
    let commitment = view.room.and_then(|room| room.commitment.as_deref()).unwrap_or_default();
    let short = commitment.get(..COMMITMENT_SHOWN).unwrap_or_default();
    let join = if view.own_path.contains('?') { '&' } else { '?' };
    html! {
        section aria-labelledby="how" {
            h2 id="how" { (w.t("room-how-title")) }
            p { (w.t("room-how-text")) }
            @if view.is_checking {
                (check(w, view, commitment))
            } @else {
                p class="hint" {
                    (w.with("room-commitment-short", &[("digits", short.into())])) " "
                    a class="whole" href={ (view.own_path) (join) "check=on#check" } { (w.t("room-check-title")) }
                }
            }
        }
    }
}

fn check(w: Words, view: &View<'_>, commitment: &str) -> Markup {
    let seed = view.room.and_then(|room| room.seed.as_deref());
    html! {
        h3 id="check" { (w.t("room-check-title")) }
        p { (w.t("room-check-text")) }
        (facts(&[
            (&w.t("room-commitment"), digits(commitment)),
            (&w.t("room-seed"), html! { @if let Some(seed) = seed { (digits(seed)) } @else { (w.t("room-seed-later")) } }),
            (&w.t("room-candidate"), html! { code { (view.candidate) } }),
        ]))
        p { a href={ "/api/v1/exams/" (view.exam.id) "/waiting-room" } { (w.t("room-check-link")) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::words;
    use pagekit::language::Language;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(
            [0, 7, 999, 1_000, 184_203, 1_000_000].map(grouped),
            ["0", "7", "999", "1,000", "184,203", "1,000,000"]
        );
        assert_eq!([0, 65, 3_605].map(countdown), ["0:00", "1:05", "1:00:05"]);
        let wait = |seconds| wait_words(words(Language::Zh), Some(SignedDuration::from_secs(seconds)), false);
        assert_eq!(wait(10), "不到 1 分钟");
        assert_eq!(wait(61), "约 2 分钟");
        assert_eq!(wait(3_600), "约 1 小时");
        assert_eq!(wait(2 * 3_600 + 1_900), "约 2 小时 30 分钟");
    }
}
