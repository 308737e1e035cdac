//! Forms that are compared with the roster: equal passes at once, the rest waits with what differs.

use std::fmt::Write as _;
use std::sync::Arc;

use registration::desk::case::CaseKind;
use registration::desk::forms::FormKey;
use registration::model::exam::Exam;
use registration::model::facts::ReviewState;
use registration::model::ids::AccountId;
use registration::rules::details::Answers;

use crate::account_corrections::{administrator, resident};
use crate::world::{World, document};

const EXAM: &str = r#"
id = "ce"
title = { zh = "继续教育", en = "CE" }
organiser = { zh = "考试院", en = "Office" }
hold_seconds = 900
grace_seconds = 60
opens_at = 2020-01-01T00:00:00+08:00
closes_at = 2089-01-01T00:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.com/"
[notice]
zh = ["须知"]
en = ["Notice"]
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["details"]
[[steps]]
title = { zh = "审核", en = "Review" }
tasks = ["review"]
[[steps]]
title = { zh = "场次", en = "Sitting" }
tasks = ["sittings", "payment"]
[review]
compare = ["school", "major"]
[[form.fields]]
name = "school"
kind = "choice"
label = { zh = "就读院校", en = "School" }
choices = [{ value = "a", zh = "申江大学", en = "Shenjiang" }, { value = "b", zh = "同浦大学", en = "Tongpu" }]
[[form.fields]]
name = "major"
kind = "text"
label = { zh = "专业", en = "Major" }
"#;

pub(crate) async fn import(world: &World, roster: Option<&str>) -> Arc<Exam> {
    let dir = world.stores.dir().join("ce");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("exam.toml"), EXAM).unwrap();
    let sittings = "id,title_zh,title_en,venue_zh,venue_en,starts_at,capacity\n\
                    en,英语,English,一教,Hall,2090-01-01T09:00:00+08:00,5\n";
    std::fs::write(dir.join("sittings.csv"), sittings).unwrap();
    if let Some(roster) = roster {
        std::fs::write(dir.join("roster.csv"), roster).unwrap();
    }
    let exam = world.registration.exams.import(&dir).await.unwrap().exam;
    world.registration.exams.get(&exam).unwrap()
}

/// 1 and 2 by value and by words, 3 under another name.
pub(crate) fn roster() -> String {
    let mut text = "document_kind,document_number,name,school,major\n".to_owned();
    for (number, name, school) in [(1, "王芳", "a"), (2, "王芳", "申江大学"), (3, "李四", "a")] {
        writeln!(text, "resident_id,{},{name},{school},工商管理", document(number)).unwrap();
    }
    text
}

pub(crate) async fn hand_in(world: &World, exam: &Exam, account: AccountId, school: &str, major: &str) -> ReviewState {
    let pairs = [("school", school), ("major", major)];
    let answers = Answers(pairs.iter().map(|(name, text)| (name.parse().unwrap(), (*text).to_owned())).collect());
    world.registration.applications.hand_in(account, exam, &[], &answers).await.unwrap()
}

pub(crate) async fn differences(world: &World, account: AccountId) -> Option<Vec<String>> {
    let waiting = world.waiting(CaseKind::Form).await;
    let case = waiting.into_iter().find(|case| case.account == account).unwrap();
    let exam = case.exam.unwrap();
    let case = world.registration.forms.look(&world.reviewer, &exam, account).await.unwrap();
    case.differences.map(|fields| fields.iter().map(ToString::to_string).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_what_equals_the_roster_passes_at_once() {
    let world = World::usual().await;
    let exam = import(&world, Some(&roster())).await;
    for number in [1, 2] {
        let account = world.candidate(number).await.id;
        let state = hand_in(&world, &exam, account, "a", " 工商 管理").await;
        assert!(matches!(state, ReviewState::Passed { .. }), "{number}: {state:?}");
        let facts = world.registration.applications.facts(account, &exam, &[]).await.unwrap();
        assert_eq!(facts.review, state);
    }
    assert_eq!(world.count_waiting(CaseKind::Form).await, 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_what_differs_waits_with_the_list_and_can_be_mended() {
    let world = World::usual().await;
    let exam = import(&world, Some(&roster())).await;
    let (applications, forms) = (&world.registration.applications, &world.registration.forms);
    let (first, third) = (world.candidate(1).await.id, world.candidate(3).await.id);
    let stranger = world.candidate(9).await.id;
    for (account, school, major, expected) in [
        (first, "b", "会计", &["school", "major"][..]),
        (third, "a", "工商管理", &["name"]),
        (stranger, "a", "工商管理", &["document"]),
    ] {
        assert!(matches!(hand_in(&world, &exam, account, school, major).await, ReviewState::Waiting { .. }));
        assert_eq!(differences(&world, account).await.unwrap(), expected);
    }
    let record = applications.in_roster(&world.reviewer, first, &exam).await.unwrap().unwrap();
    assert_eq!((record.column("school"), record.column("major")), ("a", "工商管理"));
    assert!(applications.in_roster(&world.reviewer, stranger, &exam).await.unwrap().is_none());

    // Staff refuse with a reason.
    let case = forms.look(&world.reviewer, &exam.id, first).await.unwrap();
    let FormKey { version, .. } = case.key;
    forms.decide(&world.reviewer, &case.key, Some("专业与学籍不符")).await.unwrap();
    let facts = applications.facts(first, &exam, &[]).await.unwrap();
    assert_eq!(facts.review, ReviewState::Refused { reason: "专业与学籍不符".to_owned() });
    assert_eq!(version, 1);
    // What staff refused, staff pass, though it equals the roster now: the reason may have been another one.
    assert!(matches!(hand_in(&world, &exam, first, "a", "工商管理").await, ReviewState::Waiting { .. }));
    assert_eq!(differences(&world, first).await.unwrap(), Vec::<String>::new());
    let case = forms.look(&world.reviewer, &exam.id, first).await.unwrap();
    forms.decide(&world.reviewer, &case.key, None).await.unwrap();
    assert!(matches!(hand_in(&world, &exam, first, "a", "工商管理").await, ReviewState::Passed { .. }));
    // Staff let a stranger pass.
    let case = forms.look(&world.reviewer, &exam.id, stranger).await.unwrap();
    forms.decide(&world.reviewer, &case.key, None).await.unwrap();
    assert_eq!(world.count_waiting(CaseKind::Form).await, 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_whom_staff_correct_is_reviewed_again() {
    let world = World::usual().await;
    let exam = import(&world, Some(&roster())).await;
    let account = world.candidate(1).await;
    assert!(matches!(hand_in(&world, &exam, account.id, "a", "工商管理").await, ReviewState::Passed { .. }));
    let boss = administrator(&world).await;
    let corrected = world
        .registration
        .accounts
        .correct(&boss, account.number, account.name.unwrap(), resident(7), "核对原件")
        .await
        .unwrap();
    assert_eq!(corrected.reviews, 1);
    assert_eq!(differences(&world, account.id).await.unwrap(), ["document"]);
    let facts = world.registration.applications.facts(account.id, &exam, &[]).await.unwrap();
    assert!(matches!(facts.review, ReviewState::Waiting { .. }), "{:?}", facts.review);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a6_without_a_roster_staff_look_at_everything() {
    let world = World::usual().await;
    let exam = import(&world, None).await;
    let account = world.candidate(1).await.id;
    assert!(matches!(hand_in(&world, &exam, account, "a", "工商管理").await, ReviewState::Waiting { .. }));
    assert_eq!(differences(&world, account).await, None);
    world.finish().await;
}
