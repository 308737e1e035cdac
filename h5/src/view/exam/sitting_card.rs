//! A sitting to choose: day and time large, venue, fee, and how full it is in words, shape and colour.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::{Words, key};
use registration::model::exam::Exam;
use reservation::sitting::Level;
use reservation::waiting_list::Returns;

use crate::view::callout::{Tone, tag};
use crate::view::facts::moment;
use crate::view::icons::{Icon, icon, pie};

/// How many units wide the meter's drawing is.
const METER_UNITS: u64 = 1000;
/// For how many days from today the script knows what a day is called: no seat is held longer.
const DAYS_NAMED: i64 = 8;

/// What a card shows.
#[derive(Debug, Clone)]
pub(crate) struct SittingCard {
    /// The sitting's id, as the live events name it.
    pub(crate) id: String,
    /// The subject that is sat.
    pub(crate) title: String,
    /// Where; empty when nobody said.
    pub(crate) venue: String,
    /// When; absent when nobody said.
    pub(crate) starts_at: Option<Timestamp>,
    /// `¥120.00`
    pub(crate) fee: String,
    /// How many seats there are.
    pub(crate) capacity: u32,
    /// How many seats are free.
    pub(crate) free: u32,
    /// How full that is.
    pub(crate) level: Level,
    /// When a seat of a full sitting may come back.
    pub(crate) next_release_at: Option<Timestamp>,
    /// What is said of that, a key of the catalogue.
    pub(crate) release_word: &'static str,
    /// The input, when this page lets one choose.
    pub(crate) choice: Option<Choice>,
    /// Is it too late to choose it? Then nobody needs to know how many seats are left.
    pub(crate) is_over: bool,
    /// Does the candidate have it?
    pub(crate) is_mine: bool,
    /// Is the note of a seat whose time may run out while the page is open?
    pub(crate) is_of_hold: bool,
    /// Where its waiting list is, and what the link says, while it is full and has one.
    pub(crate) list: Option<(String, String)>,
    /// What is said of it to this candidate: that they have it, or why they cannot.
    pub(crate) note: Option<(Tone, String)>,
}

/// The input of a card.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// The field's name; the value is the sitting's id.
    pub(crate) name: String,
    /// One of a group, or any number?
    pub(crate) is_radio: bool,
    /// Must one of them be chosen?
    pub(crate) is_required: bool,
    /// Is it chosen already?
    pub(crate) is_chosen: bool,
}

/// The card, a list item.
pub(crate) fn sitting_card(w: Words, card: &SittingCard, now: Timestamp) -> Markup {
    let full = card.level == Level::Full;
    html! {
        li class="sitting" data-mine[card.is_mine] data-sitting=[(!card.is_over).then_some(&card.id)] data-level=(level_name(card.level)) {
            @if let Some(choice) = &card.choice {
                label for={ "sitting-" (card.id) } {
                    input id={ "sitting-" (card.id) } type=(if choice.is_radio { "radio" } else { "checkbox" })
                        name=(choice.name) value=(card.id) checked[choice.is_chosen && !full] disabled[full]
                        required[choice.is_required]
                        aria-labelledby={ "name-" (card.id) } aria-describedby={ "level-" (card.id) };
                    (card_body(w, card, now))
                }
            } @else {
                (card_body(w, card, now))
            }
            @if let Some((path, text)) = card.list.as_ref().filter(|_| full) {
                p class="sitting-list" { a class="link" href=(path) { (text) (icon(Icon::Chevron)) } }
            }
        }
    }
}

fn card_body(w: Words, card: &SittingCard, now: Timestamp) -> Markup {
    html! {
        span class="sitting-body" {
            span class="sitting-name" id={ "name-" (card.id) } {
                span class="line-title" { (card.title) } " "
                @if let Some(at) = card.starts_at { (moment(w, at, Some(now))) " " }
                @if !card.venue.is_empty() { " " span class="line-venue" { (card.venue) } }
            }
            @if let Some((tone, text)) = &card.note { span class={ "sitting-note" @if card.is_of_hold { " while-held" } } { (tag(*tone, text)) } }
            @if !card.is_over { (meter(card.capacity, card.free)) }
            span class="level" id={ "level-" (card.id) } {
                @if !card.is_over {
                    (pie())
                    span data-words { (level_words(w, card.level, card.free, card.capacity)) }
                }
                span class="fee" { (card.fee) }
                @let release = card.next_release_at.filter(|_| card.level == Level::Full && !card.is_over);
                span class="release" data-release hidden[release.is_none()] {
                    @if let Some(at) = release {
                        (w.with(card.release_word, &[("time", when::near(w.language, at, now).into())]))
                    }
                }
            }
        }
    }
}

/// The taken share as a bar. An SVG, because its width is an attribute and needs no inline style.
fn meter(capacity: u32, free: u32) -> Markup {
    let taken = u64::from(capacity.saturating_sub(free)) * METER_UNITS / u64::from(capacity.max(1));
    let taken = if capacity == 0 { METER_UNITS } else { taken };
    html! {
        svg class="meter" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true" {
            rect data-taken width=(taken) height="6" {}
        }
    }
}

/// `余 132 / 200`, `名额过半，余 68 / 200`, `已满员`. Places may be left open for the script.
pub(crate) fn level_words(w: Words, level: Level, free: impl ToString, capacity: impl ToString) -> String {
    let places = [("free", free.to_string().into()), ("capacity", capacity.to_string().into())];
    match level {
        Level::Ample => w.with("level-ample", &places),
        Level::Low => w.with("level-low", &places),
        Level::Full => w.t("level-full"),
    }
    .into_owned()
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Ample => "ample",
        Level::Low => "low",
        Level::Full => "full",
    }
}

/// What surrounds the cards: the source of live numbers, and the words that the script fills in.
pub(crate) fn live_list(w: Words, exam: &Exam, now: Timestamp, cards: &Markup) -> Markup {
    let events = format!("/api/v1/exams/{}/events", exam.id);
    html! {
        div data-events=(events) data-midnight=(when::midnight(now).as_millisecond())
            data-ample=(level_words(w, Level::Ample, "{free}", "{capacity}"))
            data-low=(level_words(w, Level::Low, "{free}", "{capacity}"))
            data-full=(level_words(w, Level::Full, "", ""))
            data-release=(w.with(release_word(exam), &[("time", "{time}".into())]))
            data-days=(days(w, now))
            data-live=(w.t("live-on")) data-lost=(w.t("live-lost")) {
            p class="live" role="status" data-status {
                (w.with("live-off", &[("time", when::clock(now).into())]))
            }
            (cards)
        }
    }
}

/// What is said of a full sitting when a seat may come back: of lists that come first, that it is theirs.
pub(crate) fn release_word(exam: &Exam) -> &'static str {
    match &exam.rules.waiting_list {
        Some(list) if list.returns == Returns::ListFirst => key("level-release-list"),
        _ => key("level-release"),
    }
}

/// What is written before a clock on the days from today, for the script; today nothing.
fn days(w: Words, now: Timestamp) -> String {
    let gap = if w.language == Language::En { " " } else { "" };
    let day = |ahead: i64| when::pieces(w.language, now + SignedDuration::from_hours(24 * ahead), now)[0].clone() + gap;
    std::iter::once(String::new()).chain((1..DAYS_NAMED).map(day)).collect::<Vec<_>>().join("|")
}
