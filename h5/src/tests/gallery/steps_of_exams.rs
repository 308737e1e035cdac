//! Exams of several steps in every state, with the definitions that ship.

use std::path::Path;
use std::sync::Arc;

use pagekit::words::Words;
use registration::application::Earlier;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam::Exam;
use registration::model::exam_rules::PartId;
use registration::model::facts::ScoreReviewState;
use registration::model::facts::{EligibilityState, Facts, IdentityState, ReviewState};
use registration::model::order::{Order, OrderSitting, OrderState};
use registration::people::accounts::{Account, Display};
use registration::rules::details::{Answers, check};
use registration::rules::steps::{StepView, steps};
use reservation::sitting::Availability;

use super::{CONTACT, Studio, account, an_order, availability, minutes, now, reader, standing_of};
use crate::pages::exam::sittings::choice::{Offer, plan};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::exam::{self, notice, sittings};
use crate::pages::{details, home, order};
use crate::request::begun::Begun;
use crate::request::chosen::Chosen;
use crate::request::visit::Progress;
use crate::view::contact::contact;
use crate::view::form::FieldError;
use crate::view::layout::hold_banner::{HoldBanner, PayFirst};
use crate::view::layout::{Frame, Visitor, page as layout};

/// Looking people up and confirming them.
mod eligibility;
/// What is over.
mod late;

pub(super) fn shipped(name: &str) -> Exam {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams").join(name);
    registration::exams::definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page
}

pub(super) fn bound(campus: &str) -> EligibilityState {
    let subjects = ["cet4-written", "cet4-oral", "ja4-written", "ja6-written", "de4-written"];
    EligibilityState::Bound {
        at: now(),
        subjects: subjects.iter().map(|id| id.parse().unwrap()).collect(),
        campus: Some(campus.parse().unwrap()),
    }
}

pub(super) fn order_of(exam: &Exam, sittings: &[&str], state: OrderState) -> Order {
    let template = an_order(state);
    let seats = sittings.iter().map(|id| exam.sitting(&id.parse().unwrap()).unwrap());
    let fees = seats.clone().map(|sitting| sitting.fee).sum();
    Order {
        exam: exam.id.clone(),
        part: exam.part_of(exam.sitting(&sittings[0].parse().unwrap()).unwrap()),
        amount: fees,
        expires_at: now() + minutes(23 * 60),
        sittings: seats
            .map(|sitting| OrderSitting {
                sitting: sitting.id.clone(),
                fee: sitting.fee,
                ..template.sittings[0].clone()
            })
            .collect(),
        ..template
    }
}

pub(super) fn begun(w: Words, exam: &Exam, facts: &Facts<'_>) -> Begun {
    let progress = Progress::of(exam, facts.clone(), now());
    Begun::of(w, Arc::new(exam.clone()), progress, &reader(true))
}

impl Studio {
    /// The list of exams with their steps: many, few, begun.
    pub(super) fn homes(&mut self) {
        let w = self.w;
        let shipped = ["continuing-education", "cet", "degree-english"].map(shipped).map(Arc::new);
        self.add("home-guest", "home", None, Visitor::Guest, &home::body(w, &shipped, &[], ("", now())));
        self.add("home-few", "home", None, Visitor::Guest, &home::body(w, &shipped[..2], &[], ("", now())));
        let facts = Facts { identity: IdentityState::Verified { at: now() }, ..Facts::default() };
        let own = [begun(w, &shipped[0], &facts)];
        self.add("home-begun", "home", None, Visitor::SignedIn, &home::body(w, &shipped, &own, ("", now())));
    }

    pub(super) fn steps(&mut self) {
        self.endings();
        self.continuing();
        self.cet();
        self.form();
        self.eligibility();
    }

    pub(super) fn overview(&mut self, name: &str, page: &Exam, facts: &Facts<'_>, visitor: Visitor) {
        let steps = steps(page, facts, now());
        let person = eligibility::person("阿卜杜热西提·买买提依明·艾合买提江", true);
        let registered = exam::Registered { person, has_review: true };
        let available = (page.sittings.len() < 10).then(|| availability(page, &[(12, 120), (40, 120), (0, 80)]));
        let view = exam::View {
            waits: &[],
            exam: page,
            steps: &steps,
            standing: &standing_of(page, facts),
            reader: reader(visitor == Visitor::SignedIn),
            orders: facts.orders,
            registered: matches!(facts.eligibility, EligibilityState::Bound { .. }).then_some(&registered),
            available: available.as_deref(),
            has_draws: name == "steps-guest",
            now: now(),
        };
        let body = exam::body(self.w, &view);
        self.add(name, "exam", None, visitor, &body);
    }

