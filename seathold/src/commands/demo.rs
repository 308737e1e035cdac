//! `seathold demo`: what is shown with nobody real in it.

use jiff::SignedDuration;

use crate::cli::RushArgs;
use crate::demo::rush::Rush;
use crate::serve::serve;

/// Serves a demo and plays an opening on it.
pub(super) async fn rush(args: RushArgs) -> anyhow::Result<()> {
    let RushArgs { candidates, seats, opens_in, serve: mut serving } = args;
    serving.demo = true;
    let rush = Rush { candidates, seats, opens_in: SignedDuration::from_secs(opens_in.into()) };
    // It is large.
    Box::pin(serve(serving, Some(rush))).await
}
