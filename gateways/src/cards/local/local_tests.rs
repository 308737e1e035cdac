//! The local reader on drawn cards, straight from the drawing board and as phones would see them.

#![allow(clippy::cast_possible_truncation, reason = "pixels of pictures drawn here")]

use std::io::Cursor;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};
use specimen::{card_back, card_front, portrait};

use super::LocalReader;
use crate::cards::card::CardSide;
use crate::cards::error::CardError;
use crate::cards::places::Places;

/// Names of two to four characters and with a dot; numbers with good check digits.
const PEOPLE: [(&str, &str); 6] = [
    ("李样例", "11010519491231002X"),
    ("王芳", "440524188001010014"),
    ("欧阳文轩", "440308199901101512"),
    ("阿依古丽·买买提", "810000199408230021"),
    ("张伟", "830000199201300022"),
    ("刘雨桐", "11010519491231002X"),
];

fn reader() -> LocalReader {
    LocalReader::find().expect("tesseract with chi_sim is installed: see ops/packages.sh")
}

fn decoded(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory(jpeg).unwrap().into_rgb8()
}

fn encoded(picture: &RgbImage, quality: u8) -> Bytes {
    let mut out = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).unwrap();
    out.into_inner().into()
}

fn rotated(picture: &RgbImage, degrees: f32) -> RgbImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (dx, dy) = (x as f32 - width / 2.0, y as f32 - height / 2.0);
        let at = (width / 2.0 + dx * cosine + dy * sine, height / 2.0 - dx * sine + dy * cosine);
        let x = at.0.clamp(0.0, width - 1.0) / (width - 1.0);
        imageops::sample_bilinear(picture, x, at.1.clamp(0.0, height - 1.0) / (height - 1.0)).unwrap()
    })
}

/// Brightness times `left` at the left border, times `right` at the right one.
fn lit(picture: &RgbImage, left: f32, right: f32) -> RgbImage {
    let mut picture = picture.clone();
    let width = picture.width() as f32;
    for (x, _, pixel) in picture.enumerate_pixels_mut() {
        let by = left + (right - left) * x as f32 / width;
        pixel.0 = pixel.0.map(|part| (f32::from(part) * by).min(255.0) as u8);
    }
    picture
}

fn scaled(picture: &RgbImage, width: u32) -> RgbImage {
    let height = picture.height() * width / picture.width();
    imageops::resize(picture, width, height, imageops::FilterType::Triangle)
}

/// Every way in which a card is photographed here.
fn photos(jpeg: &[u8]) -> Vec<(&'static str, Bytes)> {
    let card = decoded(jpeg);
    vec![
        ("as drawn", Bytes::copy_from_slice(jpeg)),
        ("2° to the right", encoded(&rotated(&card, 2.0), 80)),
        ("3.5° to the left", encoded(&rotated(&card, -3.5), 80)),
        ("7° to the right", encoded(&rotated(&card, 7.0), 80)),
        ("at half the light", encoded(&lit(&card, 0.5, 0.5), 80)),
        ("light from one side", encoded(&lit(&card, 0.35, 1.05), 80)),
        ("much compressed", encoded(&card, 25)),
        ("900 pixels wide", encoded(&scaled(&card, 900), 75)),
        ("a little blurred", encoded(&imageops::blur(&card, 1.5), 80)),
        ("upside down", encoded(&imageops::rotate180(&card), 80)),
        ("upright", encoded(&imageops::rotate90(&card), 80)),
        ("2°, dark, small, compressed", encoded(&scaled(&lit(&rotated(&card, 2.0), 0.5, 0.8), 1000), 40)),
    ]
}

/// What it read on 22 November 2026 (tesseract 5.3.0, chi_sim 4.1.0, 2 busy cores, about a second per card and turn):
/// every number, birth date, authority and validity below; every name but one or two in twelve, where a character
/// was taken for one alike (伟 for 传) or the dot of a name was lost.
#[tokio::test]
async fn cards_are_read_however_they_were_photographed() {
    let reader = reader();
    let mut names = 0;
    for at in 0..12 {
        let (name, number) = PEOPLE[at % PEOPLE.len()];
        let (how, photo) = photos(&card_front(name, number).unwrap()).swap_remove(at);
        let start = Instant::now();
        let read = reader.read(CardSide::Front, photo).await;
        let read = read.unwrap_or_else(|error| panic!("{how}: {error}"));
        println!("{how}: {:?}, {} ms", read.name, start.elapsed().as_millis());
        assert_eq!(read.number.as_deref(), Some(number), "{how}");
        assert_eq!(read.birth.unwrap().replace('-', ""), number[6..14], "{how}");
        names += usize::from(read.name.as_deref() == Some(name));
    }
    assert!(names >= 10, "of twelve names {names} were read");
}

