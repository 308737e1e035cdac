//! Every exam that ships, by each channel that it takes, on a phone and at a desk: who walks it to the paid seat. What no
//! browser walks is walked here, by the pages alone. An exam that takes another channel wants a row.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use registration::desk::staff::{Role, StaffMember};
use registration::exams::definition;
use registration::model::payment::Method;
use sandbox::Channel;

use crate::paying::{PHONE, Shop};
use crate::site::{Visitor, document};
use crate::{order_in, picture};

const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const PAYING: &str = "b15_b16_c9_d4_e1_paying_and_every_wrong_turn_to_the_receipt";
const CET: &str = "b1_b7_b8_b9_b10_b11_b13_b14_b15_cet_from_the_account_to_the_payment";
const DEGREE: &str = "c2_c3_c4_c5_c6_c7_c8_c9_c10_c11_degree_english_from_the_account_to_the_screenshot";
const COMPUTER: &str = "a1_a2_a3_a5_a6_a7_a10_from_the_computer_by_the_phone_to_the_payment";
const MANUAL: &str = "a4_a6_a10_by_the_manual_channel_and_a_refused_form";

/// Who walks an exam by a channel on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Walked {
    /// A browser, in this test of the program.
    In(&'static str),
    /// This file.
    Here,
}

use Method::{Alipay, Bank, Screenshot, WechatPay};
use Walked::{Here, In};

/// Each exam and channel: who walks it on a phone, and at a desk.
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
    for (exam, channel, phone, desk) in MATRIX {
        for (walked, device) in [(phone, "Device::Phone"), (desk, "Device::Desk")] {
            let In(test) = walked else { continue };
            let walk = walks.iter().find(|walk| walk.contains(&format!("async fn {test}()")));
            let walk = walk.unwrap_or_else(|| panic!("{exam} by {channel}: {test} is no walk"));
            assert!(walk.contains(&format!("/exams/{exam}\"")), "{test} walks another exam than {exam}");
            // A browser is a phone unless it says otherwise.
            let is_on =
                walk.contains(device) || (device == "Device::Phone" && walk.contains("BrowserOptions::default()"));
            assert!(is_on, "{test} has no {device}");
        }
    }
}

/// A file of an exam that ships, with its dates far away.
fn far(file: &str, text: &str) -> String {
    let text = text.replace("2026-11-02", "2020-11-02").replace("2027-", "2090-");
    if file != "roster.csv" {
        return text;
    }
    // Whom the roster knows is bound to one account: each walk needs somebody of its own.
    let more = (1..=9).map(|number| {
        let subjects = "cet4-written cet4-oral";
        format!(
            "resident_id,{},颜冬儿,99301,993010,本科,4,2025,02,工商管理,会计,01,20250199{number:02},,{subjects},\n",
            person(number)
        )
    });
    text + &more.collect::<String>()
}

/// Somebody on the roster.
fn person(number: u32) -> String {
    document(500 + number)
}

/// A seat of the exam; the order's number.
async fn holds(candidate: &mut Visitor, exam: &str, number: u32) -> String {
    if exam == "campus-english" {
        let held = candidate.post("/exams/campus-english/hold", "sitting-1=en-0522-am-lakeside&agree=on").await;
        return order_in(held.location());
    }
    assert_eq!(candidate.post("/exams/cet/notice", "agree=on").await.location(), "/exams/cet/eligibility");
    let typed = format!("kind=resident_id&number={}&name=%E9%A2%9C%E5%86%AC%E5%84%BF", person(number));
    let found = candidate.post("/exams/cet/eligibility", &typed).await;
    let mark = found.location().split("p=").nth(1).unwrap_or_else(|| panic!("{}", found.text)).to_owned();
    candidate.post("/exams/cet/eligibility/person", &format!("p={mark}&agree=on")).await;
    let held = candidate.post("/exams/cet/hold", "part=written&sitting-1=cet4-written-993010").await;
    assert!(held.location().starts_with("/exams/cet"), "{} {}", held.location(), held.text);
    let page = candidate.get("/exams/cet").await.text;
    page.split("href=\"/orders/").nth(1).unwrap_or_else(|| panic!("{page}"))[..9].to_owned()
}

/// To the receipt.
async fn walks(shop: &Shop, staff: &StaffMember, (exam, channel, is_phone): (&str, Method, bool), number: u32) {
    let mut candidate = shop.comes(number, if is_phone { PHONE } else { DESK }).await;
    let order = holds(&mut candidate, exam, number).await;
    let own = format!("/orders/{order}");
    let pay = format!("{own}/pay");
    match channel {
        Screenshot => {
            let sent = candidate.upload(&order, &picture(300 + number, 600)).await;
            assert_eq!(sent.location(), format!("{own}/receipt"), "{}", sent.text);
            shop.site.confirm(staff, order.parse().unwrap()).await;
        }
        Bank => {
            let sent = candidate.post(&pay, "by=bank&bank=icbc").await;
            let page = candidate.get(sent.location()).await.text;
            assert!(page.contains("前往工商银行付款"), "{page}");
            shop.pays_at_bank(&page).await;
        }
        _ if is_phone => {
            let cashier = shop.begins(&mut candidate, &order, &channel.to_string()).await;
            cashier.pay_and_close().await.unwrap();
        }
        _ => {
            let sent = candidate.post(&pay, &format!("by={channel}")).await;
            let page = candidate.get(sent.location()).await.text;
            let code = format!("{own}/code.png?by={channel}");
            assert!(page.contains(&code) && page.contains("扫描二维码付款"), "{page}");
            assert!(candidate.get(&code).await.bytes.starts_with(b"\x89PNG"));
            let there = if channel == Alipay { Channel::Alipay } else { Channel::WechatPay };
            shop.sandbox.pay().pay(there, &shop.number(there)).unwrap();
        }
    }
    let receipt = shop.receipt(&mut candidate, &own).await;
    assert!(receipt.contains("报名成功"), "{receipt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_is_walked_by_the_pages_alone_to_the_receipt() {
    let shop = Shop::open_with("").await;
    for exam in ["campus-english", "cet"] {
        shop.site.import_shipped(exam, |file, text| far(file, &text)).await;
    }
    let staff = shop.site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let mut number = 0;
    for (exam, channel, phone, desk) in MATRIX {
        for (walked, is_phone) in [(phone, true), (desk, false)] {
            if walked == Here {
                number += 1;
                walks(&shop, &staff, (exam, channel, is_phone), number).await;
            }
        }
    }
    let paid = shop.site.count("SELECT count(*) FROM registration.orders WHERE state = 'confirmed'").await;
    assert_eq!(paid, i64::from(number), "each cell is a seat");
    shop.sandbox.stop().await;
}
