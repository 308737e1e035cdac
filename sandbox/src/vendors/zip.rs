//! A zip as bills come in: deflated, with names in GBK that say so nowhere (PKWARE's APPNOTE, 4.3).

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

const VERSION: u16 = 20;
const DEFLATED: u16 = 8;
/// 1980-01-01: a date that means none.
const NO_DATE: u16 = 0x21;

/// Each file's name, as bytes, and what is in it.
pub(crate) fn zipped(files: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let start = size(out.len());
        let fields = fields(name, bytes);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&fields.head);
        out.extend_from_slice(name);
        out.extend_from_slice(&fields.deflated);
        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend_from_slice(&VERSION.to_le_bytes());
        directory.extend_from_slice(&fields.head);
        // No comment, first disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&start.to_le_bytes());
        directory.extend_from_slice(name);
    }
    let (count, start, length) =
        (u16::try_from(files.len()).unwrap_or(u16::MAX), size(out.len()), size(directory.len()));
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

struct Fields {
    /// What the local header and the directory share.
    head: Vec<u8>,
    deflated: Vec<u8>,
}

fn fields(name: &[u8], bytes: &[u8]) -> Fields {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let deflated = encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a vector takes everything");
    let mut crc = Crc::new();
    crc.update(bytes);
    let mut head = Vec::new();
    for half in [VERSION, 0, DEFLATED, 0, NO_DATE] {
        head.extend_from_slice(&half.to_le_bytes());
    }
    for word in [crc.sum(), size(deflated.len()), size(bytes.len())] {
        head.extend_from_slice(&word.to_le_bytes());
    }
    head.extend_from_slice(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    head.extend_from_slice(&[0, 0]);
    Fields { head, deflated }
}

fn size(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
