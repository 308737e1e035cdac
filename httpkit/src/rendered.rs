//! What everybody reads alike: rendered once per change, compressed once, and told apart by an `ETag`.

use std::hash::Hash;
use std::io::Write;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use dashmap::DashMap;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::sync::Mutex;

/// Nothing is rendered again sooner: in a rush counts change thousands of times a second.
const AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Brotli's effort: above it, compressing costs more than rendering and saves little.
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW: i32 = 18;
/// Shorter texts travel as they are.
const COMPRESSED_FROM: usize = 512;

/// A text in the encodings that callers understand.
#[derive(Debug)]
pub struct Rendered {
    kind: HeaderValue,
    vary: HeaderValue,
    tag: HeaderValue,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Rendered {
    /// A text of a media type; `vary` names the request headers that it depends on, `Accept-Encoding` among them.
    pub fn new(kind: &'static str, vary: &'static str, plain: Bytes) -> Self {
        let digest = digest(&SHA256, &plain);
        let hash: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            kind: HeaderValue::from_static(kind),
            vary: HeaderValue::from_static(vary),
            // Weak: one tag for all encodings.
            tag: HeaderValue::try_from(format!("W/\"{hash}\"")).expect("hexadecimal digits are a header value"),
            plain,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The text itself.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The answer to a request with these headers: 200 in the best encoding, or 304 when the caller has it already.
    pub fn answer(&self, asked: &HeaderMap) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| names(known.as_bytes(), self.tag.as_bytes()));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let (coding, body) = self.best(asked);
            *response.body_mut() = body;
            let headers = response.headers_mut();
            headers.reserve(8);
            headers.insert(CONTENT_TYPE, self.kind.clone());
            if let Some(coding) = coding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
        }
        let headers = response.headers_mut();
        // It may be kept, and must be asked about each time.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, self.vary.clone());
        headers.insert(ETAG, self.tag.clone());
        response
    }

    fn best(&self, asked: &HeaderMap) -> (Option<&'static str>, Bytes) {
        let accepted = asked.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.plain.len() < COMPRESSED_FROM {
            (None, self.plain.clone())
        } else if accepts(accepted, "br") {
            (Some("br"), self.brotli.get_or_init(|| brotli(&self.plain)).clone())
        } else if accepts(accepted, "gzip") {
            (Some("gzip"), self.gzip.get_or_init(|| gzip(&self.plain)).clone())
        } else {
            (None, self.plain.clone())
        }
    }
}

/// Is the tag in the list, by the weak comparison of RFC 9110, 8.8.3.2?
fn names(list: &[u8], tag: &[u8]) -> bool {
    let opaque = |one: &[u8]| one.strip_prefix(b"W/").unwrap_or(one).to_vec();
    let tag = opaque(tag);
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(|one| one == b"*" || opaque(one) == tag)
}

/// Does `Accept-Encoding` name the coding, and not with the quality 0?
fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let quality = quality.trim().strip_prefix("q=").unwrap_or("1");
        name.trim().eq_ignore_ascii_case(coding) && quality.bytes().any(|digit| (b'1'..=b'9').contains(&digit))
    })
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail").into()
}

fn brotli(plain: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let params =
        brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut out, &params).expect("writing to memory does not fail");
    out.into()
}

/// Renderings by name, each made by one request for all who ask meanwhile.
///
/// Nobody gets what was begun before they asked unless nothing has changed since, so everybody sees what they
/// themselves did. In return those who come within [`AGAIN_AFTER`] of a rendering wait for the next.
#[derive(Debug)]
pub struct Shared<K: Eq + Hash, V> {
    cells: DashMap<K, Arc<Cell<V>>>,
}

#[derive(Debug)]
struct Cell<V> {
    made: RwLock<Option<Made<V>>>,
    making: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Made<V> {
    version: V,
    begun: Instant,
    rendered: Arc<Rendered>,
}

impl<V> Default for Cell<V> {
    fn default() -> Self {
        Self { made: RwLock::new(None), making: Mutex::new(()) }
    }
}

impl<K: Eq + Hash, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self { cells: DashMap::new() }
    }
}

impl<K: Eq + Hash + Clone, V: PartialEq + Clone> Shared<K, V> {
    /// What is shown under `name`, which must be one of few: every name is remembered. `version` changes whenever
    /// `render` would make something else.
    ///
    /// # Errors
    /// Those of `render`.
    pub async fn get<E>(
        &self,
        name: &K,
        version: impl Fn() -> V,
        render: impl Fn() -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        let cell = self.cell(name);
        if let Some(made) = cell.made().filter(|made| made.version == version()) {
            return Ok(made.rendered);
        }
        Self::make(&cell, version, render).await
    }

