//! The parts of the wall, drawn from one scene: each is sent anew to those who look only where it has changed.

use jiff::Timestamp;
use maud::{Markup, html};
use pagekit::icons::icon;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::wall::Scene;
use reservation::ids::ExamId;

use super::needs::{Need, needs};
use super::numbers::{clock, count, counted};
use super::parts::Parts;
use super::sentence::{Facts, say};
use super::{band, charts, strip};

/// Draws a scene as it is seen at `now`, which of what was is its own moment, in the language of `w`. `exam` knows what its sittings are called.
pub(crate) fn draw(w: Words, (id, exam): (&ExamId, Option<&Exam>), scene: &Scene, now: Timestamp) -> Parts {
    let facts = Facts::of(scene, now);
    let parts = [
        live(w, scene, &facts),
        html! {
            (strip::strip(w, exam, &scene.sittings))
            (strip::line::line(w, &scene.line))
            (strip::shares::shares(w, scene.shares.as_ref()))
        },
        needs_list(w, &needs(w, (id, exam), scene, &facts)),
        foot(w, scene),
    ];
    Parts::of(parts)
}

/// What changes with every second.
fn live(w: Words, scene: &Scene, facts: &Facts) -> Markup {
    let (said, totals) = (say(facts), &facts.totals);
    let tone = said.tone();
    let number = |class: &str, name: &str, number: String| {
        html! { div class=(class) { dt { (name) } dd { (number) } } }
    };
    html! {
        p class="say" data-tone=(tone.name()) {
            (icon(tone.icon()))
            span class="word" { (w.t(said.word())) }
            span { (said.words(w, facts)) }
            @if let Some(at) = facts.at {
                span class="age" data-age=(facts.age().as_millis()) {
                    (clock(at))
                    // What was has no age: it is seen at its own moment.
                    @if facts.now > scene.axis.now {
                        " · " (w.with("wall-age", &[("seconds", facts.age().as_secs().into())]))
                    }
                }
            }
        }
        @if facts.at.is_some() {
            dl class="four" {
                (number("free", &w.t("wall-left"), count(totals.left.max(0))))
                (number("held", &w.t("wall-paying"), count(totals.held + totals.frozen)))
                (number("confirmed", &w.t("wall-paid"), count(totals.confirmed)))
                (number("waiting", &w.t("wall-waiting"), counted(totals.waiting)))
            }
            (band::band(w, scene))
            (charts::charts(w, scene))
        } @else {
            // Zeros would be numbers that nobody has counted.
            p class="hint" { (w.t("wall-say-nothing-hint")) }
        }
    }
}

fn needs_list(w: Words, needs: &[Need]) -> Markup {
    html! {
        @if !needs.is_empty() {
            section class="needs" {
                h2 { (w.t("wall-needs")) }
                ul {
                    @for need in needs {
                        li { span { (need.text) } a class="button second" href=(need.href) { (w.t(need.button)) } }
                    }
                }
            }
        }
    }
}

/// On what all of it stands.
fn foot(w: Words, scene: &Scene) -> Markup {
    let detail = &scene.detail;
    if detail.pools.0 == 0 {
        return html! {};
    }
    let (pools, epoch) = detail.pools;
    let mut versions = detail.versions.clone();
    versions.sort_unstable();
    versions.dedup();
    let processes = [("count", detail.versions.len().into()), ("versions", versions.join(", ").into())];
    html! {
        ul class="foot" {
            @if !versions.is_empty() { li { (w.with("wall-processes", &processes)) } }
            @if !detail.stores.is_empty() { li { (detail.stores.join(" · ")) } }
            @if let Some(percent) = detail.disk_percent {
                li { (w.with("wall-disk", &[("percent", percent.into())])) }
            }
            li { (w.with("wall-epoch", &[("pools", pools.into()), ("epoch", epoch.to_string().into())])) }
            @if let Some(at) = detail.opened_at { li { (w.with("wall-opened", &[("time", clock(at).into())])) } }
            li { (w.with("wall-clock", &[("ms", count(detail.clock_apart_ms).into())])) }
        }
    }
}
