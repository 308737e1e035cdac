//! Tests of the words, with a definition that ships.

use std::path::Path;

use strum::VariantArray;

use super::*;
use crate::exams::definition;
use crate::model::exam_rules::{PartId, TaskKind};
use crate::model::order::OrderId;
use crate::model::payment::Method;

fn at() -> Timestamp {
    "2027-03-01T01:05:00Z".parse().unwrap()
}

fn said(exam: &Exam, state: State, until: Option<Timestamp>) -> Option<Text> {
    let standing = Standing { state, action: None, until, step: Some(0), score_review: None, contact: None, mark: 0 };
    super::state(exam, &standing)
}

#[test]
fn every_kind_fits_the_variable_of_a_template() {
    for kind in MessageKind::VARIANTS {
        assert!(short(*kind).chars().count() <= 12, "{kind:?}");
        assert!(event(*kind).0.chars().count() <= 12, "{kind:?}: the subject of a letter is read on a phone");
    }
}

#[test]
fn each_state_says_what_to_do_and_until_when() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams/continuing-education");
    let exam = definition::parse(&dir).unwrap_or_else(|faults| panic!("{faults:?}")).page;
    let (step, order, until) = (&exam.rules.steps[0].title, OrderId::from_bits(1), Some(at()));
    let refused = |order| State::Refused { task: TaskKind::Review, reason: "秘密".to_owned(), order };
    let registered = |tickets, change| State::Registered { order: Some(order), tickets, change, is_by_school: false };
    let lost = |can_choose| State::Lost { order, part: PartId::main(), is_cancelled: false, can_choose };
    let table = [
        (State::ToDo { task: TaskKind::Notice, is_reviewed: false }, None, format!("下一步：{}。", step.zh)),
        (State::ToDo { task: TaskKind::Notice, is_reviewed: false }, until, "请在 3月1日 09:05 前完成。".to_owned()),
        (State::Ahead { task: TaskKind::Notice, opens_at: at() }, None, format!("{}，3月1日 09:05 开始。", step.zh)),
        (State::Over { task: TaskKind::Notice, closed_at: at() }, None, "已于 3月1日 09:05 截止。".to_owned()),
        (State::Unpaid { order, part: PartId::main(), before: None }, until, "保留到 3月1日 09:05，请在".to_owned()),
        (State::PictureKept { order, part: PartId::main() }, until, "前登录，另选同等费用的场次".to_owned()),
        (
            State::SchoolPays { order, part: PartId::main(), locked_until: at(), held_until: at() },
            until,
            "锁定至 3月1日 09:05，请不要自行付款。".to_owned(),
        ),
        (
            State::SchoolPays {
                order,
                part: PartId::main(),
                locked_until: at() + jiff::SignedDuration::from_hours(1),
                held_until: at(),
            },
            until,
            "座位保留到 3月1日 09:05，请不要自行付款。".to_owned(),
        ),
        (lost(true), until, "请在 3月1日 09:05 前重新选择。".to_owned()),
        (State::Waiting { task: TaskKind::Review, since: at() }, None, "请等待结果。".to_owned()),
        (refused(Some(order)), until, "请在 3月1日 09:05 前登录，重新上传订单截图。".to_owned()),
        (refused(None), None, "修改后重新提交。".to_owned()),
        (registered(Tickets::NotSaid, None), None, "另行通知。".to_owned()),
        (registered(Tickets::From(at()), None), None, "准考证 3月1日 09:05 起可以打印。".to_owned()),
        (registered(Tickets::Open, Some(Change::Waiting { since: at() })), None, "修改待审核。".to_owned()),
    ];
    for (state, until, part) in table {
        let about = format!("{state:?}");
        let Text { zh, en } = said(&exam, state, until).unwrap_or_else(|| panic!("{about}: nothing"));
        assert!(zh.contains(&part) && !zh.contains("秘密"), "{about}: {zh}");
        assert!(en.ends_with('.') && !en.contains("秘密"), "{about}: {en}");
        assert_eq!(zh.contains("09:05"), en.contains("1 Mar, 09:05 (Beijing time)"), "{about}: {en}");
    }
    // Where the channel says itself that money has come, nobody is asked for a picture of it.
    let unpaid = || State::Unpaid { order, part: PartId::main(), before: None };
    for (channels, asks) in [(vec![Method::Screenshot], true), (vec![Method::Alipay], false)] {
        let mut exam = exam.clone();
        exam.rules.payment.channels = channels;
        let Text { zh, en } = said(&exam, unpaid(), until).unwrap();
        assert_eq!((zh.contains("截图"), en.contains("screenshot")), (asks, asks), "{zh} {en}");
    }
    assert_eq!(said(&exam, lost(false), None), None);
    assert_eq!(said(&exam, State::Closed { closed_at: at() }, None), None);
}
