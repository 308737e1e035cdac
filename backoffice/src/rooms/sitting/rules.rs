//! By which rules a sitting is arranged, as a form; the first time it is saved the seed is drawn.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use seating::{Few, Key, Rules};
use serde::Deserialize;

use super::{View, path};
use crate::finance::parts::select;
use crate::rooms::forms::{line, tick};
use crate::rooms::words::{KEYS, few, name_of};

/// What is offered for the few who join the room before.
const JOIN_USUAL: u16 = 3;
/// Most seats or rooms that stay empty.
const SPARE_MAX: u16 = 999;
const FEWS: [(&str, &str); 3] = [("stay", key("few-stay")), ("join", key("few-join")), ("even", key("few-even"))];

/// The rules as they were entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RulesEntered {
    together: String,
    apart_school: Option<String>,
    apart_class: Option<String>,
    apart_paper: Option<String>,
    diagonal: Option<String>,
    one_paper: Option<String>,
    spare_seats: String,
    spare_rooms: String,
    few: String,
    join: String,
}

impl RulesEntered {
    /// The rules, if its numbers are numbers.
    pub(crate) fn rules(&self) -> Option<Rules> {
        let number = |text: &str| match text.trim() {
            "" => Some(0),
            text => text.parse().ok().filter(|number: &u16| *number <= SPARE_MAX),
        };
        let ticked =
            [(Key::School, &self.apart_school), (Key::Class, &self.apart_class), (Key::Paper, &self.apart_paper)];
        let few = match self.few.as_str() {
            "join" => Few::JoinBefore(number(&self.join)?),
            "even" => Few::Even,
            _ => Few::Stay,
        };
        Some(Rules {
            together: KEYS.iter().find(|(_, name, _)| *name == self.together).map(|(one, ..)| *one),
            apart: ticked.into_iter().filter(|(_, tick)| tick.is_some()).map(|(one, _)| one).collect(),
            diagonal: self.diagonal.is_some(),
            one_paper_per_room: self.one_paper.is_some(),
            spare_seats: number(&self.spare_seats)?,
            spare_rooms: number(&self.spare_rooms)?,
            few,
        })
    }
}

/// The form, with the rules as they are.
pub(crate) fn rules_form(w: Words, view: &View<'_>) -> Markup {
    let known = view.state.arrangement.as_ref();
    let rules = known.map(|arrangement| arrangement.rules.clone()).unwrap_or_default();
    let together = rules.together.map_or("", |one| name_of(&KEYS, one).0);
    let join = match rules.few {
        Few::JoinBefore(at_most) => at_most,
        Few::Stay | Few::Even => JOIN_USUAL,
    };
    let is_apart = |one: Key| rules.apart.contains(&one);
    html! {
        section {
            h2 { (w.t("rules-title")) }
            form class="fields panel" method="post" action={ (path(view)) "/rules" } {
                (select("together", &w.t("rules-together"), Some(&w.t("rules-mixed")), together,
                    KEYS.iter().map(|(_, name, word)| ((*name).to_owned(), w.t(word).into_owned()))))
                fieldset {
                    legend { (w.t("rules-apart")) }
                    (tick("apart_school", &w.t("by-school"), is_apart(Key::School)))
                    (tick("apart_class", &w.t("by-class"), is_apart(Key::Class)))
                    (tick("apart_paper", &w.t("by-paper"), is_apart(Key::Paper)))
                    (tick("diagonal", &w.t("rules-diagonal"), rules.diagonal))
                }
                (tick("one_paper", &w.t("rules-one-paper"), rules.one_paper_per_room))
                (line("spare_seats", &w.t("rules-spare-seats"), &rules.spare_seats.to_string(), false))
                (line("spare_rooms", &w.t("rules-spare-rooms"), &rules.spare_rooms.to_string(), false))
                (select("few", &w.t("rules-few"), None, few(rules.few),
                    FEWS.iter().map(|(name, word)| ((*name).to_owned(), w.t(word).into_owned()))))
                (line("join", &w.t("rules-join"), &join.to_string(), false))
                p class="hint" { @if known.is_none() { (w.t("rules-first")) } @else { (w.t("rules-again")) } }
                button class="button" type="submit" { (w.t("save")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_entered_becomes_rules() {
        let on = || Some("on".to_owned());
        let text = str::to_owned;
        let entered = RulesEntered {
            together: text("school"),
            apart_paper: on(),
            diagonal: on(),
            spare_seats: text(" 2 "),
            few: text("join"),
            join: text("3"),
            ..RulesEntered::default()
        };
        let rules = entered.rules().unwrap();
        assert_eq!((rules.together, rules.few, rules.spare_seats), (Some(Key::School), Few::JoinBefore(3), 2));
        assert_eq!((&rules.apart[..], rules.diagonal, rules.one_paper_per_room), (&[Key::Paper][..], true, false));
        for bad in ["-1", "two", "1000", "70000"] {
            assert_eq!(RulesEntered { spare_rooms: text(bad), ..entered.clone() }.rules(), None, "{bad}");
        }
        assert_eq!(RulesEntered::default().rules(), Some(Rules::default()));
    }
}
