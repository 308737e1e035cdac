//! An opening as one file: every picture of it with a slider, nothing from elsewhere, to be looked at years later.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::{SignedDuration, Timestamp};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pagekit::words::Words;
use serde::Deserialize;

use super::numbers::clock;
use super::parts::Parts;
use super::show::{asked_for, parts_of, scene_of};
use crate::app::wall_css;
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most pictures that a file has.
const PICTURES_MAX: i64 = 60;
/// An opening is shown from so long before until so long after, or until what is kept ends.
const BEFORE: SignedDuration = SignedDuration::from_mins(1);
const AFTER: SignedDuration = SignedDuration::from_mins(29);

/// A moment within what is wanted: seconds since 1970. Without one it is the opening.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Asked {
    at: Option<i64>,
}

/// From when until when, and the seconds between two pictures.
fn range(
    opens_at: Timestamp,
    asked: Option<Timestamp>,
    (first, last): (Timestamp, Timestamp),
) -> (Timestamp, Timestamp, i64) {
    let is_of_opening = asked.is_none_or(|at| (opens_at - BEFORE..=opens_at + AFTER).contains(&at));
    let middle = asked.unwrap_or(opens_at);
    let (from, to) =
        if is_of_opening { (opens_at - BEFORE, opens_at + AFTER) } else { (middle - AFTER / 2, middle + AFTER / 2) };
    let (from, to) = (from.clamp(first, last), to.clamp(first, last));
    let seconds = to.duration_since(from).as_secs();
    (from, to, (seconds + PICTURES_MAX - 2) / (PICTURES_MAX - 1))
}

/// The moments of the pictures; the last one is the end.
fn moments((from, to, step): (Timestamp, Timestamp, i64)) -> Vec<Timestamp> {
    let step = step.max(1);
    let count = to.duration_since(from).as_secs() / step;
    let mut moments: Vec<Timestamp> = (0..=count).map(|nth| from + SignedDuration::from_secs(nth * step)).collect();
    if moments.last().is_some_and(|last| *last < to) {
        moments.push(to);
    }
    moments
}

pub(crate) async fn show(
    visit: Visit,
    Path(exam): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let exam = asked_for(&visit, &exam)?;
    let registration = &visit.app.outside.registration;
    let known = registration.exams.get(&exam).ok_or(Failure::NotFound)?;
    let kept = registration.exams.wall.kept(&exam).await?.ok_or(Failure::NotFound)?;
    let at = asked.at.and_then(|at| Timestamp::from_second(at).ok());
    let mut pictures = Vec::new();
    for at in moments(range(known.opens_at, at, kept)) {
        let scene = scene_of(&visit.app, &exam, at).await?;
        pictures.push((at, parts_of(&visit.app, visit.words, &exam, &scene, at)));
    }
    let file = document(visit.words, &visit.exam_title(&exam), &pictures);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"wall-{exam}.html\"")),
    ];
    Ok((headers, file.into_string()).into_response())
}

/// What a picture has in a file: no way leads out of it.
fn picture(parts: &Parts) -> Markup {
    let seen = parts.all().filter(|(name, _)| *name != "needs").map(|(_, part)| part);
    html! { @for part in seen { (PreEscaped(&*part)) } }
}

/// A file of ours as a part of the saved one, which no page of ours is and no policy holds for: it stands alone.
fn alone(tag: &str, text: &str) -> Markup {
    PreEscaped(format!("<{tag}>{text}</{tag}>"))
}

/// The file. Without a script its last picture is seen.
pub(crate) fn document(w: Words, title: &str, pictures: &[(Timestamp, Parts)]) -> Markup {
    let last = pictures.len().saturating_sub(1);
    html! {
        (DOCTYPE)
        html lang=(w.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (w.t("wall")) }
                (alone("style", &wall_css()))
            }
            body {
                header class="head" { h1 { (title) } }
                section class="tape" aria-label=(w.t("wall-moment")) {
                    label for="at" { (w.t("wall-moment")) }
                    input id="at" type="range" min="0" max=(last) value=(last) disabled;
                    output for="at" {
                        @if let Some((at, _)) = pictures.last() { (pagekit::when::day(w.language, *at)) " " (clock(*at)) }
                    }
                }
                main id="picture" { @if let Some((_, parts)) = pictures.last() { (picture(parts)) } }
                @for (at, parts) in pictures {
                    template data-at=(format!("{} {}", pagekit::when::day(w.language, *at), clock(*at))) { (picture(parts)) }
                }
                (alone("script", include_str!("../../assets/wall/export.js")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_at_most_so_many_pictures_and_ends_with_what_is_kept() {
        let opens_at: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let minutes = |minutes| opens_at + SignedDuration::from_mins(minutes);
        let hour = (minutes(-60), minutes(600));
        for (asked, kept, from, to) in [
            (None, hour, minutes(-1), minutes(29)),
            (Some(minutes(3)), hour, minutes(-1), minutes(29)),
            (None, (opens_at, minutes(2)), opens_at, minutes(2)),
            (None, (minutes(300), minutes(300)), minutes(300), minutes(300)),
        ] {
            let moments = moments(range(opens_at, asked, kept));
            assert!(moments.len() <= usize::try_from(PICTURES_MAX).unwrap(), "{}", moments.len());
            assert_eq!((moments[0], *moments.last().unwrap()), (from, to), "{asked:?} {kept:?}");
            assert!(moments.is_sorted_by(|one, next| one < next));
        }
        let later = moments(range(opens_at, Some(minutes(300)), hour));
        assert!(later[0] < minutes(300) && minutes(300) < *later.last().unwrap());
    }
}