    /// The same, when it may also be as old as `age_max`.
    ///
    /// # Errors
    /// Those of `render`.
    pub async fn get_recent<E>(
        &self,
        name: &K,
        age_max: Duration,
        version: impl Fn() -> V,
        render: impl Fn() -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        let cell = self.cell(name);
        match cell.made().filter(|made| made.begun.elapsed() < age_max || made.version == version()) {
            Some(made) => Ok(made.rendered),
            None => Self::make(&cell, version, render).await,
        }
    }

    fn cell(&self, name: &K) -> Arc<Cell<V>> {
        let found = self.cells.get(name).map(|cell| cell.value().clone());
        found.unwrap_or_else(|| self.cells.entry(name.clone()).or_default().clone())
    }

    /// Renders, or takes what another has rendered meanwhile.
    async fn make<E>(
        cell: &Cell<V>,
        version: impl Fn() -> V,
        render: impl Fn() -> Result<Rendered, E>,
    ) -> Result<Arc<Rendered>, E> {
        let asked = Instant::now();
        let _one = cell.making.lock().await;
        if let Some(made) = cell.made() {
            if made.begun >= asked || made.version == version() {
                return Ok(made.rendered);
            }
            tokio::time::sleep_until((made.begun + AGAIN_AFTER).into()).await;
        }
        let begun = Instant::now();
        // The version first: what is rendered is at least as new as it says.
        let version = version();
        let rendered = Arc::new(render()?);
        let made = Made { version, begun, rendered: rendered.clone() };
        *cell.made.write().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(rendered)
    }
}

impl<V: Clone> Cell<V> {
    fn made(&self) -> Option<Made<V>> {
        self.made.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io::Read;
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::future::join_all;

    use super::*;

    fn text(plain: String) -> Rendered {
        Rendered::new("text/plain", "Accept-Encoding", Bytes::from(plain))
    }

    fn asking(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn every_encoding_is_the_same_text_and_a_known_one_is_not_sent_again() {
        let plain = "余 132 / 200\n".repeat(100);
        let rendered = text(plain.clone());
        let br = rendered.answer(&asking(ACCEPT_ENCODING, "gzip, deflate, br"));
        assert_eq!(br.headers()[CONTENT_ENCODING], "br");
        let mut decoded = String::new();
        brotli::Decompressor::new(&br.body()[..], 4096).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, plain);
        let gzip = rendered.answer(&asking(ACCEPT_ENCODING, "br;q=0, gzip"));
        assert_eq!(gzip.headers()[CONTENT_ENCODING], "gzip");
        let mut decoded = String::new();
        flate2::read::GzDecoder::new(&gzip.body()[..]).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, plain);
        let identity = rendered.answer(&HeaderMap::new());
        assert!(identity.headers().get(CONTENT_ENCODING).is_none() && identity.body() == plain.as_bytes());

        let mut knowing = HeaderMap::new();
        knowing.insert(IF_NONE_MATCH, identity.headers()[ETAG].clone());
        let known = rendered.answer(&knowing);
        assert!(known.status() == StatusCode::NOT_MODIFIED && known.body().is_empty());
        assert_eq!(known.headers()[ETAG], identity.headers()[ETAG]);
        assert_eq!(text(plain + "x").answer(&knowing).status(), StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn one_renders_for_all_and_nobody_sees_the_past() {
        let (shared, now, renderings) = (Shared::default(), AtomicU64::new(0), AtomicU64::new(0));
        let ask = || async {
            let asked = now.load(Ordering::Relaxed);
            let get = shared.get(
                &(),
                || now.load(Ordering::Relaxed),
                || {
                    renderings.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, Infallible>(text(now.load(Ordering::Relaxed).to_string()))
                },
            );
            let seen: u64 = std::str::from_utf8(get.await.unwrap().plain()).unwrap().parse().unwrap();
            assert!(seen >= asked, "{seen} is older than {asked}");
        };
        join_all((0..1_000).map(|_| ask())).await;
        assert_eq!(renderings.load(Ordering::Relaxed), 1);
        for _ in 0..50 {
            now.fetch_add(1, Ordering::Relaxed);
            let changing = async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                now.fetch_add(1, Ordering::Relaxed);
            };
            futures_util::future::join3(join_all((0..100).map(|_| ask())), changing, ask()).await;
        }
        assert!(renderings.load(Ordering::Relaxed) <= 101, "{renderings:?} renderings for 5,000 who asked");
    }
}
