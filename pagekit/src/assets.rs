//! Static files: part of the program, compressed once at start, served under a hash of their content
//! so that a browser may keep them for ever.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use httpkit::encoding::{Effort, Encoded};

/// Scripts of this size and more are compressed when they are first asked for, and less hard: at start everybody would wait. No
/// first view waits for one; for its style sheet every view does.
const LARGE_BYTES: usize = 32 * 1024;

/// A file as the program carries it.
pub struct Source {
    /// Its name in the address.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What the file says.
    pub content: String,
}

struct Asset {
    name: &'static str,
    media_type: &'static str,
    href: String,
    body: Encoded,
}

/// All files of a site.
pub struct Assets(Vec<Asset>);

impl Assets {
    /// Hashes the files, and compresses all but large scripts: some ten milliseconds, once.
    pub fn new(sources: Vec<Source>) -> Self {
        Self(sources.into_iter().map(Asset::new).collect())
    }

    /// The address of a file, `/static/{hash}/{name}`.
    pub fn href(&self, name: &str) -> &str {
        self.0.iter().find(|asset| asset.name == name).map_or("", |asset| &asset.href)
    }

    /// What those of them weigh on the way that a page names, in bytes.
    pub fn bytes_compressed_of(&self, page: &str) -> usize {
        self.0.iter().filter(|asset| page.contains(&asset.href)).map(|asset| asset.body.brotli().len()).sum()
    }

    /// Answers a request for `/static/{hash}/{name}`. An old hash gets the file of today, uncached:
    /// a page rendered before an upgrade still looks right.
    pub fn serve(&self, hash: &str, name: &str, headers: &HeaderMap) -> Response {
        let Some(asset) = self.0.iter().find(|asset| asset.name == name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let is_current = asset.href.split('/').nth(2) == Some(hash);
        let cache = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
        let (encoding, body) = asset.body.best(headers);
        let fixed: [(HeaderName, HeaderValue); 3] = [
            (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
            (CACHE_CONTROL, HeaderValue::from_static(cache)),
            (VARY, HeaderValue::from_static("Accept-Encoding")),
        ];
        let mut response = (fixed, body).into_response();
        if let Some(encoding) = encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

impl Asset {
    fn new(source: Source) -> Self {
        let is_large = source.media_type.starts_with("text/javascript") && source.content.len() >= LARGE_BYTES;
        let effort = if is_large { Effort::Often } else { Effort::Once };
        let body = Encoded::new(Bytes::from(source.content.into_bytes()), effort);
        if !is_large {
            // Nobody who asks waits for it.
            body.gzip();
            body.brotli();
        }
        Self {
            name: source.name,
            media_type: source.media_type,
            href: format!("/static/{}/{}", body.fingerprint::<6>(), source.name),
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT_ENCODING;

    use super::*;

    #[test]
    fn a_file_is_found_under_its_hash_and_compressed() {
        let content = "body { color: red }\n".repeat(50);
        let assets = Assets::new(vec![Source { name: "a.css", media_type: "text/css", content }]);
        let href = assets.href("a.css").to_owned();
        let hash = href.split('/').nth(2).unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, "gzip, br".parse().unwrap());
        let response = assets.serve(&hash, "a.css", &headers);
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
        assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(assets.serve("0", "a.css", &HeaderMap::new()).headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(assets.serve(&hash, "b.css", &headers).status(), StatusCode::NOT_FOUND);
    }
}
