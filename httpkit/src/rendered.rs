//! What everybody reads alike: rendered once per change, compressed once, and told apart by an `ETag`.

use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dashmap::DashMap;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::sync::Mutex;

use crate::encoding::{Effort, Encoded};

/// Nothing is rendered again sooner: in a rush counts change thousands of times a second.
const AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Shorter texts travel as they are.
const COMPRESSED_FROM: usize = 512;

/// A text in the encodings that callers understand.
#[derive(Debug)]
pub struct Rendered {
    kind: HeaderValue,
    vary: HeaderValue,
    tag: HeaderValue,
    body: Encoded,
}

impl Rendered {
    /// A text of a media type; `vary` names the request headers that it depends on, `Accept-Encoding` among them.
    pub fn new(kind: &'static str, vary: &'static str, plain: Bytes) -> Self {
        let body = Encoded::new(plain, Effort::Often);
        Self {
            kind: HeaderValue::from_static(kind),
            vary: HeaderValue::from_static(vary),
            // Weak: one tag for all encodings.
            tag: HeaderValue::try_from(format!("W/\"{}\"", body.fingerprint::<8>()))
                .expect("hexadecimal digits are a header value"),
            body,
        }
    }

    /// The text itself.
    pub fn plain(&self) -> &Bytes {
        self.body.plain()
    }

    /// The answer to a request with these headers: 200 in the best encoding, or 304 when the caller has it already.
    pub fn answer(&self, asked: &HeaderMap) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| names(known.as_bytes(), self.tag.as_bytes()));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let is_short = self.plain().len() < COMPRESSED_FROM;
            let (coding, body) = if is_short { (None, self.plain().clone()) } else { self.body.best(asked) };
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
}

/// Is the tag in the list, by the weak comparison of RFC 9110, 8.8.3.2?
fn names(list: &[u8], tag: &[u8]) -> bool {
    let opaque = |one: &[u8]| one.strip_prefix(b"W/").unwrap_or(one).to_vec();
    let tag = opaque(tag);
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(|one| one == b"*" || opaque(one) == tag)
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
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::future::join_all;
    use http::header::ACCEPT_ENCODING;

    use super::*;

    fn text(plain: String) -> Rendered {
        Rendered::new("text/plain", "Accept-Encoding", Bytes::from(plain))
    }

    fn asking(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_long_text_is_compressed_and_a_known_one_is_not_sent_again() {
        let plain = "余 132 / 200\n".repeat(100);
        let rendered = text(plain.clone());
        let gzip = rendered.answer(&asking(ACCEPT_ENCODING, "br;q=0, gzip"));
        assert_eq!(gzip.headers()[CONTENT_ENCODING], "gzip");
        let short = text("余 132 / 200".to_owned()).answer(&asking(ACCEPT_ENCODING, "gzip, br"));
        assert!(short.headers().get(CONTENT_ENCODING).is_none() && short.body() == "余 132 / 200".as_bytes());
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
