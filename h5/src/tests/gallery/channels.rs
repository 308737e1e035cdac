//! Paying by a channel, in every state: before, on the way, back, in, late, twice, wrong; and what is owed.

use jiff::SignedDuration;
use registration::model::actor::Actor;
use registration::model::exam::Exam;
use registration::model::fen::Fen;
use registration::model::order::{OrderId, OrderState};
use registration::model::payment::refund::{Refund, RefundId, RefundReason, RefundState};
use registration::model::payment::{Method, Payment, PaymentId, PaymentState};
use registration::payments::{Attempt, Bank, BankKind, Form, PaymentPage, Start, Surface};
use registration::rules::paying::withdrawal::Terms;
use registration::seats::{Instead, Withdrawal};
use uuid::Uuid;

use super::{Studio, account, an_order, exam_page, minutes, now, reader, standing_of, steps_of, text, with_orders};
use crate::pages::order::pay::{self, going};
use crate::pages::order::{self, ended, instead, receipt, withdraw};
use crate::view::form::{FieldError, of, whole};
use crate::view::layout::Visitor;
use crate::view::order::late::Late;

const BOTH: [Method; 2] = [Method::Alipay, Method::WechatPay];

/// The exam, with money taken like this.
pub(super) fn paid_by(channels: &[Method]) -> Exam {
    let mut exam = exam_page();
    exam.rules.payment.channels = channels.to_vec();
    exam
}

fn attempt(method: Method, state: PaymentState, start: Option<Start>) -> Attempt {
    let payment = PaymentId(Uuid::from_u128(7));
    let (expires_at, heard_at) = (Some(now() + minutes(12)), Some(now()));
    Attempt { payment, method, state, start, expires_at, heard_at }
}

fn app() -> Option<Start> {
    let url = "https://openapi.alipay.com/gateway.do?app_id=2021&method=alipay.trade.wap.pay".to_owned();
    Some(Start::Go { url, until: None })
}

fn code(text: &str) -> Option<Start> {
    Some(Start::Scan { code: text.to_owned(), until: Some(now() + minutes(120)) })
}

/// The form that a browser carries to a bank.
fn sent(bank: Option<&str>) -> Option<Start> {
    let fields = vec![("orderId".to_owned(), "0195f3a1b2c37d4e8f90112233445566".to_owned())];
    let url = "https://gateway.95516.com/gateway/api/frontTransReq.do".to_owned();
    Some(Start::Send(Form { url, fields, onward: None, bank: bank.map(str::to_owned) }))
}

fn banks() -> Vec<Bank> {
    let large = ["icbc", "abc", "boc", "ccb", "comm", "psbc"].map(|word| Bank { word, kind: BankKind::Large });
    let national = ["cmb", "citic", "ceb", "cmbc", "spdb", "cib", "hxb", "gdb", "pab"];
    large.into_iter().chain(national.map(|word| Bank { word, kind: BankKind::National })).collect()
}

pub(super) fn came(number: u128, method: Method, amount: &str) -> Payment {
    let reference = Some(format!("202611202200{}", 1_446_655_771_000 + number));
    Payment {
        id: PaymentId(Uuid::from_u128(number)),
        method,
        amount: "120.00".parse().unwrap(),
        state: PaymentState::Received,
        reference,
        created_at: now() - minutes(3),
        received_at: Some(now() - minutes(1)),
        received: Some(amount.parse().unwrap()),
        of_attempt: None,
        decided: None,
        reason: None,
        orders: Vec::new(),
    }
}

pub(super) fn back(of: &Payment, reason: RefundReason, state: RefundState) -> Refund {
    Refund {
        id: RefundId(of.id.0),
        payment: of.id,
        method: of.method,
        order: OrderId::from_bits(7),
        amount: of.received.unwrap_or(Fen(0)),
        reason,
        state,
        created_at: now(),
        asked_by: Actor::System,
        agreed_by: None,
        is_agreed_by_operator: false,
        by_hand: None,
        is_expired: false,
        note: None,
        ended_at: None,
        code: None,
        stuck_at: None,
    }
}

