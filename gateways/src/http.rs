//! HTTP to vendors: bounded in time, in size and in number, without redirects, TLS unless on this machine.

use std::net::IpAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::HeaderMap;
use reqwest::{Client, Request, Url};
use tokio::sync::Semaphore;

use crate::settings::{SettingError, Variables, wrong};

const CONNECT_WAIT: Duration = Duration::from_secs(4);
/// From the first byte sent to the last one read.
const WAIT: Duration = Duration::from_secs(15);
/// Largest answer: a liveness check's best picture in base64 is some 100 KiB, a video never asked for.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most calls of one client at a time; vendors allow 20 to 100 a second.
const CALLS_MAX: usize = 64;
const IDLE_CONNECTIONS_MAX: usize = 8;

/// A vendor's address: scheme, host and port.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint(Url);

/// One client's connections to its vendor.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    under_way: Semaphore,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// A header, by its name in lower case, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }
}

/// Why a vendor gave no good answer: its own error code, or a word of ours. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VendorError {
    /// The vendor's code.
    Code(String),
    /// As many calls as we allow are under way.
    Busy,
    /// There was no answer, or none that could be read: `timeout`, `unreachable`, …
    NoAnswer(String),
}

impl VendorError {
    /// A vendor's code, without anything that a code has not: it goes to logs.
    pub(crate) fn code(code: &str) -> Self {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || ".-_".contains(*c);
        Self::Code(code.chars().filter(is_plain).take(100).collect())
    }

    pub(crate) fn garbled() -> Self {
        Self::NoAnswer("garbled answer".into())
    }

    /// What to write into an error of ours.
    pub(crate) fn into_code(self) -> String {
        match self {
            Self::Code(code) | Self::NoAnswer(code) => code,
            Self::Busy => "too many calls under way".into(),
        }
    }
}

impl Endpoint {
    /// The address in the variable, or the vendor's own. Only https, except on this machine.
    pub(crate) fn of(variables: &Variables, name: &str, default: &str) -> Result<Self, SettingError> {
        Self::parse(name, &variables.or(name, default)?)
    }

    /// The address in this text, which is the variable's or a part of it.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, SettingError> {
        let url = Url::parse(text).map_err(|_| wrong(name, "is no address: write https://host"))?;
        let is_local = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if is_local => {}
            _ => return Err(wrong(name, "must begin with https://; http is for this machine only")),
        }
        if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
            return Err(wrong(name, "must be a scheme and a host, without path, query or user"));
        }
        Ok(Self(url))
    }

    /// Does it stay on this machine? Then it is no real vendor.
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(&self.0)
    }

    /// As the header `Host` has it.
    pub(crate) fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// The address of `path`, with this query.
    pub(crate) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// Does the address stay on this machine?
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Http {
    pub(crate) fn new() -> Self {
        Self::with_wait(WAIT)
    }

    pub(crate) fn with_wait(wait: Duration) -> Self {
        let client = Client::builder()
            .connect_timeout(CONNECT_WAIT)
            .timeout(wait)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .tcp_nodelay(true)
            .user_agent(concat!("seathold/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("fixed settings build a client wherever the system has its certificates");
        Self { client, under_way: Semaphore::new(CALLS_MAX) }
    }

    /// Sends the request and reads its answer, both within the bounds.
    pub(crate) async fn send(&self, request: Request) -> Result<Reply, VendorError> {
        self.send_for(request, ANSWER_BYTES_MAX).await
    }

    /// The same, for an answer that may be larger.
    pub(crate) async fn send_for(&self, request: Request, bytes_max: usize) -> Result<Reply, VendorError> {
        let _place = self.under_way.try_acquire().map_err(|_| VendorError::Busy)?;
        let mut response = self.client.execute(request).await.map_err(|error| no_answer(&error))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        if response.content_length().is_some_and(|length| length > bytes_max as u64) {
            return Err(VendorError::NoAnswer("answer too large".into()));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            if body.len() + chunk.len() > bytes_max {
                return Err(VendorError::NoAnswer("answer too large".into()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body: body.freeze() })
    }
}

/// Never the error's own text: it names the address with its query, which holds names and numbers.
fn no_answer(error: &reqwest::Error) -> VendorError {
    let word = if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "unreachable"
    } else {
        "connection broken"
    };
    VendorError::NoAnswer(word.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use base64::Engine as _;
    use tokio::io::AsyncWriteExt;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::aws_lc_rs;
    use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

    use super::*;
    use crate::pay::samples::Server;

    fn endpoint(text: &str) -> Result<Endpoint, SettingError> {
        Endpoint::of(&Variables::default().with([("URL", text)]), "URL", "https://default.example")
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        assert_eq!(endpoint("").unwrap().host(), "default.example");
        assert_eq!(endpoint("http://127.0.0.1:81").unwrap().host(), "127.0.0.1:81");
        assert_eq!(endpoint("http://[::1]:81").unwrap().host(), "[::1]:81");
        for wrong in
            ["http://sms.example", "ftp://127.0.0.1", "https://a.example/x", "https://u@a.example", "sms.example"]
        {
            assert!(endpoint(wrong).unwrap_err().to_string().starts_with("URL "), "{wrong}");
        }
    }

    #[test]
    fn a_code_holds_no_text() {
        assert_eq!(VendorError::code("isv.A 张三\n13800000000").into_code(), "isv.A13800000000");
    }

    fn get(url: &str) -> Request {
        Request::new(reqwest::Method::GET, url.parse().unwrap())
    }

    /// A server whose certificate is for this machine, and signed by itself alone.
    async fn self_signed() -> String {
        let pem = |text: &str| {
            let lines: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
            base64::prelude::BASE64_STANDARD.decode(lines).unwrap()
        };
        let certificate = pem(include_str!("../tests/keys/self_signed_cert.pem"));
        let key = PrivatePkcs8KeyDer::from(pem(include_str!("../tests/keys/vendor.pem")));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                let _ = stream.shutdown().await;
            }
        });
        url
    }

    #[tokio::test]
    async fn a_server_that_nobody_vouches_for_is_not_talked_to() {
        let url = self_signed().await;
        assert_eq!(Http::new().send(get(&url)).await.unwrap_err(), VendorError::NoAnswer("unreachable".into()));
        // It answers those who do not look: what fails is the trust and not the server.
        let careless = Client::builder().danger_accept_invalid_certs(true).build().unwrap();
        assert_eq!(careless.get(&url).send().await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn no_redirect_is_followed_and_no_answer_is_waited_for_without_end() {
        let there = Server::of(|_, _| (200, Vec::new(), Vec::new())).await;
        let to = there.url.clone();
        let from = Server::of(move |_, _| (302, vec![("location".into(), to.clone())], Vec::new())).await;
        assert_eq!(Http::new().send(get(&from.url)).await.unwrap().status, 302);
        assert!(there.seen().is_empty());
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let told = Http::with_wait(Duration::from_millis(100)).send(get(&url)).await;
        assert_eq!(told.unwrap_err(), VendorError::NoAnswer("timeout".into()));
        let large = Server::of(|_, _| (200, Vec::new(), vec![b'x'; 20])).await;
        let told = Http::new().send_for(get(&large.url), 10).await;
        assert_eq!(told.unwrap_err(), VendorError::NoAnswer("answer too large".into()));
    }
}
