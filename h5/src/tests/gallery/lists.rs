//! Waiting lists: a position on one in every state, and the choice of a sitting with a list behind it.

use registration::model::exam_rules::{PartId, WaitingListRules};
use registration::model::facts::{EligibilityState, Facts};
use registration::people::accounts::Hears;
use reservation::engine::waiting_list::Waiting;
use reservation::ids::SittingNumber;
use reservation::waiting_list::{ListPer, Returns, Wait, WaitOf, WaitState};

use super::{Studio, availability, exam_page, now, standing_of, steps_of};
use crate::pages::exam::list::state::ListState;
use crate::pages::exam::list::{View, body};
use crate::pages::exam::sittings::choice::{Offer, plan};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::exam::sittings::{self, may_choose};
use crate::request::chosen::Chosen;
use crate::view::form::FieldError;
use crate::view::layout::Visitor;

/// Somebody who waits for the third sitting, with eleven before them.
fn waiting() -> Waiting {
    let wait = Wait { state: WaitState::Waiting, list: SittingNumber(3), number: 1 << 32, lapses: 0, offer: None };
    Waiting {
        sittings: vec!["en-3".parse().unwrap()],
        state: WaitState::Waiting,
        position: Some((11, 412)),
        lapses: 0,
        offer: None,
        changed_at: now(),
        of: WaitOf { candidate: "c".parse().unwrap(), group: SittingNumber(1), wait },
    }
}

impl Studio {
    pub(super) fn lists(&mut self) {
        let mut exam = exam_page();
        let mut rules =
            WaitingListRules { per: ListPer::Sitting, offer_minutes: 120, returns: Returns::ListFirst, offers: 3 };
        exam.rules.waiting_list = Some(rules.clone());
        let at = |ahead, lapses| ListState::Waiting { ahead, all: 412, lapses };
        let shots = [
            ("list-out", ListState::Out, Hears::Message, None),
            ("list-waiting", at(11, 0), Hears::Letter, None),
            ("list-missed", at(411, 1), Hears::Nothing, None),
            ("list-moving", ListState::Moving, Hears::Message, None),
            ("list-free", ListState::Free, Hears::Message, None),
            ("list-early", ListState::Early, Hears::Message, None),
            ("list-closed", ListState::Closed, Hears::Message, None),
            ("list-elsewhere", ListState::Elsewhere(exam.sittings[0].clone()), Hears::Message, None),
            ("list-seated", ListState::Seated, Hears::Message, None),
            ("list-spent", ListState::Spent, Hears::Message, None),
            ("list-off", ListState::Off, Hears::Message, None),
            ("list-away", ListState::Out, Hears::Message, Some(("list", "list-away"))),
            ("list-unagreed", ListState::Out, Hears::Message, Some(("agree", "hold-error-agree"))),
            ("list-away-leaving", at(11, 0), Hears::Message, Some(("list", "list-away-leaving"))),
        ];
        for (name, state, hears, error) in shots {
            let error = error.map(|(field, key)| FieldError { field: field.into(), text: self.w.t(key).into_owned() });
            let view = View { exam: &exam, sitting: &exam.sittings[2], rules: &rules, state, error, hears, now: now() };
            self.add(name, "list-title", None, Visitor::SignedIn, &body(self.w, &view));
        }
        (rules.per, rules.returns) = (ListPer::Group, Returns::Everybody);
        let (state, hears) = (at(0, 0), Hears::Message);
        let view =
            View { exam: &exam, sitting: &exam.sittings[2], rules: &rules, state, error: None, hears, now: now() };
        self.add("list-everybody", "list-title", None, Visitor::SignedIn, &body(self.w, &view));
        self.choices(&exam);
    }

    /// Choosing where the third sitting is full, before and after joining its list.
    fn choices(&mut self, exam: &registration::model::exam::Exam) {
        let w = self.w;
        let available = availability(exam, &[(132, 200), (0, 200), (0, 120)]);
        let (chosen, eligibility, steps) = (Chosen::default(), EligibilityState::None, steps_of(exam, None));
        let standing = standing_of(exam, &Facts::default());
        for (name, waits) in [("list-choice", vec![]), ("list-choice-waiting", vec![waiting()])] {
            let offer = Offer {
                exam,
                part: PartId::main(),
                orders: &[],
                eligibility: &eligibility,
                waits: &waits,
                chosen: &chosen,
                now: now(),
            };
            let plan = plan(w, &offer, Some(&available), may_choose(exam, now(), Gate::None), true);
            let (reader, gate) = (super::reader(true), Gate::None);
            let view = sittings::View {
                has_draws: false,
                exam,
                steps: &steps,
                standing: &standing,
                reader,
                offer: &offer,
                now: now(),
                errors: &[],
                gate,
                plan,
            };
            self.add(name, "exam", None, Visitor::SignedIn, &sittings::body(w, &view));
        }
    }
}
