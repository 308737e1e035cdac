//! Tests of pictures: limits, damage, orientation, metadata, transparency, memory.

use std::io::Cursor;
use std::process::Command;

use image::Rgb;

use super::*;

const TOO_MANY_PIXELS: PictureError = PictureError::TooManyPixels { limit_pixels: PICTURE_PIXELS_MAX };

fn clean(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    prepare(bytes, Recipe::Whole)
}

/// A CRC-32 as PNG has it, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&kind[..], body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}

/// A PNG whose header says so, with next to no pixels behind it.
fn png_header(width: u32, height: u32, bits: u8, colour: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colour, 0, 0, 0]].concat();
    let pixels = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &pixels), chunk(b"IEND", &[])].concat()
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95)).unwrap();
    bytes
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An APP1 segment with this in it.
fn exif_segment(tiff: &[u8]) -> Vec<u8> {
    let body = [b"Exif\0\0", tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, 0xe1], &length[..], &body].concat()
}

/// Puts an APP1 segment with an orientation and a maker's note behind the JPEG's first marker.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        &b"MM\0\x2a\0\0\0\x08"[..],
        &[0, 2],
        &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0],
        &[0x01, 0x0f, 0, 2, 0, 0, 0, 8, 0, 0, 0, 38],
        &[0, 0, 0, 0],
        b"GPSHERE\0",
    ]
    .concat();
    [&jpeg[..2], &exif_segment(&tiff), &jpeg[2..]].concat()
}

