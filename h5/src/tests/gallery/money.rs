//! Money in the states that no channel's page shows: locked and paid by a school, paid too late, receipts, invoices.

use jiff::SignedDuration;
use registration::model::exam::Exam;
use registration::model::fen::Fen;
use registration::model::order::{BySchool, Order, OrderState};
use registration::model::payment::Method;
use registration::model::payment::invoice::{Invoice, InvoiceTitle};
use registration::model::payment::refund::{Refund, RefundReason, RefundState};
use registration::payments::{PaymentPage, Surface};

use super::accounts::me_page;
use super::channels::{back, came, money, paid_by};
use super::steps_of_exams::{begun, bound, order_of, shipped};
use super::{
    DOCUMENT, Studio, account, an_order, availability, choosing, exam_page, now, reader, standing_of, steps_of, text,
    with_orders,
};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::home;
use crate::pages::order::invoice::{self, Sent};
use crate::pages::order::{self, ended, receipt};
use crate::request::chosen::Chosen;
use crate::view::form::{FieldError, of, whole};
use crate::view::layout::Visitor;
use crate::view::order::late::Late;

fn locked() -> Option<BySchool> {
    Some(BySchool::Locked { until: now() + SignedDuration::from_hours(20) })
}

fn by_school(state: OrderState, by_school: Option<BySchool>) -> Order {
    Order { by_school, ..an_order(state) }
}

/// A school's payment for thirty candidates, of which one is this order's.
fn of_a_school() -> PaymentPage {
    let paid = came(8, Method::WechatPay, "3600.00");
    PaymentPage { by_school: vec![(paid.id, Fen(12_000))], ..money(&[], vec![], vec![paid], vec![]) }
}

fn title(name: &str, code: &str) -> InvoiceTitle {
    InvoiceTitle::parse(name, code).unwrap()
}

impl Studio {
    pub(super) fn money_of_all_kinds(&mut self) {
        self.locked();
        self.late();
        self.receipts();
        self.invoices();
        self.invoice_forms();
    }

    /// An order's page with no channel's money on it.
    fn order_page(&mut self, name: &str, exam: &Exam, order: &Order, late: Option<Late>, money: Option<&PaymentPage>) {
        let (steps, account) = (steps_of(exam, Some(order)), account("张伟"));
        let view = order::View {
            order,
            exam,
            steps: &steps,
            account: &account,
            first: None,
            kept: None,
            shows_payer: false,
            arrived: None,
            late,
            money,
            surface: Surface::Phone,
            errors: &[],
            visit_now: now(),
        };
        let is_held = order.state == OrderState::Unpaid && !order.is_paid_by_school();
        self.add(name, "pay", is_held.then_some((754, true)), Visitor::SignedIn, &order::body(self.w, &view));
    }

    /// Locked by a school's payment, and paid by it.
    fn locked(&mut self) {
        let (w, exam, zhang) = (self.w, exam_page(), account("张伟"));
        let order = by_school(OrderState::Unpaid, locked());
        let none = money(&[], vec![], vec![], vec![]);
        self.order_page("locked-order", &exam, &order, None, Some(&none));
        let paid = by_school(OrderState::Unpaid, Some(BySchool::Paid));
        self.order_page("locked-arrived", &exam, &paid, None, Some(&of_a_school()));
        let (available, steps_now) = (availability(&exam, &[(132, 200), (68, 200)]), steps_of(&exam, Some(&order)));
        let chosen = Chosen::default();
        let body = choosing(w, &exam, &steps_now, Some(&order), Some(&available), &chosen, Gate::None, &[]);
        self.add("locked-exam", "exam", Some((754, false)), Visitor::SignedIn, &body);
        let orders = [order];
        self.add("locked-me", "me", Some((754, false)), Visitor::SignedIn, &me_page(w, &exam, &orders, &zhang));
        let own = [begun(w, &exam, &with_orders(&orders))];
        self.add("locked-home", "home", Some((754, false)), Visitor::SignedIn, &home::body(w, &[], &own, ("", now())));
        let confirmed = [by_school(OrderState::Confirmed, Some(BySchool::Paid))];
        self.add("school-me", "me", None, Visitor::SignedIn, &me_page(w, &exam, &confirmed, &zhang));
        let own = [begun(w, &exam, &with_orders(&confirmed))];
        self.add("school-home", "home", None, Visitor::SignedIn, &home::body(w, &[], &own, ("", now())));

        let cet = shipped("cet");
        let subject = |id: &str, state, by_school| Order { by_school, ..order_of(&cet, &[id], state) };
        let (written, oral) = ("cet4-written-993010", "cet4-oral-993010");
        let mut facts =
            super::Facts { notice_agreed_at: Some(now()), eligibility: bound("993010"), ..Default::default() };
        let half = [subject(oral, OrderState::Unpaid, locked()), subject(written, OrderState::Unpaid, locked())];
        facts.orders = &half;
        self.overview("locked-subjects", &cet, &facts, Visitor::SignedIn);
        let paid = Some(BySchool::Paid);
        let all = [subject(oral, OrderState::Confirmed, paid), subject(written, OrderState::Confirmed, paid)];
        facts.orders = &all;
        self.overview("school-subjects", &cet, &facts, Visitor::SignedIn);
    }

