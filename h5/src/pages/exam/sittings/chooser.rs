//! The choosing itself as markup: notice, agreement, cards, one button; or why there is none.

use maud::{Markup, html};
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::{ExamSitting, Window};
use registration::model::exam_rules::TaskKind;
use registration::model::order::{Order, OrderState};
use registration::model::organisation::OrganisationLevel;
use registration::rules::standing::State;

use super::View;
use super::campus::{campus_choice, notices};
use super::choice::{Action, CardGroup};
use super::gate::Gate;
use crate::view::callout::{Tone, callout};
use crate::view::contact::ask;
use crate::view::exam::agree::agree_tick;
use crate::view::exam::sitting_card::{SittingCard, live_list, sitting_card};
use crate::view::exam::waiting_list::list_boxes;
use crate::view::form::error_of;
use crate::view::icons::{Icon, icon};
use crate::view::layout::hold_banner::while_held;
use crate::view::order::late::{Late, late_box};
use crate::view::standing::standing_box;
use crate::words::exam::held;

/// Paragraphs of a notice shown before `阅读全文`.
const NOTICE_SHOWN: usize = 3;
/// Cards of a group that are read without headings.
const LISTED_MAX: usize = 4;

/// Everything below the exam's head.
pub(crate) fn chooser(w: Words, view: &View<'_>) -> Markup {
    let order = view.offer.sole_order();
    let parts = html! {
        (notice_part(w, view))
        (sittings_part(w, view))
        (button_part(w, view))
    };
    html! {
        (standing(w, view, order))
        (list_boxes(w, view.exam, view.offer.waits))
        @if order.is_none() {
            (window_part(w, view))
            (gate_part(w, view))
        }
        (campus_choice(w, view))
        @if view.plan.action.is_some() {
            form method="post" action={ "/exams/" (view.exam.id) "/hold" } data-busy=(w.t("choose-busy"))
                // A browser restores ticks by position, and after a choice the positions are others.
                autocomplete="off" novalidate class="choose" {
                @if !crate::paths::is_simple(view.exam) {
                    input type="hidden" name="part" value=(view.offer.part);
                    @if let Some(campus) = view.offer.campus() { input type="hidden" name="campus" value=(campus); }
                }
                (parts)
            }
        } @else {
            (parts)
        }
    }
}

/// Where the registration stands, unless choosing is just what it asks for.
fn standing(w: Words, view: &View<'_>, order: Option<&Order>) -> Markup {
    let at = standing_box(w, view.exam, view.standing, &view.reader, &html! {});
    match (&view.standing.state, order) {
        (State::NotOpen { .. } | State::Closed { .. } | State::ToDo { .. }, None) => html! {},
        // The box says so; the bar below, too.
        (_, Some(order)) if order.locked_until().is_some() => at,
        (_, Some(order)) if order.state == OrderState::Unpaid => {
            // The bar below leads to the payment already.
            let provinces = view.exam.organisations.iter().filter(|one| one.level == OrganisationLevel::Province);
            let text = html! {
                p { (w.t("have-unpaid-text")) }
                @if provinces.count() > 1 { p { (w.t("have-unpaid-far")) } }
            };
            while_held(&callout(Tone::Plain, &w.t("have-unpaid-title"), &text), &late_box(w, view.exam, Late::Same))
        }
        // Once something was handed in, why no card can be chosen is said.
        (_, Some(_)) => html! {
            (at)
            p class="closed" { (if view.exam.rules.payment.takes_channels() { w.t("have-fixed-channel") } else { w.t("have-fixed") }) }
            (ask(w, view.exam.rules.contact.as_ref()))
        },
        (_, None) => at,
    }
}

