//! The generator's own ceiling: the cheapest thing the server answers, asked for as fast as answers come, over as
//! many connections and threads as the test has. A test that comes near it says more about the generator.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};

use crate::generator::connection::Connection;
use crate::generator::error::GenerateError;
use crate::server::target::Target;
use crate::server::wire::Outgoing;

/// What is asked for.
const PATH: &str = "/healthz";

/// What the generator could do at best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Answers a second.
    pub answers_per_second: f64,
    /// Over how many seconds.
    pub seconds: f64,
    /// Over how many connections.
    pub connections: usize,
}

impl Ceiling {
    /// Measures it for `length`, with `connections` over `threads`.
    ///
    /// # Errors
    /// When the connections cannot be opened, or the server does not answer 200.
    pub async fn measure(
        target: &Target,
        threads: usize,
        connections: usize,
        length: Duration,
    ) -> Result<Self, GenerateError> {
        let (done, mut results) = tokio::sync::mpsc::channel(threads);
        for number in 0..threads {
            let (target, done) = (target.clone(), done.clone());
            let mine = connections.saturating_sub(number).div_ceil(threads).max(1);
            let thread = std::thread::Builder::new().name(format!("ceiling-{number}"));
            thread.spawn(move || {
                let result = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let result = result.map_err(GenerateError::from);
                let result = result.and_then(|runtime| runtime.block_on(ask(&target, mine, length)));
                let _ = done.blocking_send(result);
            })?;
        }
        drop(done);
        let mut rate = 0.0;
        for _ in 0..threads {
            rate += results.recv().await.ok_or(GenerateError::Died)??;
        }
        Ok(Self { answers_per_second: rate, seconds: length.as_secs_f64(), connections })
    }
}

/// Answers a second over `connections`.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
async fn ask(target: &Target, connections: usize, length: Duration) -> Result<f64, GenerateError> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(target).await?);
    }
    let start = Instant::now();
    let counts = join_all(open.into_iter().map(|connection| pump(connection, target, start + length))).await;
    let mut total = 0;
    for count in counts {
        total += count?;
    }
    Ok(total as f64 / start.elapsed().as_secs_f64())
}

async fn pump(mut connection: Connection, target: &Target, until: Instant) -> Result<u64, GenerateError> {
    let mut count = 0;
    while Instant::now() < until {
        let answer = connection.call(request(&target.host)).await?;
        if answer.status != StatusCode::OK {
            return Err(GenerateError::Ceiling(answer.status));
        }
        count += 1;
    }
    Ok(count)
}

fn request(host: &HeaderValue) -> Outgoing {
    let mut request = Request::new(http_body_util::Full::default());
    *request.uri_mut() = Uri::from_static(PATH);
    request.headers_mut().insert(header::HOST, host.clone());
    request
}