    /// What is said of money that comes when the time is up.
    fn late(&mut self) {
        let (w, mut exam) = (self.w, exam_page());
        exam.rules.contact = Some(text(super::CONTACT.0, super::CONTACT.1));
        exam.rules.payment.channels = vec![Method::Alipay, Method::Screenshot];
        exam.sittings[0].starts_at = now() - SignedDuration::from_mins(5);
        let order = an_order(OrderState::Lapsed);
        self.order_page("late-other", &exam, &order, Some(Late::Other), None);
        exam.closes_at = now() - SignedDuration::from_hours(2);
        self.order_page("late-closed", &exam, &order, Some(Late::Closed), None);
        let orders = [order];
        self.add("late-closed-me", "me", None, Visitor::SignedIn, &me_page(w, &exam, &orders, &account("张伟")));
        let kept = [Order { late_picture_at: Some(now()), ..an_order(OrderState::Lapsed) }];
        let exam = exam_page();
        self.add("late-picture-me", "me", None, Visitor::SignedIn, &me_page(w, &exam, &kept, &account("张伟")));
        let own = [begun(w, &exam, &with_orders(&kept))];
        self.add("late-picture-home", "home", None, Visitor::SignedIn, &home::body(w, &[], &own, ("", now())));
    }

    fn receipt(&mut self, name: &str, exam: &Exam, order: &Order, money: &PaymentPage, invoice: Option<&Invoice>) {
        let (orders, zhang) = ([order.clone()], account("张伟"));
        let (steps, standing) = (steps_of(exam, Some(order)), standing_of(exam, &with_orders(&orders)));
        let view = receipt::View {
            can_print: true,
            exam,
            order,
            money: Some(money),
            orders: &orders,
            account: &zhang,
            person: None,
            answers: &[],
            steps: &steps,
            standing: &standing,
            reader: reader(true),
            places: &[],
            arrived: None,
            withdraws: false,
            invoice,
            errors: &[],
        };
        self.add(name, "receipt", None, Visitor::SignedIn, &receipt::body(self.w, &view));
    }

    /// Receipts by every way to pay.
    fn receipts(&mut self) {
        let (shown, by_channel) = (exam_page(), paid_by(&[Method::Alipay, Method::WechatPay]));
        let confirmed = an_order(OrderState::Confirmed);
        let picture = money(&[], vec![], vec![came(8, Method::Screenshot, "120.00")], vec![]);
        self.receipt("receipt-by-picture", &shown, &confirmed, &picture, None);
        // What staff give back of it goes by no channel.
        let by_staff =
            |state, fen| Refund { amount: Fen(fen), ..back(&picture.received[0], RefundReason::Staff, state) };
        let part = PaymentPage {
            refunds: vec![by_staff(RefundState::Due, 7_000), by_staff(RefundState::Done, 2_000)],
            ..money(&[], vec![], picture.received.clone(), vec![])
        };
        self.receipt("receipt-by-picture-back", &shown, &confirmed, &part, None);
        let school = by_school(OrderState::Confirmed, Some(BySchool::Paid));
        self.receipt("receipt-school", &by_channel, &school, &of_a_school(), None);
        let back_to_school = Refund {
            amount: Fen(5_000),
            ..back(&of_a_school().received[0], RefundReason::Staff, RefundState::Processing)
        };
        let part = PaymentPage { refunds: vec![back_to_school], ..of_a_school() };
        self.receipt("receipt-school-part", &by_channel, &school, &part, None);
        let mut free = an_order(OrderState::Confirmed);
        free.amount = Fen(0);
        free.sittings[0].fee = Fen(0);
        self.receipt("receipt-free", &shown, &free, &money(&[], vec![], vec![], vec![]), None);
        let paid = came(8, Method::Alipay, "120.00");
        let gone = Refund { amount: Fen(4_000), ..back(&paid, RefundReason::Staff, RefundState::Done) };
        let part = money(&[], vec![], vec![paid], vec![gone]);
        self.receipt("receipt-part", &by_channel, &confirmed, &part, None);
    }