/// A page with lines of text.
fn page(width: u32, height: u32) -> RgbImage {
    let row = |is_text: bool| -> Vec<u8> {
        (0..width).flat_map(|x| [if is_text && x % 14 < 6 { 30 } else { 250 }; 3]).collect()
    };
    let line = [row(true).repeat(16), row(false).repeat(24)].concat();
    let (size, lines) = ((width * height * 3) as usize, height as usize / 40 + 1);
    let mut pixels = line.repeat(lines);
    pixels.truncate(size);
    RgbImage::from_raw(width, height, pixels).unwrap()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// Left half red, right half blue.
fn two_halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn read_back(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().to_rgb8()
}

#[test]
fn a_picture_of_900_million_pixels_is_refused_unread() {
    // Grey needs 0.9 GB, 16-bit colour with transparency 7.2 GB; one bit a pixel would fit, and is refused all the same.
    for (bits, colour) in [(8, 0), (16, 6), (1, 0)] {
        assert_eq!(clean(&png_header(30_000, 30_000, bits, colour)), Err(TOO_MANY_PIXELS));
    }
    assert_eq!(clean(&png_header(7_000, 7_000, 8, 2)), Err(TOO_MANY_PIXELS));
    assert_eq!(clean(&png_header(20_001, 1, 8, 2)), Err(PictureError::TooLong { limit_pixels: 20_000 }));
    // Within the pixels, beyond the bytes.
    assert_eq!(clean(&png_header(6_000, 6_000, 16, 6)), Err(TOO_MANY_PIXELS));
}

#[test]
fn a_jpeg_that_says_it_is_huge_is_refused_unread() {
    let mut bytes = jpeg(&two_halves(16, 16));
    let frame = bytes.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    assert_eq!(clean(&bytes), Err(TOO_MANY_PIXELS));
    // One that comes in several scans costs three times as much.
    let mut passes = include_bytes!("progressive.jpg").to_vec();
    let frame = passes.windows(2).position(|window| window == [0xff, 0xc2]).unwrap();
    passes[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
    assert_eq!(clean(&passes), Err(PictureError::TooManyPixels { limit_pixels: 20_000_000 }));
}

#[test]
fn what_is_no_picture_is_refused() {
    let whole = jpeg(&two_halves(240, 240));
    for bad in [&b""[..], b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"] {
        assert_eq!(clean(bad), Err(PictureError::NotAPicture), "{bad:?}");
    }
    for brands in
        [&b"heic\0\0\0\0mif1heic"[..], b"mif1\0\0\0\0mif1heic", b"MiHB\0\0\0\0MiHEheix", b"hevc\0\0\0\0msf1hevc"]
    {
        assert_eq!(clean(&[b"\0\0\0\x18ftyp", brands].concat()), Err(PictureError::Heic), "{brands:?}");
    }
    let too_large = [whole, vec![0; PICTURE_BYTES_MAX]].concat();
    assert_eq!(clean(&too_large), Err(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }));
}

#[test]
fn a_picture_that_is_cut_short_is_refused_wherever_it_ends() {
    let sent = page(300, 420);
    let progressive = include_bytes!("progressive.jpg").to_vec();
    // A small picture of the same inside, as cameras put it there, does not pass for the end of the large one.
    let with_preview = [&jpeg(&sent)[..2], &exif_segment(&jpeg(&page(32, 32))), &jpeg(&sent)[2..]].concat();
    for whole in [jpeg(&sent), progressive, with_preview, png(&DynamicImage::ImageRgb8(sent))] {
        assert!(clean(&whole).is_ok());
        // A PNG may lack its check sum of the end, a JPEG nothing.
        for end in (9..whole.len() - 2).step_by(101).chain([whole.len() - 5]) {
            assert_eq!(clean(&whole[..end]), Err(PictureError::Damaged), "{end} of {}", whole.len());
            // As messengers leave a file that they could not fetch.
            let filled = [&whole[..end], &vec![0; whole.len() - end]].concat();
            assert!(clean(&filled).is_err(), "{end} of {} and zeros", whole.len());
        }
        // As a program leaves it that repairs such files: with an end. What a scan of several lacks is fineness alone.
        let is_one_scan = whole.starts_with(b"\xff\xd8") && whole != include_bytes!("progressive.jpg");
        for end in (9..whole.len() - 400).step_by(301).filter(|_| is_one_scan) {
            let ended = [&whole[..end], b"\xff\xd9"].concat();
            assert!(clean(&ended).is_err(), "{end} of {} and an end", whole.len());
        }
        let with_trailer = [&whole[..], b"\0\0SEFH and what a camera adds"].concat();
        assert!(clean(&with_trailer).is_ok(), "what follows the picture is nobody's");
    }
}

#[test]
fn what_cannot_show_anything_is_refused() {
    let of = |width, height, colour: [u8; 4]| image::RgbaImage::from_pixel(width, height, image::Rgba(colour));
    let small = Err(PictureError::TooSmall { width: 200, height: 200 });
    for (width, height) in [(1, 1), (20_000, 1), (1, 20_000), (199, 400), (400, 199)] {
        assert_eq!(clean(&png(&DynamicImage::ImageRgb8(page(width, height)))), small, "{width} by {height}");
    }
    for colour in [[255; 4], [0, 0, 0, 255], [9, 99, 199, 255], [0, 0, 0, 0], [200, 10, 10, 3]] {
        let flat = DynamicImage::ImageRgba8(of(400, 800, colour));
        assert_eq!(clean(&png(&flat)), Err(PictureError::Blank), "{colour:?}");
        assert_eq!(prepare(&png(&flat), Recipe::Screenshot), Err(PictureError::Blank), "{colour:?}");
        assert_eq!(prepare(&png(&flat), Recipe::Cropped { width: 240, height: 320 }), Err(PictureError::Blank));
    }
    // A lens that is covered, as a camera sees it; and a dot.
    let dark = RgbImage::from_fn(400, 800, |x, y| Rgb([u8::try_from((x * 7 + y * 13) % 17).unwrap(); 3]));
    assert_eq!(clean(&jpeg(&dark)), Err(PictureError::Blank));
    let dot = RgbImage::from_fn(400, 800, |x, y| Rgb([if x < 20 && y < 20 { 0 } else { 255 }; 3]));
    assert_eq!(clean(&jpeg(&dot)), Err(PictureError::Blank));
    let line = RgbImage::from_fn(400, 800, |x, y| Rgb([if y % 400 < 20 && x % 10 < 4 { 0 } else { 255 }; 3]));
    assert!(clean(&jpeg(&line)).is_ok(), "two lines of text are something");
    let photo = Recipe::Cropped { width: 600, height: 800 };
    assert_eq!(prepare(&jpeg(&page(290, 420)), photo), Err(PictureError::TooSmall { width: 300, height: 400 }));
    assert!(prepare(&jpeg(&page(310, 420)), photo).is_ok());
    let tiny = Recipe::Cropped { width: 120, height: 160 };
    assert!(prepare(&jpeg(&page(120, 160)), tiny).is_ok(), "cut to measure already");
}

#[test]
fn damaged_pictures_never_panic_nor_pass_unchanged() {
    let whole = with_exif(&jpeg(&two_halves(208, 208)), 6);
    for place in (0..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[place] = damaged[place].wrapping_add(0x55);
        if let Ok(kept) = clean(&damaged) {
            assert!(!contains(&kept, b"GPSHERE"));
        }
    }
}

#[test]
fn it_is_turned_upright_and_its_metadata_is_gone() {
    let sent = with_exif(&jpeg(&two_halves(640, 320)), 6);
    assert!(contains(&sent, b"GPSHERE"));
    let kept = clean(&sent).unwrap();
    assert!(!contains(&kept, b"GPSHERE") && !contains(&kept, b"Exif"));
    // Orientation 6: the camera was turned, what is left in the file is on top.
    let upright = read_back(&kept);
    assert_eq!(upright.dimensions(), (320, 640));
    let ([top_red, ..], [.., bottom_blue]) = (upright.get_pixel(160, 80).0, upright.get_pixel(160, 560).0);
    assert!(top_red > 200 && bottom_blue > 200, "{top_red} {bottom_blue}");
}

#[test]
fn a_person_is_kept_up_to_a_long_side_of_2000() {
    let kept = clean(&jpeg(&two_halves(1_500, 3_000))).unwrap();
    assert_eq!(read_back(&kept).dimensions(), (1_000, 2_000));
    let small = clean(&jpeg(&two_halves(300, 210))).unwrap();
    assert_eq!(read_back(&small).dimensions(), (300, 210));
}

#[test]
fn a_long_screenshot_stays_legible() {
    let kept = prepare(&png(&DynamicImage::ImageRgb8(page(720, 5_000))), Recipe::Screenshot).unwrap();
    assert_eq!(read_back(&kept).dimensions(), (720, 5_000));
    let size = |width, height| shape::shrink(page(width, height), Recipe::Screenshot).dimensions();
    assert_eq!(size(1_080, 2_340), (1_080, 2_340));
    assert_eq!(size(1_080, 12_000), (1_080, 12_000));
    assert_eq!(size(4_000, 3_000), (2_000, 1_500), "a photo of a screen");
    let (width, height) = size(1_440, 20_000);
    assert!(width > 1_000 && u64::from(width) * u64::from(height) <= 16_100_000, "{width} by {height}");
}

#[test]
fn transparency_becomes_white() {
    let clear = |x: u32| image::Rgba([0, 0, 0, if x < 120 { 0 } else { 255 }]);
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_fn(240, 240, |x, _| clear(x)));
    for picture in [clear.clone(), clear.to_luma_alpha8().into(), DynamicImage::ImageRgba16(clear.to_rgba16())] {
        let kept = read_back(&clean(&png(&picture)).unwrap());
        assert!(kept.get_pixel(60, 120).0.iter().all(|colour| *colour > 250));
        assert!(kept.get_pixel(180, 120).0.iter().all(|colour| *colour < 5));
    }
}

