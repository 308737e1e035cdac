//! Applications: agreeing, drafts, handing in, and what staff decide.

use registration::application::ApplicationError;
use registration::desk::case::CaseKind;
use registration::desk::cases::CaseError;
use registration::desk::forms::FormKey;
use registration::desk::payments::DecisionError;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam_rules::TaskKind;
use registration::model::facts::ReviewState;
use registration::model::ids::AccountId;
use registration::model::payment::PaymentState;
use registration::people::accounts::NewAccount;
use registration::rules::details::{AnswerFault, Answers};
use registration::rules::standing::{Change, State, standing};
use registration::rules::steps::{TaskState, next, steps};

use crate::payments_beside::{self, candidate, fill_in};
use crate::world::{PASSWORD, Setup, World, document, exam};

const RULES: &str = r#"
[[steps]]
title = { zh = "报名", en = "Register" }
tasks = ["notice", "details"]

[[steps]]
title = { zh = "审核", en = "Review" }
tasks = ["review"]

[[steps]]
title = { zh = "场次", en = "Sitting" }
tasks = ["sittings", "payment"]

[[form.fields]]
name = "school"
kind = "text"
label = { zh = "院校", en = "School" }
chars_max = 20
"#;

async fn start() -> World {
    World::start(Setup { rules: RULES, ..Setup::default() }).await
}

fn answers(school: &str) -> Answers {
    Answers([("school".parse().unwrap(), school.to_owned())].into())
}

