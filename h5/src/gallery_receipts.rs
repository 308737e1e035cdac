//! Receipts: while a payment is looked at, after an empty form was sent from there, and once it is confirmed.

use maud::html;
use registration::order::OrderState;

use super::{Studio, account, an_order, exam_page, now, steps_of};
use crate::pages::receipt::{View, body};
use crate::pages::steps_view::step_list;
use crate::view::form::FieldError;
use crate::view::layout::Visitor;

impl Studio {
    pub(super) fn receipts(&mut self) {
        let (w, exam) = (self.w, exam_page());
        let (zhang, long) = (account("张伟"), account("阿卜杜热西提·买买提依明·艾合买提江"));
        let nothing = [FieldError { field: "screenshot".into(), text: w.t("upload-none").into_owned() }];
        let shots = [
            ("receipt-review", OrderState::WaitingReview, &zhang, &[][..]),
            ("receipt-nothing", OrderState::WaitingReview, &zhang, &nothing[..]),
            ("receipt-confirmed", OrderState::Confirmed, &long, &[][..]),
        ];
        for (name, state, account, errors) in shots {
            let order = &an_order(state);
            let steps = &step_list(w, &steps_of(&exam, Some(order)), now());
            let answers =
                &[("专业", "汉语言文学"), ("论文等级", "良")].map(|(label, value)| (label.into(), html! { (value) }));
            let view = View { exam: &exam, order, account, answers, review: None, steps, arrived: None, errors };
            self.add(name, "receipt", None, Visitor::SignedIn, &body(w, &view));
        }
    }
}