/// A PNG with a profile that unpacks to `megabytes` of zeros.
fn with_profile(png: &[u8], megabytes: usize) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(b"bomb\0\0".to_vec(), flate2::Compression::best());
    for _ in 0..megabytes {
        std::io::Write::write_all(&mut packed, &vec![0; 1024 * 1024]).unwrap();
    }
    // Behind signature and header.
    [&png[..33], &chunk(b"iCCP", &packed.finish().unwrap()), &png[33..]].concat()
}

/// The largest that is let in of each kind.
fn largest(name: &str) -> Vec<u8> {
    match name {
        "rgba16" => {
            let pixel = |ink: u16| [ink, ink, ink, u16::MAX];
            let row: Vec<u16> = (0..8_000).flat_map(|x| pixel(if x % 20 < 8 { 0 } else { 60_000 })).collect();
            png(&DynamicImage::ImageRgba16(image::ImageBuffer::from_raw(8_000, 2_500, row.repeat(2_500)).unwrap()))
        }
        "turned" => {
            let mut bytes = Vec::new();
            page(8_000, 5_000).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 30)).unwrap();
            with_exif(&bytes, 6)
        }
        _ => with_profile(&png(&DynamicImage::ImageRgb8(page(400, 400))), 400),
    }
}

/// Cleans the picture that the parent names, and says how much memory that took at most.
#[test]
fn one_is_cleaned_for_the_parent() {
    let Some(path) = std::env::var_os("SEATHOLD_TEST_PICTURE") else { return };
    let bytes = std::fs::read(path).unwrap();
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().to_owned();
        line.strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    };
    let before = peak();
    prepare(&bytes, Recipe::Screenshot).unwrap();
    println!("took {} bytes", peak() - before);
}

