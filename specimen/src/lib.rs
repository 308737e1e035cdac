//! Specimen identity cards, drawn faces and screens of orders, so that a demo, a load test and a walk in a browser have
//! something to take a picture of. Cards and screens say 样例 SPECIMEN, and nobody is shown: faces are ellipses.

mod canvas;
mod face;
mod font;
mod order;
mod people;
mod photo;

use image::{Rgb, RgbImage, imageops};

use canvas::Canvas;
use font::Face;
pub use font::NoFont;
pub use order::{App, OrderScreen, saved_again};
pub use people::{Person, people};
pub use photo::Grade;

/// A card at 300 dots per inch: 85.6 × 54 mm.
const CARD: (u32, u32) = (1011, 638);
/// The table around it.
const MARGIN: u32 = 70;
/// The portrait that is printed on it.
const PRINT: (u32, u32) = (300, 400);
const WALL: Rgb<u8> = Rgb([216, 227, 235]);
const TABLE: Rgb<u8> = Rgb([96, 84, 74]);
const PAPER: Rgb<u8> = Rgb([226, 236, 240]);
const PATTERN: Rgb<u8> = Rgb([206, 222, 232]);
const LABEL: Rgb<u8> = Rgb([66, 116, 166]);
const INK: Rgb<u8> = Rgb([30, 30, 34]);
const RED: Rgb<u8> = Rgb([196, 70, 60]);
/// An office that does not exist, and twenty years.
const AUTHORITY: &str = "样例市公安局样例分局";
const VALIDITY: &str = "2020.01.02-2040.01.02";
/// What a JPEG of a phone has at best.
const QUALITY: u8 = 88;

/// The front (人像面) of a card of this person, as a JPEG. Birth date and sex are the number's.
///
/// # Errors
///
/// When no Chinese font is installed.
///
/// # Panics
///
/// When the number has not 18 digits and letters.
pub fn card_front(name: &str, number: &str) -> Result<Vec<u8>, NoFont> {
    Ok(photographed(&front(name, number)?))
}

/// The same card as a phone's photograph of this grade; the same seed makes the same one.
///
/// # Errors
///
/// When no Chinese font is installed.
///
/// # Panics
///
/// When the number has not 18 digits and letters.
pub fn front_photo(name: &str, number: &str, grade: Grade, seed: u64) -> Result<Vec<u8>, NoFont> {
    Ok(photo::taken(&front(name, number)?, grade, seed))
}

fn front(name: &str, number: &str) -> Result<RgbImage, NoFont> {
    assert!(number.len() == 18 && number.is_ascii(), "a resident identity number has 18 characters");
    let face = Face::load()?;
    let mut card = blank_card();
    let birth = |range: std::ops::Range<usize>| number[range].trim_start_matches('0').to_owned();
    let sex = if (number.as_bytes()[16] - b'0') % 2 == 1 { "男" } else { "女" };
    let x = 70;
    card.text(face, (x, 64), 34.0, LABEL, "姓 名");
    card.text(face, (x + 112, 58), 44.0, INK, &spread(name));
    card.text(face, (x, 146), 34.0, LABEL, "性 别");
    card.text(face, (x + 112, 144), 38.0, INK, sex);
    card.text(face, (x + 220, 146), 34.0, LABEL, "民 族");
    card.text(face, (x + 332, 144), 38.0, INK, "汉");
    card.text(face, (x, 228), 34.0, LABEL, "出 生");
    let mut at = x + 112;
    for (value, unit) in [(birth(6..10), "年"), (birth(10..12), "月"), (birth(12..14), "日")] {
        at = card.text(face, (at, 226), 38.0, INK, &value) + 14;
        at = card.text(face, (at, 228), 34.0, LABEL, unit) + 22;
    }
    card.text(face, (x, 310), 34.0, LABEL, "住 址");
    card.text(face, (x + 112, 308), 38.0, INK, "样例省样例市样例区");
    card.text(face, (x + 112, 364), 38.0, INK, "样例路１号");
    card.text(face, (x, 540), 34.0, LABEL, "公民身份号码");
    card.spaced_text(face, (x + 270, 532), 46.0, INK, number, 6.0);
    card.picture((650, 70), &imageops::thumbnail(&face::draw(seed_of(number)), PRINT.0, PRINT.1));
    card.text(face, (664, 476), 30.0, RED, "样例 SPECIMEN");
    Ok(card.into_picture())
}

