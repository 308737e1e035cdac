//! Cards on which staff decide, or a vendor that knows names and numbers; and a picture that two accounts send.

use bytes::Bytes;
use image::imageops::FilterType;
use jiff::SignedDuration;
use registration::desk::case::Subject;
use registration::desk::cases::{CaseError, Decided};
use registration::desk::people::{Shows, Side};
use registration::model::exam_rules::{CardCheck, IdentityWay};
use registration::model::facts::hint::Hint;
use registration::model::facts::{FurtherProof, IdentityState};
use registration::model::ids::AccountId;
use registration::people::identity::{CardRefusal, IdentityError};
use registration::pictures::kept::Slot;
use specimen::{saved_again, selfie};

use crate::bureau::{Bureau, VALID};
use crate::world::{document, until};

/// The same picture as another program saves it.
pub(crate) fn copy_of(jpeg: &[u8]) -> Bytes {
    saved_again(&image::load_from_memory(jpeg).unwrap().into_rgb8(), 400, 75, 0).into()
}

/// What staff find with the account's case, once they have looked at all of it.
async fn looked_at(bureau: &Bureau, account: AccountId) -> Vec<Hint> {
    let (reviews, staff) = (&bureau.world.registration.identity_reviews, &bureau.world.reviewer);
    let case = reviews.get(staff, &Subject::Identity(account)).await.unwrap().unwrap();
    assert!(case.shows == Shows::Card && case.back.is_some(), "{case:?}");
    for side in [Side::HandedIn, Side::Back] {
        assert!(!reviews.picture(staff, &case.subject, side).await.unwrap().is_empty());
    }
    case.hints
}

/// How bright 32 × 32 places of a picture are, row by row.
fn places(jpeg: &[u8]) -> Vec<u8> {
    let small = image::load_from_memory(jpeg).unwrap().resize_exact(32, 32, FilterType::Triangle).into_rgb8();
    let brightness = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(u32::from);
        u8::try_from((2 * red + 5 * green + blue) / 8).unwrap()
    };
    small.pixels().map(brightness).collect()
}

