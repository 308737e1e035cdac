//! Every exam that ships, by each channel that it takes, on a phone and at a desk: which browser walks it, from the exam's first
//! page to the receipt. An exam that takes another channel wants a row.
//!
//! The walks of the program begin without an account, and make one. Those of [`cells`] begin signed in, with an account that
//! was made without a screen: the browser opens the exam's first page and goes all that is left of the way, by taps alone.
//! In `campus-english`: the notice agreed to and a sitting chosen, both confirmations of the payment, the channel's own page or
//! its code (or the picture of the order, which staff confirm), the receipt. In `cet`: agreement, eligibility, the record
//! confirmed, a written subject, one's own registration, and from there on the same.

mod cells;
mod late;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use registration::exams::definition;
use registration::model::payment::Method;

const PAYING: &str = "b15_b16_c9_d4_e1_paying_and_every_wrong_turn_to_the_receipt";
const CET: &str = "b1_b7_b8_b9_b10_b11_b13_b14_b15_cet_from_the_account_to_the_payment";
const DEGREE: &str = "c2_c3_c4_c5_c6_c7_c8_c9_c10_c11_degree_english_from_the_account_to_the_screenshot";
const COMPUTER: &str = "a1_a2_a3_a5_a6_a7_a10_from_the_computer_by_the_phone_to_the_payment";
const MANUAL: &str = "a4_a6_a10_by_the_manual_channel_and_a_refused_form";

/// The browser that walks an exam by a channel on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walked {
    /// The one of this test of the program, from the account on.
    In(&'static str),
    /// The one of [`cells`], from the exam's first page on.
    Here,
}

use Method::{Alipay, Bank, Screenshot, WechatPay};
use Walked::{Here, In};

/// Each exam and channel: the browser that walks it on a phone, and at a desk.
const MATRIX: [(&str, Method, Walked, Walked); 8] = [
    ("campus-english", Alipay, In(PAYING), In(PAYING)),
    ("campus-english", WechatPay, In(PAYING), Here),
    ("campus-english", Screenshot, Here, Here),
    ("cet", Alipay, Here, Here),
    ("cet", WechatPay, Here, Here),
    ("cet", Bank, In(CET), Here),
    ("continuing-education", Alipay, In(MANUAL), In(COMPUTER)),
    ("degree-english", Screenshot, In(DEGREE), In(DEGREE)),
];

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The exams that ship, each with a channel that it takes.
fn taken() -> BTreeSet<(String, String)> {
    let exams = std::fs::read_dir(at("ops/exams")).unwrap().map(|entry| entry.unwrap().path());
    let pages = exams.filter(|path| path.is_dir()).map(|path| definition::parse(&path).unwrap().page);
    pages
        .flat_map(|page| {
            let channels = page.rules.payment.channels.clone();
            channels.into_iter().map(move |channel| (page.id.to_string(), channel.to_string()))
        })
        .collect()
}

#[test]
fn every_exam_is_walked_by_each_channel_that_it_takes() {
    let rows: BTreeSet<(String, String)> =
        MATRIX.iter().map(|(exam, channel, ..)| ((*exam).to_owned(), channel.to_string())).collect();
    assert_eq!(rows, taken(), "rows on the left, what the exams under ops/exams take on the right");
    let walks = std::fs::read_dir(at("seathold/tests")).unwrap().map(|entry| entry.unwrap().path());
    let walks: Vec<String> = walks
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("walk_")))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let steps = std::fs::read_dir(at("seathold/tests/walking")).unwrap().map(|entry| entry.unwrap().path());
    let steps: Vec<(String, String)> = steps
        .map(|path| (path.file_stem().unwrap().display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    for (exam, channel, phone, desk) in MATRIX {
        for (walked, device) in [(phone, "Device::Phone"), (desk, "Device::Desk")] {
            let In(test) = walked else { continue };
            let walk = walks.iter().find(|walk| walk.contains(&format!("async fn {test}()")));
            let walk = walk.unwrap_or_else(|| panic!("{exam} by {channel}: {test} is no walk"));
            // Its steps may stand beside it, for other walks, too.
            let is_of = |text: &str| text.contains(&format!("/exams/{exam}\""));
            let by_steps = steps.iter().any(|(name, text)| is_of(text) && walk.contains(&format!("walking::{name}")));
            assert!(is_of(walk) || by_steps, "{test} walks another exam than {exam}");
            // A browser is a phone unless it says otherwise.
            let is_on =
                walk.contains(device) || (device == "Device::Phone" && walk.contains("BrowserOptions::default()"));
            assert!(is_on, "{test} has no {device}");
        }
    }
}
