//! All queues together, and whose case it is, from made-up values.

use jiff::SignedDuration;
use maud::Markup;
use pagekit::words::Words;
use registration::desk::case::{CaseId, CaseKind, Claim, Subject};
use registration::desk::cases::{Decided, Load, Reviewer};
use registration::desk::payments::{Reading, Review};
use registration::model::ids::{AccountId, StaffId};
use registration::model::order::OrderId;
use uuid::Uuid;

use super::now;
use crate::desk::claim::Work;
use crate::desks::home::{Queues, body};
use crate::desks::payments::sure::{self, Done, Sure};

/// Whoever looks has it.
pub(super) fn theirs() -> Work {
    Work::Theirs { case: CaseId(1), token: claim().token, can_undo: true, differing: Vec::new() }
}

/// They have to say which of two others is right.
pub(super) fn differing() -> Work {
    let refused = Decided::Refused("付款金额与报名费不一致。少付了 30 元".to_owned());
    Work::Theirs { case: CaseId(1), token: claim().token, can_undo: true, differing: vec![Decided::Passed, refused] }
}

/// A colleague has it, and it may be taken over.
pub(super) fn others() -> Work {
    Work::Others { case: CaseId(1), claim: claim(), may_take_over: true }
}

pub(super) fn claim() -> Claim {
    Claim {
        by: StaffId(Uuid::from_u128(8)),
        name: "alexandra.konstantinopolskaya-2".to_owned(),
        until: now() + SignedDuration::from_mins(4),
        token: Uuid::from_u128(3).to_string().parse().unwrap(),
    }
}

/// All queues together, and many payments at once.
pub(super) fn all_pages(w: Words, reviews: &[Review]) -> [(&'static str, Markup); 3] {
    [("queues", home(w)), ("sure", sure(w, reviews)), ("sure-none", sure(w, &[]))]
}

/// Payments of which the machine is sure, after some were confirmed, if there are any.
fn sure(w: Words, reviews: &[Review]) -> Markup {
    let one = |review: &Review| {
        let Reading::Read(pictured) = super::pictured::of(review, false).0 else { panic!("it waits") };
        Sure { case: CaseId(1), token: claim().token, review: review.clone(), pictured: *pictured }
    };
    let all: Vec<Sure> = reviews.iter().map(one).collect();
    let done = [
        Done { order: OrderId::from_bits(7), why: None },
        Done { order: OrderId::from_bits(8), why: Some(w.t("refused-not-looked").into_owned()) },
    ];
    sure::body(w, &all, if all.is_empty() { &[] } else { &done }, now())
}

fn home(w: Words) -> Markup {
    let load = |(kind, waiting): (CaseKind, u64)| Load {
        kind,
        waiting,
        claimed: waiting / 20,
        overdue: waiting / 90,
        oldest: (waiting > 0).then(|| now() - SignedDuration::from_hours(waiting.min(50).cast_signed())),
        due: (waiting > 0).then(|| now() + SignedDuration::from_hours(3)),
        came: waiting / 3,
        decided: waiting / 4,
        second: if kind == CaseKind::Identity { 0 } else { waiting / 20 },
    };
    let loads: Vec<Load> = CaseKind::ALL.into_iter().zip([61, 3_204, 250, 7, 0, 1]).map(load).collect();
    let reviewer = |(name, decided, seconds): (&str, u64, i64)| Reviewer {
        name: name.to_owned(),
        decided,
        today: decided / 6,
        refused: decided / 9,
        taken_back: decided / 200,
        compared: decided / 20,
        agreed: decided / 21,
        median: (seconds > 0).then(|| SignedDuration::from_secs(seconds)),
    };
    let staff = [("li.min", 1_842, 9), ("alexandra.konstantinopolskaya-2", 640, 312), ("wang", 1, 0)];
    let reviewers: Vec<Reviewer> = staff.into_iter().map(reviewer).collect();
    let noted = [
        (CaseId(7), Subject::Payment(OrderId::from_bits(7)), now() + SignedDuration::from_secs(42)),
        (CaseId(8), Subject::Identity(AccountId(Uuid::from_u128(7))), now() + SignedDuration::from_secs(9)),
    ];
    let (noted, is_everybody, without_others) = (&noted[..], true, 3);
    body(
        w,
        &Queues {
            loads: &loads,
            reviewers: &reviewers,
            is_everybody,
            noted,
            without_others,
            inquiries: Some(12),
            now: now(),
        },
    )
}
