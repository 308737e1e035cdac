//! Pages about who works, from made-up values.

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::desk::permits::approvals::{Act, Approval, ApprovalId, ApprovalState, Failed};
use registration::desk::staff::{
    Duty, Factors, LinkedSubject, NewFactor, Passkey, PasskeyNumber, PasskeyQuestion, Reach, RecoveryCode, Role,
    SessionNumber, StaffLine, StaffLinkKind, StaffMember, StaffSession,
};
use registration::lists::List;
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use uuid::Uuid;

use crate::desk::message::Message;
use crate::pages::go_on::{Waited, go_on};
use crate::pages::provider::{self, Told};
use crate::pages::{error, sign_in};
use crate::request::carried::Carried;
use crate::request::failure::Failure;
use crate::staff::{approvals, codes, duty, enrol, factor, join, list, mine, one, roles};

const SITE: &str = "11111111-1111-1111-1111-111111111111";
const LINK: &str = "https://staff.example.edu/join?token=Qm9vayBvZiBhIHRva2VuIHRoYXQgaXM";

pub(super) fn all_pages(w: Words, now: Timestamp) -> Vec<(&'static str, Markup)> {
    let wrong = w.t("factor-wrong");
    let wrong_recovery = w.t("factor-recovery-wrong");
    let asked = question();
    let factor_view = |is_again| factor::View { next: "/", is_again, has_app: true, ..Default::default() };
    let recovery =
        factor::View { error: Some(&wrong_recovery), is_recovery: true, carried: "sealed", ..factor_view(true) };
    let mut pages = vec![
        ("factor", factor::body(w, &factor::View { question: Some(&asked), ..factor_view(false) })),
        ("factor-code", factor::body(w, &factor_view(false))),
        ("factor-wrong", factor::body(w, &factor::View { error: Some(&wrong), ..factor_view(true) })),
        ("factor-recovery", factor::body(w, &recovery)),
        ("factor-first", error::body(w, Failure::NotFresh)),
        ("error-forbidden", error::body(w, Failure::Forbidden)),
        ("go-on-fresh", go_on(w, &carried(), Waited::ForFactor)),
    ];
    pages.extend(enrolling(w));
    pages.extend(shown_once(w));
    pages.extend(own(w, now));
    pages.extend(joining(w));
    pages.extend(by_provider(w));
    pages.extend(managed(w, now));
    pages.extend(together(w, now));
    pages
}

fn carried() -> Carried {
    Carried { sender: None, path: "/accounts/rebind".to_owned(), pairs: Vec::new() }
}

