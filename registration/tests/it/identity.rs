//! Who somebody is: by card, by a vendor's page, by staff; and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registration::desk::audit::AuditAction;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::CaseError;
use registration::desk::people::Side;
use registration::model::exam_rules::{CardCheck, IdentityWay};
use registration::model::facts::{FurtherProof, IdentityState};
use registration::people::accounts::SessionId;
use registration::people::identity::{
    CardRefusal, CardSide, HandoverError, IdentityError, LivenessRefusal, LivenessStatus,
};
use registration::pictures::kept::Slot;

use crate::bureau::{Bureau, VALID};
use crate::world::{document, picture, until};

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_card_that_says_the_same_verifies() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.world.candidate(1).await.id;
    bureau.vendors.card("王芳", &document(1), VALID);
    bureau.draft_card(account).await;
    assert!(matches!(identity.check_card(account, CardCheck::Auto).await, Err(IdentityError::NoConsent)));
    identity.consent(account).await.unwrap();

    // Each mismatch says which field; the pictures stay, so that it can be tried again.
    let other = bureau.card(account, "王方", 1).await;
    assert!(matches!(other, Err(IdentityError::Card(CardRefusal::Name))), "{other:?}");
    let other = bureau.card(account, "王芳", 2).await;
    assert!(matches!(other, Err(IdentityError::Card(CardRefusal::Number))), "{other:?}");
    bureau.vendors.card("王芳", &document(1), "2006.07.21-2016.07.21");
    let expired = identity.check_card(account, CardCheck::Auto).await;
    assert!(matches!(expired, Err(IdentityError::Card(CardRefusal::Expired))), "{expired:?}");
    bureau.vendors.card_error("FailedOperation.ImageBlur");
    let blurred = identity.check_card(account, CardCheck::Auto).await;
    assert!(matches!(blurred, Err(IdentityError::Card(CardRefusal::Blurred(CardSide::Front)))), "{blurred:?}");
    assert_eq!(identity.state(account).await.unwrap(), IdentityState::None);

    bureau.card(account, "王芳", 1).await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    let person = identity.verified(account).await.unwrap().unwrap();
    assert_eq!((person.name.expose(), person.document.expose()), ("王芳", document(1).as_str()));
    assert!(identity.portrait(account).await.unwrap().is_some());
    assert!(matches!(identity.check_card(account, CardCheck::Auto).await, Err(IdentityError::AlreadyVerified)));
    // The card's pictures go; the portrait is all that stays.
    assert!(identity.drafted(account, Slot::CardFront).await.unwrap().is_none());
    until("the card is gone", async || bureau.pictures("dropped").await == 0).await;
    assert_eq!(bureau.pictures("kept").await, 1);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_tries_and_drafts_have_an_end() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    assert!(matches!(
        identity.check_card(account, CardCheck::Auto).await,
        Err(IdentityError::Missing(Slot::CardFront))
    ));
    bureau.draft_card(account).await;
    // A reader that gives no answer costs no try.
    bureau.vendors.card_error("RequestLimitExceeded");
    for _ in 0..12 {
        let refused = identity.check_card(account, CardCheck::Auto).await;
        assert!(matches!(refused, Err(IdentityError::Busy)), "{refused:?}");
    }
    bureau.vendors.card_error("FailedOperation.ImageNoIdCard");
    for _ in 0..10 {
        let refused = identity.check_card(account, CardCheck::Auto).await;
        assert!(matches!(refused, Err(IdentityError::Card(CardRefusal::NoCard(_)))), "{refused:?}");
    }
    assert!(matches!(identity.check_card(account, CardCheck::Auto).await, Err(IdentityError::TriesUsed(10))));
    bureau.world.execute("UPDATE registration.identity_pictures SET created_at = now() - interval '61 minutes'").await;
    assert!(identity.drafted(account, Slot::CardFront).await.unwrap().is_none(), "an hour is over");
    until("drafts are swept", async || {
        let rows = "SELECT count(*) FROM registration.identity_pictures";
        bureau.world.sql().await.query_one(rows, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
    let dir = bureau.world.stores.dir().join("files/identities").join(account.0.to_string());
    assert_eq!(std::fs::read_dir(dir).map_or(0, Iterator::count), 0, "no file is left");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_staff_look_decide_and_say_why() {
    let bureau = Bureau::start().await;
    let (identity, reviews) = (&bureau.world.registration.identity, &bureau.world.registration.identity_reviews);
    let (staff, account) = (&bureau.world.reviewer, bureau.candidate(1).await.id);
    let id = bureau.hold_document(account).await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Waiting { .. }));
    let [waiting] = &bureau.world.waiting(CaseKind::Identity).await[..] else { panic!("one case") };
    assert_eq!((&waiting.subject, bureau.world.count_waiting(CaseKind::Identity).await), (&id, 1));
    let case = reviews.get(staff, &id).await.unwrap().unwrap();
    assert_eq!(case.person.name.expose(), "王芳");
    assert!(reviews.refuse(staff, &id, case.picture, " ").await.is_err());
    let unseen = reviews.refuse(staff, &id, case.picture, "看不清证件号码").await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "{unseen:?}");
    reviews.picture(staff, &id, Side::HandedIn).await.unwrap();
    reviews.refuse(staff, &id, case.picture, "看不清证件号码").await.unwrap();
    let refused = identity.state(account).await.unwrap();
    assert_eq!(refused, IdentityState::Refused { reason: "看不清证件号码".to_owned() });

    // Handed in again; what was looked at is what is decided.
    bureau.hold_document(account).await.unwrap();
    assert!(matches!(reviews.confirm(staff, &id, case.picture).await, Err(CaseError::NotWaiting)));
    let case = reviews.get(staff, &id).await.unwrap().unwrap();
    let unseen = reviews.confirm(staff, &id, case.picture).await;
    assert!(matches!(unseen, Err(CaseError::NotLooked)), "the number was seen, the picture was not: {unseen:?}");
    assert!(!reviews.picture(staff, &id, Side::HandedIn).await.unwrap().is_empty());
    reviews.confirm(staff, &id, case.picture).await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    assert!(matches!(reviews.confirm(staff, &id, case.picture).await, Err(CaseError::NotWaiting)));
    let history = bureau.world.registration.cases.history(staff, &id).await.unwrap();
    let actions: Vec<_> = history.iter().map(|line| line.action.clone()).collect();
    let [confirmed, looked, person, refused, before, first] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!((confirmed, refused), (&AuditAction::Confirmed, &AuditAction::Refused));
    assert_eq!((looked, before), (&AuditAction::LookedAtPicture, &AuditAction::LookedAtPicture));
    assert_eq!([person, first], [&AuditAction::LookedAtPerson; 2], "who saw the whole number is written down");
    let pictures: Vec<_> = history.iter().map(|line| line.seen.clone().unwrap()).collect();
    assert_eq!((&pictures[0], pictures[3] != pictures[0]), (&case.picture.to_string(), true), "which picture it was");
    assert!(reviews.picture(staff, &id, Side::HandedIn).await.is_err(), "a decided case is closed");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_verified_proves_it_by_another_way_and_stays_verified_meanwhile() {
    let bureau = Bureau::start().await;
    let (identity, reviews) = (&bureau.world.registration.identity, &bureau.world.registration.identity_reviews);
    let (staff, account) = (&bureau.world.reviewer, bureau.candidate(1).await.id);
    bureau.card(account, "王芳", 1).await.unwrap();
    let (verified, proofs) = identity.proved(account).await.unwrap();
    assert_eq!((&proofs.ways[..], &proofs.further), (&[IdentityWay::Card][..], &FurtherProof::None));
    let portrait = identity.portrait(account).await.unwrap();
    let again = identity.check_card(account, CardCheck::Auto).await;
    assert!(matches!(again, Err(IdentityError::AlreadyVerified)), "{again:?}");

    // Staff look at the document in the hand, beside the verified photo, and say no; then yes.
    for is_confirmed in [false, true] {
        let id = bureau.hold_document(account).await.unwrap();
        let (state, proofs) = identity.proved(account).await.unwrap();
        assert!(state == verified && matches!(proofs.further, FurtherProof::Waiting { .. }), "{state:?} {proofs:?}");
        assert_eq!(bureau.world.waiting(CaseKind::Identity).await[0].subject, id);
        let case = reviews.get(staff, &id).await.unwrap().unwrap();
        assert!(case.portrait.is_some());
        for side in [Side::HandedIn, Side::Verified] {
            assert!(!reviews.picture(staff, &id, side).await.unwrap().is_empty());
        }
        if is_confirmed {
            reviews.confirm(staff, &id, case.picture).await.unwrap();
        } else {
            reviews.refuse(staff, &id, case.picture, "看不清").await.unwrap();
            let further = identity.proved(account).await.unwrap().1.further;
            assert_eq!(further, FurtherProof::Refused { reason: "看不清".to_owned() });
        }
    }
    let (state, proofs) = identity.proved(account).await.unwrap();
    assert_eq!((&state, proofs.further), (&verified, FurtherProof::None));
    assert_eq!(proofs.ways, [IdentityWay::Card, IdentityWay::Manual]);
    assert_eq!(identity.portrait(account).await.unwrap(), portrait, "the verified photo is the card's");
    let cases = "SELECT string_agg(outcome || ' ' || decided_kind, ', ' ORDER BY id) FROM registration.cases
         WHERE kind = 'identity'";
    let cases: String = bureau.world.sql().await.query_one(cases, &[]).await.unwrap().get(0);
    assert_eq!(cases, "refused staff, passed staff");
    // A version that knows nothing of it makes the account nobody's: nothing is left of what was proved.
    let released = "UPDATE registration.identities SET state = 'none', picture = NULL, name = NULL, document = NULL,
         document_index = NULL, way = NULL, submitted_at = NULL, decided_at = NULL, decided_by = NULL";
    bureau.world.execute(released).await;
    bureau.vendors.card("王芳", &document(1), VALID);
    bureau.draft_card(account).await;
    identity.check_card(account, CardCheck::Auto).await.unwrap();
    assert_eq!(identity.proved(account).await.unwrap().1.ways, [IdentityWay::Card]);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_vendors_page_is_begun_and_followed() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let begin = async || identity.begin_liveness(account, "https://exam.example.edu/me/identity".into(), None).await;
    assert_eq!(identity.follow_liveness(account).await.unwrap(), LivenessStatus::None);
    assert_eq!(begin().await.unwrap(), "https://vendor.example/check-1");
    assert_eq!(identity.follow_liveness(account).await.unwrap(), LivenessStatus::Running);
    // However often the pages ask, the vendor is asked every two seconds.
    for _ in 0..5 {
        identity.follow_liveness(account).await.unwrap();
    }
    let asked = bureau.vendors.calls().iter().filter(|call| *call == "DescribeFaceVerify").count();
    assert_eq!(asked, 1);
    let outcome = async || {
        bureau.world.execute("UPDATE registration.identity_checks SET asked_at = NULL").await;
        identity.follow_liveness(account).await
    };
    bureau.vendors.liveness(Some(Err("204")));
    assert_eq!(outcome().await.unwrap(), LivenessStatus::Failed(LivenessRefusal::NotSame));
    begin().await.unwrap();
    let photo = STANDARD.encode(picture());
    bureau.vendors.liveness(Some(Ok(&photo)));
    assert_eq!(outcome().await.unwrap(), LivenessStatus::None);
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    assert!(identity.portrait(account).await.unwrap().is_some());
    assert_eq!(outcome().await.unwrap(), LivenessStatus::None, "asking again does no harm");
    assert!(matches!(begin().await, Err(IdentityError::AlreadyVerified)));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_vendor_that_was_away_costs_nobody_a_try() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let begin = async || identity.begin_liveness(account, "https://exam.example.edu/me/identity".into(), None).await;
    bureau.vendors.liveness_away(Some("500"));
    for _ in 0..7 {
        let away = begin().await.unwrap_err();
        assert!(matches!(away, IdentityError::Unavailable(_) | IdentityError::Busy), "{away:?}");
    }
    bureau.vendors.liveness_away(None);
    for _ in 0..5 {
        begin().await.unwrap();
    }
    assert!(matches!(begin().await, Err(IdentityError::TriesUsed(_))), "those that cost money are counted");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_check_that_went_well_is_finished_after_a_death() {
    let mut bureau = Bureau::start().await;
    let account = bureau.candidate(1).await.id;
    let url = bureau.world.registration.identity.begin_liveness(account, "https://e.example/".into(), None).await;
    assert!(url.is_ok());
    bureau.vendors.liveness(Some(Ok(&STANDARD.encode(picture()))));
    bureau.world.registration.identity.follow_liveness(account).await.unwrap();
    // It died between verifying and noting that the check is over.
    bureau.world.execute("UPDATE registration.identity_checks SET finished_at = NULL, asked_at = NULL").await;
    bureau.world.restart_registration().await;
    let status = bureau.world.registration.identity.follow_liveness(account).await.unwrap();
    assert_eq!(status, LivenessStatus::None);
    let open = "SELECT count(*) FROM registration.identity_checks WHERE finished_at IS NULL";
    assert_eq!(bureau.world.sql().await.query_one(open, &[]).await.unwrap().get::<_, i64>(0), 0);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_link_to_the_phone_is_good_once_and_briefly() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let (first, _) = identity.hand_over(account, None, "/me").await.unwrap();
    assert_eq!(identity.look_at_handover(&first).await.unwrap(), account);
    let owner = Some(SessionId(uuid::Uuid::from_u128(7)));
    let (second, _) = identity.hand_over(account, owner, "/exams/exam").await.unwrap();
    assert!(matches!(identity.take_over(&first).await, Err(HandoverError::Unknown)), "a newer one took its place");
    let (one, other) = tokio::join!(identity.take_over(&second), identity.take_over(&second));
    assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
    assert_eq!(one.or(other).unwrap(), (account, owner, "/exams/exam".to_owned()));
    assert!(matches!(identity.take_over(&second).await, Err(HandoverError::Used)));
    let (third, _) = identity.hand_over(account, None, "/me").await.unwrap();
    bureau.world.execute("UPDATE registration.identity_handovers SET expires_at = now() - interval '1 second'").await;
    assert!(matches!(identity.take_over(&third).await, Err(HandoverError::Expired)));
    let stranger = "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    assert!(matches!(identity.take_over(&stranger).await, Err(HandoverError::Unknown)));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_is_readable_at_rest() {
    let bureau = Bureau::start().await;
    let account = bureau.candidate(1).await.id;
    bureau.card(account, "王芳", 1).await.unwrap();
    let dump = "SELECT row_to_json(i)::text FROM registration.identities i";
    let row: String = bureau.world.sql().await.query_one(dump, &[]).await.unwrap().get(0);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for plain in [document(1), "王芳".to_owned()] {
        assert!(!row.contains(&plain) && !row.contains(&hex(&plain)), "{row}");
    }
    let case = Subject::Identity(account);
    assert!(bureau.world.registration.identity_reviews.get(&bureau.world.reviewer, &case).await.unwrap().is_none());
    bureau.world.finish().await;
}