pub(super) fn money(
    channels: &[Method],
    attempts: Vec<Attempt>,
    received: Vec<Payment>,
    refunds: Vec<Refund>,
) -> PaymentPage {
    let (amount, channels) = ("120.00".parse().unwrap(), channels.to_vec());
    PaymentPage { amount, channels, banks: Vec::new(), attempts, received, refunds, lock: None, by_school: Vec::new() }
}

/// An order's page: its name, the ways to pay, the money, where the order stands, on which screen, what is wrong.
type Shot<'a> = (&'a str, &'a [Method], PaymentPage, &'a OrderState, Surface, &'a [FieldError]);

impl Studio {
    pub(super) fn channels(&mut self) {
        self.order_pages();
        self.on_the_way();
        self.settled();
        self.owed();
        self.given_up();
    }

    /// The order's page before and after something was begun.
    fn order_pages(&mut self) {
        let w = self.w;
        let mixed = [Method::Alipay, Method::WechatPay, Method::Bank, Method::Screenshot];
        let pending = attempt(Method::Alipay, PaymentState::Pending, app());
        let unknown = attempt(Method::WechatPay, PaymentState::Unknown, None);
        let wrong = came(8, Method::Alipay, "1.00");
        let gone = back(&wrong, RefundReason::WrongAmount, RefundState::Processing);
        let late = came(9, Method::WechatPay, "120.00");
        let refused = [of("channels", w.t("pay-error-refused"))];
        let (unpaid, lapsed) = (OrderState::Unpaid, OrderState::Lapsed);
        let (phone, desk) = (Surface::Phone, Surface::Desk);
        let shots: [Shot<'_>; 9] = [
            ("channels", &BOTH, money(&BOTH, vec![], vec![], vec![]), &unpaid, phone, &[]),
            ("channels-desk", &BOTH, money(&BOTH, vec![], vec![], vec![]), &unpaid, desk, &refused),
            ("channels-mixed", &mixed, money(&mixed, vec![], vec![], vec![]), &unpaid, phone, &[]),
            ("channels-none", &BOTH, money(&[], vec![], vec![], vec![]), &unpaid, phone, &[]),
            ("channels-pending", &BOTH, money(&BOTH, vec![pending], vec![], vec![]), &unpaid, phone, &[]),
            ("channels-unknown", &BOTH, money(&BOTH, vec![unknown], vec![], vec![]), &unpaid, phone, &[]),
            ("channels-wrong", &BOTH, money(&BOTH, vec![], vec![wrong], vec![gone]), &unpaid, phone, &[]),
            ("channels-lapsed", &BOTH, money(&[], vec![], vec![], vec![]), &lapsed, phone, &[]),
            ("channels-late", &BOTH, money(&[], vec![], vec![late], vec![]), &lapsed, phone, &[]),
        ];
        for (name, channels, money, state, surface, errors) in shots {
            let (exam, order, account) = (paid_by(channels), an_order(state.clone()), account("张伟"));
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
                late: (order.state == OrderState::Lapsed).then_some(Late::Same),
                money: Some(&money),
                surface,
                errors,
                visit_now: now(),
            };
            self.add(name, "pay", None, Visitor::SignedIn, &order::body(w, &view));
        }
    }

    /// The second confirmation, and the page that waits for the money.
    fn on_the_way(&mut self) {
        let (w, exam, order) = (self.w, paid_by(&BOTH), an_order(OrderState::Unpaid));
        let long = account("阿卜杜热西提·买买提依明·艾合买提江");
        let view = pay::View {
            exam: &exam,
            order: &order,
            account: &long,
            by: Method::WechatPay,
            banks: &[],
            on: Surface::Phone,
            now: now(),
        };
        self.add("confirm", "confirm", None, Visitor::SignedIn, &pay::body(w, &view));
        let banks = banks();
        let view = pay::View { by: Method::Bank, banks: &banks, ..view };
        self.add("confirm-bank", "confirm", None, Visitor::SignedIn, &pay::body(w, &view));
        let stale = Some(Start::Go { url: "https://wx.tenpay.com/".to_owned(), until: Some(now()) });
        let shots = [
            // Gone on at once, nothing of it would be looked at.
            ("going", attempt(Method::Alipay, PaymentState::Pending, app()), false, false),
            ("going-back", attempt(Method::Alipay, PaymentState::Pending, app()), false, true),
            ("going-again", attempt(Method::WechatPay, PaymentState::Pending, stale), false, true),
            ("going-unknown", attempt(Method::Alipay, PaymentState::Unknown, None), false, false),
            (
                "going-scan",
                attempt(Method::Alipay, PaymentState::Pending, code("https://qr.alipay.com/x")),
                false,
                false,
            ),
            ("going-bank", attempt(Method::Bank, PaymentState::Pending, sent(Some("comm"))), false, false),
            ("going-bank-any", attempt(Method::Bank, PaymentState::Pending, sent(None)), false, true),
            ("going-wechat", attempt(Method::WechatPay, PaymentState::Pending, code("weixin://x")), false, false),
        ];
        for (name, attempt, goes, is_back) in shots {
            let money = money(&BOTH, vec![attempt.clone()], vec![], vec![]);
            let attempt = Some(&attempt);
            let view = going::View { exam: &exam, order: &order, money: &money, attempt, goes, is_back, now: now() };
            self.add(name, "going", None, Visitor::SignedIn, &going::body(w, &view));
        }
        let money = money(&BOTH, vec![], vec![came(8, Method::Alipay, "120.00")], vec![]);
        let view = going::View {
            exam: &exam,
            order: &order,
            money: &money,
            attempt: None,
            goes: false,
            is_back: true,
            now: now(),
        };
        self.add("going-in", "going", None, Visitor::SignedIn, &going::body(w, &view));
    }

    /// What it came to: a seat, and one of two payments on its way back; or the money.
    fn settled(&mut self) {
        let (w, exam, zhang) = (self.w, paid_by(&BOTH), account("张伟"));
        let twice = || vec![came(8, Method::Alipay, "120.00"), came(9, Method::WechatPay, "120.00")];
        let refund = |state| vec![back(&came(9, Method::WechatPay, "120.00"), RefundReason::Double, state)];
        let receipts = [
            ("receipt-paid", OrderState::Confirmed, money(&[], vec![], twice()[..1].to_vec(), vec![])),
            ("receipt-twice", OrderState::Confirmed, money(&[], vec![], twice(), refund(RefundState::Done))),
            ("receipt-failed", OrderState::Confirmed, money(&[], vec![], twice(), refund(RefundState::Closed))),
            ("receipt-in", OrderState::WaitingReview, money(&[], vec![], twice()[..1].to_vec(), vec![])),
        ];
        for (name, state, money) in receipts {
            let order = an_order(state);
            let orders = [order.clone()];
            let (steps, standing) = (steps_of(&exam, Some(&order)), standing_of(&exam, &with_orders(&orders)));
            let view = receipt::View {
                can_print: true,
                exam: &exam,
                order: &order,
                money: Some(&money),
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
                invoice: None,
                errors: &[],
            };
            self.add(name, "receipt", None, Visitor::SignedIn, &receipt::body(w, &view));
        }
        let late = came(8, Method::Alipay, "120.00");
        let gone = vec![back(&late, RefundReason::Late, RefundState::Due)];
        let (money, order) = (money(&[], vec![], vec![late], gone), an_order(OrderState::Released));
        let standing = standing_of(&exam, &with_orders(&[]));
        let view = ended::View {
            exam: &exam,
            order: &order,
            money: Some(&money),
            invoice: None,
            instead: None,
            standing: &standing,
            reader: reader(true),
            errors: &[],
            now: now(),
        };
        self.add("ended-refund", "ended", None, Visitor::SignedIn, &ended::body(w, &view));
    }

    /// Paid when the seat had gone.
    fn owed(&mut self) {
        let (w, exam) = (self.w, paid_by(&BOTH));
        let order = an_order(OrderState::Owed { until: now() + SignedDuration::from_hours(24) });
        let money = money(&[], vec![], vec![came(8, Method::Alipay, "120.00")], vec![]);
        let offered = |ids: &[&str]| Instead {
            sitting: "en-1".parse().unwrap(),
            offered: ids.iter().map(|id| id.parse().unwrap()).collect(),
        };
        let full = [of("seats", w.t("instead-error-full"))];
        let lapsed = an_order(OrderState::Lapsed);
        let none = self::money(&[], vec![], vec![], vec![]);
        let (both, until) = (["en-2", "en-3"], now() + SignedDuration::from_hours(24));
        let shots: [(&str, Vec<Instead>, bool, &[FieldError]); 6] = [
            ("instead", vec![offered(&both)], false, &[]),
            ("instead-full", vec![offered(&["en-3"])], false, &full),
            ("instead-nothing", vec![], false, &[]),
            ("instead-picture", vec![offered(&both)], true, &[]),
            ("instead-picture-full", vec![offered(&["en-3"])], true, &full),
            ("instead-picture-nothing", vec![], true, &[]),
        ];
        for (name, offered, is_picture, errors) in shots {
            let view = instead::View {
                exam: &exam,
                order: if is_picture { &lapsed } else { &order },
                offered: &offered,
                picture_until: is_picture.then_some(until),
                money: if is_picture { &none } else { &money },
                errors,
                now: now(),
            };
            self.add(name, "instead", None, Visitor::SignedIn, &instead::body(w, &view));
        }
    }

    /// Giving up what is paid, and what it comes to.
    fn given_up(&mut self) {
        let w = self.w;
        let mut exam = paid_by(&BOTH);
        exam.rules.refund.note =
            Some(text("不退的部分用于已经发生的考务费用。", "The rest is for what has been prepared."));
        let order = an_order(OrderState::Confirmed);
        let (agree, changed) = (
            [of("agree", w.t("withdraw-error-agree"))],
            [whole(w.with("withdraw-error-changed", &[("amount", "¥60.00".into())]))],
        );
        let shots: [(&str, Option<Method>, u8, &[FieldError]); 4] = [
            ("withdraw", Some(Method::WechatPay), 67, &[]),
            ("withdraw-agree", Some(Method::Screenshot), 100, &agree),
            ("withdraw-changed", Some(Method::School), 50, &changed),
            ("withdraw-nothing", Some(Method::Alipay), 0, &[]),
        ];
        for (name, method, percent, errors) in shots {
            let (back, until) = (Fen(i64::from(percent) * 120), now() + SignedDuration::from_hours(90));
            let told = Withdrawal { terms: Terms { back, kept: Fen(12_000 - back.0), percent, until }, method };
            let view = withdraw::View { exam: &exam, order: &order, told: &told, errors, now: now() };
            self.add(name, "withdraw", None, Visitor::SignedIn, &withdraw::body(w, &view));
        }
        let mut over = an_order(OrderState::Released);
        over.paid_at = Some(now());
        let shown = came(8, Method::Screenshot, "120.00");
        let gone = back(&shown, RefundReason::Withdrawn, RefundState::Due);
        let money = money(&[], vec![], vec![shown], vec![Refund { amount: Fen(6_000), ..gone }]);
        let standing = standing_of(&exam, &with_orders(&[]));
        let view = ended::View {
            exam: &exam,
            order: &over,
            money: Some(&money),
            invoice: None,
            instead: None,
            standing: &standing,
            reader: reader(true),
            errors: &[],
            now: now(),
        };
        self.add("ended-withdrawn", "ended", None, Visitor::SignedIn, &ended::body(w, &view));
    }
}
