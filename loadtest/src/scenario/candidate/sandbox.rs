//! The code that a demo's sandbox was given to send: candidates of a load test have no telephones. Where the sandbox is,
//! the demo's pages say by their link to it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How often and how long it is asked: the code is there before the site says that it was sent.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of what it has sent.
const BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The sandbox of the site that drew this page. Only on this machine.
pub(crate) fn of_page(page: &str) -> Option<SocketAddr> {
    let banner = page.split(r#"class="demo""#).nth(1)?.split("</").next()?;
    let url = banner.split(r#"href="http://"#).nth(1)?.split(['/', '"']).next()?;
    url.parse().ok().filter(|address: &SocketAddr| address.ip().is_loopback())
}

/// The newest code to this mobile.
pub(crate) async fn code(sandbox: SocketAddr, mobile: &str) -> Option<String> {
    for _ in 0..TRIES {
        let asked = tokio::time::timeout(PATIENCE, outbox(sandbox)).await.ok()?;
        if let Some(code) = asked.and_then(|outbox| newest(&outbox, mobile)) {
            return Some(code);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

/// Everything that it has sent lately, as JSON.
async fn outbox(sandbox: SocketAddr) -> Option<Vec<u8>> {
    let mut connection = TcpStream::connect(sandbox).await.ok()?;
    let request = format!("GET /outbox.json HTTP/1.0\r\nhost: {sandbox}\r\n\r\n");
    connection.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    connection.take(BYTES_MAX).read_to_end(&mut answer).await.ok()?;
    let body = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    Some(answer.split_off(body))
}

fn newest(outbox: &[u8], mobile: &str) -> Option<String> {
    let messages: serde_json::Value = serde_json::from_slice(outbox).ok()?;
    let is_theirs = |message: &&serde_json::Value| message["to"].as_str().is_some_and(|to| to.ends_with(mobile));
    let message = messages.as_array()?.iter().find(is_theirs)?;
    Some(message["values"].get(0)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_is_named_by_the_page_and_is_local() {
        let page = |url: &str| format!(r#"<aside class="demo">x <a href="{url}" rel="noopener">y</a></aside>"#);
        assert_eq!(of_page(&page("http://127.0.0.1:8090/")), Some(([127, 0, 0, 1], 8090).into()));
        assert_eq!(of_page(&page("http://192.0.2.1:80/")), None);
        assert_eq!(of_page("<p>"), None);
    }

    #[test]
    fn the_newest_code_to_a_mobile_is_read() {
        let outbox = br#"[{"to":"+8613812345678","values":["123456","10"]},{"to":"+8613812345678","values":["1"]}]"#;
        assert_eq!(newest(outbox, "13812345678").as_deref(), Some("123456"));
        assert_eq!(newest(outbox, "13912345678"), None);
    }
}