fn notice_part(w: Words, view: &View<'_>) -> Markup {
    let of_part = view.exam.rules.part(&view.offer.part).and_then(|part| part.notice.as_ref());
    // Where the notice is a step of its own, it has been agreed to; what a part wants known stands here.
    let has_step = view.exam.rules.asks_for(&TaskKind::Notice);
    let notice = if has_step { of_part } else { Some(&view.exam.notice) };
    let Some(notice) = notice else { return notices(w, view) };
    let paragraphs = match w.language {
        Language::Zh => &notice.zh,
        Language::En => &notice.en,
    };
    let error = error_of(view.errors, "agree");
    // Who has read it already finds the sittings sooner.
    let shown = if view.plan.has_agreed { 0 } else { NOTICE_SHOWN };
    let (shown, folded) = paragraphs.split_at(paragraphs.len().min(shown));
    html! {
        section class="read" aria-labelledby="notice" {
            h2 id="notice" { (if has_step { w.t("notice-part-title") } else { w.t("notice-title") }) }
            @for paragraph in shown { p { (paragraph) } }
            @if !folded.is_empty() {
                details {
                    summary { (w.t("notice-read")) (icon(Icon::Chevron)) }
                    @for paragraph in folded { p { (paragraph) } }
                }
            }
            (notices(w, view))
            @if view.plan.action.is_some() && !has_step {
                (agree_tick(w, view.plan.has_agreed, error))
            }
        }
    }
}

fn sittings_part(w: Words, view: &View<'_>) -> Markup {
    let groups = &view.plan.groups;
    let cards = html! {
        @for group in groups { (group_part(w, view, group, groups.len() > 1)) }
    };
    let error = error_of(view.errors, "sittings");
    html! {
        section aria-labelledby="sittings" {
            // Where the page itself is called so, the heading is for who cannot see it.
            h2 id="sittings" class=[(!crate::paths::is_simple(view.exam)).then_some("unseen")] tabindex="-1" {
                @if view.offer.exam.is_many(&view.offer.part) { (w.t("sittings-title-many")) } @else { (w.t("sittings-title")) }
            }
            @if let Some(error) = error { p class="error" role="alert" { (icon(Icon::Cross)) span { (error) } } }
            @if groups.is_empty() {
                (no_sittings(w, view))
            } @else {
                (live_list(w, view.exam, view.now, &cards))
            }
        }
    }
}

/// Nothing to choose: not published, or the numbers are being restored.
fn no_sittings(w: Words, view: &View<'_>) -> Markup {
    let is_ours = |sitting: &&ExamSitting| view.exam.part_of(sitting) == view.offer.part;
    let ours: Vec<&ExamSitting> = view.exam.sittings.iter().filter(is_ours).collect();
    let is_elsewhere =
        view.offer.campus().is_some_and(|code| !ours.iter().any(|one| one.campus.as_ref() == Some(code)));
    let (title, text) = match ours.is_empty() {
        false if is_elsewhere => (w.t("sittings-none-here-title"), w.t("sittings-none-here-text")),
        true => (w.t("sittings-empty-title"), w.t("sittings-empty-text")),
        false => (w.t("sittings-wait-title"), w.t("sittings-wait-text")),
    };
    html! { div class="empty" { h3 { (title) } p { (text) } } }
}

fn group_part(w: Words, view: &View<'_>, group: &CardGroup, is_one_of_many: bool) -> Markup {
    let title = group.title.clone().unwrap_or_else(|| w.t("sittings-free-group").into_owned());
    let hint = match (&group.radio, is_one_of_many) {
        (Some(_), _) if group.rule.is_some() => group.rule.as_deref().unwrap_or_default().into(),
        (Some(_), true) => w.t("sittings-one-of-group"),
        (Some(_), false) => w.t("sittings-one"),
        (None, _) => w.t("sittings-any"),
    };
    let is_chosen = group.cards.iter().any(|card| card.choice.as_ref().is_some_and(|choice| choice.is_chosen));
    html! {
        fieldset class="sittings" {
            legend class=[(!is_one_of_many).then_some("unseen")] { (title) }
            @let says_rule = group.rule.is_some() || view.plan.action.is_none();
            @if says_rule || group.cards.iter().any(|card| card.choice.is_some()) { p class="hint" { (hint) } }
            (by_place(w, view, group))
            @let has_choice = group.cards.iter().any(|card| card.choice.is_some());
            @if let (Some(radio), true, true) = (&group.radio, is_one_of_many, has_choice) {
                label class="tick" for={ (radio) "-none" } {
                    input type="radio" id={ (radio) "-none" } name=(radio) value="" checked[!is_chosen];
                    span { (w.with("sittings-none", &[("group", title.as_str().into())])) }
                }
            }
        }
    }
}

