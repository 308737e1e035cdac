//! The parts of a file that make its picture. All else is left out before anything is decoded: a profile of a few
//! packed bytes can be a gigabyte, and a trailer is nobody's. A file that ends before its picture does is found here:
//! decoders paint what is missing grey.

use super::PictureError;

/// Longest note of which way the camera was held; the standard has no longer one for JPEG either.
const EXIF_BYTES_MAX: usize = 64 * 1024;
const PNG_SIGNATURE: usize = 8;

/// A PNG's header, palette, transparency, pixels and orientation, and its first picture if it moves (PNG, third
/// edition, section 5).
pub(super) fn png(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut kept = take(bytes, 0, PNG_SIGNATURE)?.to_vec();
    let mut at = PNG_SIGNATURE;
    loop {
        let head = take(bytes, at, 8)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = &head[4..8];
        let whole = take(bytes, at, length.saturating_add(12))?;
        let is_kept = match kind {
            b"tRNS" => true,
            b"eXIf" => length <= EXIF_BYTES_MAX,
            // A small letter in front says that the picture can be drawn without it.
            _ => !kind[0].is_ascii_lowercase(),
        };
        if is_kept {
            kept.extend_from_slice(whole);
        }
        if kind == b"IEND" {
            return Ok(kept);
        }
        at += whole.len();
    }
}

/// A JPEG's tables, frame and scans, its colours' meaning and its orientation, and how many scans there are (ITU-T T.81,
/// annex B).
pub(super) fn jpeg(bytes: &[u8]) -> Result<(Vec<u8>, usize), PictureError> {
    let mut kept = take(bytes, 0, 2)?.to_vec();
    let (mut at, mut scans, mut has_exif) = (2, 0, false);
    loop {
        let (marker, behind) = next_marker(bytes, at)?;
        at = behind;
        if marker == EOI {
            kept.extend_from_slice(&[0xff, EOI]);
            return Ok((kept, scans));
        }
        if matches!(marker, SOI | TEM) {
            continue;
        }
        let length = take(bytes, at, 2)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        let segment = take(bytes, at, length)?;
        at += length;
        let is_exif = marker == APP1 && segment[2..].starts_with(b"Exif\0\0");
        let is_kept = match marker {
            APP0 | APP14 => true,
            APP1 => is_exif && !has_exif,
            COM => false,
            other => !(APP0..=APP15).contains(&other),
        };
        has_exif |= is_exif;
        if is_kept {
            kept.extend_from_slice(&[0xff, marker]);
            kept.extend_from_slice(segment);
        }
        if marker == SOS {
            let end = end_of_scan(bytes, at)?;
            kept.extend_from_slice(&bytes[at..end]);
            at = end;
            scans += 1;
        }
    }
}

const TEM: u8 = 0x01;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COM: u8 = 0xfe;

/// The next marker, and where what follows it begins. Some cameras leave bytes in between.
fn next_marker(bytes: &[u8], from: usize) -> Result<(u8, usize), PictureError> {
    let is_marker = |two: &[u8]| two[0] == 0xff && !matches!(two[1], 0x00 | 0xff | 0xd0..=0xd7);
    let rest = bytes.get(from..).ok_or(PictureError::Damaged)?;
    let at = rest.windows(2).position(is_marker).ok_or(PictureError::Damaged)?;
    Ok((rest[at + 1], from + at + 2))
}

/// Where the marker behind the pixels of a scan begins.
fn end_of_scan(bytes: &[u8], from: usize) -> Result<usize, PictureError> {
    next_marker(bytes, from).map(|(_, behind)| behind - 2)
}

fn take(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], PictureError> {
    at.checked_add(length).and_then(|end| bytes.get(at..end)).ok_or(PictureError::Damaged)
}
