//! Tests of pictures: limits, orientation, metadata, transparency.

use super::*;

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
    let body = [b"Exif\0\0", &tiff[..]].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &body, &jpeg[2..]].concat()
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
    assert_eq!(clean(&png_header(20_001, 1, 8, 2)), Err(TOO_MANY_PIXELS));
    // Within the pixels, beyond the bytes.
    assert_eq!(clean(&png_header(6_000, 6_000, 16, 6)), Err(TOO_MANY_PIXELS));
}

#[test]
fn a_jpeg_that_says_it_is_huge_is_refused_unread() {
    let mut bytes = jpeg(&two_halves(16, 16));
    let frame = bytes.windows(2).position(|window| window == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    assert_eq!(clean(&bytes), Err(TOO_MANY_PIXELS));
}

#[test]
fn what_is_no_picture_is_refused() {
    let whole = jpeg(&two_halves(64, 64));
    for bad in [&b""[..], b"GIF89a", b"<svg/>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", &whole[..40], b"%PDF-1.7"] {
        assert_eq!(clean(bad), Err(PictureError::NotAPicture), "{bad:?}");
    }
    assert_eq!(clean(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Err(PictureError::Heic));
    let too_large = [whole, vec![0; PICTURE_BYTES_MAX]].concat();
    assert_eq!(clean(&too_large), Err(PictureError::TooLarge { limit_bytes: PICTURE_BYTES_MAX }));
}

#[test]
fn damaged_pictures_never_panic_nor_pass_unchanged() {
    let whole = with_exif(&jpeg(&two_halves(48, 48)), 6);
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] = damaged[place].wrapping_add(0x55);
        if let Ok(kept) = clean(&damaged) {
            assert!(!contains(&kept, b"GPSHERE"));
        }
    }
}

#[test]
fn it_is_turned_upright_and_its_metadata_is_gone() {
    let sent = with_exif(&jpeg(&two_halves(64, 32)), 6);
    assert!(contains(&sent, b"GPSHERE"));
    let kept = clean(&sent).unwrap();
    assert!(!contains(&kept, b"GPSHERE") && !contains(&kept, b"Exif"));
    // Orientation 6: the camera was turned, what is left in the file is on top.
    let upright = read_back(&kept);
    assert_eq!(upright.dimensions(), (32, 64));
    let ([top_red, ..], [.., bottom_blue]) = (upright.get_pixel(16, 8).0, upright.get_pixel(16, 56).0);
    assert!(top_red > 200 && bottom_blue > 200, "{top_red} {bottom_blue}");
}

#[test]
fn it_is_shrunk_to_a_long_side_of_2000() {
    let kept = clean(&jpeg(&two_halves(1_500, 3_000))).unwrap();
    assert_eq!(read_back(&kept).dimensions(), (1_000, 2_000));
    let small = clean(&jpeg(&two_halves(300, 200))).unwrap();
    assert_eq!(read_back(&small).dimensions(), (300, 200));
}

#[test]
fn transparency_becomes_white() {
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(16, 16, image::Rgba([0, 0, 0, 0])));
    let kept = read_back(&clean(&png(&clear)).unwrap());
    assert!(kept.pixels().all(|pixel| pixel.0.iter().all(|colour| *colour > 250)));
}
