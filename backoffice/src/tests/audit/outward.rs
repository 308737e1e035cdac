//! What other systems are let in with: many keys with long names, none, one just made, one that was refused, one with all that can be
//! done to it.

use jiff::{SignedDuration, Timestamp};
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::webhooks::{Attempt, Delivery, DisabledWhy, Endpoint, EndpointId, EventKind};
use reservation::ids::ExamId;
use reservation::ledger::api_keys::{KeyId, ListedKey, Scope, Scopes};
use uuid::Uuid;

use crate::desk::message::Message;
use crate::pages::api_keys::typed::Typed;
use crate::pages::api_keys::{Shown, View, body, one};
use crate::pages::webhooks as hooks;

fn exams() -> Vec<(ExamId, String)> {
    let exam = |id: &str, title: &str| (id.parse().unwrap(), title.to_owned());
    vec![
        exam("degree-english", "学位外语考试"),
        exam("cet", "全国大学英语四、六级考试（2026 年下半年）"),
        exam("continuing", "学历继续教育学士学位外国语水平全区统一考试"),
    ]
}

fn listed(number: i64, name: &str, scopes: impl Into<Scopes>, now: Timestamp) -> ListedKey {
    ListedKey {
        id: KeyId(number),
        name: name.to_owned(),
        scopes: scopes.into(),
        exams: None,
        ending: Some("4GD6".to_owned()),
        made_by: Some("li.min".to_owned()),
        created_at: now - SignedDuration::from_hours(24 * number),
        expires_at: None,
        revoked_at: None,
        last_used_at: Some(now - SignedDuration::from_mins(3)),
        replaced_by: None,
    }
}

fn keys(now: Timestamp) -> Vec<ListedKey> {
    let exams = || Some(exams().into_iter().map(|(exam, _)| exam).collect::<Vec<_>>());
    let all = [Scope::Read, Scope::Hold, Scope::Confirm, Scope::Metrics];
    let later = now + SignedDuration::from_hours(24 * 200);
    let long = "全国高等学校英语四六级考试报名系统与财务收费平台对接专用密钥（测试环境与生产环境共用）";
    vec![
        ListedKey {
            exams: exams(),
            expires_at: Some(later),
            ..listed(9, "票务系统", [Scope::Hold, Scope::Confirm], now)
        },
        ListedKey { made_by: None, last_used_at: None, ..listed(8, long, all, now) },
        ListedKey { ending: None, ..listed(7, "prometheus", Scope::Metrics, now) },
        ListedKey { expires_at: Some(now - SignedDuration::from_hours(1)), ..listed(3, "财务", Scope::Confirm, now) },
        ListedKey {
            revoked_at: Some(now - SignedDuration::from_hours(50)), ..listed(2, "旧网站", Scope::Admin, now)
        },
    ]
}

