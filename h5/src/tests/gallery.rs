//! Every page in every state, from made-up values: what the checks look at, and, with `SEATHOLD_GALLERY=DIR`, what
//! a person can look at (`DIR/{language}-{name}.html`).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::assets::Assets;
use pagekit::language::Language;
use pagekit::words::Words;
use registration::model::exam::{Exam, ExamSitting, Group};
use registration::model::exam_rules::{ExamRules, PartId};
use registration::model::facts::{EligibilityState, Facts};
use registration::model::ids::AccountId;
use registration::model::order::{Order, OrderId, OrderSitting, OrderState};
use registration::model::text::{Paragraphs, Text};
use registration::people::accounts::{Display, Hears, SessionLimits};
use registration::rules::steps::{StepView, steps};
use reservation::sitting::{Availability, Level, Sitting, SittingSpec};
use uuid::Uuid;

use crate::catalogue::words;
use crate::failure::Failure;
use crate::pages::exam::sittings::choice::{Offer, plan};
use crate::pages::exam::sittings::gate::Gate;
use crate::pages::exam::sittings::{self, may_choose};
use crate::pages::home;
use crate::request::chosen::Chosen;
use crate::view::contact::contact;
use crate::view::form::FieldError;
use crate::view::layout::hold_banner::HoldBanner;
use crate::view::layout::said::SessionEnds;
use crate::view::layout::{Frame, Visitor, page};
use crate::view::{error, wechat};
use crate::words::standing::Reader;

mod accounts;
/// Identity, the phone, faces.
mod identity;
mod imprint;
mod lists;
pub(crate) use identity::account;
/// Accommodations and reminders.
mod care;
mod channels;
/// Schools, late money, receipts, invoices.
mod money;
/// Paying, receipts, and what is over.
mod orders;
mod rooms;
/// Exams of several steps.
mod steps_of_exams;
mod tickets;

/// The example of GB 11643 itself: its check digit is right, and it is nobody’s.
pub(crate) const DOCUMENT: &str = "11010519491231002X";

/// Whom the pages say to ask.
pub(crate) const CONTACT: (&str, &str) =
    ("教务科 0731-0000-0000，工作日 8:30–17:00", "Examination office 0731-0000-0000, workdays 8:30 to 17:00");

/// To whom the pages speak.
pub(crate) fn reader(is_signed_in: bool) -> Reader {
    Reader { is_signed_in, hears: Hears::Message, now: now() }
}

/// Where the registration stands of whom `facts` are known.
pub(crate) fn standing_of(exam: &Exam, facts: &Facts<'_>) -> registration::rules::standing::Standing {
    registration::rules::standing::standing(exam, facts, &steps(exam, facts, now()), now())
}