async fn next_of(world: &World, account: AccountId) -> (TaskKind, TaskState) {
    let page = world.registration.exams.get(&exam()).unwrap();
    let orders = world.registration.orders.live(account, &exam()).await.unwrap();
    let facts = world.registration.applications.facts(account, &page, &orders).await.unwrap();
    let views = steps(&page, &facts, jiff::Timestamp::now());
    let next = next(&views).unwrap();
    (next.kind.clone(), next.state.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a6_from_the_notice_to_the_review_and_back() {
    let world = start().await;
    let account = world.candidate(1).await.id;
    let applications = &world.registration.applications;
    let page = world.registration.exams.get(&exam()).unwrap();
    let early = applications.hand_in(account, &page, &[], &answers("申江大学")).await;
    assert!(matches!(early, Err(ApplicationError::Blocked(TaskKind::Notice))), "{early:?}");
    let blocked = world.hold(account, &["s0"]).await;
    assert!(matches!(blocked, Err(registration::seats::OrderError::Blocked(TaskKind::Notice))), "{blocked:?}");
    applications.agree(account, &page, &[]).await.unwrap();
    applications.agree(account, &page, &[]).await.unwrap();
    assert_eq!(next_of(&world, account).await.0, TaskKind::Details);

    // What is wrong is kept as a draft, and said.
    let wrong = applications.hand_in(account, &page, &[], &answers(&"长".repeat(21))).await;
    let Err(ApplicationError::Answers(faults)) = wrong else { panic!("{wrong:?}") };
    assert_eq!(faults[0].fault, AnswerFault::Text { chars_max: 20 });
    let kept = applications.get(account, &exam()).await.unwrap();
    assert_eq!((kept.draft, kept.details), (Some(answers(&"长".repeat(21))), None));

    applications.hand_in(account, &page, &[], &answers("申江大学")).await.unwrap();
    assert!(matches!(next_of(&world, account).await, (TaskKind::Review, TaskState::Waiting { .. })));
    let kept = applications.get(account, &exam()).await.unwrap();
    assert_eq!((kept.draft, kept.details), (None, Some(answers("申江大学"))));

    // Refused, mended, passed: each decision is about what was seen.
    let (staff, forms) = (&world.reviewer, &world.registration.forms);
    assert_eq!(world.count_waiting(CaseKind::Form).await, 1);
    let case = forms.look(staff, &exam(), account).await.unwrap();
    assert_eq!(case.answers, answers("申江大学"));
    assert!(matches!(forms.decide(staff, &case.key, Some(" ")).await, Err(CaseError::Reason(_))));
    forms.decide(staff, &case.key, Some("照片不清晰")).await.unwrap();
    let (kind, state) = next_of(&world, account).await;
    assert_eq!(kind, TaskKind::Review);
    assert_eq!(state, TaskState::Refused { reason: "照片不清晰".to_owned(), until: None });
    applications.hand_in(account, &page, &[], &answers("桐浦大学")).await.unwrap();
    let stale = forms.decide(staff, &case.key, None).await;
    assert!(matches!(stale, Err(CaseError::NotWaiting)), "another hand-in is another case: {stale:?}");
    let [waiting] = &world.waiting(CaseKind::Form).await[..] else { panic!("one waits") };
    let key = FormKey { version: waiting.version.parse().unwrap(), ..case.key };
    let unseen = forms.decide(staff, &key, None).await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "nobody has looked at this hand-in: {unseen:?}");
    forms.look(staff, &exam(), account).await.unwrap();
    forms.decide(staff, &key, None).await.unwrap();
    assert!(matches!(forms.decide(staff, &key, None).await, Err(CaseError::NotWaiting)));
    assert_eq!(next_of(&world, account).await.0, TaskKind::Sittings("main".parse().unwrap()));
    assert!(matches!(applications.get(account, &exam()).await.unwrap().review, ReviewState::Passed { .. }));
    assert_eq!(world.count_waiting(CaseKind::Form).await, 0);
    world.hold(account, &["s0"]).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_birth_date_and_sex_are_asked_of_whom_no_number_says_them() {
    let field = |name: &str| {
        format!("\n[[form.fields]]\nname = \"{name}\"\nkind = \"{name}\"\nlabel = {{ zh = \"x\", en = \"x\" }}\n")
    };
    let rules = format!("{RULES}{}{}", field("birth_date"), field("sex")).leak();
    let world = World::start(Setup { rules, ..Setup::default() }).await;
    let page = world.registration.exams.get(&exam()).unwrap();
    let applications = &world.registration.applications;
    let resident = world.candidate(1).await.id;
    let mut new = NewAccount::parse("Ana Moreira", &document(2), "13812345678", PASSWORD).unwrap();
    new.document = Document::parse(DocumentKind::Passport, "E12345678").ok();
    let foreigner = world.registration.accounts.register(new).await.unwrap().id;
    for account in [resident, foreigner] {
        applications.agree(account, &page, &[]).await.unwrap();
    }
    let mut said = answers("申江大学");
    applications.hand_in(resident, &page, &[], &said).await.unwrap();
    let refused = applications.hand_in(foreigner, &page, &[], &said).await;
    let Err(ApplicationError::Answers(faults)) = refused else { panic!("{refused:?}") };
    assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["birth_date", "sex"]);
    for (name, value) in [("birth_date", "2001-02-28"), ("sex", "female")] {
        said.0.insert(name.parse().unwrap(), value.to_owned());
    }
    for (account, kept) in [(foreigner, said.clone()), (resident, answers("申江大学"))] {
        applications.hand_in(account, &page, &[], &said).await.unwrap();
        assert_eq!(applications.get(account, &exam()).await.unwrap().details, Some(kept));
    }
    world.finish().await;
}

/// Without a review of forms, the form is looked at with the payment; once that is confirmed, by itself.
#[tokio::test(flavor = "multi_thread")]
async fn c11_a_form_that_is_changed_after_the_payment_waits_and_unconfirms_nothing() {
    let world = payments_beside::start().await;
    let (account, page) = (candidate(&world, 1).await, world.registration.exams.get(&exam()).unwrap());
    let (applications, reviews) = (&world.registration.applications, &world.registration.reviews);
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    // While the payment waits, another form is another thing to decide on.
    let seen = world.look(&world.reviewer, order.id).await;
    assert_eq!(fill_in(&world, account, "云麓大学").await, ReviewState::None);
    let stale = reviews.confirm(&world.reviewer, order.id, &seen).await;
    assert!(matches!(stale, Err(DecisionError::OtherPicture)), "{stale:?}");
    let confirmed = world.confirm(order.id).await.unwrap();
    // Handed in as it was: nothing to look at.
    fill_in(&world, account, "云麓大学").await;
    assert_eq!(world.count_waiting(CaseKind::Form).await, 0);

    let history = world.history(order.id).await;
    assert!(matches!(fill_in(&world, account, "桐浦大学").await, ReviewState::Waiting { .. }));
    let is_as_it_was = async || {
        assert_eq!(world.order(account, order.id).await, confirmed, "who decided, and when, too");
        assert_eq!(world.history(order.id).await, history);
        assert_eq!(payments_beside::states(&world, order.id).await, [PaymentState::Received]);
        assert_eq!(world.count_waiting(CaseKind::Payment).await, 0);
    };
    is_as_it_was().await;
    assert!(matches!(told(&world, account).await, Some(Change::Waiting { .. })));
    // Again while it waits: who has looked at the old one does not decide on it.
    let (staff, forms) = (&world.reviewer, &world.registration.forms);
    let case = forms.look(staff, &exam(), account).await.unwrap();
    assert_eq!(case.answers, answers("桐浦大学"));
    assert_eq!((&case.before, case.is_confirmed), (&Some(answers("云麓大学")), true), "staff see what has changed");
    fill_in(&world, account, "湖滨大学").await;
    assert!(matches!(forms.decide(staff, &case.key, None).await, Err(CaseError::NotWaiting)));

    let case = forms.look(staff, &exam(), account).await.unwrap();
    assert_eq!(case.before, Some(answers("云麓大学")), "since what was confirmed, and not since the one before");
    forms.decide(staff, &case.key, Some("院校与学籍不符")).await.unwrap();
    let refused = Some(Change::Refused { reason: "院校与学籍不符".to_owned() });
    assert_eq!(told(&world, account).await, refused, "it asks to mend the form");
    is_as_it_was().await;
    assert!(applications.agree(account, &page, &[]).await.is_ok());
    // The same form again is still for staff; they pass it, and nothing is left to do.
    assert!(matches!(fill_in(&world, account, "湖滨大学").await, ReviewState::Waiting { .. }));
    let case = forms.look(staff, &exam(), account).await.unwrap();
    forms.decide(staff, &case.key, None).await.unwrap();
    assert_eq!(told(&world, account).await, None);
    is_as_it_was().await;
    world.until_free("s0", 39).await;
    world.finish().await;
}

/// A form that is changed while staff decide is looked at with the payment, or waits by itself: never neither.
#[tokio::test(flavor = "multi_thread")]
async fn c11_a_form_that_is_changed_while_staff_confirm_is_looked_at() {
    let world = payments_beside::start().await;
    for number in 0..10 {
        let account = candidate(&world, number).await;
        let order = world.hold(account, &["s0"]).await.unwrap();
        world.hand_in(account, order.id).await.unwrap();
        let look = world.look(&world.reviewer, order.id).await;
        let reviews = &world.registration.reviews;
        let (decided, changed) =
            tokio::join!(reviews.confirm(&world.reviewer, order.id, &look), fill_in(&world, account, "桐浦大学"));
        match decided {
            Ok(_) => assert!(matches!(changed, ReviewState::Waiting { .. }), "the form waits"),
            Err(DecisionError::OtherPicture) => assert_eq!(changed, ReviewState::None, "both wait"),
            Err(error) => panic!("{error}"),
        }
    }
    world.finish().await;
}

/// What a registered candidate is told of a changed form.
async fn told(world: &World, account: AccountId) -> Option<Change> {
    let page = world.registration.exams.get(&exam()).unwrap();
    let orders = world.registration.orders.live(account, &exam()).await.unwrap();
    let facts = world.registration.applications.facts(account, &page, &orders).await.unwrap();
    let now = jiff::Timestamp::now();
    match standing(&page, &facts, &steps(&page, &facts, now), now).state {
        State::Registered { change, .. } => change,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_ciphertext_at_rest_and_open_for_their_owner_only() {
    let world = start().await;
    let (mine, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let page = world.registration.exams.get(&exam()).unwrap();
    let applications = &world.registration.applications;
    applications.save_draft(mine, &page, &answers("湖滨")).await.unwrap();
    applications.save_draft(other, &page, &answers("云麓")).await.unwrap();
    let rows = world.sql().await.query("SELECT draft FROM registration.applications", &[]).await.unwrap();
    let plain = "湖滨".as_bytes();
    assert!(rows.iter().all(|row| !row.get::<_, Vec<u8>>(0).windows(plain.len()).any(|part| part == plain)));
    world.execute("UPDATE registration.applications a SET draft = b.draft FROM registration.applications b WHERE a.account <> b.account").await;
    assert!(applications.get(mine, &exam()).await.is_err(), "another's answers do not open here");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_window_nothing_is_changed() {
    let world = start().await;
    let account = world.candidate(1).await.id;
    let applications = &world.registration.applications;
    let mut page = (*world.registration.exams.get(&exam()).unwrap()).clone();
    applications.agree(account, &page, &[]).await.unwrap();
    applications.hand_in(account, &page, &[], &answers("申江大学")).await.unwrap();
    page.closes_at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(1);
    let late = applications.hand_in(account, &page, &[], &answers("桐浦大学")).await;
    assert!(matches!(late, Err(ApplicationError::NotOpen(TaskState::Over { .. }))), "{late:?}");
    let kept = applications.get(account, &exam()).await.unwrap();
    assert_eq!(kept.details, Some(answers("申江大学")));
    world.finish().await;
}