pub(crate) fn all_pages(w: Words, now: Timestamp) -> [(&'static str, Markup); 5] {
    let (keys, exams, typed) = (keys(now), exams(), Typed::default());
    let wrong = Typed {
        name: "17".to_owned(),
        scopes: [Scope::Hold, Scope::Metrics].into(),
        is_of_some: true,
        exams: vec!["cet".parse().unwrap()],
        days: 0,
    };
    let message = Message::new(Tone::Bad, w.t("api-key-bad-number"));
    let view = View { keys: &keys, exams: &exams, typed: &typed, made: None, message: None, now };
    let made = Shown {
        name: "票务系统",
        secret: "seathold_00000000000000000000000000000000000000000004GD6i6",
        expires_at: keys[0].expires_at,
        replaced_until: Some(now + SignedDuration::from_hours(24)),
    };
    let of =
        |at: usize| one::View { one: &keys[at], exams: &exams, made: None, message: None, may_read_audit: true, now };
    [
        ("api-keys", body(w, &View { message: None, ..view })),
        ("api-keys-empty", body(w, &View { keys: &[], exams: &[], ..view })),
        ("api-keys-wrong", body(w, &View { typed: &wrong, message: Some(&message), ..view })),
        ("api-key", one::body(w, &one::View { made: Some(&made), ..of(0) })),
        ("api-key-ended", one::body(w, &of(4))),
    ]
}

fn endpoint(description: &str, url: &str, now: Timestamp) -> Endpoint {
    Endpoint {
        id: EndpointId(Uuid::from_u128(7)),
        url: url.to_owned(),
        description: description.to_owned(),
        kinds: vec![EventKind::OrderConfirmed, EventKind::PaymentReceived],
        exams: None,
        old_until: None,
        made_at: now - SignedDuration::from_hours(400),
        made_by: "li.min".to_owned(),
        failing_since: None,
        disabled: None,
        waiting: 0,
    }
}

fn endpoints(now: Timestamp) -> Vec<Endpoint> {
    let days = |days: i64| now - SignedDuration::from_hours(24 * days);
    let long = "https://hooks.a-rather-long-name-of-a-host.example.edu:8443/exam/registration/seathold/webhooks?tenant=linjiang";
    vec![
        endpoint("财务收费平台", "https://finance.example.edu/hooks", now),
        Endpoint {
            kinds: EventKind::ALL.to_vec(),
            exams: Some(exams().into_iter().map(|(exam, _)| exam).collect()),
            failing_since: Some(days(2)),
            old_until: Some(now + SignedDuration::from_hours(20)),
            waiting: 1_000,
            ..endpoint("全国高等学校英语四六级考试报名系统与教务平台对接（测试环境与生产环境共用）", long, now)
        },
        Endpoint {
            disabled: Some((days(1), DisabledWhy::Failing)),
            ..endpoint("旧教务系统", "https://old.example.edu/", now)
        },
        Endpoint {
            disabled: Some((days(9), DisabledWhy::Staff)), ..endpoint("试用", "https://try.example.edu/", now)
        },
    ]
}

fn deliveries(now: Timestamp) -> Vec<Delivery> {
    let ago = |minutes| now - SignedDuration::from_mins(minutes);
    let attempt = |ended, answer: &str| Some(Attempt { at: ago(3), ended, took_ms: 412, answer: answer.to_owned() });
    let of = |id, kind: &str, subject: &str, done, tries, last| Delivery {
        id,
        message: Uuid::from_u128(9),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        at: ago(30 * (60 - id)),
        tries,
        next_try_at: now + SignedDuration::from_mins(25),
        done,
        last,
    };
    let account = "application.degree-english.01a22bd6-c815-75bb-a0a2-558f02c3d8c1";
    let page = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    vec![
        of(9, "webhook.test", "test.01a22bd6-c815-75bb-a0a2-558f02c3d8c1", None, 0, None),
        of(8, "order.confirmed", "order.S7K42M9Q", Some((ago(3), true)), 1, attempt(Ok(204), "")),
        of(7, "application.decided", account, None, 3, attempt(Ok(502), page)),
        of(6, "ticket.issued", "order.S7K42M9Q", Some((ago(90), false)), 10, attempt(Err("timeout".to_owned()), "")),
        of(5, "something.later", "order.S7K42M9Q", Some((ago(95), true)), 2, attempt(Ok(200), "ok")),
    ]
}

pub(crate) fn webhooks(w: Words, now: Timestamp) -> [(&'static str, Markup); 6] {
    let (endpoints, deliveries, exams) = (endpoints(now), deliveries(now), exams());
    let (typed, message) = (hooks::form::Typed::default(), Message::new(Tone::Bad, w.t("webhook-inside")));
    let wrong = hooks::form::Typed { url: "https://10.0.0.1/".to_owned(), ..hooks::form::Typed::from(&endpoints[1]) };
    let view = hooks::View { endpoints: &endpoints, exams: &exams, typed: &typed, message: None, now };
    let there: Vec<hooks::form::Typed> = endpoints.iter().map(hooks::form::Typed::from).collect();
    let secret = Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYq=");
    let of = |at: usize| hooks::one::View {
        one: &endpoints[at],
        deliveries: &deliveries,
        exams: &exams,
        typed: &there[at],
        secret: None,
        message: None,
        now,
    };
    [
        ("webhooks", hooks::body(w, &view)),
        ("webhooks-empty", hooks::body(w, &hooks::View { endpoints: &[], ..view })),
        ("webhook", hooks::one::body(w, &of(1))),
        ("webhook-new", hooks::one::body(w, &hooks::one::View { deliveries: &[], secret, ..of(0) })),
        ("webhook-ended", hooks::one::body(w, &of(2))),
        ("webhook-wrong", hooks::one::body(w, &hooks::one::View { typed: &wrong, message: Some(&message), ..of(1) })),
    ]
}