/// The moment at which all of it happens: 20 November 2026, 14:32 in Beijing.
fn now() -> Timestamp {
    "2026-11-20T06:32:10Z".parse().unwrap()
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn text(zh: &str, en: &str) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

fn sitting(id: &str, group: Option<&str>, day: &str, titles: (&str, &str), venues: (&str, &str)) -> ExamSitting {
    ExamSitting {
        id: id.parse().unwrap(),
        title: text(titles.0, titles.1),
        group: group.map(|group| group.parse().unwrap()),
        venue: text(venues.0, venues.1),
        starts_at: day.parse().unwrap(),
        fee: "120.00".parse().unwrap(),
        subject: None,
        campus: None,
    }
}

pub(crate) fn exam_page() -> Exam {
    let yuntang = ("云塘校区综合教学楼", "Yuntang campus, Teaching Building");
    let jinpen = (
        "金盆岭校区第三教学楼（雨花区赤岭路45号，地铁1号线侯家塘站3号口步行约八百米）",
        "Jinpenling campus, Building 3 (45 Chiling Road, 800 m from Houjiatang metro station, exit 3)",
    );
    let english = ("英语", "English");
    Exam {
        id: "degree-english".parse().unwrap(),
        title: text("2026年下半年学士学位外语水平考试", "Degree English Examination, second half of 2026"),
        organiser: text("湘江理工大学继续教育学院", "Xiangjiang University of Technology, School of Continuing Education"),
        notice: Paragraphs {
            zh: [
                "本次考试面向我校高等学历继续教育在籍学生，以及符合学位申请条件的毕业生。已毕业考生的论文成绩应为中等以上。",
                "报名缴费由考生本人完成。缴费信息与报名信息不一致，或者在截止时间以后缴费，报名无效，后果由考生自负。",
                "每位考生只能选择一个场次。锁定座位后请在规定时间内缴费，并上传订单详情截图；超时未提交，座位自动释放。",
                "考生须携带准考证和有效身份证件原件，开考前四十分钟到达考点。听力开始后禁止入场。",
            ].map(str::to_owned).to_vec(),
            en: [
                "This examination is for enrolled students of continuing education and for graduates who qualify for a degree. Graduates need a thesis grade of medium or better.",
                "Candidates pay in person. A payment whose details differ from the registration, or that comes late, does not count.",
                "Each candidate can choose one sitting. Pay within the time given and upload a screenshot of the order, or the seat is released.",
                "Bring your admission ticket and ID, and arrive 40 minutes early. Nobody is admitted once the listening part has begun.",
            ].map(str::to_owned).to_vec(),
        },
        opens_at: "2026-11-16T01:00:00Z".parse().unwrap(),
        closes_at: "2026-11-30T09:00:00Z".parse().unwrap(),
        payment_deadline: "2026-11-30T10:00:00Z".parse().unwrap(),
        hold: minutes(15),
        grace: minutes(1),
        resubmit: SignedDuration::from_hours(24),
        resubmit_times: 2,
        fee: "120.00".parse().unwrap(),
        payment_url: "https://pay.example.edu/item?exam=degree-english".to_owned(),
        groups: vec![Group { id: "english".parse().unwrap(), title: text("英语", "English") }],
        sittings: vec![
            sitting("en-1", Some("english"), "2026-12-20T01:00:00Z", english, yuntang),
            sitting("en-2", Some("english"), "2026-12-20T06:30:00Z", english, yuntang),
            sitting("en-3", Some("english"), "2026-12-20T01:00:00Z", english, jinpen),
        ],
        rules: ExamRules::default(),
        organisations: Vec::new(),
    }
}

/// The same with a second group and loose sittings.
fn exam_page_grouped() -> Exam {
    let mut exam = exam_page();
    let venue = ("云塘校区", "Yuntang campus");
    exam.groups.push(Group { id: "small".parse().unwrap(), title: text("小语种", "Other languages") });
    exam.sittings.push(sitting("jp-1", Some("small"), "2026-12-21T01:00:00Z", ("日语", "Japanese"), venue));
    exam.sittings.push(sitting("oral", None, "2026-12-22T01:00:00Z", ("口语", "Oral test"), venue));
    exam
}

fn availability(exam: &Exam, free: &[(u32, u32)]) -> Vec<Availability> {
    let numbers = free.iter().chain(std::iter::repeat(&(132, 200)));
    exam.sittings
        .iter()
        .zip(numbers)
        .map(|(sitting, &(free, capacity))| Availability {
            sitting: Arc::new(Sitting {
                id: sitting.id.clone(),
                number: reservation::ids::SittingNumber(1),
                group_number: reservation::ids::SittingNumber(1),
                spec: SittingSpec {
                    title: sitting.title.zh.clone(),
                    group: None,
                    pool: None,
                    capacity,
                    venue: None,
                    starts_at: None,
                },
            }),
            capacity,
            free,
            level: Level::of(free, capacity),
            next_release_at: (free == 0).then(|| now() + minutes(4)),
        })
        .collect()
}

pub(crate) fn an_order(state: OrderState) -> Order {
    let (id, number) = ("en-1", OrderId::from_bits(0xA5_F3C4_9D21));
    let hold = format!("{}.1.1", AccountId(Uuid::from_u128(1)).candidate_id());
    Order {
        id: number,
        account: AccountId(Uuid::from_u128(1)),
        exam: "degree-english".parse().unwrap(),
        part: PartId::main(),
        sittings: vec![OrderSitting {
            sitting: id.parse().unwrap(),
            hold: hold.parse().unwrap(),
            fee: "120.00".parse().unwrap(),
        }],
        amount: "120.00".parse().unwrap(),
        expires_at: now() + minutes(12),
        created_at: now() - minutes(3),
        submitted_at: (state != OrderState::Unpaid).then(|| now() - minutes(1)),
        decided_at: (state == OrderState::Confirmed).then(now),
        refusals: 1,
        reason: (state == OrderState::Cancelled).then(|| "看不清交易单号".to_owned()),
        paid_at: (state == OrderState::Confirmed).then(now),
        by_school: None,
        late_picture_at: None,
        state,
    }
}

/// A candidate of whom nothing is known but these orders.
pub(crate) fn with_orders(orders: &[Order]) -> Facts<'_> {
    Facts { orders, ..Facts::default() }
}

