//! Pictures from an iPhone, in WebKit: the identity card and the screenshot of the payment, over a line that breaks and
//! under a session that ends.

#![cfg(not(target_os = "macos"))]
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the line that failed")]

#[allow(dead_code, reason = "not every walk does everything that the walks share")]
mod walking {
    pub(crate) mod iphone;
    pub(crate) mod people;
}

use std::io::Cursor;

use image::ImageFormat;
use specimen::{card_back, card_front};
use testkit::{Driven, FaultyLine, LineEnd, ServedApp, Walker};

use walking::iphone::{IPhone, sign_up};
use walking::people::Album;

const NAME: &str = "孙剑峰";
const NUMBER: &str = "310104198807070019";
const SITTING: &str = "en-0522-am-lakeside";
const SESSION: &str = "seathold";
/// Where the second piece of a picture begins.
const SECOND_PIECE: &str = "offset=32768";

/// A screenshot full of lines, so that it goes in several pieces.
fn screenshot() -> Vec<u8> {
    let byte = |number: u32| u8::try_from(number % 251).unwrap();
    let dots = |x: u32, y: u32| image::Rgb([byte(x * y), byte(x ^ y), if y % 40 < 20 { 250 } else { 60 }]);
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::from_fn(540, 1_800, dots).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

async fn show_card(phone: &mut IPhone, line: &FaultyLine, album: &Album) {
    phone.open("/me/identity?exam=degree-english&next=/exams/degree-english").await;
    phone.tap("label[for=consent]").await;
    phone.tap("button[value='/card']").await;
    phone.finds("#card_front-album").await;
    // The line is lost under the first piece, and comes back: by WebKit itself, or else by the script.
    line.cut_at("PUT /me/identity/pictures/card_front");
    phone.attach("#card_front-album", &album.keep("front.jpg", &card_front(NAME, NUMBER).unwrap())).await;
    phone.finds("#card_front[data-here]").await;
    phone.attach("#card_back-album", &album.keep("back.jpg", &card_back().unwrap())).await;
    phone.finds("#card_back[data-here]").await;
    phone.looks("webkit-card").await;
    phone.tap("form[data-tiles] > button[type=submit]").await;
    phone.shows("实名认证已完成").await;
    phone.looks("webkit-verified").await;
}

async fn hold_a_seat(phone: &IPhone) {
    phone.open("/exams/campus-english").await;
    phone.tap("label[for=agree]").await;
    phone.tap(&format!("label[for=sitting-{SITTING}]")).await;
    phone.tap("form.choose button[type=submit]").await;
    phone.tap(".by-screenshot > summary").await;
    phone.finds("#album").await;
}

async fn hand_in(phone: &mut IPhone, line: &FaultyLine, album: &Album) {
    let picture = album.keep("order.png", &screenshot());
    // In the middle of it, and on from there.
    line.cut_at(SECOND_PIECE);
    phone.attach("#album", &picture).await;
    phone.finds("#screenshot[data-here]").await;
    phone.looks("webkit-screenshot").await;
    // The session ends under the page, and comes back: what was chosen is still there.
    let cookie = phone.get_named_cookie(SESSION).await.unwrap();
    phone.delete_cookie(SESSION).await.unwrap();
    phone.attach("#album", &picture).await;
    phone.shows("登录已过期，照片还在").await;
    phone.looks("webkit-ended").await;
    phone.add_cookie(cookie).await.unwrap();
    phone.run("dispatchEvent(new Event('focus'))").await;
    phone.finds("#screenshot[data-here]").await;
    phone.tap("form[action$='/screenshot'] button[type=submit]").await;
    phone.shows("提交成功，等待审核").await;
    phone.looks("webkit-receipt").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_iphone_sends_card_and_screenshot_over_a_line_that_breaks() {
    let mut app = ServedApp::start().await;
    let port = app.url().rsplit(':').next().unwrap().parse().unwrap();
    let (line, album) = (FaultyLine::to(LineEnd::Port(port)).await, Album::new());
    let mut phone = Walker::webkit(&line.http_url()).await;
    phone.open("/language?to=zh&next=/").await;
    sign_up(&app, &mut phone, NAME, NUMBER, "/exams/degree-english").await;
    phone.shows("下一步：实名认证").await;
    show_card(&mut phone, &line, &album).await;
    hold_a_seat(&phone).await;
    hand_in(&mut phone, &line, &album).await;
    phone.finish().await;
    app.stop().await;
}