    fn continuing(&mut self) {
        let page = shipped("continuing-education");
        let mut facts = Facts::default();
        self.overview("steps-guest", &page, &facts, Visitor::Guest);
        facts.identity = IdentityState::Waiting { since: now() - minutes(90) };
        self.overview("steps-identity-waiting", &page, &facts, Visitor::SignedIn);
        facts.identity = IdentityState::Verified { at: now() - minutes(80) };
        let list = steps(&page, &facts, now());
        for (name, visitor) in [("notice-guest", Visitor::Guest), ("notice", Visitor::SignedIn)] {
            let is_signed_in = visitor == Visitor::SignedIn;
            let view = notice::View { exam: &page, steps: &list, is_signed_in, errors: &[], now: now() };
            let body = notice::body(self.w, &view);
            self.add(name, "notice", None, visitor, &body);
        }
        let text = self.w.t("notice-error").into_owned();
        let errors = [FieldError { field: "agree".into(), text }];
        let view = notice::View { exam: &page, steps: &list, is_signed_in: true, errors: &errors, now: now() };
        let body = notice::body(self.w, &view);
        self.add("notice-error", "notice", None, Visitor::SignedIn, &body);
        facts.notice_agreed_at = Some(now());
        facts.details_at = Some(now());
        facts.review = ReviewState::Waiting { since: now() - minutes(30) };
        self.overview("steps-review", &page, &facts, Visitor::SignedIn);
        facts.review = ReviewState::Refused {
            reason: "证件照不清晰，请上传近12个月内拍摄的免冠照片".to_owned()
        };
        self.overview("steps-refused", &page, &facts, Visitor::SignedIn);
        facts.review = ReviewState::Passed { at: now() };
        let orders = [order_of(&page, &["en-0424-am-a"], OrderState::Confirmed)];
        facts.orders = &orders;
        self.overview("steps-complete", &page, &facts, Visitor::SignedIn);
        facts.review = ReviewState::Waiting { since: now() - minutes(5) };
        self.overview("steps-changed", &page, &facts, Visitor::SignedIn);
        facts.review = ReviewState::Passed { at: now() };
        facts.orders = &[];
        self.overview("steps-passed", &page, &facts, Visitor::SignedIn);
        let lapsed = [order_of(&page, &["en-0424-am-a"], OrderState::Lapsed)];
        facts.orders = &lapsed;
        self.overview("steps-lost", &page, &facts, Visitor::SignedIn);
        let mut over = page.clone();
        over.closes_at = now() - minutes(60);
        facts.orders = &[];
        self.overview("steps-over", &over, &facts, Visitor::SignedIn);
    }

    fn cet(&mut self) {
        let page = shipped("cet");
        let mut facts = Facts { notice_agreed_at: Some(now()), eligibility: bound("993010"), ..Facts::default() };
        let list = steps(&page, &facts, now());
        self.choose("choose-written", &page, &list, &facts, "written", &Chosen::default(), &[]);
        let rule = page.rules.group_rules[0].refusal.clone();
        let errors = [FieldError { field: "sittings".into(), text: self.w.pick(&rule.zh, &rule.en).to_owned() }];
        let chosen = Chosen { sittings: vec!["ja6-written-993010".parse().unwrap()], ..Chosen::default() };
        self.choose("choose-written-error", &page, &list, &facts, "written", &chosen, &errors);
        let orders = [
            order_of(&page, &["cet4-oral-993010"], OrderState::Unpaid),
            order_of(&page, &["cet4-written-993010", "ja6-written-993010"], OrderState::Unpaid),
        ];
        facts.orders = &orders;
        self.overview("steps-mine", &page, &facts, Visitor::SignedIn);
        self.pay_first(&page, &facts);
        let half = [
            order_of(&page, &["cet4-oral-993010"], OrderState::Unpaid),
            order_of(&page, &["cet4-written-993010"], OrderState::Confirmed),
        ];
        facts.orders = &half;
        facts.score_review = Some(ScoreReviewState::Refused { reason: "准考证号与成绩库不符".to_owned() });
        self.overview("steps-half-paid", &page, &facts, Visitor::SignedIn);
        facts.score_review = None;
        facts.orders = &orders[1..];
        let list = steps(&page, &facts, now());
        self.choose("choose-more", &page, &list, &facts, "written", &Chosen::default(), &[]);
        self.choose("choose-oral", &page, &list, &facts, "oral", &Chosen::default(), &[]);
        facts.eligibility = bound("994010");
        self.choose("choose-oral-fixed", &page, &list, &facts, "oral", &Chosen::default(), &[]);
    }