#[tokio::test]
async fn the_back_is_read_too() {
    let reader = reader();
    for at in [0, 2, 4, 7, 9] {
        let (how, photo) = photos(&card_back().unwrap()).swap_remove(at);
        let read = reader.read(CardSide::Back, photo).await.unwrap_or_else(|error| panic!("{how}: {error}"));
        assert_eq!(read.authority.as_deref(), Some("样例市公安局样例分局"), "{how}");
        assert_eq!(read.valid_until.as_deref(), Some("2040-01-02"), "{how}");
    }
}

#[tokio::test]
async fn what_is_no_readable_card_is_told_apart() {
    let reader = reader();
    let front = card_front("李样例", "11010519491231002X").unwrap();
    let refusal = async |side, picture| reader.read(side, picture).await.unwrap_err();
    assert!(matches!(refusal(CardSide::Front, card_back().unwrap().into()).await, CardError::WrongSide));
    assert!(matches!(refusal(CardSide::Back, front.clone().into()).await, CardError::WrongSide));
    assert!(matches!(refusal(CardSide::Front, portrait(3).into()).await, CardError::NoCard));
    assert!(matches!(refusal(CardSide::Front, Bytes::from_static(b"no picture")).await, CardError::Unreadable));
    // Noise, as it is and as a browser makes it smaller: told at once, and not after the reader's longest time.
    let mut seed = 7_u32;
    let mut byte = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let noise = RgbImage::from_fn(2_400, 1_500, |_, _| image::Rgb([byte(), byte(), byte()]));
    let since = Instant::now();
    for width in [2_400, 1_800, 1_200] {
        let small = imageops::resize(&noise, width, width * 5 / 8, imageops::FilterType::Triangle);
        assert!(matches!(refusal(CardSide::Front, encoded(&small, 88)).await, CardError::NoCard), "{width}");
    }
    assert!(since.elapsed() < std::time::Duration::from_secs(10), "{:?}", since.elapsed());
    let blurred = encoded(&imageops::blur(&decoded(&front), 6.0), 80);
    assert!(matches!(refusal(CardSide::Front, blurred).await, CardError::Blurred));
}

#[tokio::test]
async fn who_cannot_be_served_is_told_at_once_and_the_others_in_turn() {
    let reader = Arc::new(LocalReader::with("tesseract".into(), Places::new(1)).unwrap());
    let first = reader.place().await.unwrap();
    let waiting: Vec<_> = (0..4)
        .map(|number| {
            let reader = Arc::clone(&reader);
            tokio::spawn(async move { reader.place().await.map(|_place| number) })
        })
        .collect();
    tokio::task::yield_now().await;
    let start = Instant::now();
    assert!(matches!(reader.place().await, Err(CardError::Busy)), "one too many");
    assert!(start.elapsed().as_secs() < 5, "it did not wait");
    drop(first);
    for (number, served) in waiting.into_iter().enumerate() {
        assert_eq!(served.await.unwrap().unwrap(), number);
    }
}

#[tokio::test]
async fn a_program_that_hangs_or_fails_is_bounded() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("tesseract");
    let script = "#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo eng; echo chi_sim; exit; fi\n";
    std::fs::write(&program, format!("{script}exit 3\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let reader = LocalReader::with(program.clone(), Places::new(1)).unwrap();
    let failed = reader.read(CardSide::Front, card_back().unwrap().into()).await.unwrap_err();
    assert!(matches!(failed, CardError::Unavailable(why) if why.starts_with("tesseract ")));
    std::fs::write(&program, format!("{script}exec sleep 60\n")).unwrap();
    let picture = Bytes::from(card_back().unwrap());
    let hung = tokio::spawn(async move { reader.read(CardSide::Front, picture).await });
    let start = Instant::now();
    let told = hung.await.unwrap().unwrap_err();
    assert!(matches!(told, CardError::Unavailable(why) if why.contains("timeout")));
    assert!(start.elapsed().as_secs() < 25);
    assert!(LocalReader::with(dir.path().join("missing"), Places::new(1)).is_none());
}
