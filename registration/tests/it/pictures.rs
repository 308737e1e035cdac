//! What is kept of a picture, and what is refused.

use bytes::Bytes;
use registration::desk::audit::AuditAction;
use registration::desk::payments::{Double, Place, ScreenshotError};
use registration::model::order::{OrderId, OrderState};
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::seats::HandInError;

use crate::world::{World, picture, picture_of};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_changes_nothing() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let hand_in = async |bytes: Bytes| match world.registration.orders.hand_in(account, order.id, bytes).await {
        Err(HandInError::Picture(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(hand_in(Bytes::from_static(b"hello")).await, PictureError::NotAPicture);
    assert_eq!(hand_in(picture().slice(..100)).await, PictureError::Damaged);
    let huge = Bytes::from(vec![0xff; PICTURE_BYTES_MAX + 1]);
    assert!(matches!(hand_in(huge).await, PictureError::TooLarge { .. }));
    assert_eq!(world.order(account, order.id).await, order);
    let rows = "SELECT count(*) FROM registration.screenshots";
    assert_eq!(world.sql().await.query_one(rows, &[]).await.unwrap().get::<_, i64>(0), 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_encrypted_and_who_looks_is_written_down() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let reviews = &world.registration.reviews;
    let early = reviews.screenshot(&world.reviewer, order.id).await;
    assert!(matches!(early, Err(ScreenshotError::NoPicture)), "{early:?}");
    world.hand_in(account, order.id).await.unwrap();
    let shown = reviews.screenshot(&world.reviewer, order.id).await.unwrap();
    assert_eq!(image::load_from_memory(&shown).unwrap().width(), 240);
    let history = world.history(order.id).await;
    assert_eq!((history.len(), history[0].action.clone()), (1, AuditAction::LookedAtPicture));
    assert_eq!(history[0].staff_name.as_deref(), Some("reviewer"));

    let dir = world.stores.dir().join("files/screenshots").join(order.id.to_string());
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    let kept = std::fs::read(&files[0]).unwrap();
    assert!(image::guess_format(&kept).is_err(), "what is on disk is no picture");
    assert!(!kept.windows(8).any(|window| window == &shown[..8]));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_picture_is_shown_and_there_is_an_end() {
    let world = World::usual().await;
    let account = world.candidate(1).await.id;
    let order = world.hold(account, &["s0"]).await.unwrap();
    let first = world.hand_in(account, order.id).await.unwrap();
    for _ in 0..18 {
        let again = world.hand_in(account, order.id).await.unwrap();
        assert_eq!(again.submitted_at, first.submitted_at, "the place in the queue is kept");
    }
    world.registration.orders.hand_in(account, order.id, picture_of(264, 264)).await.unwrap();
    let shown = world.registration.reviews.screenshot(&world.reviewer, order.id).await.unwrap();
    assert_eq!(image::load_from_memory(&shown).unwrap().width(), 264);
    let refused = world.hand_in(account, order.id).await;
    assert!(matches!(refused, Err(HandInError::TooManyPictures(20))), "{refused:?}");
    assert_eq!(world.order(account, order.id).await.state, OrderState::WaitingReview);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_used_twice_is_marked() {
    let world = World::usual().await;
    let (one, other) = (world.candidate(1).await.id, world.candidate(2).await.id);
    let (first, second) = (world.hold(one, &["s0"]).await.unwrap(), world.hold(other, &["s1"]).await.unwrap());
    let hand_in = async |account, order, bytes| world.registration.orders.hand_in(account, order, bytes).await.unwrap();
    let others = async |order| others(&world, order).await;
    hand_in(one, first.id, picture()).await;
    assert_eq!(others(first.id).await, []);
    // Another file of the same picture: what a messenger adds or takes away changes nothing.
    let file = [&picture()[..], b"and a trailer"].concat();
    hand_in(other, second.id, Bytes::from(file)).await;
    assert_eq!(others(first.id).await, [second.id]);
    assert_eq!(others(second.id).await, [first.id]);
    // The newest one counts.
    hand_in(other, second.id, picture_of(264, 264)).await;
    assert_eq!(others(second.id).await, []);
    world.finish().await;
}

/// The orders for which a picture like that of this one was handed in.
async fn others(world: &World, order: OrderId) -> Vec<OrderId> {
    let doubles = world.registration.reviews.doubles(&world.reviewer, order).await.unwrap();
    let other = |double: &Double| match double.place {
        Place::Order { order, .. } => Some(order),
        Place::Before | Place::Hidden => None,
    };
    doubles.iter().filter_map(other).collect()
}
