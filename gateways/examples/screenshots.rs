//! How well pictures of orders are read: screens of three apps, light and dark, as they are and as messengers save them, drawn by
//! [`specimen`] from a seed, so that every run reads the same ones. Prints for each way how often each field was right and how long
//! one core took for a picture; beside it, if asked, the same by tesseract.
//!
//! `cargo run --release -p gateways --example screenshots -- --models target/models [--orders 60] [--seed 1] [--tesseract]`

#![allow(clippy::print_stdout, reason = "it prints a table")]

#[path = "measure/cores.rs"]
mod cores;

use std::path::PathBuf;

use cores::core_seconds;
use gateways::cards::networks::NetworkReader;
use gateways::screenshots::local::LocalScreenshots;
use gateways::{OrderText, ScreenshotReader};
use specimen::{App, OrderScreen, saved_again};

const APPS: [App; 3] = [App::Alipay, App::WeChat, App::Bank];
const FIELDS: [&str; 5] = ["number", "merchant's number", "amount", "payee", "time"];
const PAYEE: &str = "临江大学继续教育学院";
const MERCHANT_NUMBER: &str = "1000107101202611220123456789";

/// What was done to a picture before it was handed in.
#[derive(Clone, Copy)]
enum Way {
    /// As the phone made it.
    Own,
    /// 720 pixels wide, without the bar on top.
    Sent,
    /// 540 pixels wide, hard compressed.
    Small,
    /// Three screens long.
    Long,
}

/// What was counted of one way.
#[derive(Default)]
struct Counted {
    orders: usize,
    right: [usize; 5],
    core_seconds: f64,
    missed: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|one| one == name).and_then(|at| arguments.get(at + 1));
    let models = PathBuf::from(value("--models").map_or("target/models", String::as_str));
    let orders: u64 = value("--orders").map_or(60, |orders| orders.parse().expect("--orders wants a number"));
    let seed: u64 = value("--seed").map_or(1, |seed| seed.parse().expect("--seed wants a number"));
    println!("networks of PP-OCRv6, {orders} orders each way");
    let networks = NetworkReader::load(&models).expect("--models DIR has the networks");
    measure(&ScreenshotReader::networks(networks), orders, seed).await;
    if arguments.iter().any(|one| one == "--tesseract") {
        println!("tesseract, the same pictures");
        let tesseract = LocalScreenshots::find().expect("tesseract with chi_sim is installed");
        measure(&ScreenshotReader::local(tesseract), orders, seed).await;
    }
}

async fn measure(reader: &ScreenshotReader, orders: u64, seed: u64) {
    let ways = [("as it is", Way::Own), ("sent", Way::Sent), ("sent small", Way::Small), ("three screens", Way::Long)];
    for (name, way) in ways {
        let mut counted = Counted::default();
        for (place, app) in (0..orders).zip(APPS.into_iter().cycle()) {
            counted.order(reader, app, way, seed * 10_000 + place).await;
        }
        counted.print(name);
    }
}

impl Counted {
    async fn order(&mut self, reader: &ScreenshotReader, app: App, way: Way, seed: u64) {
        let number = number_of(app, seed);
        let amount = format!("{}.{:02}", 30 + seed * 17 % 2_000, seed % 4 * 25);
        // Each app is drawn light and dark.
        let drawn = OrderScreen { amount: &amount, is_dark: seed % 2 == 1, ..OrderScreen::of(app, &number) };
        let picture = picture(&drawn, way);
        let before = core_seconds();
        let read = reader.read(picture.into()).await;
        self.core_seconds += core_seconds() - before;
        self.orders += 1;
        let found = read.unwrap_or_else(|why| {
            self.missed.push(format!("{seed}: {why}"));
            OrderText::default()
        });
        let is_right = [
            found.order_number.as_deref() == Some(&*number),
            app == App::Bank || found.merchant_number.as_deref() == Some(MERCHANT_NUMBER),
            found.amount_fen == amount.replace('.', "").parse().ok(),
            found.payee.as_deref() == Some(PAYEE),
            found.paid_at.is_some_and(|time| (time.year, time.hour, time.second) == (Some(2026), 14, Some(5))),
        ];
        for (right, is_right) in self.right.iter_mut().zip(is_right) {
            *right += usize::from(is_right);
        }
        if is_right.contains(&false) {
            let OrderText { order_number, amount_fen, payee, .. } = &found;
            self.missed
                .push(format!("{seed} {app:?}: {order_number:?} of {number}, {amount_fen:?} of {amount}, {payee:?}"));
        }
    }

    fn print(&self, way: &str) {
        #[expect(clippy::cast_precision_loss, reason = "some hundred orders")]
        let each = self.core_seconds / self.orders.max(1) as f64;
        let right: Vec<String> =
            FIELDS.iter().zip(self.right).map(|(field, right)| format!("{field} {right}")).collect();
        println!("{way}: {} orders, {each:.3} s of a core each; right: {}", self.orders, right.join(", "));
        for missed in &self.missed {
            println!("    {missed}");
        }
    }
}

fn picture(drawn: &OrderScreen<'_>, way: Way) -> Vec<u8> {
    let pixels = || drawn.picture().expect("a font has Chinese");
    match way {
        Way::Own => drawn.draw().expect("a font has Chinese"),
        Way::Sent => saved_again(&pixels(), 720, 70, 100),
        Way::Small => saved_again(&pixels(), 540, 60, 0),
        Way::Long => OrderScreen { more_screens: 2, ..*drawn }.draw().expect("a font has Chinese"),
    }
}

fn number_of(app: App, seed: u64) -> String {
    let digits = |count: usize| format!("{:0>count$}", seed.wrapping_mul(7_919_777_123) % 10_u64.pow(16));
    match app {
        App::Alipay => format!("20261122{}", digits(20)),
        App::WeChat => format!("4200{}", digits(24)),
        App::Bank => digits(18),
    }
}
