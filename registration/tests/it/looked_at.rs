//! A decision is about what was looked at: not about somebody else, not about a picture that could not be shown, and nobody
//! who decides waits for whom they decide about.

use registration::application::Applications;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::CaseError;
use registration::desk::forms::FormKey;
use registration::desk::payments::{DecisionError, ScreenshotError};
use registration::desk::people::Side;
use registration::model::document::Document;
use registration::model::exam_rules::LoginKind;
use registration::people::accounts::{SignIn, SignUpForm};
use registration::pictures::kept::Piece;
use registration::store::StoreError;

use crate::account_corrections::{administrator, resident};
use crate::bureau::Bureau;
use crate::form_reviews::{self, import, roster};
use crate::world::{World, until};

/// The form as a reviewer has it on their page.
async fn look(world: &World, account: registration::model::ids::AccountId) -> FormKey {
    let exam = "ce".parse().unwrap();
    world.registration.forms.look(&world.reviewer, &exam, account).await.unwrap().key
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_waits_is_looked_at_anew_when_the_candidate_is_somebody_else() {
    let world = World::usual().await;
    let exam = import(&world, Some(&roster())).await;
    let (forms, accounts) = (&world.registration.forms, &world.registration.accounts);
    let account = world.candidate(1).await;
    form_reviews::hand_in(&world, &exam, account.id, "b", "工商管理").await;
    let seen = look(&world, account.id).await;
    let boss = administrator(&world).await;
    let corrected = accounts.correct(&boss, account.number, "王方".parse().unwrap(), resident(7), "核对原件").await;
    assert_eq!(corrected.unwrap().reviews, 0, "it waits already");
    let decided = forms.decide(&world.reviewer, &seen, None).await;
    assert!(matches!(decided, Err(CaseError::NotWaiting)), "{decided:?}");
    let mut differences = form_reviews::differences(&world, account.id).await.unwrap();
    differences.sort();
    assert_eq!(differences, ["document", "name", "school"]);

    // The same where the candidate says so.
    let seen = look(&world, account.id).await;
    let document: Document = resident(7);
    world.registration.identity.declare(account.id, "王芳".parse().unwrap(), document).await.unwrap();
    assert!(matches!(forms.decide(&world.reviewer, &seen, None).await, Err(CaseError::NotWaiting)));
    let seen = look(&world, account.id).await;
    forms.decide(&world.reviewer, &seen, None).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_waits_is_looked_at_anew_when_the_candidate_is_somebody_else() {
    let world = World::usual().await;
    let (accounts, reviews) = (&world.registration.accounts, &world.registration.reviews);
    let (account, other) = (world.candidate(1).await, world.candidate(2).await);
    let order = world.hold(account.id, &["s0"]).await.unwrap();
    world.hand_in(account.id, order.id).await.unwrap();
    let boss = administrator(&world).await;
    let seen = world.look(&world.reviewer, order.id).await;
    accounts.correct(&boss, account.number, "王方".parse().unwrap(), resident(7), "核对原件").await.unwrap();
    let decided = reviews.confirm(&world.reviewer, order.id, &seen).await;
    assert!(matches!(decided, Err(DecisionError::OtherPicture)), "{decided:?}");
    let seen = world.look(&world.reviewer, order.id).await;
    accounts.rebind(&boss, account.number, other.number).await.unwrap();
    let decided = reviews.refuse(&world.reviewer, order.id, &seen, "blurred").await;
    assert!(matches!(decided, Err(DecisionError::OtherPicture)), "{decided:?}");

    // What the case waits with is compared, too: whoever moved it on, this is not what they decide on.
    let seen = world.look(&world.reviewer, order.id).await;
    world.execute("UPDATE registration.cases SET version = 'another'").await;
    let decided = reviews.confirm(&world.reviewer, order.id, &seen).await;
    assert!(matches!(decided, Err(DecisionError::OtherPicture)), "{decided:?}");
    world.execute(&format!("UPDATE registration.cases SET version = '{seen}'")).await;
    reviews.confirm(&world.reviewer, order.id, &seen).await.unwrap();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_and_who_hands_in_anew_do_not_wait_for_each_other() {
    let world = World::usual().await;
    let exam = import(&world, None).await;
    let account = world.candidate(1).await.id;
    form_reviews::hand_in(&world, &exam, account, "a", "会计").await;
    let seen = look(&world, account).await;
    let waiting = async |count: i64| {
        until("requests that wait for a lock", async || {
            let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
            world.sql().await.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) >= count
        })
        .await;
    };
    // The decision has the form and waits for its case; the hand-in has the account and waits for the form.
    let mut holding = world.sql().await;
    let lock = holding.transaction().await.unwrap();
    lock.batch_execute("SELECT FROM registration.cases FOR UPDATE").await.unwrap();
    let deciding = world.registration.forms.decide(&world.reviewer, &seen, Some("看不清"));
    let handing_in = async {
        waiting(1).await;
        form_reviews::hand_in(&world, &exam, account, "b", "会计").await
    };
    let releasing = async {
        waiting(2).await;
        lock.commit().await.unwrap();
    };
    let (decided, _, ()) = tokio::join!(deciding, handing_in, releasing);
    decided.unwrap();
    assert_eq!(world.count_waiting(CaseKind::Form).await, 1, "the new form waits");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_cannot_be_shown_was_not_looked_at() {
    let bureau = Bureau::start().await;
    let world = &bureau.world;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    let person = bureau.candidate(2).await.id;
    bureau.hold_document(person).await.unwrap();
    let (reviews, people) = (&world.registration.reviews, &world.registration.identity_reviews);
    let look = reviews.get(&world.reviewer, order.id).await.unwrap().unwrap().look.unwrap();
    let subject = Subject::Identity(person);
    let picture = people.get(&world.reviewer, &subject).await.unwrap().unwrap().picture;
    let (files, away) = (world.stores.dir().join("files"), world.stores.dir().join("files-away"));
    std::fs::rename(&files, &away).unwrap();
    std::fs::create_dir(&files).unwrap();
    let shown = reviews.screenshot(&world.reviewer, order.id).await;
    assert!(matches!(shown, Err(ScreenshotError::Store(StoreError::Files(_)))), "{shown:?}");
    assert!(people.picture(&world.reviewer, &subject, Side::HandedIn).await.is_err());
    let decided = reviews.confirm(&world.reviewer, order.id, &look).await;
    assert!(matches!(decided, Err(DecisionError::NotLooked)), "{decided:?}");
    let decided = people.confirm(&world.reviewer, &subject, picture).await;
    assert!(matches!(decided, Err(CaseError::NotLooked)), "{decided:?}");
    std::fs::remove_dir(&files).unwrap();
    std::fs::rename(&away, &files).unwrap();
    reviews.screenshot(&world.reviewer, order.id).await.unwrap();
    reviews.confirm(&world.reviewer, order.id, &look).await.unwrap();
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_case_of_a_later_version_is_not_counted_and_breaks_no_page() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    world.hand_in(account, order.id).await.unwrap();
    world
        .execute(&format!(
            "ALTER TABLE registration.cases DROP CONSTRAINT cases_kind_check;
             INSERT INTO registration.cases (kind, subject, account, version, waiting_since)
             VALUES ('refund', 'refund {}', '{}', '1', now())",
            order.id, account.0
        ))
        .await;
    let counts = world.registration.cases.counts(&world.reviewer).await.unwrap();
    assert_eq!(counts.of(&CaseKind::ALL), 1);
    let later = "SELECT id FROM registration.cases WHERE kind = 'refund'";
    let later = registration::desk::case::CaseId(world.sql().await.query_one(later, &[]).await.unwrap().get(0));
    assert_eq!(world.registration.cases.get(&world.reviewer, later).await.unwrap(), None);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_kept_out_does_not_read_the_roster() {
    let world = World::usual().await;
    let exam = import(&world, Some(&roster())).await;
    let account = world.candidate(1).await.id;
    let applications: &Applications = &world.registration.applications;
    assert!(applications.in_roster(&world.reviewer, account, &exam).await.unwrap().is_some());
    let mut gone = world.reviewer.clone();
    gone.disabled_at = Some(jiff::Timestamp::now());
    let refused = applications.in_roster(&gone, account, &exam).await;
    assert!(matches!(refused, Err(CaseError::Forbidden(_))));
    world.finish().await;
}

#[test]
fn what_was_typed_or_sent_in_is_in_no_debug() {
    let secret = "110105194912310021";
    let sign_in = SignIn { login: secret, password: secret, preferred: LoginKind::Document };
    let sign_up = SignUpForm {
        username: secret,
        email: secret,
        name: secret,
        document: secret,
        mobile: secret,
        code: secret,
        password: secret,
        ..SignUpForm::default()
    };
    let piece = Piece { key: uuid::Uuid::nil(), total: 18, offset: 0, bytes: secret.into() };
    let shown = format!("{sign_in:?} {sign_up:?} {piece:?}");
    assert!(!shown.contains("1101"), "{shown}");
    assert!(shown.contains("18 bytes from 0 of 18"), "{shown}");
}
