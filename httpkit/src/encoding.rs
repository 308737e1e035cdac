//! A body in the encodings that callers understand, and which of them a request asks for (RFC 9110, 12.5.3).

use std::io::Write;
use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

/// How hard a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As well as it goes: for what is made once and sent for as long as the process runs.
    Once,
    /// Less, for what is made again and again: more costs more than rendering and saves little.
    Often,
}

/// A body, compressed when the first caller asks for it so.
#[derive(Debug)]
pub struct Encoded {
    plain: Bytes,
    effort: Effort,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Encoded {
    /// A body that is not compressed yet.
    pub fn new(plain: Bytes, effort: Effort) -> Self {
        Self { plain, effort, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// The body itself.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The body as gzip.
    pub fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| gzip(&self.plain, self.effort))
    }

    /// The body as brotli.
    pub fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| brotli(&self.plain, self.effort))
    }

    /// The best encoding that a request with these headers accepts, as `Content-Encoding` names it, and the body in it.
    pub fn best(&self, asked: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accepts(accepted, "br") {
            (Some("br"), self.brotli().clone())
        } else if accepts(accepted, "gzip") {
            (Some("gzip"), self.gzip().clone())
        } else {
            (None, self.plain.clone())
        }
    }

    /// The first bytes of the body's SHA-256 in hexadecimal digits: another body has another.
    pub fn fingerprint<const BYTES: usize>(&self) -> String {
        base16ct::lower::encode_string(&digest(&SHA256, &self.plain).as_ref()[..BYTES])
    }
}

/// Does `Accept-Encoding` name the coding, and not with the quality 0?
fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let quality = quality.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(coding) && quality.bytes().any(|digit| (b'1'..=b'9').contains(&digit))
    })
}

fn gzip(plain: &[u8], effort: Effort) -> Bytes {
    let level = match effort {
        Effort::Once => flate2::Compression::best(),
        Effort::Often => flate2::Compression::default(),
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(plain).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail").into()
}

fn brotli(plain: &[u8], effort: Effort) -> Bytes {
    use brotli::enc::BrotliEncoderParams;
    let params = match effort {
        Effort::Once => BrotliEncoderParams { quality: 11, ..Default::default() },
        Effort::Often => BrotliEncoderParams { quality: 5, lgwin: 18, ..Default::default() },
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &plain[..], &mut out, &params).expect("writing to memory does not fail");
    out.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_best_encoding_that_is_accepted_is_taken_and_holds_the_same_body() {
        let plain = "余 132 / 200\n".repeat(100);
        for effort in [Effort::Once, Effort::Often] {
            let body = Encoded::new(Bytes::from(plain.clone()), effort);
            for (accepted, taken) in [
                ("gzip, deflate, br", Some("br")),
                ("GZIP, BR;q=0.001", Some("br")),
                ("br;q=0, gzip", Some("gzip")),
                ("br; q=0.000, gzip; q=0.5", Some("gzip")),
                ("br;q=0,gzip;q=0.0", None),
                ("deflate", None),
                ("", None),
            ] {
                let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, accepted.parse().unwrap())]);
                let (coding, sent) = body.best(&asked);
                assert_eq!(coding, taken, "{accepted}");
                let mut decoded = String::new();
                match coding {
                    Some("br") => brotli::Decompressor::new(&sent[..], 4096).read_to_string(&mut decoded).unwrap(),
                    Some(_) => flate2::read::GzDecoder::new(&sent[..]).read_to_string(&mut decoded).unwrap(),
                    None => (&sent[..]).read_to_string(&mut decoded).unwrap(),
                };
                assert_eq!(decoded, plain);
            }
        }
        assert_eq!(Encoded::new(Bytes::from_static(b"abc"), Effort::Once).fingerprint::<4>(), "ba7816bf");
    }
}
