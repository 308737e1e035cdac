//! An order in every state: paying, the receipt, what is over, and the list of all.

use maud::html;
use registration::model::exam::Exam;
use registration::model::order::{OrderId, OrderState};
use registration::model::room::{RoomId, SeatPlace, Site, SiteId};
use registration::payments::Surface;
use registration::people::accounts::Account;
use uuid::Uuid;

use super::accounts::me_page;
use super::{
    Studio, account, an_order, exam_page, now, reader, refused_state, standing_of, steps_of, text, with_orders,
};
use crate::pages::order::{self, ended, receipt};
use crate::view::form::FieldError;
use crate::view::layout::Visitor;
use crate::view::order::late::Late;

/// A place with long names.
fn a_place() -> Vec<SeatPlace> {
    let site = Site {
        id: SiteId(Uuid::nil()),
        name: text(
            "临江市高新技术产业开发区继续教育学院东校区",
            "East Campus of the Linjiang School of Continuing Education",
        ),
        address: text("学府路 1 号", "1 Xuefu Road"),
        way: text("", ""),
        position: None,
    };
    let place = SeatPlace {
        sitting: "en-1".parse().unwrap(),
        site,
        room: RoomId(Uuid::nil()),
        room_name: "一号教学楼 302".to_owned(),
        floor: "3".to_owned(),
        room_number: 12,
        seat: 1,
        label: "H01".to_owned(),
        assigned_at: now(),
    };
    vec![place]
}

impl Studio {
    pub(super) fn orders(&mut self) {
        let (w, exam) = (self.w, exam_page());
        let (zhang, long) = (account("张伟"), account("阿卜杜热西提·买买提依明·艾合买提江"));
        let too_large = w.with("upload-too-large", &[("limit", 4.into())]).into_owned();
        let errors = [FieldError { field: "screenshot".into(), text: too_large }];
        let shots = [
            ("pay", OrderState::Unpaid, Some((754, true)), &zhang, &[][..]),
            ("pay-short", OrderState::Unpaid, Some((95, true)), &long, &errors[..]),
            ("pay-zero", OrderState::Unpaid, Some((0, true)), &zhang, &[][..]),
            ("pay-lapsed", OrderState::Lapsed, None, &zhang, &[][..]),
            ("pay-refused", refused_state(), None, &zhang, &[][..]),
        ];
        for (name, state, hold, account, errors) in shots {
            let order = an_order(state);
            let steps = steps_of(&exam, Some(&order));
            let view = order::View {
                order: &order,
                exam: &exam,
                steps: &steps,
                account,
                first: None,
                kept: None,
                shows_payer: false,
                arrived: name.ends_with("short").then(|| Uuid::from_u128(7)),
                late: (order.state == OrderState::Lapsed).then_some(Late::Same),
                money: None,
                surface: Surface::Phone,
                errors,
                visit_now: now(),
            };
            self.add(name, "pay", hold, Visitor::SignedIn, &order::body(w, &view));
        }
        let nothing = [FieldError { field: "screenshot".into(), text: w.t("upload-none").into_owned() }];
        let receipts = [
            ("receipt-review", OrderState::WaitingReview, &zhang, &[][..]),
            ("receipt-nothing", OrderState::WaitingReview, &zhang, &nothing[..]),
            ("receipt-confirmed", OrderState::Confirmed, &long, &[][..]),
        ];
        for (name, state, account, errors) in receipts {
            let order = an_order(state);
            let orders = [order.clone()];
            let (steps, standing) = (steps_of(&exam, Some(&order)), standing_of(&exam, &with_orders(&orders)));
            let answers =
                [("专业", "汉语言文学"), ("论文等级", "良")].map(|(label, value)| (label.into(), html! { (value) }));
            let places = if name == "receipt-confirmed" { a_place() } else { Vec::new() };
            let view = receipt::View {
                can_print: true,
                exam: &exam,
                order: &order,
                money: None,
                orders: &orders,
                account,
                person: None,
                answers: &answers,
                steps: &steps,
                standing: &standing,
                reader: reader(true),
                places: &places,
                arrived: None,
                withdraws: name == "receipt-confirmed",
                invoice: None,
                errors,
            };
            self.add(name, "receipt", None, Visitor::SignedIn, &receipt::body(w, &view));
        }
        self.ended(&exam);
        self.listed(&exam, [&zhang, &long]);
    }

    /// What is over, alone and with another one in its place.
    fn ended(&mut self, exam: &Exam) {
        let w = self.w;
        let ended = [
            ("ended", OrderState::Released, vec![]),
            ("ended-instead", OrderState::Released, vec![an_order(OrderState::Unpaid)]),
            ("ended-cancelled", OrderState::Cancelled, vec![an_order(OrderState::Cancelled)]),
        ];
        for (name, state, orders) in ended {
            let mut was = an_order(state);
            was.id = OrderId::from_bits(7);
            let standing = standing_of(exam, &with_orders(&orders));
            let view = ended::View {
                exam,
                order: &was,
                money: None,
                invoice: None,
                instead: orders.first().filter(|order| order.state.is_live()),
                standing: &standing,
                reader: reader(true),
                errors: &[],
                now: now(),
            };
            self.add(name, "ended", None, Visitor::SignedIn, &ended::body(w, &view));
        }
    }

    /// 个人中心 with all of them, and with none.
    fn listed(&mut self, exam: &Exam, [zhang, long]: [&Account; 2]) {
        let w = self.w;
        let states = [
            OrderState::Unpaid,
            refused_state(),
            OrderState::WaitingReview,
            OrderState::Confirmed,
            OrderState::Lapsed,
            OrderState::Released,
        ];
        let orders = states.map(an_order);
        self.add("me", "me", Some((754, false)), Visitor::SignedIn, &me_page(w, exam, &orders, long));
        self.add("me-empty", "me", None, Visitor::SignedIn, &me_page(w, exam, &[], zhang));
    }
}