#[cfg(target_os = "linux")]
#[test]
fn no_picture_takes_more_memory_than_is_counted_with() {
    for name in ["rgba16", "turned", "profile"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = largest(name);
        assert!(bytes.len() <= PICTURE_BYTES_MAX, "{name} has {}", bytes.len());
        std::fs::write(file.path(), bytes).unwrap();
        let (_, this) = module_path!().split_once("::").unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", &format!("{this}::one_is_cleaned_for_the_parent")])
            .env("SEATHOLD_TEST_PICTURE", file.path())
            .output()
            .unwrap();
        let said = String::from_utf8(child.stdout).unwrap();
        let taken = said.split("took ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::parse::<u64>);
        let Some(Ok(taken)) = taken else { panic!("{name}: {said}") };
        println!("{name}: {} MB", taken / 1_000_000);
        assert!(taken < WORK_BYTES_MAX, "{name} took {taken} bytes");
    }
}

#[test]
fn a_picture_of_an_order_has_text_on_it_and_a_face_or_a_wall_has_none() {
    let order = |picture: &RgbImage| prepare(&jpeg(picture), Recipe::Screenshot);
    let wall = RgbImage::from_fn(600, 900, |x, y| {
        Rgb([u8::try_from(90 + x / 6 + (x * 7 + y * 13) % 9).unwrap(), u8::try_from(100 + y / 9).unwrap(), 120])
    });
    for (name, picture) in [("halves", two_halves(600, 900)), ("wall", wall)] {
        assert_eq!(order(&picture), Err(PictureError::NoText), "{name}");
        assert!(clean(&jpeg(&picture)).is_ok(), "{name}: as a picture of a person it would do");
    }
    for seed in 0..5 {
        for face in [specimen::portrait(seed), specimen::selfie(seed), specimen::form_photo(seed)] {
            assert_eq!(prepare(&face, Recipe::Screenshot), Err(PictureError::NoText), "{seed}");
        }
    }
    // Each app, light and dark, small and badly saved; a page; and a photo of a screen, which is dim.
    for (app, is_dark) in [(specimen::App::Alipay, false), (specimen::App::WeChat, true), (specimen::App::Bank, true)] {
        let number = "4200002456202611221234567890";
        let drawn = specimen::OrderScreen { is_dark, ..specimen::OrderScreen::of(app, number) }.picture().unwrap();
        assert!(order(&drawn).is_ok(), "{app:?} {is_dark}");
        let small = specimen::saved_again(&drawn, 360, 40, 0);
        assert!(prepare(&small, Recipe::Screenshot).is_ok(), "{app:?} {is_dark} small");
        let dim = RgbImage::from_fn(900, 1_600, |x, y| Rgb(drawn.get_pixel(x + 60, y + 500).0.map(|c| c / 2 + 40)));
        assert!(order(&dim).is_ok(), "{app:?} {is_dark} dim");
    }
    assert!(order(&page(600, 900)).is_ok());
}
