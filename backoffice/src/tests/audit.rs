//! The pages of no desk that administrators have: the audit, full and with nothing found; what the site says of itself.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::callout::Tone;
use pagekit::words::Words;
use registration::desk::audit::search::{FoundEntry, PAGE};
use registration::desk::audit::{AuditAction, AuditEntry};
use registration::model::actor::Actor;
use registration::model::ids::StaffId;
use registration::model::text::Text;
use registration::model::text::imprint::{Imprint, KeptImprint};
use uuid::Uuid;

/// Keys of the API.
pub(super) mod outward;

use super::now;
use crate::desk::message::Message;
use crate::pages::audit::{Asked, body};
use crate::pages::imprint;
use crate::staff::duty::Choice;

fn lines() -> Vec<FoundEntry> {
    let subjects = ["order.S7K4-2M9Q", "account.01a22bd6-c815-75bb-a0a2-558f02c3d8c1", "staff.li.min", "audit"];
    let actions = [
        AuditAction::Refused,
        AuditAction::LookedAtPerson,
        AuditAction::StaffSignedIn,
        AuditAction::Other("something.later".to_owned()),
    ];
    let details = [
        Some("看不清交易单号，请把整个订单页面截全，包括付款时间、金额和商户名称，不要裁剪，也不要遮挡。"),
        None,
        None,
        Some("who=li.min action=refused subject=order.S7K4-2M9Q from=2026-11-01T00:00:00Z"),
    ];
    let line = |at: usize| {
        let number = i64::try_from(PAGE + 1 - at).unwrap();
        let is_by_us = at % 7 == 3;
        let actor = if is_by_us { Actor::System } else { Actor::Staff(StaffId(Uuid::from_u128(9))) };
        let staff_name = (!is_by_us).then(|| ["li.min", "a-very-long-name-of-thirty-two.c"][at % 2].to_owned());
        let entry = AuditEntry {
            at: now() - SignedDuration::from_mins(number * 97 - 4_000),
            actor,
            staff_name,
            action: actions[at % 4].clone(),
            seen: None,
            detail: details[at % 4].map(str::to_owned),
        };
        FoundEntry {
            id: number,
            seq: (at > 1).then_some(120_000 + number),
            subject: subjects[at % 4].to_owned(),
            entry,
        }
    };
    (0..=PAGE).map(line).collect()
}

pub(super) fn all_pages(w: Words) -> [(&'static str, Markup); 4] {
    let asked = Asked { who: "li.min".to_owned(), action: "refused".to_owned(), ..Asked::default() };
    let sought = Asked { subject: "order.S7K4-2M9Q".to_owned(), from: "2026-11-01".to_owned(), ..Asked::default() };
    let nothing = KeptImprint::default();
    let text = |zh: &str, en: &str| Text { zh: zh.to_owned(), en: en.to_owned() };
    let said = Imprint {
        name: text("临江市教育考试院报名平台", "Linjiang Examination Registration"),
        operator: text("临江市教育考试院", ""),
        icp: "12345678".to_owned(),
        privacy: text("# 我们收集什么\n\n姓名、证件号码和照片，用于报名资格核验和准考证。", ""),
        ..Imprint::default()
    };
    let kept = KeptImprint { imprint: said, version: 3, changed: Some((now(), "li.min".to_owned())) };
    let message = Message::new(Tone::Bad, w.t("imprint-changed"));
    [
        ("imprint-empty", imprint::body(w, None, &nothing, &imprint::Entered::of(&nothing))),
        ("imprint", imprint::body(w, Some(&message), &kept, &imprint::Entered::of(&kept))),
        ("audit", body(w, &asked, &lines(), &Choice::default(), now())),
        ("audit-none", body(w, &sought, &[], &Choice::default(), now())),
    ]
}
