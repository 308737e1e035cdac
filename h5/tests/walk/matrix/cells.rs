//! What no walk of the program walks: two browsers at once, a phone and a desk, go from the first page of an exam to the receipt,
//! channel by channel.

use registration::desk::staff::{Role, StaffMember};
use registration::model::payment::Method;
use testkit::{BrowserOptions, Device, Walker};

use super::{MATRIX, Walked, late};
use crate::paying::{DESK, PHONE, Shop};
use crate::picture;
use crate::site::document;

const NAME: &str = "颜冬儿";

/// One walk: an exam by a channel, and who walks.
#[derive(Debug, Clone, Copy)]
struct Cell {
    exam: &'static str,
    channel: Method,
    number: u32,
}

/// A file of an exam that ships, with its dates far away, and one sitting with a single seat.
fn far(file: &str, text: &str) -> String {
    let text = text.replace("2026-11-02", "2020-11-02").replace("2027-", "2090-");
    let text = text.replace(&format!("{},120,", late::STARTS), &format!("{},1,", late::STARTS));
    if file != "roster.csv" {
        return text;
    }
    // Whom the roster knows is bound to one account: each walk needs somebody of its own.
    let more = (1..=9).map(|number| {
        let subjects = "cet4-written cet4-oral";
        format!(
            "resident_id,{},{NAME},99301,993010,本科,4,2025,02,工商管理,会计,01,20250199{number:02},,{subjects},\n",
            person(number)
        )
    });
    text + &more.collect::<String>()
}

/// Somebody on the roster.
fn person(number: u32) -> String {
    document(500 + number)
}

/// From the first page of the exam to an order that is to be paid; its path.
async fn holds(browser: &Walker, cell: Cell) -> String {
    browser.open(&format!("/exams/{}", cell.exam)).await;
    match cell.exam {
        "campus-english" => {
            browser.tap("label[for=agree]").await;
            browser.tap("label[for=sitting-en-0522-am-lakeside]").await;
            browser.tap("form.choose button[type=submit]").await;
        }
        _ => {
            browser.tap(".callout a.button").await;
            browser.arrives("/notice").await;
            browser.tap("#agree").await;
            browser.tap("main form button[type=submit]").await;
            browser.arrives("/eligibility").await;
            browser.select("#kind", "resident_id").await;
            browser.fill("#number", &person(cell.number)).await;
            browser.fill("#name", NAME).await;
            browser.tap("main form button[type=submit]").await;
            browser.arrives("/eligibility/person").await;
            browser.tap("#agree").await;
            browser.tap("form.stack button[type=submit]").await;
            browser.shows("保存成功").await;
            browser.tap(".callout a.button").await;
            browser.arrives("part=written").await;
            browser.tap("label[for='sitting-cet4-written-993010']").await;
            browser.tap("form.choose button[type=submit]").await;
            browser.shows("我的报考").await;
            browser.tap(".mine .order-do a.link").await;
        }
    }
    browser.arrives("/orders/").await
}

/// From the order's page to the money that is on its way.
async fn pays(shop: &Shop, staff: &StaffMember, browser: &Walker, cell: Cell, order: &str, device: Device) {
    if cell.channel == Method::Screenshot {
        let file = shop.site.dir().join(format!("order-{}.png", cell.number));
        std::fs::write(&file, picture(300 + cell.number, 600)).unwrap();
        browser.tap(".by-screenshot > summary").await;
        browser.attach("#album", &file).await;
        browser.tap("form[action$='/screenshot'] button[type=submit]").await;
        browser.arrives("/receipt").await;
        browser.shows("提交成功，等待审核").await;
        return shop.site.confirm(staff, order.trim_start_matches("/orders/").parse().unwrap()).await;
    }
    browser.tap(&format!(".channel[value={}]", cell.channel)).await;
    if cell.channel == Method::Bank {
        browser.tap("button[name=bank][value=icbc]").await;
        browser.shows("前往工商银行付款").await;
        browser.tap("form[action$='/frontTransReq.do'] button").await;
        browser.shows("中国工商银行").await;
        browser.tap("button[value=pay]").await;
        return browser.tap("form.back button").await;
    }
    browser.shows("确认缴费信息").await;
    browser.tap("form.pay button[type=submit]").await;
    if device == Device::Phone {
        // The script leads to the channel, and the channel back.
        return browser.tap("button[value=pay]").await;
    }
    browser.shows("扫描二维码付款").await;
    let code = browser.scan(".code img").await;
    let here = browser.window().await.unwrap();
    let scanner = browser.new_window(false).await.unwrap().handle;
    browser.switch_to_window(scanner).await.unwrap();
    browser.goto(&shop.scanned(&code)).await.unwrap();
    browser.tap("button[value=pay_and_close]").await;
    browser.shows("付款成功").await;
    browser.close_window().await.unwrap();
    browser.switch_to_window(here).await.unwrap();
}

/// All cells of a device, one after the other, each by somebody else.
async fn walks(shop: &Shop, staff: &StaffMember, device: Device, cells: &[Cell]) {
    let (agent, name) = if device == Device::Desk { (DESK, "desk") } else { (PHONE, "phone") };
    let options = BrowserOptions { device, ..BrowserOptions::default() };
    let mut browser = Walker::start(shop.url(), options).await;
    for cell in cells {
        let candidate = shop.comes(cell.number, agent).await;
        browser.carry(candidate.cookie.as_deref().unwrap()).await;
        let order = holds(&browser, *cell).await;
        pays(shop, staff, &browser, *cell, &order, device).await;
        browser.turns_to("确认时间").await;
        browser.shows("报名成功").await;
        assert_eq!(browser.path().await.split('?').next().unwrap(), format!("{order}/receipt"));
        browser.looks(&format!("cell-{}-{}-{name}", cell.exam, cell.channel)).await;
    }
    if device == Device::Phone {
        late::pays_too_late(shop, &mut browser).await;
    }
    browser.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_walks_the_rest_from_the_first_page_to_the_receipt_and_pays_too_late() {
    let shop = Shop::open_with("").await;
    for exam in ["campus-english", "cet"] {
        shop.site.import_shipped(exam, |file, text| far(file, &text)).await;
    }
    let staff = shop.site.registration.staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    let mut number = 0;
    let mut cell = |exam, channel, walked| {
        number += u32::from(walked == Walked::Here);
        (walked == Walked::Here).then_some(Cell { exam, channel, number })
    };
    let phone: Vec<Cell> =
        MATRIX.into_iter().filter_map(|(exam, channel, phone, _)| cell(exam, channel, phone)).collect();
    let desk: Vec<Cell> = MATRIX.into_iter().filter_map(|(exam, channel, _, desk)| cell(exam, channel, desk)).collect();
    tokio::join!(
        Box::pin(walks(&shop, &staff, Device::Phone, &phone)),
        Box::pin(walks(&shop, &staff, Device::Desk, &desk)),
    );
    let paid = shop.site.count("SELECT count(*) FROM registration.orders WHERE state = 'confirmed'").await;
    assert_eq!(
        paid,
        i64::try_from(phone.len() + desk.len()).unwrap() + 1,
        "each cell is a seat, and late money buys one"
    );
    shop.sandbox.stop().await;
}
