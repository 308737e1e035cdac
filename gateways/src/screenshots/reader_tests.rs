//! Both readers on drawn screens of orders: the networks, and the program that reads where they are missing.

use std::path::PathBuf;

use specimen::{App, OrderScreen, saved_again};

use super::local::LocalScreenshots;
use super::*;
use crate::cards::CardReader;

/// Where `ops/test` keeps the networks.
fn networks() -> NetworkReader {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")));
    NetworkReader::load(&target.join("models")).unwrap_or_else(|why| panic!("{why}"))
}

fn by_networks() -> ScreenshotReader {
    ScreenshotReader::networks(networks())
}

fn by_tesseract() -> ScreenshotReader {
    ScreenshotReader::local(LocalScreenshots::find().expect("tesseract with chi_sim is installed: see ops/packages.sh"))
}

fn screen(app: App, is_dark: bool, number: &str) -> OrderScreen<'_> {
    OrderScreen { is_dark, ..OrderScreen::of(app, number) }
}

fn number_of(app: App, seed: u64) -> String {
    let digits = |count: usize| format!("{:0>count$}", seed.wrapping_mul(7_919_777_123) % 10_u64.pow(16));
    match app {
        App::Alipay => format!("20261122{}", digits(20)),
        App::WeChat => format!("4200{}", digits(24)),
        App::Bank => digits(18),
    }
}

/// One screen of each app, light, dark and long, as it is and as messengers save it.
async fn drawn_orders_are_read(reader: ScreenshotReader) {
    for (seed, (app, is_dark)) in (1..).zip([(App::Alipay, false), (App::WeChat, true), (App::Bank, false)]) {
        let number = number_of(app, seed);
        let drawn = OrderScreen { more_screens: u32::from(app == App::Alipay) * 2, ..screen(app, is_dark, &number) };
        let picture = match app {
            App::WeChat => saved_again(&drawn.picture().unwrap(), 720, 70, 0),
            _ => drawn.draw().unwrap(),
        };
        let found = reader.read(picture.into()).await.unwrap();
        assert_eq!(found.order_number.as_deref(), Some(number.as_str()), "{app:?}");
        assert_eq!(found.amount_fen, Some(12_000), "{app:?}");
        assert_eq!(found.payee.as_deref(), Some("临江大学继续教育学院"), "{app:?}");
        let time = found.paid_at.expect("a time is read");
        assert_eq!((time.year, time.month, time.day, time.hour, time.minute), (Some(2026), 11, 22, 14, 3), "{app:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_drawn_orders_are_read_by_the_networks() {
    drawn_orders_are_read(by_networks()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_drawn_orders_are_read_by_tesseract() {
    drawn_orders_are_read(by_tesseract()).await;
}

/// What messengers leave of a screen at their worst, and a number in the second of two parts.
#[tokio::test(flavor = "multi_thread")]
async fn c10_small_and_long_orders_are_read_by_the_networks() {
    let reader = by_networks();
    let number = number_of(App::WeChat, 9);
    let drawn = OrderScreen { amount: "1,234.50", ..screen(App::WeChat, false, &number) }.picture().unwrap();
    let found = reader.read(saved_again(&drawn, 540, 60, 100).into()).await.unwrap();
    assert_eq!((found.order_number.as_deref(), found.amount_fen), (Some(number.as_str()), Some(123_450)));
    assert_eq!(found.merchant_number.as_deref(), Some("1000107101202611220123456789"));
    assert_eq!(found.paid_at.and_then(|time| time.second), Some(5));
    // Something else above the order: it begins where the first part ends.
    let mut long = image::RgbImage::from_pixel(1_080, 2_100 + drawn.height(), image::Rgb([255; 3]));
    image::imageops::replace(&mut long, &drawn, 0, 2_100);
    let found = reader.read(saved_again(&long, 1_080, 90, 0).into()).await.unwrap();
    assert_eq!((found.order_number.as_deref(), found.amount_fen), (Some(number.as_str()), Some(123_450)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_and_a_picture_of_something_else_has_no_number() {
    for reader in [by_networks(), by_tesseract()] {
        let nothing = reader.read(Bytes::from_static(b"no picture")).await;
        assert!(matches!(nothing, Err(ScreenshotError::Unreadable)));
        assert!(reader.read(specimen::portrait(3).into()).await.unwrap().order_number.is_none());
    }
}

/// One bound for all that the networks read: a picture of an order waits for the place of a card.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_read_when_no_card_is() {
    let networks = networks();
    let (cards, mut places) = (CardReader::networks(networks.clone()), Vec::new());
    while let Ok(place) = tokio::time::timeout(Duration::from_millis(50), cards.place()).await {
        places.push(place.unwrap());
    }
    assert!(!places.is_empty());
    let reader = ScreenshotReader::networks(networks);
    let reading = tokio::spawn(async move { reader.read(specimen::portrait(3).into()).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!reading.is_finished(), "every place is taken");
    drop(places);
    assert!(reading.await.unwrap().unwrap().order_number.is_none());
}
