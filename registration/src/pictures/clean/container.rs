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
    let (mut at, mut scans, mut has_exif, mut frame) = (2, 0, false, Frame::default());
    loop {
        let (marker, behind) = next_marker(bytes, at)?;
        at = behind;
        if marker == EOI {
            kept.extend_from_slice(frame.end(scans)?);
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
        frame.note(marker, &segment[2..]);
        if is_kept {
            kept.extend_from_slice(&[0xff, marker]);
            kept.extend_from_slice(segment);
        }
        if marker == SOS {
            let end = end_of_scan(bytes, at)?;
            let scan = &bytes[at..end];
            frame.restarts = scan.windows(2).filter(|two| two[0] == 0xff && matches!(two[1], 0xd0..=0xd7)).count();
            kept.extend_from_slice(scan);
            at = end;
            scans += 1;
        }
    }
}

/// What a JPEG says of its pixels before they come: enough to tell whether all of them did. One that was cut, and got a new end
/// by whoever found it so, has its end all the same.
#[derive(Default)]
struct Frame {
    /// The marker of the frame; 0 before there is one.
    kind: u8,
    /// Units of pixels that are coded together.
    units: usize,
    /// So many of them stand between two restart markers; 0: there are none.
    interval: usize,
    /// Restart markers in the last scan.
    restarts: usize,
}

/// What stands for the end of a scan that has no restart markers: a decoder stops gracefully at an end that comes too early,
/// and paints what is missing, but complains of bytes that are not there. A whole scan leaves these unread.
const PAST_END: [u8; 64] = [0; 64];

impl Frame {
    /// Notes what a segment says, without its length.
    fn note(&mut self, marker: u8, segment: &[u8]) {
        match marker {
            // Precision, height, width, how many components; of each its name, its sampling and its table.
            SOF0 | SOF1 | SOF2 if segment.len() >= 9 => {
                let side = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
                let (height, width) = (side(segment[1], segment[2]), side(segment[3], segment[4]));
                let sampling: Vec<u8> = segment[6..].chunks_exact(3).map(|component| component[1]).collect();
                // A single component is coded by itself, whatever it says.
                let most = |of: fn(u8) -> u8| match sampling.as_slice() {
                    [_] | [] => 1,
                    several => several.iter().map(|both| usize::from(of(*both))).max().unwrap_or(1).max(1),
                };
                let (across, down) = (most(|both| both >> 4), most(|both| both & 15));
                self.kind = marker;
                self.units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
            }
            DRI if segment.len() >= 2 => self.interval = usize::from(u16::from_be_bytes([segment[0], segment[1]])),
            _ => {}
        }
    }

    /// How the last of so many scans is ended for the decoder.
    fn end(&self, scans: usize) -> Result<&'static [u8], PictureError> {
        match (self.kind, scans) {
            // The first of several has what all pixels begin with.
            (SOF2, 0 | 1) => Err(PictureError::Damaged),
            (SOF0 | SOF1, 1) if self.interval == 0 || self.interval > self.units => Ok(&PAST_END),
            (SOF0 | SOF1, 1) if self.restarts + 1 < self.units.div_ceil(self.interval) => Err(PictureError::Damaged),
            _ => Ok(&[0xff, EOI]),
        }
    }
}

const TEM: u8 = 0x01;
const SOF0: u8 = 0xc0;
const SOF1: u8 = 0xc1;
const SOF2: u8 = 0xc2;
const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DRI: u8 = 0xdd;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restart_markers_tell_how_much_of_a_picture_came() {
        // 640 by 480, three components, of which the first is sampled twice as often each way: 40 by 30 units.
        let colour = [8, 1, 0xe0, 2, 0x80, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
        let grey = [8, 1, 0xe0, 2, 0x80, 1, 1, 0x22, 0];
        for (segment, interval, needed) in
            [(&colour[..], 40, 29), (&colour, 7, 171), (&grey, 80, 59), (&colour, 1_200, 0)]
        {
            let mut frame = Frame::default();
            frame.note(SOF0, segment);
            frame.note(DRI, &u16::to_be_bytes(interval));
            let mut is_whole = |restarts| {
                frame.restarts = restarts;
                frame.end(1).is_ok()
            };
            assert!(is_whole(needed) && (needed == 0 || !is_whole(needed - 1)), "{interval}");
        }
    }
}
