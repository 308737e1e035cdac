//! What is left when time has ended something: sittings that have begun.

use jiff::SignedDuration;
use registration::model::order::OrderState;
use registration::payments::Surface;

use super::super::{Studio, account, an_order, availability, choosing, exam_page, now, steps_of};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::order;
use crate::request::chosen::Chosen;
use crate::view::layout::Visitor;
use crate::view::order::late::Late;

impl Studio {
    /// An exam of which one sitting has begun and one is about to.
    pub(super) fn endings(&mut self) {
        let (w, mut exam) = (self.w, exam_page());
        exam.sittings[0].starts_at = now() - SignedDuration::from_mins(5);
        exam.sittings[1].starts_at = now() + SignedDuration::from_mins(10);
        let (available, steps) = (availability(&exam, &[(132, 200), (68, 200), (40, 120)]), steps_of(&exam, None));
        let body = choosing(w, &exam, &steps, None, Some(&available), &Chosen::default(), Gate::None, &[]);
        self.add("exam-begun", "exam", None, Visitor::Guest, &body);
        let (order, account) = (an_order(OrderState::Lapsed), account("张伟"));
        let steps = steps_of(&exam, Some(&order));
        let view = order::View {
            order: &order,
            exam: &exam,
            steps: &steps,
            account: &account,
            first: None,
            kept: None,
            shows_payer: false,
            arrived: None,
            late: Some(Late::Begun),
            money: None,
            surface: Surface::Phone,
            errors: &[],
            visit_now: now(),
        };
        self.add("pay-begun", "pay", None, Visitor::SignedIn, &order::body(w, &view));
    }
}
