//! How far a candidate is in each exam, in the words that the candidate reads.

use maud::{Markup, html};
use pagekit::callout::tag;
use pagekit::when;
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::permits::Right;
use registration::model::order::Order;
use registration::model::room::SeatPlace;
use registration::people::candidates::InExam;
use registration::rules::steps::StepView;

use super::forms;
use super::viewed::View;
use super::words::{Look, look, standing};
use crate::checkin::words::room;
use crate::desks::payments::view::{sitting_words, state_word};

/// All exams in which the candidate has begun something.
pub(super) fn exams(w: Words, view: &View<'_>) -> Markup {
    html! {
        section aria-labelledby="cand-in-exams" {
            h2 id="cand-in-exams" { (w.t("cand-in-exams")) }
            @if view.sheet.exams.is_empty() { p class="nothing" { (w.t("cand-no-exams")) } }
            @for one in &view.sheet.exams { (exam(w, view, one)) }
            @for one in &view.sheet.not_begun {
                @if let Some(part) = forms::in_person(w, view, one) {
                    article class="in-exam" {
                        h3 { (w.pick(&one.exam.title.zh, &one.exam.title.en)) }
                        p class="hint" { (w.t("cand-not-begun")) }
                        (part)
                    }
                }
            }
        }
    }
}

fn exam(w: Words, view: &View<'_>, one: &InExam) -> Markup {
    let (tone, said, reason) = standing(w, &one.exam, &one.standing);
    html! {
        article class="in-exam" {
            h3 { (w.pick(&one.exam.title.zh, &one.exam.title.en)) }
            p {
                (tag(tone, &said))
                @if let Some(until) = one.standing.until {
                    " " span class="hint" {
                        (w.with("cand-until", &[("when", when::dated(w.language, until, view.now).into())]))
                    }
                }
            }
            @if let Some(reason) = reason { p class="reason" { (reason) } }
            ol class="step-line" { @for step in &one.steps { (step_line(w, view, step)) } }
            @if let Some(part) = forms::in_person(w, view, one) { (part) }
            @if !one.orders.is_empty() {
                ul class="orders" { @for order in &one.orders { (order_line(w, view, one, order)) } }
            }
            @for place in &one.places { p class="place" { (place_words(w, one, place)) } }
            @if !one.tickets.is_empty() {
                p {
                    (w.t("cand-tickets")) " "
                    @for (index, number) in one.tickets.iter().enumerate() {
                        @if index > 0 { ", " }
                        span class="id" { (number) }
                    }
                }
            }
        }
    }
}

fn step_line(w: Words, view: &View<'_>, step: &StepView) -> Markup {
    let (look, note) = look(w, step, view.now);
    html! {
        li data-standing=(look.name()) {
            span { (w.pick(&step.title.zh, &step.title.en)) }
            span class="hint" { (look.word(w)) @if let Some(note) = note { " · " (note) } }
        }
    }
}

fn order_line(w: Words, view: &View<'_>, one: &InExam, order: &Order) -> Markup {
    let (tone, word) = state_word(w, &order.state);
    html! {
        li {
            @if view.may(Right::See(CaseKind::Payment)) { a class="id" href={ "/orders/" (order.id) } { (order.id) } }
            @else { span class="id" { (order.id) } }
            (tag(tone, &word))
            span class="fen" { (order.amount) }
            @for sitting in &order.sittings { span class="hint" { (sitting_words(w, Some(&one.exam), sitting)) } }
        }
    }
}

fn place_words(w: Words, one: &InExam, place: &SeatPlace) -> String {
    let sitting = one.exam.sitting(&place.sitting);
    let sitting = sitting.map_or(place.sitting.as_str(), |sitting| w.pick(&sitting.title.zh, &sitting.title.en));
    let values = [
        ("sitting", sitting.into()),
        ("site", w.pick(&place.site.name.zh, &place.site.name.en).into()),
        ("number", room(w, place.room_number).into()),
        ("room", place.room_name.as_str().into()),
        ("seat", place.label.as_str().into()),
    ];
    w.with("cand-place", &values).into_owned()
}

impl Look {
    /// The look as the style sheet knows it.
    fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Later => "later",
        }
    }

    fn word(self, w: Words) -> String {
        match self {
            Self::Done => w.t("step-done"),
            Self::Now => w.t("step-now"),
            Self::Waiting => w.t("step-waiting"),
            Self::Refused => w.t("step-refused"),
            Self::Later => w.t("step-later"),
        }
        .into_owned()
    }
}
