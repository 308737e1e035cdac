//! Face checks and photos of forms: by a vendor, by staff, never by nobody.

use registration::application::photos::{PhotoCheck, PhotoError};
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::CaseError;
use registration::desk::people::Side;
use registration::model::exam_rules::{FaceRules, PhotoRules};
use registration::model::facts::FaceState;
use registration::people::faces::FaceCheckError;
use registration::pictures::clean::PictureError;
use registration::pictures::kept::DraftError;

use crate::bureau::Bureau;
use crate::world::{World, exam, picture};

#[tokio::test(flavor = "multi_thread")]
async fn c7_the_face_must_be_that_of_the_verified_person() {
    let bureau = Bureau::start().await;
    let faces = &bureau.world.registration.faces;
    let account = bureau.candidate(1).await.id;
    let rules = FaceRules { tries_per_day: 3, ..FaceRules::default() };
    let check = async || faces.check(account, &exam(), &rules, Some(picture())).await;
    assert!(matches!(check().await, Err(FaceCheckError::NotVerified)));
    bureau.card(account, "王芳", 1).await.unwrap();

    // What gives no answer is no try.
    bureau.vendors.face(Err("InvalidParameterValue.NoFaceInPhoto"));
    assert!(matches!(check().await, Err(FaceCheckError::NoFace)));
    bureau.vendors.face(Err("FailedOperation.FaceQualityNotQualified"));
    assert!(matches!(check().await, Err(FaceCheckError::PoorQuality)));
    assert_eq!(faces.tries_left(account, &exam(), &rules).await.unwrap(), 3);
    bureau.vendors.face(Ok(69.9));
    for left in [2, 1, 0] {
        let refused = check().await;
        assert!(matches!(&refused, Err(FaceCheckError::Different { left: told }) if *told == left), "{refused:?}");
    }
    bureau.vendors.face(Ok(99.0));
    assert!(matches!(check().await, Err(FaceCheckError::TriesUsed(3))));
    bureau.world.execute("UPDATE registration.identity_tries SET day = day - 1").await;
    assert!(matches!(check().await.unwrap(), FaceState::Passed { .. }));
    bureau.vendors.face(Ok(1.0));
    assert!(matches!(check().await.unwrap(), FaceState::Passed { .. }), "passed stays passed");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_where_no_vendor_answers_staff_compare() {
    let bureau = Bureau::start().await;
    let (faces, reviews) = (&bureau.world.registration.faces, &bureau.world.registration.identity_reviews);
    let (account, staff) = (bureau.candidate(1).await.id, &bureau.world.reviewer);
    bureau.card(account, "王芳", 1).await.unwrap();
    bureau.vendors.face(Err("InternalError"));
    let waiting = faces.check(account, &exam(), &FaceRules::default(), Some(picture())).await.unwrap();
    assert!(matches!(waiting, FaceState::Waiting { .. }), "{waiting:?}");
    let id = Subject::Face(account, exam());
    let case = reviews.get(staff, &id).await.unwrap().unwrap();
    for side in [Side::HandedIn, Side::Verified] {
        assert!(!reviews.picture(staff, &id, side).await.unwrap().is_empty());
    }
    reviews.refuse(staff, &id, case.picture, "不是同一人").await.unwrap();
    let refused = faces.state(account, &exam()).await.unwrap();
    assert_eq!(refused, FaceState::Refused { reason: "不是同一人".to_owned() });
    faces.check(account, &exam(), &FaceRules::default(), Some(picture())).await.unwrap();
    assert_eq!(bureau.world.waiting(CaseKind::Face).await[0].subject, id);
    let case = reviews.get(staff, &id).await.unwrap().unwrap();
    let unseen = reviews.confirm(staff, &id, case.picture).await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "{unseen:?}");
    reviews.picture(staff, &id, Side::HandedIn).await.unwrap();
    reviews.confirm(staff, &id, case.picture).await.unwrap();
    assert!(matches!(faces.state(account, &exam()).await.unwrap(), FaceState::Passed { .. }));
    let history = bureau.world.registration.cases.history(staff, &id).await.unwrap();
    assert_eq!(history.len(), 7, "the person, two looks, a no, the person, another look, a yes");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_without_a_vendor_nothing_is_a_yes() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let identity = &world.registration.identity;
    identity.consent(account).await.unwrap();
    world.registration.face_consents().give(account).await.unwrap();
    identity.draft(account, registration::pictures::kept::Slot::Holding, picture()).await.unwrap();
    identity.hand_in(account).await.unwrap();
    let id = Subject::Identity(account);
    let reviews = &world.registration.identity_reviews;
    let case = reviews.get(&world.reviewer, &id).await.unwrap().unwrap();
    reviews.picture(&world.reviewer, &id, Side::HandedIn).await.unwrap();
    reviews.confirm(&world.reviewer, &id, case.picture).await.unwrap();
    let state = world.registration.faces.check(account, &exam(), &FaceRules::default(), Some(picture())).await.unwrap();
    assert!(matches!(state, FaceState::Waiting { .. }), "{state:?}");
    let rules = PhotoRules { match_face: true, ..PhotoRules::default() };
    let photo = world.registration.photos.draft(account, &rules, picture()).await.unwrap();
    let check = world.registration.photos.check(account, &rules, photo).await.unwrap();
    assert_eq!(check, PhotoCheck::NotComparable);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a_photo_is_cropped_and_must_show_the_verified_face() {
    let bureau = Bureau::start().await;
    let photos = &bureau.world.registration.photos;
    let (account, stranger) = (bureau.candidate(1).await.id, bureau.candidate(2).await.id);
    bureau.card(account, "王芳", 1).await.unwrap();
    let rules = PhotoRules { match_face: true, ..PhotoRules::default() };
    let photo = photos.draft(account, &rules, picture()).await.unwrap();
    let kept = image::load_from_memory(&photos.read(account, photo).await.unwrap().unwrap()).unwrap();
    assert_eq!((kept.width(), kept.height()), (413, 626));
    for (answer, expected) in [
        (Ok(80.0), PhotoCheck::Same),
        (Ok(20.0), PhotoCheck::Different),
        (Err("InvalidParameterValue.NoFaceInPhoto"), PhotoCheck::NoFace),
        (Err("FailedOperation.FaceQualityNotQualified"), PhotoCheck::PoorQuality),
        (Err("InternalError"), PhotoCheck::NotComparable),
    ] {
        bureau.vendors.face(answer);
        assert_eq!(photos.check(account, &rules, photo).await.unwrap(), expected);
    }
    assert!(matches!(photos.check(stranger, &rules, photo).await, Err(PhotoError::Unknown)), "it is not theirs");
    assert_eq!(photos.read(stranger, photo).await.unwrap(), None);
    let small = PhotoRules { bytes_max: 100, ..rules };
    let refused = photos.draft(account, &small, picture()).await;
    let is_too_large =
        matches!(&refused, Err(PhotoError::Draft(DraftError::Picture(PictureError::TooLarge { limit_bytes: 100 }))));
    assert!(is_too_large, "{refused:?}");
    bureau.world.finish().await;
}
