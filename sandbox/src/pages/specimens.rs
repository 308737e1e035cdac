//! `/specimens`: pictures to hand in. A card of the person that one types in, and a face that belongs to it.

use axum::extract::{Path, Query};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use maud::{Markup, html};
use serde::Deserialize;
use specimen::{App, NoFont, OrderScreen, card_back, card_front, form_photo, seed_of, selfie};

use super::{layout, message};
use crate::digests::percent_encoded;

/// A person that nobody is: the number is the example of GB 11643.
const EXAMPLE: (&str, &str) = ("李样例", "11010519491231002X");
const NAME_CHARACTERS_MAX: usize = 12;

/// Whose pictures are drawn.
#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    #[serde(default)]
    name: String,
    #[serde(default)]
    number: String,
}

/// The pictures, by the names of their files.
const PICTURES: [(&str, &str, &str); 5] = [
    ("card-front.jpg", "身份证人像面", "Card, side with the portrait"),
    ("card-back.jpg", "身份证国徽面", "Card, side with the emblem"),
    ("selfie.jpg", "自拍，用于人脸核验", "Selfie, for the face check"),
    ("photo.jpg", "报名照片 413×626", "Photo for the form"),
    ("order.jpg", "订单截图，付了 120.00 元", "Screenshot of an order of 120.00"),
];

pub(crate) async fn show(Query(person): Query<Person>) -> Response {
    let person = person.trimmed();
    let is_asked = !(person.name.is_empty() && person.number.is_empty());
    let fault = person.fault().filter(|_| is_asked);
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        h1 { "样例照片 Specimens" }
        p class="hint" { "没有证件可拍？填写报名时用的姓名和证件号码，下载画出来的证件与人脸。"
            span lang="en" { " No card at hand? Type the name and number that you sign up with, and take these." } }
        form action="/specimens" {
            (field("name", "姓名 · Name", &person.name, EXAMPLE.0))
            (field("number", "居民身份证号码 · Number", &person.number, EXAMPLE.1))
            p class="error" role="alert" { @if let Some(fault) = fault { (fault) } }
            button class="button" { "画出来 Draw" }
        }
        @if is_asked && fault.is_none() {
            ul class="specimens" { @for picture in PICTURES { li { (shown(&person, picture)) } } }
        }
    };
    (status, Html(layout("样例照片", None, &body).into_string())).into_response()
}

/// One of the pictures.
pub(crate) async fn picture(Path(file): Path<String>, Query(person): Query<Person>) -> Response {
    let person = person.trimmed();
    if let Some(fault) = person.fault() {
        return (StatusCode::UNPROCESSABLE_ENTITY, fault).into_response();
    }
    let drawn = tokio::task::spawn_blocking(move || drawn(&file, &person)).await;
    match drawn {
        Ok(Some(Ok(jpeg))) => ([(CONTENT_TYPE, "image/jpeg")], jpeg).into_response(),
        Ok(Some(Err(error))) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
        Ok(None) => {
            (StatusCode::NOT_FOUND, Html(message("没有这张照片", "No such picture.").into_string())).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn drawn(file: &str, person: &Person) -> Option<Result<Vec<u8>, NoFont>> {
    let seed = seed_of(&person.number);
    Some(match file {
        "card-front.jpg" => card_front(&person.name, &person.number),
        "card-back.jpg" => card_back(),
        "selfie.jpg" => Ok(selfie(seed)),
        "photo.jpg" => Ok(form_photo(seed)),
        "order.jpg" => order(&person.number),
        _ => return None,
    })
}

/// A screen of an order that was paid this minute, with a number of this person's own.
fn order(of: &str) -> Result<Vec<u8>, NoFont> {
    let now = Timestamp::now().to_zoned(TimeZone::fixed(offset(8)));
    let own: String = of.bytes().map(|byte| char::from(b'0' + byte % 10)).collect();
    let number = format!("{}{own:0>20}", now.strftime("%Y%m%d"));
    let (time, merchant) = (now.strftime("%Y-%m-%d %H:%M:%S").to_string(), now.strftime("T%Y%m%d%H%M%S").to_string());
    let screen = OrderScreen { time: &time, merchant_number: &merchant, ..OrderScreen::of(App::Alipay, &number) };
    screen.draw()
}

fn field(name: &str, label: &str, value: &str, example: &str) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) placeholder=(example) required autocomplete="off";
        }
    }
}

fn shown(person: &Person, (file, label, english): (&str, &str, &str)) -> Markup {
    let (name, number) = (percent_encoded(&person.name), percent_encoded(&person.number));
    let address = format!("/specimens/{file}?name={name}&number={number}");
    html! {
        a href=(address) download=(file) {
            img src=(address) alt="";
            (label) span lang="en" { (english) }
        }
    }
}

impl Person {
    fn trimmed(self) -> Self {
        Self { name: self.name.trim().to_owned(), number: self.number.trim().to_ascii_uppercase() }
    }

    fn fault(&self) -> Option<&'static str> {
        let is_name = (1..=NAME_CHARACTERS_MAX).contains(&self.name.chars().count());
        let (digits, last) = self.number.split_at_checked(17).unwrap_or_default();
        let is_number =
            digits.bytes().all(|byte| byte.is_ascii_digit()) && matches!(last.as_bytes(), [b'0'..=b'9' | b'X']);
        match (is_name, is_number) {
            (true, true) => None,
            (false, _) => Some("姓名应为 1–12 个字。A name has 1 to 12 characters."),
            (true, false) => Some("居民身份证号码为 18 位。A number has 18 digits; the last may be X."),
        }
    }
}