/// The cards, under their days where there are several of them: nobody reads twenty in one list.
fn by_place(w: Words, view: &View<'_>, group: &CardGroup) -> Markup {
    let day = |card: &SittingCard| card.starts_at.map(|at| when::dated_day(w.language, at, Some(view.now)));
    let mut days: Vec<Option<String>> = group.cards.iter().map(day).collect();
    days.dedup();
    let is_grouped = group.cards.len() > LISTED_MAX && days.len() > 1 && days.len() < group.cards.len();
    html! {
        @if is_grouped {
            @for chunk in group.cards.chunk_by(|one, other| day(one) == day(other)) {
                @if let Some(day) = chunk.first().and_then(day) { h3 class="group" { (day) } }
                ul class="seats" { @for card in chunk { (sitting_card(w, card, view.now)) } }
            }
        } @else {
            ul class="seats" { @for card in &group.cards { (sitting_card(w, card, view.now)) } }
        }
    }
}

/// Why nothing can be chosen now, when the calendar is the reason.
fn window_part(w: Words, view: &View<'_>) -> Markup {
    let opens = || when::dated(w.language, view.exam.opens_at, view.now);
    let text = match view.exam.window(view.now) {
        Window::Open => return html! {},
        Window::NotYet if view.gate == Gate::None => w.with("choose-soon", &[("when", opens().into())]),
        Window::NotYet => w.with("choose-soon-room", &[("when", opens().into())]),
        Window::Closed => w.t("choose-closed"),
    };
    html! { p class="closed" { (text) } }
}

/// What the waiting room asks of the visitor.
fn gate_part(w: Words, view: &View<'_>) -> Markup {
    let (title, text) = match view.gate {
        Gate::None => return html! {},
        Gate::Later => return html! { p class="hint" { (w.t("gate-later")) } },
        Gate::Admitted(until) => {
            let values = [("time", when::near(w.language, until, view.now).into())];
            return callout(Tone::Good, &w.t("gate-turn-title"), &html! { p { (w.with("gate-turn-text", &values)) } });
        }
        Gate::Closed { has_position: true } => (w.t("gate-position-title"), w.t("gate-position-text")),
        Gate::Closed { has_position: false } if view.exam.window(view.now) == Window::NotYet => {
            (w.t("gate-early-title"), w.t("gate-early-text"))
        }
        Gate::Closed { has_position: false } => (w.t("gate-title"), w.t("gate-text")),
    };
    callout(Tone::Plain, &title, &html! { p { (text) } })
}

/// The way into the waiting room, where the button to hold would be.
fn room_button(w: Words, view: &View<'_>, has_position: bool) -> Markup {
    let word = if has_position { w.t("gate-back") } else { w.t("gate-enter") };
    html! {
        div class="bar" {
            p { (w.t("gate-hint")) }
            a class="button" href={ "/exams/" (view.exam.id) "/waiting" } { (word) }
        }
    }
}

fn button_part(w: Words, view: &View<'_>) -> Markup {
    if let (Gate::Closed { has_position }, None) = (view.gate, view.offer.sole_order()) {
        return room_button(w, view, has_position);
    }
    let word = match view.plan.action {
        _ if !view.plan.has_choice => return html! {},
        None => return html! {},
        Some(Action::SignIn) => w.t("choose-submit-guest"),
        // Where several orders may stand, what was chosen is shown before one pays.
        Some(Action::Hold) if view.offer.exam.is_many(&view.offer.part) => w.t("choose-submit-many"),
        Some(Action::Hold) => w.t("choose-submit"),
        Some(Action::Replace) => w.t("choose-submit-again"),
    };
    let held = ("held", held(w, view.exam).into());
    let replaces = view.plan.action == Some(Action::Replace);
    let hint = match view.gate {
        _ if replaces => {
            let until = view.offer.sole_order().map(|order| when::near(w.language, order.expires_at, view.now));
            w.with("choose-hint-again", &[("time", until.unwrap_or_default().into())])
        }
        Gate::Admitted(until) => {
            w.with("gate-turn-hint", &[("time", when::near(w.language, until, view.now).into()), held])
        }
        _ => w.with("choose-hint", &[held]),
    };
    html! {
        div class="bar" data-above-hold[replaces] {
            p { (hint) }
            @if replaces { input type="hidden" name="replace" value="on"; }
            button class="button" type="submit" { (word) }
        }
    }
}
