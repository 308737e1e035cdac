//! Forgets what has expired: sendings that no limit counts, codes, tries of days before, links that nobody will ask about,
//! and sign-ins that are over by now; and writes which sign-ins were used.

use jiff::SignedDuration;

use super::Accounts;
use crate::model::clock;
use crate::people::candidates::store::{account_sessions, qr_sign_ins};
use crate::people::store;
use crate::store::StoreError;

/// Most rows of a kind in one round; the next one follows in seconds.
const BATCH: i64 = 1_000;
/// Most rounds for what anybody makes without an account: a crowd's codes of one round are gone with it, and others have their turn.
const ROUNDS_MAX: usize = 20;
/// The longest limit looks back so far.
const SENDINGS_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// For so long a link that is used or has expired says so, and not that it is unknown.
const LINKS_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Accounts {
    /// Writes what is remembered, and forgets what has had its time.
    pub(crate) async fn sweep(&self) -> Result<(), StoreError> {
        self.write_uses().await?;
        let (client, now) = (self.database.client().await?, clock::now());
        store::account_sendings::sweep(&client, now - SENDINGS_KEPT, BATCH).await?;
        store::account_codes::sweep(&client, now, BATCH).await?;
        store::account_links::sweep(&client, now - LINKS_KEPT, BATCH).await?;
        store::ended_sessions::sweep(&client, now, BATCH).await?;
        for _ in 0..ROUNDS_MAX {
            if qr_sign_ins::sweep(&client, now, BATCH).await? < BATCH.unsigned_abs() {
                break;
            }
        }
        account_sessions::sweep(&client, now, BATCH).await?;
        store::account_tries::sweep(&client, clock::today(), BATCH).await?;
        Ok(())
    }
}