/// The back (国徽面), issued by an office that does not exist, valid for twenty years from 2020.
///
/// # Errors
///
/// When no Chinese font is installed.
pub fn card_back() -> Result<Vec<u8>, NoFont> {
    Ok(photographed(&back(AUTHORITY, VALIDITY)?))
}

/// The back with this authority and validity (`2020.01.02-2040.01.02` or `2020.01.02-长期`) as a phone's photograph of
/// this grade; the same seed makes the same one.
///
/// # Errors
///
/// When no Chinese font is installed.
pub fn back_photo(authority: &str, validity: &str, grade: Grade, seed: u64) -> Result<Vec<u8>, NoFont> {
    Ok(photo::taken(&back(authority, validity)?, grade, seed))
}

fn back(authority: &str, validity: &str) -> Result<RgbImage, NoFont> {
    let face = Face::load()?;
    let mut card = blank_card();
    card.disc((150, 160), 92, RED);
    card.disc((150, 160), 78, Rgb([226, 190, 90]));
    card.text(face, (98, 126), 34.0, RED, "样例");
    card.text(face, (86, 170), 24.0, RED, "SPECIMEN");
    card.spaced_text(face, (330, 78), 52.0, INK, "中华人民共和国", 20.0);
    card.spaced_text(face, (300, 186), 78.0, INK, "居民身份证", 36.0);
    card.text(face, (260, 440), 34.0, INK, "签发机关");
    card.text(face, (430, 438), 38.0, INK, authority);
    card.text(face, (260, 524), 34.0, INK, "有效期限");
    card.text(face, (430, 522), 38.0, INK, validity);
    Ok(card.into_picture())
}

/// The seed of the face on the card of this number: of so many faces that hardly two of a load test's candidates have one.
pub fn seed_of(number: &str) -> u32 {
    number.bytes().fold(7_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

/// A drawn face, 480 × 640, as a JPEG: the same for the same seed, another one for another.
pub fn portrait(seed: u32) -> Vec<u8> {
    canvas::jpeg(&face::draw(seed), QUALITY)
}

/// The same face a step away from a camera, 524 × 580: as large in the picture as it is in a photo of its card.
pub fn selfie(seed: u32) -> Vec<u8> {
    let mut room = RgbImage::from_pixel(524, 580, WALL);
    imageops::replace(&mut room, &imageops::thumbnail(&face::draw(seed), PRINT.0, PRINT.1), 93, 114);
    canvas::jpeg(&room, QUALITY)
}

/// The same face as a photo for a form, 413 × 626.
pub fn form_photo(seed: u32) -> Vec<u8> {
    let cut = imageops::crop_imm(&face::draw(seed), 29, 0, 422, 640).to_image();
    canvas::jpeg(&imageops::resize(&cut, 413, 626, imageops::FilterType::CatmullRom), QUALITY)
}

/// Two-character names stand apart on cards.
fn spread(name: &str) -> String {
    if name.chars().count() == 2 { name.chars().map(String::from).collect::<Vec<_>>().join("　") } else { name.into() }
}

fn blank_card() -> Canvas {
    let mut card = Canvas::new(CARD.0, CARD.1, PAPER);
    for wave in 0..22_u32 {
        card.wave(29 * wave, 9.0 + f64::from(wave % 5), 90.0 + 7.0 * f64::from(wave % 3), PATTERN);
    }
    card
}

fn photographed(card: &RgbImage) -> Vec<u8> {
    let mut photo = RgbImage::from_pixel(CARD.0 + 2 * MARGIN, CARD.1 + 2 * MARGIN, TABLE);
    imageops::replace(&mut photo, card, i64::from(MARGIN), i64::from(MARGIN));
    canvas::jpeg(&photo, QUALITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specimen_is_a_picture_and_a_face_is_one_of_its_own() {
        for jpeg in [card_front("李样例", "11010519491231002X").unwrap(), card_back().unwrap()] {
            let picture = image::load_from_memory(&jpeg).unwrap();
            assert_eq!((picture.width(), picture.height()), (CARD.0 + 2 * MARGIN, CARD.1 + 2 * MARGIN));
        }
        assert_eq!(portrait(1), portrait(1));
        assert_ne!(portrait(1), portrait(2));
    }
}