/// The steps of a candidate with that order.
pub(crate) fn steps_of(exam: &Exam, order: Option<&Order>) -> Vec<StepView> {
    let orders: Vec<Order> = order.into_iter().cloned().collect();
    steps(exam, &Facts { orders: &orders, ..Facts::default() }, now())
}

fn refused_state() -> OrderState {
    let reason = "截图里看不到交易单号，请打开「账单」里的订单详情后再截屏".to_owned();
    OrderState::Refused { reason, until: now() + SignedDuration::from_hours(24) }
}

/// The page on which sittings of the exam's first part are chosen.
#[allow(clippy::too_many_arguments, reason = "each is one thing that differs between the pages of the gallery")]
pub(crate) fn choosing(
    w: Words,
    exam: &Exam,
    steps: &[StepView],
    order: Option<&Order>,
    available: Option<&[Availability]>,
    chosen: &Chosen,
    gate: Gate,
    errors: &[FieldError],
) -> Markup {
    let orders: Vec<&Order> = order.into_iter().collect();
    let (part, eligibility) = (PartId::main(), EligibilityState::None);
    let offer = Offer { exam, part, orders: &orders, eligibility: &eligibility, waits: &[], chosen, now: now() };
    let plan = plan(w, &offer, available, may_choose(exam, now(), gate), gate != Gate::None || order.is_some());
    let live: Vec<Order> = order.into_iter().cloned().collect();
    let standing = standing_of(exam, &with_orders(&live));
    let (standing, reader, offer) = (&standing, reader(order.is_some()), &offer);
    let (now, has_draws) = (now(), false);
    let view = sittings::View { exam, steps, standing, reader, offer, now, errors, gate, plan, has_draws };
    sittings::body(w, &view)
}

/// An exam page: its name, the exam, which order, free seats and capacities, the hold, the field in trouble.
type Shot<'a> = (&'a str, &'a Exam, usize, &'a [(u32, u32)], Option<(i64, bool)>, &'a str);

struct Studio {
    w: Words,
    assets: Assets,
    pages: Vec<(String, Markup)>,
}

impl Studio {
    fn add(&mut self, name: &str, title: &str, hold: Option<(i64, bool)>, visitor: Visitor, body: &Markup) {
        let hold = hold.map(|(seconds, is_order_page)| HoldBanner {
            what: self.w.pick("学位外语 12月20日", "Degree English 20 Dec").to_owned(),
            expires_at: now() + SignedDuration::from_secs(seconds),
            now: now(),
            order_path: format!("/orders/{}", OrderId::from_bits(0xA5_F3C4_9D21)),
            exam_path: "/exams/degree-english".into(),
            is_order_page,
            takes_upload: true,
            takes_channels: false,
            is_own: true,
            first: None,
            locked_until: name.starts_with("locked").then(|| now() + SignedDuration::from_hours(20)),
        });
        let ends_at = now() + SignedDuration::from_mins(if name.ends_with("-ending") { 8 } else { 120 });
        let frame = Frame {
            words: self.w,
            display: if name.starts_with("elder") { Display::Elder } else { Display::Ordinary },
            assets: &self.assets,
            title: title.to_owned(),
            path: "/exams/degree-english?a=b",
            visitor,
            hold,
            imprint: imprint::imprint_of(name),
            contact: Some(contact(self.w.pick(CONTACT.0, CONTACT.1))),
            asks: (visitor == Visitor::SignedIn).then(|| ("/me/decided?seats=on".to_owned(), 7)),
            ended_after: (name == "home-ended").then(SessionLimits::default),
            session_ends: (visitor == Visitor::SignedIn).then(|| SessionEnds { ends_at, now: now() }),
            is_demo: name == "home",
            sandbox_url: (name == "home").then_some("http://127.0.0.1:1/"),
            refresh_seconds: None,
            reload_seconds: None,
            request: None,
            script: None,
        };
        self.pages.push((format!("{}-{name}", self.w.language.name()), page(&frame, body)));
    }

