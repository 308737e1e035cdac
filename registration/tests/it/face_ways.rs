//! What a face check takes, whether it may look at all, and the other way for who does not want that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use registration::application::photos::PhotoCheck;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::people::{Shows, Side};
use registration::model::exam_rules::{CardCheck, FaceRules, PhotoRules};
use registration::model::facts::hint::Hint;
use registration::model::facts::{FaceState, IdentityState};
use registration::model::ids::AccountId;
use registration::people::consents::FaceConsent;
use registration::people::faces::FaceCheckError;
use registration::people::identity::{IdentityError, LivenessRefusal, LivenessStatus};
use registration::pictures::kept::{Piece, Slot};
use specimen::selfie;
use uuid::Uuid;

use crate::account_corrections::{administrator, resident};
use crate::bureau::{Bureau, VALID};
use crate::identity_cards::copy_of;
use crate::world::{document, exam, picture};

/// Verified by a card whose picture is the drawn one of this seed.
async fn verified(bureau: &Bureau, number: u32, seed: u32) -> AccountId {
    let account = bureau.candidate(number).await.id;
    bureau.vendors.card("王芳", &document(number), VALID);
    bureau.draft_card(account).await;
    let identity = &bureau.world.registration.identity;
    identity.draft(account, Slot::CardFront, selfie(seed).into()).await.unwrap();
    identity.check_card(account, CardCheck::Auto).await.unwrap();
    account
}