    /// The payment of an oral test before that of the written one.
    fn pay_first(&mut self, page: &Exam, facts: &Facts<'_>) {
        let (order, subject) = (&facts.orders[0], "cet4-written".parse().unwrap());
        let title = page.rules.subject(&subject).map(|subject| self.w.pick(&subject.title.zh, &subject.title.en));
        let first = PayFirst { subject: title.unwrap_or_default().to_owned(), path: "/orders/first".into() };
        let hold = HoldBanner {
            what: self.w.pick("四六级 2027年5月22日", "CET 22 May 2027").to_owned(),
            expires_at: now() + minutes(9),
            now: now(),
            order_path: format!("/orders/{}", order.id),
            exam_path: "/exams/cet".into(),
            is_order_page: true,
            takes_upload: true,
            takes_channels: false,
            is_own: true,
            first: Some(first),
            locked_until: None,
        };
        let (list, account) = (steps(page, facts, now()), account("颜冬儿"));
        let first = Some(subject);
        let view = order::View {
            order,
            exam: page,
            steps: &list,
            account: &account,
            first,
            arrived: None,
            late: None,
            money: None,
            surface: registration::payments::Surface::Phone,
            kept: None,
            shows_payer: false,
            errors: &[],
            visit_now: now(),
        };
        let frame = Frame {
            words: self.w,
            display: Display::Ordinary,
            assets: &self.assets,
            title: "pay".to_owned(),
            path: "/orders/second",
            visitor: Visitor::SignedIn,
            hold: Some(hold),
            imprint: Arc::default(),
            contact: Some(contact(self.w.pick(CONTACT.0, CONTACT.1))),
            asks: None,
            ended_after: None,
            session_ends: None,
            is_demo: false,
            sandbox_url: None,
            refresh_seconds: None,
            reload_seconds: None,
            request: None,
            script: None,
        };
        let name = format!("{}-pay-first", self.w.language.name());
        self.pages.push((name, layout(&frame, &order::body(self.w, &view))));
    }

    #[allow(clippy::too_many_arguments, reason = "each is one thing that differs between the pages of the gallery")]
    fn choose(
        &mut self,
        name: &str,
        page: &Exam,
        list: &[StepView],
        facts: &Facts<'_>,
        part: &str,
        chosen: &Chosen,
        errors: &[FieldError],
    ) {
        let part: PartId = part.parse().unwrap();
        let available: Vec<Availability> = availability(page, &[(200, 240), (90, 240), (0, 12), (2, 12)]);
        let orders: Vec<&Order> = facts.orders.iter().collect();
        let offer = Offer {
            exam: page,
            part,
            orders: &orders,
            eligibility: &facts.eligibility,
            waits: &[],
            chosen,
            now: now(),
        };
        let plan = plan(self.w, &offer, Some(&available), true, true);
        let (standing, reader, gate) = (standing_of(page, facts), reader(true), Gate::None);
        let standing = &standing;
        let view = sittings::View {
            exam: page,
            steps: list,
            standing,
            reader,
            offer: &offer,
            now: now(),
            errors,
            gate,
            plan,
            has_draws: true,
        };
        let body = sittings::body(self.w, &view);
        self.add(name, "choose", None, Visitor::SignedIn, &body);
    }

    fn form(&mut self) {
        let page = shipped("continuing-education");
        let account = account("阿卜杜热西提·买买提依明·艾合买提江");
        let mut facts = Facts {
            identity: IdentityState::Verified { at: now() },
            notice_agreed_at: Some(now()),
            ..Facts::default()
        };
        let empty = Answers::default();
        let faults = check(&page.rules.form, account.document.as_ref(), &empty).unwrap_err();
        let errors = details::errors(self.w, &page, &faults);
        let typed = Answers([("address".parse().unwrap(), "徐汇区桂林路100号".to_owned())].into());
        let passed = || ReviewState::Passed { at: now() };
        let shots: [(&str, ReviewState, &Answers, &[FieldError], bool); 6] = [
            ("details", ReviewState::None, &empty, &[], false),
            ("details-error", ReviewState::None, &typed, &errors, false),
            ("details-draft", ReviewState::None, &typed, &[], true),
            ("details-held", passed(), &typed, &[], true),
            ("details-again", passed(), &typed, &[], false),
            ("details-refused", ReviewState::Refused { reason: "证件照不清晰".to_owned() }, &typed, &[], false),
        ];
        let held = [order_of(&page, &["en-0424-am-a"], OrderState::Unpaid)];
        let last =
            Earlier { exam: Arc::new(page.clone()), handed_in_at: now(), answers: typed.clone(), has_photo: true };
        for (name, review, answers, errors, is_draft) in shots {
            let orders = if name == "details-held" { &held[..] } else { &[] };
            facts.details_at = (review != ReviewState::None).then(now);
            facts.review = review;
            let list = steps(&page, &facts, now());
            let view = details::View {
                exam: &page,
                steps: &list,
                account: &account,
                orders,
                answers,
                errors,
                is_draft,
                earlier: (name == "details").then_some(&last),
                now: now(),
            };
            let body = details::body(self.w, &view);
            self.add(name, "details", None, Visitor::SignedIn, &body);
        }
        // Whose number does not say when they were born.
        let passport = Document::parse(DocumentKind::Passport, "E12345678").ok();
        let account = Account { document: passport, ..account };
        let faults = check(&page.rules.form, account.document.as_ref(), &typed).unwrap_err();
        let errors = details::errors(self.w, &page, &faults);
        facts.review = ReviewState::None;
        let list = steps(&page, &facts, now());
        for (name, errors) in [("details-passport", &[][..]), ("details-passport-error", &errors)] {
            let (answers, is_draft, orders) = (&typed, false, &[][..]);
            let account = &account;
            let view = details::View {
                exam: &page,
                steps: &list,
                account,
                answers,
                errors,
                orders,
                is_draft,
                earlier: None,
                now: now(),
            };
            let body = details::body(self.w, &view);
            self.add(name, "details", None, Visitor::SignedIn, &body);
        }
    }
}
