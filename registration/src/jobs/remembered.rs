//! What only had to be known for a while.

use jiff::{SignedDuration, Span};

use crate::desk::permits::approvals;
use crate::desk::staff;
use crate::model::clock;
use crate::people::candidates::store::inquiries;
use crate::people::store::{identity_checks, identity_handovers, identity_tries};
use crate::pictures::store::identity_marks;
use crate::store::{Database, StoreError};

/// Links that were used and checks that were begun are remembered so long.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Questions of candidates are kept so long after they were answered: twelve months.
const ANSWERED: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Most rows of a kind in one round; the next one follows in seconds.
const BATCH: i64 = 1_000;
/// The tries of a day are remembered for so many days.
const TRIES_DAYS: i64 = 7;

/// By what pictures are found again is remembered so long: as long as somebody may sell one to the next, an exam or two.
const MARKS_DAYS: i64 = 400;

/// Forgets what is older.
pub(super) async fn forget(database: &Database) -> Result<(), StoreError> {
    let (client, until) = (database.client().await?, clock::now() - REMEMBERED);
    identity_handovers::delete_old(&client, until, BATCH).await?;
    identity_checks::delete_old(&client, until, BATCH).await?;
    identity_tries::delete_old(&client, clock::today().saturating_sub(Span::new().days(TRIES_DAYS)), BATCH).await?;
    inquiries::delete_answered(&client, clock::now() - ANSWERED, BATCH).await?;
    identity_marks::delete_old(&client, clock::now() - SignedDuration::from_hours(24 * MARKS_DAYS), BATCH).await?;
    approvals::forget(&client).await?;
    staff::forget(&client).await
}