    /// An invoice in every state.
    fn invoices(&mut self) {
        let (w, exam, confirmed) = (self.w, exam_page(), an_order(OrderState::Confirmed));
        let paid = money(&[], vec![], vec![came(8, Method::Screenshot, "120.00")], vec![]);
        let asked = Invoice {
            order: confirmed.id,
            asked_at: now(),
            title: title("湘江理工大学继续教育学院（长沙）培训与考试服务中心有限责任公司", "91350100M000100Y43"),
            amount: Fen(12_000),
            issued: None,
            credited: None,
        };
        self.receipt("invoice-wanted", &exam, &confirmed, &paid, Some(&asked));
        let own = Invoice { title: title("张伟", &format!("{DOCUMENT}01")), ..asked.clone() };
        self.receipt("invoice-wanted-own", &exam, &confirmed, &paid, Some(&own));
        let made = Invoice { issued: Some((Fen(12_000), now())), title: title("张伟", ""), ..asked };
        self.receipt("invoice-made", &exam, &confirmed, &paid, Some(&made));
        let crediting = Invoice { amount: Fen(8_000), ..made.clone() };
        self.receipt("invoice-crediting", &exam, &confirmed, &paid, Some(&crediting));
        let credited = Invoice { amount: Fen(0), credited: Some((Fen(12_000), now())), ..made.clone() };
        let nothing = Invoice { amount: Fen(0), issued: None, ..made };
        for (name, invoice) in [("invoice-credited", &credited), ("invoice-nothing", &nothing)] {
            let mut over = an_order(OrderState::Released);
            over.paid_at = Some(now());
            let shown = came(8, Method::Screenshot, "120.00");
            let gone = back(&shown, RefundReason::Withdrawn, RefundState::Done);
            let money = money(&[], vec![], vec![shown], vec![gone]);
            let standing = standing_of(&exam, &with_orders(&[]));
            let view = ended::View {
                exam: &exam,
                order: &over,
                money: Some(&money),
                invoice: Some(invoice),
                instead: None,
                standing: &standing,
                reader: reader(true),
                errors: &[],
                now: now(),
            };
            self.add(name, "ended", None, Visitor::SignedIn, &ended::body(w, &view));
        }
    }

    fn invoice_forms(&mut self) {
        let (w, exam, order) = (self.w, exam_page(), an_order(OrderState::Confirmed));
        let sent = |kind: &str, title: &str, code: &str| Sent {
            kind: kind.to_owned(),
            title: title.to_owned(),
            code: code.to_owned(),
        };
        let person = sent("person", "张伟", "");
        let school = sent("organisation", "临江大学", "12100000400010275M");
        let check = [of("code", w.t("invoice-error-check"))];
        let all = [
            of("kind", w.t("invoice-error-kind")),
            of("title", w.with("invoice-error-title", &[("count", 100.into())])),
            of("code", w.with("invoice-error-length", &[("count", 17.into())])),
        ];
        let made = [whole(w.t("invoice-error-issued"))];
        let shots: [(&str, &Sent, bool, &[FieldError]); 4] = [
            ("invoice-form", &person, false, &[]),
            ("invoice-form-check", &school, true, &check),
            ("invoice-form-errors", &sent("", "", "9135"), false, &all),
            ("invoice-form-made", &school, true, &made),
        ];
        for (name, sent, is_change, errors) in shots {
            let view = invoice::View { exam: &exam, order: &order, left: Fen(12_000), is_change, sent, errors };
            self.add(name, "invoice", None, Visitor::SignedIn, &invoice::body(w, &view));
        }
    }
}
