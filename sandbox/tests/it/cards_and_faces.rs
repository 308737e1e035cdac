//! Cards read and faces compared, by either vendor.

use bytes::Bytes;
use gateways::{Belonging, CardError, CardSide, FaceError, TwoElementsError};
use specimen::{card_back, card_front, portrait};

use crate::world::World;

const NUMBER: &str = "11010519491231002X";

#[tokio::test]
async fn both_sides_of_a_card_are_read_by_either_vendor() {
    let world = World::start().await;
    let (front, back) = (Bytes::from(card_front("李样例", NUMBER).unwrap()), Bytes::from(card_back().unwrap()));
    for (vendor, cards) in world.cards() {
        let read = cards.read(CardSide::Front, front.clone()).await.unwrap_or_else(|error| panic!("{vendor}: {error}"));
        assert_eq!((read.name.as_deref(), read.number.as_deref()), (Some("李样例"), Some(NUMBER)), "{vendor}");
        assert_eq!(read.birth.as_deref(), Some("1949-12-31"), "{vendor}");
        let read = cards.read(CardSide::Back, back.clone()).await.unwrap_or_else(|error| panic!("{vendor}: {error}"));
        assert_eq!(read.authority.as_deref(), Some("样例市公安局样例分局"), "{vendor}");
        assert_eq!(read.valid_until.as_deref(), Some("2040-01-02"), "{vendor}");
        assert!(matches!(cards.read(CardSide::Front, back.clone()).await, Err(CardError::WrongSide)), "{vendor}");
        let plain = Bytes::from(portrait(1));
        assert!(matches!(cards.read(CardSide::Front, plain).await, Err(CardError::NoCard)), "{vendor}");
    }
}

#[tokio::test]
async fn every_documented_failure_of_a_card_is_told_apart() {
    let world = World::start().await;
    let picture = Bytes::from_static(b"not read");
    for (service, cards) in world.cards() {
        let failed = async |fail| {
            world.fail(service, fail).await;
            cards.read(CardSide::Front, picture.clone()).await.unwrap_err()
        };
        assert!(matches!(failed("throttle").await, CardError::Busy), "{service}");
        assert!(matches!(failed("no_face").await, CardError::NoCard), "{service}");
        assert!(matches!(failed("poor_quality").await, CardError::Blurred), "{service}");
        assert!(matches!(failed("balance").await, CardError::Unavailable(_)), "{service}");
        assert!(matches!(failed("signature").await, CardError::Unavailable(_)), "{service}");
        assert!(matches!(failed("unavailable").await, CardError::Unavailable(_)), "{service}");
    }
}

#[tokio::test]
async fn one_face_is_told_from_two_by_either_vendor() {
    let world = World::start().await;
    let (one, other) = (Bytes::from(portrait(1)), Bytes::from(portrait(2)));
    for (vendor, faces) in world.faces() {
        let same = faces.compare(one.clone(), one.clone()).await.unwrap_or_else(|error| panic!("{vendor}: {error}"));
        assert!(same.same && same.score > 90.0, "{vendor}: {same:?}");
        let different = faces.compare(one.clone(), other.clone()).await.unwrap();
        assert!(!different.same && different.score < 69.0, "{vendor}: {different:?}");
        let again = faces.compare(one.clone(), other.clone()).await.unwrap();
        assert_eq!(again, different, "{vendor}");
    }
}

#[tokio::test]
async fn every_documented_failure_of_a_comparison_is_told_apart() {
    let world = World::start().await;
    let face = Bytes::from(portrait(1));
    for (service, faces) in world.faces() {
        let failed = async |fail| {
            world.fail(service, fail).await;
            faces.compare(face.clone(), face.clone()).await.unwrap_err()
        };
        assert!(matches!(failed("throttle").await, FaceError::Busy), "{service}");
        assert!(matches!(failed("no_face").await, FaceError::NoFace), "{service}");
        assert!(matches!(failed("poor_quality").await, FaceError::PoorQuality), "{service}");
        assert!(matches!(failed("balance").await, FaceError::Unavailable(_)), "{service}");
        assert!(matches!(failed("signature").await, FaceError::Unavailable(_)), "{service}");
        world.fail(service, "mismatch").await;
        assert!(!faces.compare(face.clone(), face.clone()).await.unwrap().same, "{service}");
        let garbage = Bytes::from_static(b"no picture");
        assert!(matches!(faces.compare(face.clone(), garbage).await, Err(FaceError::PoorQuality)), "{service}");
    }
}

#[tokio::test]
async fn a_name_and_a_number_belong_together_or_not_by_either_vendor() {
    let world = World::start().await;
    for (service, two) in world.two_elements() {
        let said = two.check("李样例", NUMBER).await.unwrap_or_else(|error| panic!("{service}: {error}"));
        assert_eq!(said, Belonging::Together, "{service}");
        world.fail(service, "mismatch").await;
        assert_eq!(two.check("李样例", NUMBER).await.unwrap(), Belonging::Apart, "{service}");
        world.fail(service, "number").await;
        assert_eq!(two.check("李样例", NUMBER).await.unwrap(), Belonging::Unknown, "{service}");
        world.fail(service, "throttle").await;
        assert!(matches!(two.check("李样例", NUMBER).await, Err(TwoElementsError::Busy)), "{service}");
        for fail in ["balance", "signature", "unavailable"] {
            world.fail(service, fail).await;
            let away = two.check("李样例", NUMBER).await;
            assert!(matches!(away, Err(TwoElementsError::Unavailable(_))), "{service} {fail}: {away:?}");
        }
    }
    // What the register cannot know is not called together.
    let [(_, tencent), (_, aliyun)] = world.two_elements();
    assert_eq!(tencent.check("李样例", "110105194912310021").await.unwrap(), Belonging::Unknown);
    assert!(aliyun.check("李样例", "110105194912310021").await.is_err());
}
