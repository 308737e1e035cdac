//! Asking more often than one may.

use testkit::ServedApp;

use super::wire::{Reply, get};

/// Asks until it is 429, at most so many times; how many were served before.
pub(crate) async fn until_limited(
    app: &ServedApp,
    source: &str,
    path: &str,
    headers: &[&str],
    most: usize,
) -> (usize, Reply) {
    for served in 0..most {
        let reply = get(app, source, path, headers).await;
        if reply.status == 429 {
            return (served, reply);
        }
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    panic!("{most} requests to {path} and no 429");
}

/// Asks until it is refused: who has used all turns up gets one a second, which a busy machine makes of a short pause.
pub(crate) async fn refused(ask: impl AsyncFn() -> Reply) -> Reply {
    for _ in 0..20 {
        let reply = ask().await;
        if reply.status == 429 {
            return reply;
        }
    }
    panic!("never refused");
}