    fn exams(&mut self) {
        let (w, exam, grouped) = (self.w, exam_page(), exam_page_grouped());
        let (levels, mut soon) = ([(132, 200), (68, 200), (0, 120)], exam.clone());
        soon.opens_at = now() + SignedDuration::from_hours(20);
        soon.title = text("2027年上半年学士学位外语水平考试", "Degree English Examination, first half of 2027");
        let mut closed = exam.clone();
        closed.closes_at = now() - SignedDuration::from_hours(20);
        let all = [exam.clone(), soon.clone(), closed.clone()].map(Arc::new);
        self.add(
            "home",
            "home",
            None,
            Visitor::Guest,
            &home::body(
                w,
                &all,
                &[steps_of_exams::begun(w, &exam, &with_orders(&[an_order(OrderState::WaitingReview)]))],
                ("", now()),
            ),
        );
        self.homes();
        self.add("elder-home", "home", None, Visitor::Guest, &home::body(w, &all, &[], ("2026", now())));
        self.add("home-ended", "home", None, Visitor::Guest, &home::body(w, &all, &[], ("", now())));
        self.add("home-empty", "home", None, Visitor::SignedIn, &home::body(w, &[], &[], ("", now())));
        let orders = [None, Some(an_order(OrderState::Unpaid)), Some(an_order(refused_state()))];
        let shots: [Shot<'_>; 8] = [
            ("exam", &exam, 0, &levels, None, ""),
            ("exam-error", &exam, 0, &levels, None, "sittings"),
            ("exam-full", &exam, 0, &[(0, 200), (0, 200), (0, 120)], None, ""),
            ("exam-held", &exam, 1, &levels, Some((754, false)), ""),
            ("exam-refused", &exam, 2, &levels, None, ""),
            ("exam-groups", &grouped, 0, &levels, None, "agree"),
            ("exam-soon", &soon, 0, &levels, None, ""),
            ("exam-closed", &closed, 0, &levels, None, ""),
        ];
        for (name, exam, order, free, hold, error) in shots {
            let (available, order) = (availability(exam, free), orders[order].as_ref());
            let errors: Vec<FieldError> = match error {
                "" => vec![],
                "agree" => vec![FieldError { field: "agree".into(), text: w.t("hold-error-agree").into() }],
                _ => vec![FieldError {
                    field: "sittings".into(),
                    text: w.with("hold-error-full-until", &[("time", "14:36".into())]).into(),
                }],
            };
            let chosen = Chosen {
                sittings: vec!["en-2".parse().unwrap()],
                has_agreed: error == "sittings",
                ..Chosen::default()
            };
            let steps = steps_of(exam, order);
            let body = choosing(w, exam, &steps, order, Some(&available), &chosen, Gate::None, &errors);
            self.add(name, "exam", hold, Visitor::Guest, &body);
        }
        let steps = steps_of(&exam, None);
        let body = choosing(w, &exam, &steps, None, None, &Chosen::default(), Gate::None, &[]);
        self.add("exam-restoring", "exam", None, Visitor::Guest, &body);
    }

    fn forms(&mut self) {
        let w = self.w;
        let url = "https://exam.example.edu/exams/degree-english?from=groupmessage";
        self.add("wechat", "wechat", None, Visitor::Unknown, &wechat::body(w, url));
        self.pages_of_the_site();
        for (name, failure) in [
            ("error-404", Failure::NotFound),
            ("error-403", Failure::Forbidden),
            ("error-413", Failure::TooLarge),
            ("error-429", Failure::TooMany { seconds: 7 }),
            ("error-500", Failure::Broken),
            ("error-503", Failure::Unavailable),
        ] {
            self.add(name, "error", None, Visitor::Unknown, &error::body(w, failure, "/exams/degree-english"));
        }
    }
}

/// All pages in one language, with their names.
pub(crate) fn gallery(language: Language) -> Vec<(String, Markup)> {
    let mut studio = Studio { w: words(language), assets: crate::assets::assets(), pages: Vec::new() };
    studio.exams();
    studio.rooms();
    studio.identities();
    studio.steps();
    studio.orders();
    studio.channels();
    studio.money_of_all_kinds();
    studio.tickets();
    studio.forms();
    studio.accounts();
    studio.care();
    studio.pages
}

/// Writes the gallery where `SEATHOLD_GALLERY` says; does nothing otherwise.
#[test]
fn the_gallery_is_written_when_asked_for() {
    let Some(dir) = std::env::var_os("SEATHOLD_GALLERY").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("payment-code.png"), pagekit::qr_code::code(&exam_page().payment_url).unwrap()).unwrap();
    for language in [Language::Zh, Language::En] {
        for (name, markup) in gallery(language) {
            std::fs::write(dir.join(format!("{name}.html")), markup.into_string()).unwrap();
        }
    }
}