async fn compared(bureau: &Bureau) -> usize {
    bureau.vendors.calls().iter().filter(|call| *call == "CompareFace").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_the_verified_photo_is_no_picture_of_now() {
    let bureau = Bureau::start().await;
    let (faces, rules) = (&bureau.world.registration.faces, FaceRules::default());
    let account = verified(&bureau, 1, 5).await;
    bureau.vendors.face(Ok(100.0));
    // As the site itself serves it, and as another program saves that.
    let served = bureau.world.registration.identity.portrait(account).await.unwrap().unwrap();
    let small = image::load_from_memory(&served).unwrap();
    assert!(small.width() <= 220 && small.height() <= 280, "{} × {}", small.width(), small.height());
    for posted in [Bytes::from(served.clone()), copy_of(&served)] {
        let refused = faces.check(account, &exam(), &rules, Some(posted)).await;
        assert!(matches!(refused, Err(FaceCheckError::OwnPhoto)), "{refused:?}");
    }
    assert_eq!((compared(&bureau).await, faces.state(account, &exam()).await.unwrap()), (0, FaceState::None));
    let passed = faces.check(account, &exam(), &rules, Some(selfie(9).into())).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }), "{passed:?}");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_what_was_handed_in_with_the_document_is_no_picture_of_now() {
    let bureau = Bureau::start().await;
    let (registration, rules) = (&bureau.world.registration, FaceRules::default());
    let account = verified(&bureau, 1, 5).await;
    registration.identity.draft(account, Slot::Holding, selfie(8).into()).await.unwrap();
    registration.faces.hand_in_holding(account, &exam()).await.unwrap();
    bureau.vendors.face(Ok(100.0));
    for (seed, what) in [(5, "the card"), (8, "the person with it")] {
        let refused = registration.faces.check(account, &exam(), &rules, Some(copy_of(&selfie(seed)))).await;
        assert!(matches!(refused, Err(FaceCheckError::OwnPhoto)), "{what}: {refused:?}");
    }
    assert_eq!(compared(&bureau).await, 0);
    let passed = registration.faces.check(account, &exam(), &rules, Some(selfie(9).into())).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }), "{passed:?}");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_a_face_that_another_account_sent_goes_to_staff() {
    let bureau = Bureau::start().await;
    let (faces, rules) = (&bureau.world.registration.faces, FaceRules::default());
    let (one, other) = (verified(&bureau, 1, 5).await, verified(&bureau, 2, 6).await);
    bureau.vendors.face(Ok(99.0));
    faces.check(one, &exam(), &rules, Some(selfie(9).into())).await.unwrap();
    let asked = compared(&bureau).await;
    let waiting = faces.check(other, &exam(), &rules, Some(copy_of(&selfie(9)))).await.unwrap();
    assert!(matches!(waiting, FaceState::Waiting { .. }), "{waiting:?}");
    assert_eq!(compared(&bureau).await, asked, "no machine is asked");
    let (reviews, staff) = (&bureau.world.registration.identity_reviews, &bureau.world.reviewer);
    let case = reviews.get(staff, &Subject::Face(other, exam())).await.unwrap().unwrap();
    assert_eq!((case.shows, &case.hints[..]), (Shows::Face, &[Hint::Alike][..]));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_of_who_an_account_is_no_longer_nothing_stays_to_find_pictures_by() {
    let bureau = Bureau::start().await;
    let (world, registration) = (&bureau.world, &bureau.world.registration);
    let account = verified(&bureau, 1, 5).await;
    bureau.vendors.face(Ok(99.0));
    registration.faces.check(account, &exam(), &FaceRules::default(), Some(selfie(9).into())).await.unwrap();
    registration.identity.draft(account, Slot::Live, selfie(8).into()).await.unwrap();
    let marks = async || {
        let count = "SELECT count(*) FROM registration.identity_marks";
        world.sql().await.query_one(count, &[]).await.unwrap().get::<_, i64>(0)
    };
    assert_eq!((marks().await, bureau.pictures("draft").await), (2, 1), "a card and a face");
    let number = registration.accounts.account(account).await.unwrap().unwrap().number;
    let (boss, name) = (administrator(world).await, "王方".parse().unwrap());
    registration.accounts.correct(&boss, number, name, resident(7), "身份证号填错一位").await.unwrap();
    assert_eq!((marks().await, bureau.pictures("draft").await), (0, 0));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_an_exam_may_take_pictures_of_the_camera_only() {
    let bureau = Bureau::start().await;
    let faces = &bureau.world.registration.faces;
    let account = verified(&bureau, 1, 5).await;
    let screenshot = {
        let mut png = std::io::Cursor::new(Vec::new());
        let picture = image::load_from_memory(&selfie(9)).unwrap();
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        Bytes::from(png.into_inner())
    };
    bureau.vendors.face(Ok(99.0));
    let rules = FaceRules { camera_only: true, ..FaceRules::default() };
    let refused = faces.check(account, &exam(), &rules, Some(screenshot.clone())).await;
    assert!(matches!(refused, Err(FaceCheckError::NotCamera)), "{refused:?}");
    let passed = faces.check(account, &exam(), &FaceRules::default(), Some(screenshot)).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }), "{passed:?}");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_without_the_consent_nobody_looks_and_staff_take_a_photo_with_the_document() {
    let bureau = Bureau::start().await;
    let (registration, staff) = (&bureau.world.registration, &bureau.world.reviewer);
    let account = bureau.world.candidate(1).await.id;
    registration.identity.consent(account).await.unwrap();
    bureau.card(account, "王芳", 1).await.unwrap();
    assert_eq!(registration.face_consents().state(account).await.unwrap(), FaceConsent::None);
    bureau.vendors.face(Ok(99.0));
    let refused = registration.faces.check(account, &exam(), &FaceRules::default(), Some(picture())).await;
    assert!(matches!(refused, Err(FaceCheckError::NoConsent)), "{refused:?}");
    assert_eq!(compared(&bureau).await, 0);
    let none = registration.faces.hand_in_holding(account, &exam()).await;
    assert!(matches!(none, Err(FaceCheckError::Missing)), "{none:?}");
    for seed in [1, 2] {
        registration.identity.draft(account, Slot::Holding, selfie(seed).into()).await.unwrap();
        let waiting = registration.faces.hand_in_holding(account, &exam()).await.unwrap();
        assert!(matches!(waiting, FaceState::Waiting { .. }), "{waiting:?}");
    }
    assert_eq!(bureau.world.count_waiting(CaseKind::Face).await, 1);
    let (reviews, subject) = (&registration.identity_reviews, Subject::Face(account, exam()));
    let case = reviews.get(staff, &subject).await.unwrap().unwrap();
    assert_eq!(case.shows, Shows::Holding);
    reviews.picture(staff, &subject, Side::HandedIn).await.unwrap();
    reviews.confirm(staff, &subject, case.picture).await.unwrap();
    let passed = registration.faces.state(account, &exam()).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }), "{passed:?}");
    assert_eq!(compared(&bureau).await, 0);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_the_photo_of_a_form_is_compared_with_the_consent_alone() {
    let bureau = Bureau::start().await;
    let (registration, account) = (&bureau.world.registration, bureau.world.candidate(1).await.id);
    registration.identity.consent(account).await.unwrap();
    bureau.card(account, "王芳", 1).await.unwrap();
    bureau.vendors.face(Ok(99.0));
    let rules = PhotoRules { match_face: true, ..PhotoRules::default() };
    let photo = registration.photos.draft(account, &rules, picture()).await.unwrap();
    assert_eq!(registration.photos.check(account, &rules, photo).await.unwrap(), PhotoCheck::NotComparable);
    assert_eq!(compared(&bureau).await, 0, "whoever reviews the form looks instead");
    registration.face_consents().give(account).await.unwrap();
    assert_eq!(registration.photos.check(account, &rules, photo).await.unwrap(), PhotoCheck::Same);
    assert_eq!(compared(&bureau).await, 1);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_a_consent_is_taken_back_and_what_was_kept_of_the_face_is_gone() {
    let bureau = Bureau::start().await;
    let registration = &bureau.world.registration;
    let account = verified(&bureau, 1, 5).await;
    bureau.vendors.face(Err("InternalError"));
    let check =
        async || registration.faces.check(account, &exam(), &FaceRules::default(), Some(selfie(9).into())).await;
    assert!(matches!(check().await.unwrap(), FaceState::Waiting { .. }));
    assert!(registration.identity.portrait(account).await.unwrap().is_some());
    // Another one is on its way.
    let (key, total, bytes) = (Uuid::now_v7(), 100_000, Bytes::from(vec![7; 50_000]));
    registration.faces.receive(account, Piece { key, total, offset: 0, bytes }).await.unwrap();

    assert!(registration.face_consents().withdraw(account).await.unwrap());
    assert_eq!(registration.faces.received(account, key).await.unwrap(), 0);
    assert!(!registration.face_consents().withdraw(account).await.unwrap(), "once");
    assert_eq!(registration.faces.state(account, &exam()).await.unwrap(), FaceState::None);
    assert_eq!(bureau.world.count_waiting(CaseKind::Face).await, 0, "nobody looks at it any more");
    assert_eq!(registration.identity.portrait(account).await.unwrap(), None);
    assert!(matches!(registration.identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    let left = "SELECT (SELECT count(*) FROM registration.identity_pictures WHERE state <> 'dropped')
         + (SELECT count(*) FROM registration.identity_marks WHERE kind = 'face')";
    assert_eq!(bureau.world.sql().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
    let refused = check().await;
    assert!(matches!(refused, Err(FaceCheckError::NoConsent)), "{refused:?}");

    // Without a photo to compare with, staff compare; and all of it is on record.
    registration.face_consents().give(account).await.unwrap();
    bureau.vendors.face(Ok(99.0));
    assert!(matches!(check().await.unwrap(), FaceState::Waiting { .. }));
    let said = "SELECT string_agg(action, ' ' ORDER BY id) FROM registration.audit WHERE action LIKE 'face.%'";
    let said: String = bureau.world.sql().await.query_one(said, &[]).await.unwrap().get(0);
    assert_eq!(said, "face.consent face.withdraw face.consent");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_the_photo_by_which_staff_verified_somebody_goes_with_the_consent() {
    let bureau = Bureau::start().await;
    let (registration, staff) = (&bureau.world.registration, &bureau.world.reviewer);
    let account = bureau.candidate(1).await.id;
    let subject = bureau.hold_document(account).await.unwrap();
    let case = registration.identity_reviews.get(staff, &subject).await.unwrap().unwrap();
    registration.identity_reviews.picture(staff, &subject, Side::HandedIn).await.unwrap();
    registration.identity_reviews.confirm(staff, &subject, case.picture).await.unwrap();
    assert!(registration.identity.portrait(account).await.unwrap().is_some());
    assert!(registration.face_consents().withdraw(account).await.unwrap());
    assert_eq!(registration.identity.portrait(account).await.unwrap(), None);
    assert_eq!(bureau.pictures("kept").await, 0);
    assert!(matches!(registration.identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_a_check_on_a_vendors_page_keeps_nothing_once_the_consent_was_taken_back() {
    let bureau = Bureau::start().await;
    let registration = &bureau.world.registration;
    let account = bureau.world.candidate(1).await.id;
    registration.identity.consent(account).await.unwrap();
    let begin = async || registration.identity.begin_liveness(account, "https://exam.example.edu/".into(), None).await;
    let refused = begin().await;
    assert!(matches!(refused, Err(IdentityError::NoFaceConsent)), "{refused:?}");
    registration.face_consents().give(account).await.unwrap();
    begin().await.unwrap();
    registration.face_consents().withdraw(account).await.unwrap();
    bureau.vendors.liveness(Some(Ok(&STANDARD.encode(picture()))));
    let status = registration.identity.follow_liveness(account).await.unwrap();
    assert_eq!(status, LivenessStatus::Failed(LivenessRefusal::Cancelled), "it has ended");
    // As if it had been asked for before that.
    let running = "UPDATE registration.identity_checks SET finished_at = NULL, failure = NULL, asked_at = NULL";
    bureau.world.execute(running).await;
    let status = registration.identity.follow_liveness(account).await.unwrap();
    assert_eq!(status, LivenessStatus::Failed(LivenessRefusal::Cancelled));
    assert_eq!(registration.identity.state(account).await.unwrap(), IdentityState::None);
    assert_eq!(bureau.pictures("kept").await + bureau.pictures("draft").await, 0);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_where_an_exam_asks_for_liveness_no_picture_passes_by_itself() {
    let bureau = Bureau::start().await;
    let registration = &bureau.world.registration;
    let account = verified(&bureau, 1, 5).await;
    let rules = FaceRules { liveness: true, ..FaceRules::default() };
    bureau.vendors.face(Ok(100.0));
    let waiting = registration.faces.check(account, &exam(), &rules, Some(selfie(9).into())).await.unwrap();
    assert!(matches!(waiting, FaceState::Waiting { .. }), "{waiting:?}");
    assert_eq!(compared(&bureau).await, 0);
    // On the vendor's page it does, and what waited for staff goes.
    let identity = &registration.identity;
    let back = "https://exam.example.edu/exams/exam/face".to_owned();
    identity.begin_face_liveness(account, &exam(), back).await.unwrap();
    assert_eq!(identity.follow_face_liveness(account, &exam()).await.unwrap(), LivenessStatus::Running);
    assert_eq!(identity.follow_liveness(account).await.unwrap(), LivenessStatus::None, "it is of that exam alone");
    bureau.vendors.liveness(Some(Ok(&STANDARD.encode(picture()))));
    bureau.world.execute("UPDATE registration.identity_checks SET asked_at = NULL").await;
    assert_eq!(identity.follow_face_liveness(account, &exam()).await.unwrap(), LivenessStatus::None);
    let passed = registration.faces.state(account, &exam()).await.unwrap();
    assert!(matches!(passed, FaceState::Passed { .. }), "{passed:?}");
    assert_eq!(bureau.world.count_waiting(CaseKind::Face).await, 0);
    assert_eq!(bureau.pictures("kept").await, 1, "the verified photo");
    bureau.world.finish().await;
}
