//! A picture arrives in pieces, over a connection that breaks.

use bytes::Bytes;
use image::{ImageFormat, RgbImage};
use registration::pictures::clean::{PICTURE_BYTES_MAX, PictureError};
use registration::pictures::kept::{CHUNK_BYTES_MAX, DraftError, Piece, Progress, Slot, UploadError};
use uuid::Uuid;

use crate::bureau::Bureau;

/// A PNG of more than one piece.
fn large() -> Bytes {
    let noise = |x: u32, y: u32| {
        let mixed = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
        image::Rgb(mixed.to_le_bytes()[..3].try_into().unwrap())
    };
    let mut out = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(700, 500, noise).write_to(&mut out, ImageFormat::Png).unwrap();
    let bytes = out.into_inner();
    assert!(bytes.len() > CHUNK_BYTES_MAX && bytes.len() < PICTURE_BYTES_MAX, "{}", bytes.len());
    bytes.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_an_upload_goes_on_where_it_broke() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let (whole, key) = (large(), Uuid::now_v7());
    let piece =
        |key, offset: usize, end: usize| Piece { key, total: whole.len(), offset, bytes: whole.slice(offset..end) };
    let send = async |piece| identity.receive(account, Slot::CardFront, piece).await;
    let first = 200_000;
    assert_eq!(send(piece(key, 0, first)).await.unwrap(), Progress::Received(first));
    // The answer was lost: the same piece again, then the question how far it is.
    assert!(matches!(send(piece(key, 0, first)).await, Err(UploadError::Offset(at)) if at == first));
    assert_eq!(identity.received(account, Slot::CardFront, key).await.unwrap(), first);
    assert_eq!(identity.received(account, Slot::CardBack, key).await.unwrap(), 0);
    // A gap, a piece too small, one too large.
    assert!(matches!(send(piece(key, 300_000, 400_000)).await, Err(UploadError::Offset(at)) if at == first));
    assert!(matches!(send(piece(key, first, first + 100)).await, Err(UploadError::Size)));
    assert!(matches!(send(piece(key, first, first + CHUNK_BYTES_MAX + 1)).await, Err(UploadError::Size)));
    assert_eq!(send(piece(key, first, 700_000)).await.unwrap(), Progress::Received(700_000));
    let done = send(piece(key, 700_000, whole.len().min(1_200_000))).await;
    let mut at = 1_200_000;
    let mut last = done.unwrap();
    while at < whole.len() {
        let end = whole.len().min(at + 500_000);
        last = send(piece(key, at, end)).await.unwrap();
        at = end;
    }
    let Progress::Done(picture) = last else { panic!("{last:?}") };
    let (found, jpeg) = identity.drafted(account, Slot::CardFront).await.unwrap().unwrap();
    assert_eq!(found, picture);
    assert_eq!(image::load_from_memory(&jpeg).unwrap().width(), 700);
    let left = "SELECT count(*) FROM registration.identity_chunks";
    assert_eq!(bureau.world.sql().await.query_one(left, &[]).await.unwrap().get::<_, i64>(0), 0);
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_an_upload_is_bounded_and_a_new_one_takes_its_place() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let account = bureau.candidate(1).await.id;
    let send = async |key, total, offset, bytes: Vec<u8>| {
        let piece = Piece { key, total, offset, bytes: bytes.into() };
        identity.receive(account, Slot::CardFront, piece).await
    };
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let too_large = send(one, PICTURE_BYTES_MAX + 1, 0, vec![0; 40_000]).await;
    let is_too_large =
        matches!(&too_large, Err(UploadError::Draft(DraftError::Picture(PictureError::TooLarge { .. }))));
    assert!(is_too_large, "{too_large:?}");
    assert!(matches!(send(one, 100, 0, vec![0; 200]).await, Err(UploadError::Size)));
    send(one, 100_000, 0, vec![7; 50_000]).await.unwrap();
    send(other, 100_000, 0, vec![7; 50_000]).await.unwrap();
    assert!(matches!(send(one, 100_000, 50_000, vec![7; 50_000]).await, Err(UploadError::Offset(0))));
    let chunks = "SELECT count(*), bool_or(position('\\x0707070707070707'::bytea IN bytes) > 0) FROM registration.identity_chunks";
    let row = bureau.world.sql().await.query_one(chunks, &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, i64>(0), row.get::<_, bool>(1)),
        (1, false),
        "the old pieces are gone, the new are sealed"
    );
    // All of it is here, and it is no picture: nothing stays.
    let junk = send(other, 100_000, 50_000, vec![7; 50_000]).await;
    assert!(matches!(&junk, Err(UploadError::Draft(DraftError::Picture(PictureError::NotAPicture)))), "{junk:?}");
    assert_eq!(identity.received(account, Slot::CardFront, other).await.unwrap(), 0);
    bureau.world.finish().await;
}
