//! The pictures that the sandbox draws for people who have no card to photograph.

use bytes::Bytes;
use gateways::CardSide;

use crate::world::World;

/// 李样例, in an address.
const NAME: &str = "%E6%9D%8E%E6%A0%B7%E4%BE%8B";
const NUMBER: &str = "430102199506150022";

#[tokio::test]
async fn a_person_gets_a_card_that_is_read_and_a_face_that_belongs_to_it() {
    let world = World::start().await;
    let (status, page) = page(&world, &format!("specimens?name={NAME}&number={NUMBER}")).await;
    assert_eq!((status, page.matches("download=").count()), (200, 5), "{page}");
    let picture = async |file: &str| {
        let (status, picture) = world.get(&format!("specimens/{file}?name={NAME}&number={NUMBER}")).await;
        assert_eq!(status, 200, "{file}");
        picture
    };
    let (front, selfie, photo) =
        (picture("card-front.jpg").await, picture("selfie.jpg").await, picture("photo.jpg").await);
    let (_, cards) = world.cards().into_iter().next().unwrap();
    let read = cards.read(CardSide::Front, front.clone()).await.unwrap();
    assert_eq!((read.name.as_deref(), read.number.as_deref()), (Some("李样例"), Some(NUMBER)));
    let print = printed(&front);
    for (vendor, faces) in world.faces() {
        for (one, other) in [(&print, &selfie), (&print, &photo), (&selfie, &photo)] {
            let told = faces.compare(one.clone(), other.clone()).await.unwrap();
            assert!(told.same, "{vendor}: {told:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_person_is_told_what_is_missing() {
    let world = World::start().await;
    for (query, words) in [
        ("name=&number=430102199506150022", "姓名应为"),
        (&*format!("name={NAME}&number=43010219950615002"), "18 位"),
        (&*format!("name={NAME}&number=4301021995061500%E6%9D%8E"), "18 位"),
    ] {
        let (status, page) = page(&world, &format!("specimens?{query}")).await;
        assert!(status == 422 && page.contains(words), "{query}: {status} {page}");
        let (status, _) = world.get(&format!("specimens/card-front.jpg?{query}")).await;
        assert_eq!(status, 422, "{query}");
    }
    assert_eq!(page(&world, "specimens").await.0, 200);
    assert_eq!(world.get(&format!("specimens/other.jpg?name={NAME}&number={NUMBER}")).await.0, 404);
}

async fn page(world: &World, path: &str) -> (u16, String) {
    let (status, body) = world.get(path).await;
    (status, String::from_utf8(body.into()).unwrap())
}

/// The part of a card's photo that the service keeps as its portrait.
fn printed(front: &[u8]) -> Bytes {
    let card = image::load_from_memory(front).unwrap();
    let (left, top) = (card.width() / 20 * 11, (card.height() - card.width() * 540 / 856) / 2);
    let print = card.crop_imm(left, top, card.width() - left, card.width() * 540 / 856 / 5 * 4);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    print.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    Bytes::from(jpeg.into_inner())
}
