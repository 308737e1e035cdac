//! The local reader on drawn screens of orders.

use std::time::Instant;

use specimen::{App, OrderScreen, saved_again};

use super::local::LocalScreenshots;
use super::*;

const APPS: [App; 3] = [App::Alipay, App::WeChat, App::Bank];

fn reader() -> LocalScreenshots {
    LocalScreenshots::find().expect("tesseract with chi_sim is installed: see ops/packages.sh")
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
#[tokio::test(flavor = "multi_thread")]
async fn c10_drawn_orders_are_read() {
    let reader = reader();
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
async fn what_cannot_be_read_is_said_and_a_program_that_does_nothing_ends() {
    assert!(matches!(reader().read(Bytes::from_static(b"no picture")).await, Err(ScreenshotError::Unreadable)));
    let blank = specimen::portrait(3);
    assert!(reader().read(blank.into()).await.unwrap().order_number.is_none());
}

/// How often each field is right over a set of drawn screens, and how long it takes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: run it by its name, with --run-ignored all --no-capture"]
async fn how_well_drawn_orders_are_read() {
    let (reader, begun) = (reader(), Instant::now());
    let (mut all, mut right) = (0, [0; 5]);
    for (seed, app) in (0..60_u64).zip(APPS.into_iter().cycle()) {
        let number = number_of(app, seed + 11);
        let amount = format!("{}.{:02}", 30 + seed * 17, seed % 3 * 25);
        let drawn = OrderScreen { amount: &amount, ..screen(app, seed % 2 == 1, &number) };
        let picture = match seed % 4 {
            0 | 1 => drawn.draw().unwrap(),
            2 => saved_again(&drawn.picture().unwrap(), 720, 70, 100),
            _ => saved_again(&drawn.picture().unwrap(), 540, 60, 0),
        };
        let found = reader.read(picture.into()).await.unwrap();
        let fen: i64 = amount.replace('.', "").parse().unwrap();
        let is_right = [
            found.order_number.as_deref() == Some(&number),
            app == App::Bank || found.merchant_number.as_deref() == Some("1000107101202611220123456789"),
            found.amount_fen == Some(fen),
            found.payee.as_deref() == Some("临江大学继续教育学院"),
            found.paid_at.is_some_and(|time| time.year == Some(2026) && time.second == Some(5) && time.hour == 14),
        ];
        for (right, is_right) in right.iter_mut().zip(is_right) {
            *right += u32::from(is_right);
        }
        if is_right.contains(&false) {
            println!("{seed} {app:?}: {is_right:?} {:?} {:?} {:?}", found.order_number, found.amount_fen, found.payee);
        }
        all += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{all} pictures in {seconds:.1} s: number, merchant's, amount, payee, time right: {right:?}");
}