async fn confirm(bureau: &Bureau, account: AccountId) {
    let (reviews, staff) = (&bureau.world.registration.identity_reviews, &bureau.world.reviewer);
    let case = reviews.get(staff, &Subject::Identity(account)).await.unwrap().unwrap();
    reviews.confirm(staff, &case.subject, case.picture).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_where_staff_decide_the_machines_word_is_a_suggestion() {
    let bureau = Bureau::start().await;
    let (identity, reviews) = (&bureau.world.registration.identity, &bureau.world.registration.identity_reviews);
    let (staff, account) = (&bureau.world.reviewer, bureau.candidate(1).await.id);
    let check = async || {
        bureau.draft_card(account).await;
        identity.check_card(account, CardCheck::Staff).await
    };
    // What can be mended in a moment is said in a moment.
    bureau.vendors.card_error("FailedOperation.ImageNoIdCard");
    let refused = check().await;
    assert!(matches!(refused, Err(IdentityError::Card(CardRefusal::NoCard(_)))), "{refused:?}");
    assert_eq!(identity.state(account).await.unwrap(), IdentityState::None);

    bureau.vendors.card("王方", &document(1), VALID);
    check().await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Waiting { .. }));
    identity.check_card(account, CardCheck::Staff).await.unwrap();
    assert_eq!(looked_at(&bureau, account).await, [Hint::ReadName], "the same form twice is one");
    let case = reviews.get(staff, &Subject::Identity(account)).await.unwrap().unwrap();
    reviews.refuse(staff, &case.subject, case.picture, "证件上的信息与填写的不一致").await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Refused { .. }));
    assert_eq!(bureau.pictures("kept").await, 0, "front and back go with the refusal");

    bureau.vendors.card("王芳", &document(1), VALID);
    check().await.unwrap();
    assert_eq!(looked_at(&bureau, account).await, [Hint::ReadEqual]);
    confirm(&bureau, account).await;
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Verified { .. }));
    let proofs = identity.proved(account).await.unwrap().1;
    assert_eq!((&proofs.ways[..], &proofs.cards[..]), (&[IdentityWay::Card][..], &[CardCheck::Staff][..]));
    assert!(identity.portrait(account).await.unwrap().is_some());
    assert_eq!(bureau.pictures("kept").await, 1, "the portrait is all that stays");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_a_card_passes_once_both_of_its_sides_were_looked_at() {
    let bureau = Bureau::start().await;
    let (registration, staff) = (&bureau.world.registration, &bureau.world.reviewer);
    let reviews = &registration.identity_reviews;
    let waits = async |number| {
        let account = bureau.candidate(number).await.id;
        bureau.vendors.card("王芳", &document(number), VALID);
        bureau.draft_card(account).await;
        registration.identity.check_card(account, CardCheck::Staff).await.unwrap();
        let case = reviews.get(staff, &Subject::Identity(account)).await.unwrap().unwrap();
        reviews.picture(staff, &case.subject, Side::HandedIn).await.unwrap();
        case
    };
    let case = waits(1).await;
    let confirmed = reviews.confirm(staff, &case.subject, case.picture).await;
    assert!(matches!(confirmed, Err(CaseError::NotLooked)), "{confirmed:?}");
    let (version, undo) = (case.picture.to_string(), SignedDuration::from_mins(1));
    let note = async || registration.cases.note(staff, &case.subject, &version, &Decided::Passed, undo).await;
    let noted = note().await;
    assert!(matches!(noted, Err(CaseError::NotLooked)), "{noted:?}");
    reviews.picture(staff, &case.subject, Side::Back).await.unwrap();
    note().await.unwrap();
    // What shows one side to be wrong needs no look at the other.
    let other = waits(2).await;
    reviews.refuse(staff, &other.subject, other.picture, "证件上的信息与填写的不一致").await.unwrap();
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_nobody_is_verified_without_the_photo_that_could_not_be_cut_out_just_now() {
    let bureau = Bureau::start().await;
    let (registration, staff) = (&bureau.world.registration, &bureau.world.reviewer);
    let (identity, reviews) = (&registration.identity, &registration.identity_reviews);
    let account = bureau.candidate(1).await.id;
    bureau.vendors.card("王芳", &document(1), VALID);
    bureau.draft_card(account).await;
    identity.check_card(account, CardCheck::Staff).await.unwrap();
    looked_at(&bureau, account).await;
    let case = reviews.get(staff, &Subject::Identity(account)).await.unwrap().unwrap();
    // Another one puts its picture there first, at the same moment.
    let mut client = bureau.world.sql().await;
    let faster = client.transaction().await.unwrap();
    let insert = "INSERT INTO registration.identity_pictures (id, account, slot, state, created_at)
         VALUES (gen_random_uuid(), $1, 'portrait', 'draft', now()) RETURNING pg_backend_pid()";
    let process: i32 = faster.query_one(insert, &[&account.0]).await.unwrap().get(0);
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))";
    let commit = async {
        until("whoever confirms waits", async || {
            bureau.world.sql().await.query_one(waits, &[&process]).await.unwrap().get::<_, i64>(0) > 0
        })
        .await;
        faster.commit().await.unwrap();
    };
    let (confirmed, ()) = tokio::join!(reviews.confirm(staff, &case.subject, case.picture), commit);
    assert!(matches!(confirmed, Err(CaseError::Busy)), "{confirmed:?}");
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Waiting { .. }));
    confirm(&bureau, account).await;
    assert!(identity.portrait(account).await.unwrap().is_some());
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_who_was_verified_by_the_reader_alone_is_looked_at_and_stays_verified_meanwhile() {
    let bureau = Bureau::start().await;
    let (identity, account) = (&bureau.world.registration.identity, bureau.candidate(1).await.id);
    bureau.card(account, "王芳", 1).await.unwrap();
    let portrait = identity.portrait(account).await.unwrap();
    let proofs = identity.proved(account).await.unwrap().1;
    assert!(proofs.has_card(CardCheck::Auto) && !proofs.has_card(CardCheck::Staff), "{proofs:?}");
    bureau.draft_card(account).await;
    identity.check_card(account, CardCheck::Staff).await.unwrap();
    let (state, proofs) = identity.proved(account).await.unwrap();
    assert!(matches!(state, IdentityState::Verified { .. }), "{state:?}");
    assert!(matches!(proofs.further, FurtherProof::Waiting { .. }), "{proofs:?}");
    looked_at(&bureau, account).await;
    confirm(&bureau, account).await;
    let proofs = identity.proved(account).await.unwrap().1;
    assert_eq!((&proofs.ways[..], &proofs.further), (&[IdentityWay::Card][..], &FurtherProof::None));
    assert!(proofs.has_card(CardCheck::Staff) && proofs.has_card(CardCheck::Vendor), "{proofs:?}");
    assert_eq!(identity.portrait(account).await.unwrap(), portrait);
    let again = identity.check_card(account, CardCheck::Staff).await;
    assert!(matches!(again, Err(IdentityError::AlreadyVerified)), "{again:?}");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_a_vendor_says_whether_name_and_number_belong_together_and_staff_look_where_it_cannot() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let check = async |number, belonging| {
        let account = bureau.candidate(number).await.id;
        bureau.vendors.card("王芳", &document(number), VALID);
        bureau.vendors.belonging(belonging);
        bureau.draft_card(account).await;
        (account, identity.check_card(account, CardCheck::Vendor).await)
    };
    let (account, done) = check(1, Some("1")).await;
    done.unwrap();
    assert_eq!(identity.proved(account).await.unwrap().1.cards, [CardCheck::Vendor]);
    let (account, refused) = check(2, Some("2")).await;
    assert!(matches!(refused, Err(IdentityError::Card(CardRefusal::NotTogether))), "{refused:?}");
    assert_eq!(identity.state(account).await.unwrap(), IdentityState::None);
    for (number, belonging, hint) in [(3, Some("3"), Hint::NoRecord), (4, None, Hint::VendorAway)] {
        let (account, done) = check(number, belonging).await;
        done.unwrap();
        assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Waiting { .. }));
        assert_eq!(looked_at(&bureau, account).await, [Hint::ReadEqual, hint]);
    }
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h2_next_to_the_same_card_of_another_account_goes_to_staff() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    // What is on it is read by the vendor; how it looks is the drawn picture's.
    let show = async |number: u32, front: Bytes| {
        let account = bureau.candidate(number).await.id;
        bureau.vendors.card("王芳", &document(number), VALID);
        bureau.draft_card(account).await;
        identity.draft(account, Slot::CardFront, front).await.unwrap();
        identity.check_card(account, CardCheck::Auto).await.unwrap();
        account
    };
    let first = show(1, selfie(3).into()).await;
    assert!(matches!(identity.state(first).await.unwrap(), IdentityState::Verified { .. }));
    // However many share a part of its mark by chance, and are newer.
    let chance = "INSERT INTO registration.identity_marks (id, account, kind, mark, look, made_at)
         SELECT gen_random_uuid(), account, kind, (~mark) # (65535::bigint << (16 * part)), '\\x00', made_at + interval '1 ms'
         FROM registration.identity_marks, generate_series(0, 3) part, generate_series(1, 70)";
    bureau.world.execute(chance).await;
    let copied = show(2, copy_of(&selfie(3))).await;
    assert!(matches!(identity.state(copied).await.unwrap(), IdentityState::Waiting { .. }));
    assert_eq!(looked_at(&bureau, copied).await, [Hint::ReadEqual, Hint::Alike]);
    let other = show(3, selfie(4).into()).await;
    assert!(matches!(identity.state(other).await.unwrap(), IdentityState::Verified { .. }));
    // Of what is kept to find it again the picture cannot be made.
    let kept = "SELECT look FROM registration.identity_marks WHERE octet_length(look) > 1";
    let rows = bureau.world.sql().await.query(kept, &[]).await.unwrap();
    let (looks, plain): (Vec<Vec<u8>>, _) = (rows.iter().map(|row| row.get("look")).collect(), places(&selfie(3)));
    let is_near = |(kept, place): &(&u8, &u8)| kept.abs_diff(**place) <= 16;
    let shows = |kept: &[u8]| kept.iter().zip(&plain).filter(is_near).count() > plain.len() / 2;
    assert!(looks.len() == 3 && looks.iter().all(|look| look.len() > plain.len()));
    assert!(shows(&plain) && !looks.iter().any(|look| look.windows(plain.len()).any(shows)));
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn h1_a_grey_copy_goes_to_staff_and_a_card_does_not() {
    let bureau = Bureau::start().await;
    let (identity, account) = (&bureau.world.registration.identity, bureau.candidate(1).await.id);
    let grey = image::load_from_memory(&selfie(3)).unwrap().grayscale().into_rgb8();
    bureau.vendors.card("王芳", &document(1), VALID);
    bureau.draft_card(account).await;
    identity.draft(account, Slot::CardFront, saved_again(&grey, 500, 85, 0).into()).await.unwrap();
    identity.check_card(account, CardCheck::Auto).await.unwrap();
    assert!(matches!(identity.state(account).await.unwrap(), IdentityState::Waiting { .. }));
    assert_eq!(looked_at(&bureau, account).await, [Hint::ReadEqual, Hint::Grey]);
    bureau.world.finish().await;
}