fn enrolling(w: Words) -> [(&'static str, Markup); 2] {
    let new = NewFactor {
        secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        link: "otpauth://totp/Seathold:li.min?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Seathold".to_owned(),
        sealed: "sealed".to_owned(),
    };
    let (wrong, asked) = (w.t("factor-wrong"), question());
    let view = |is_change, error| enrol::View {
        next: "/",
        new: &new,
        is_change,
        question: &asked,
        name: "li.min",
        carried: "",
        error,
    };
    [("enrol", enrol::body(w, &view(false, None))), ("enrol-wrong", enrol::body(w, &view(true, Some(&*wrong))))]
}

fn shown_once(w: Words) -> [(&'static str, Markup); 2] {
    let all = [
        "MZXW6YTBOIMZXW6YTBOIMZXW",
        "GEZDGNBVGY3TQOJQGEZDGNBV",
        "WWWWMMMMWWWWMMMMWWWWMMMM",
        "IIIILLLLIIIILLLLIIIILLLL",
        "ABCDEFGHIJKLMNOPABCDEFGH",
    ];
    let codes: Vec<_> = all.iter().chain(&all).filter_map(|code| RecoveryCode::typed(code)).collect();
    [("codes", codes::body(w, &codes, "/", None)), ("codes-waiting", codes::body(w, &codes, "/", Some(&carried())))]
}

fn question() -> PasskeyQuestion {
    PasskeyQuestion { challenge: "AAAA".to_owned(), credentials: vec!["AAAA".to_owned()], user: "AAAA".to_owned() }
}

fn passkey(number: i64, now: Timestamp) -> Passkey {
    let used_at = (number > 1).then_some(now);
    Passkey { number: PasskeyNumber(number), agent: "Edge, Windows".to_owned(), added_at: now, used_at }
}

fn session(number: i64, now: Timestamp, hours: i64, agent: &str) -> StaffSession {
    let began_at = now - SignedDuration::from_hours(hours);
    StaffSession {
        number: SessionNumber(number),
        began_at,
        seen_at: began_at + SignedDuration::from_mins(25),
        factor_at: Some(began_at),
        agent: agent.to_owned(),
        address: "203.0.113.*".to_owned(),
        is_open: hours < 10,
    }
}

fn sessions(now: Timestamp) -> Vec<StaffSession> {
    vec![
        session(9, now, 1, "Edge, Windows"),
        StaffSession { factor_at: None, ..session(8, now, 2, "WeChat, iPhone") },
        StaffSession { address: "2001:db8:7:*".to_owned(), ..session(7, now, 5, "Firefox, Linux") },
        session(6, now, 80, ""),
    ]
}

fn own(w: Words, now: Timestamp) -> [(&'static str, Markup); 3] {
    let all = sessions(now);
    let message = Message::new(Tone::Good, w.t("mine-done-ended"));
    let keys = [passkey(2, now), passkey(1, now)];
    let linked = subject();
    let view = |sessions, (codes_left, passkeys): (Option<i64>, _), message| {
        let factors = codes_left.map(|codes_left| Factors { has_app: true, passkeys: 2, codes_left });
        let provider = match codes_left {
            Some(1) => Some(("统一身份认证", None)),
            Some(_) => Some(("统一身份认证", Some(&linked))),
            None => None,
        };
        mine::body(w, &mine::View { sessions, here: SessionNumber(9), factors, passkeys, provider, message, now })
    };
    [
        ("mine", view(&all, (Some(9), &keys[..]), Some(&message))),
        ("mine-few", view(&all[..1], (Some(1), &[]), None)),
        ("mine-demo", view(&all[..1], (None, &[]), None)),
    ]
}

fn subject() -> LinkedSubject {
    LinkedSubject { subject: "20240001-9f2c".to_owned(), shown: "li.min".to_owned(), linked_at: None }
}

/// What is said after the way to the identity provider, and the page on which one is linked.
fn by_provider(w: Words) -> Vec<(&'static str, Markup)> {
    let told = [
        ("provider-stale", Told::Stale),
        ("provider-denied", Told::Denied),
        ("provider-refused", Told::Refused),
        ("provider-unlinked", Told::Unlinked("20240001-9f2c-WWWWMMMMWWWWMMMMWWWWMMMM")),
        ("provider-too-many", Told::TooMany),
        ("provider-silent", Told::Silent),
    ];
    let mut pages: Vec<_> = told.map(|(name, told)| (name, provider::body(w, told))).into();
    pages.push(("provider-link", provider::link::body(w, "统一身份认证", ("li.min", &subject()))));
    let provider = sign_in::Provider { name: "统一身份认证", site: "https://staff.example.edu" };
    let view = |carried| sign_in::View { next: "/", carried, provider: Some(provider), ..Default::default() };
    pages.push(("sign-in-provider", sign_in::body(w, &view(""))));
    pages.push(("sign-in-provider-waiting", sign_in::body(w, &view("sealed"))));
    pages
}

fn joining(w: Words) -> [(&'static str, Markup); 3] {
    let differ = w.t("join-differ");
    let choose = |kind, error| join::View::Choose { name: "wang.xiaoming-2026.registrar", kind, token: "x", error };
    [
        ("join", join::body(w, &choose(StaffLinkKind::Invitation, None))),
        ("join-again", join::body(w, &choose(StaffLinkKind::Password, Some(&*differ)))),
        ("join-gone", join::body(w, &join::View::Gone(&w.t("join-expired")))),
    ]
}

fn line(name: &str, role: Role, now: Timestamp) -> StaffLine {
    StaffLine {
        member: StaffMember {
            id: StaffId(Uuid::from_u128(3)),
            name: name.to_owned(),
            role,
            reach: Reach::default(),
            session_epoch: 0,
            disabled_at: None,
        },
        factors: Factors { has_app: true, passkeys: 0, codes_left: 8 },
        last_at: Some(now - SignedDuration::from_hours(3)),
        link_until: None,
        has_joined: true,
        subject: Some("20240001".to_owned()),
    }
}

fn managed(w: Words, now: Timestamp) -> [(&'static str, Markup); 5] {
    let mut lines = vec![
        line("li.min", Role::Administrator, now),
        line("wang.xiaoming-2026.registrar", Role::Reviewer, now),
        line("gate.1", Role::Invigilator, now),
        line("zhao.lei", Role::Finance, now),
    ];
    lines[1].last_at = None;
    lines[1].factors = Factors { has_app: false, passkeys: 0, codes_left: 0 };
    (lines[1].link_until, lines[1].has_joined) = (Some(now), false);
    (lines[2].last_at, lines[2].has_joined) = (None, false);
    lines[0].member.reach = limited();
    lines[3].member.disabled_at = Some(now);
    let exams = vec!["degree-english".to_owned()];
    let typed = duty::Entered { name: "Li Min".to_owned(), role: "finance".to_owned(), exams, ..Default::default() };
    let typed = list::Typed { duty: typed, email: "li.min@".to_owned() };
    let choice = choice();
    let taken = Message::new(Tone::Bad, w.t("staff-bad-name"));
    let nobody = list::Typed::default();
    let link = |is_asked| list::Link { name: "wang.xiaoming-2026.registrar", url: LINK, is_asked };
    let list = |typed, link, message| {
        list::body(w, &list::View { lines: &lines, typed, mails: true, choice: &choice, link, message, now })
    };
    let (all, history) = (sessions(now), history(now));
    let one = |line: &StaffLine, link, sessions, message| {
        let history = &history[..];
        let (choice, needs_two, is_oneself, is_asked) = (&choice, true, false, true);
        one::body(
            w,
            &one::View { choice, needs_two, line, sessions, history, link, message, is_oneself, is_asked, now },
        )
    };
    let done = Message::new(Tone::Good, w.t("staff-did-disable"));
    [
        ("staff", list(&nobody, None, None)),
        ("staff-invited", list(&nobody, Some(link(true)), None)),
        ("staff-refused", list(&typed, None, Some(&taken))),
        ("staff-one", one(&lines[1], Some(link(false)), &all, None)),
        ("staff-disabled", one(&lines[3], None, &[], Some(&done))),
    ]
}

/// For some alone.
fn limited() -> Reach {
    let exams = vec!["degree-english".parse().unwrap()];
    Reach::of(exams, vec![SITE.parse().unwrap()], vec!["991010".parse().unwrap()])
}

fn choice() -> duty::Choice {
    let pair = |id: &str, title: &str| (id.to_owned(), title.to_owned());
    let exams = vec![
        pair("degree-english", "申请硕士学位外国语水平全国统一考试"),
        pair("cet", "全国大学英语四、六级考试（CET）"),
    ];
    duty::Choice { exams, sites: vec![pair(SITE, "临江大学北校区第三教学楼")] }
}

/// What each may do, and what two do.
fn together(w: Words, now: Timestamp) -> [(&'static str, Markup); 3] {
    let (exam, sitting) = ("degree-english".parse().unwrap(), "en-1".parse().unwrap());
    let act = Act::Publish { exam, sitting, token: String::new(), moves: Some(3) };
    let export = Act::Export { exam: "cet".parse().unwrap(), list: List::Orders, is_whole: true };
    let line = |what: &str, act: &Act, state, failed| approvals::Line {
        what: what.to_owned(),
        approval: Approval {
            id: ApprovalId(Uuid::from_u128(5)),
            act: act.clone(),
            asked_by: "wang.xiaoming-2026.registrar".to_owned(),
            asked_at: now - SignedDuration::from_hours(3),
            expires_at: now + SignedDuration::from_hours(21),
            state,
            decided_by: (state != ApprovalState::Waiting).then(|| "li.min".to_owned()),
            decided_at: None,
            failed,
            used_at: None,
        },
    };
    let duty = choice().said(w, &Duty { role: Role::Seating, reach: limited() });
    let values = [
        ("name", "gate.1".into()),
        ("before", w.t("staff-role-invigilator").into_owned().into()),
        ("after", duty.into()),
    ];
    let changed = w.with("act-duty", &values);
    let waiting = [
        line(&changed, &act, ApprovalState::Waiting, None),
        line("发布座位：学位外语考试 · 英语（其中 3 人换座）", &act, ApprovalState::Waiting, None),
    ];
    let asked = [
        line("导出名单（完整证件号）：CET · 订单", &export, ApprovalState::Done, None),
        line("发布座位：学位外语考试 · 英语（其中 0 人换座）", &act, ApprovalState::Failed, Some(Failed::Changed)),
        line("发布座位：学位外语考试 · 英语（其中 0 人换座）", &act, ApprovalState::Waiting, None),
    ];
    let message = Message::new(Tone::Good, w.t("approval-asked"));
    let view = |waiting, asked, message| approvals::View { waiting, asked, link: None, message, now };
    [
        ("roles", roles::body(w, Role::Seating)),
        ("approvals", approvals::body(w, &view(&waiting, &asked, Some(&message)))),
        ("approvals-none", approvals::body(w, &view(&[], &[], None))),
    ]
}

fn history(now: Timestamp) -> Vec<AuditEntry> {
    let entry = |action, by: Option<&str>| AuditEntry {
        at: now - SignedDuration::from_mins(70),
        actor: by.map_or(Actor::System, |_| Actor::Staff(StaffId(Uuid::from_u128(9)))),
        staff_name: by.map(str::to_owned),
        action,
        seen: None,
        detail: None,
    };
    vec![
        entry(AuditAction::StaffFactor, Some("zhao.lei")),
        entry(AuditAction::StaffFactorRefused, None),
        entry(AuditAction::StaffSignedIn, Some("zhao.lei")),
        AuditEntry { detail: Some("all".to_owned()), ..entry(AuditAction::StaffSessionEnded, Some("li.min")) },
        entry(AuditAction::StaffAdded, None),
    ]
}
