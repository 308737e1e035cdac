//! Turning away connections that have no place: a short answer instead of silence, itself bounded.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

const ANSWER: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Most connections that are being turned away politely; the rest are closed at once.
const POLITE_MAX: usize = 256;
/// Longest time spent on one.
const POLITE_WAIT: Duration = Duration::from_secs(1);

/// Those who found no place at one listener.
pub(super) struct Crowd {
    listener: &'static str,
    polite: Arc<Semaphore>,
}

impl Crowd {
    pub(super) fn new(listener: &'static str) -> Self {
        Self { listener, polite: Arc::new(Semaphore::new(POLITE_MAX)) }
    }

    /// Says 503 and closes.
    pub(super) fn turn_away(&self, mut stream: TcpStream) {
        metrics::counter!("seathold_connections_refused_total", "listener" => self.listener).increment(1);
        let Ok(place) = Arc::clone(&self.polite).try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _ = tokio::time::timeout(POLITE_WAIT, say_and_drain(&mut stream)).await;
            drop(place);
        });
    }
}

/// The request must be read, or closing would reset the connection before the answer is.
async fn say_and_drain(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(ANSWER).await?;
    stream.shutdown().await?;
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
