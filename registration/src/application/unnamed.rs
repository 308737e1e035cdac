//! Kept pictures that nothing names any more: a registration that nobody used was deleted, staff moved one, a process died
//! in between. Which photo a form names is sealed in its answers, so each is looked at by itself, now and then.

use jiff::SignedDuration;
use uuid::Uuid;

use super::{APPLICATIONS_MAX, Application, Applications};
use crate::application::store::applications;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::store::accounts;
use crate::pictures::store::identity_pictures;
use crate::pictures::store::identity_pictures::Kept;
use crate::store::StoreError;

/// A picture is looked at so often; what is younger may belong to something that is just being written.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// Most pictures at a time.
const BATCH: i64 = 200;

impl Applications {
    /// Drops kept pictures that no identity, no face check and no form names. One whose account cannot be read stays.
    pub(crate) async fn drop_unnamed_pictures(&self) -> Result<(), StoreError> {
        let now = clock::now();
        let due = identity_pictures::kept(&self.database.client().await?, now - LOOK_EVERY, BATCH).await?;
        for kept in due {
            let id = kept.id;
            match self.look_at_kept(&kept).await {
                Err(error) if error.is_of_one_row() => {
                    tracing::error!(picture = %id, %error, "nobody can say whether a picture is needed; it stays");
                    identity_pictures::looked(&self.database.client().await?, id, true, now).await?;
                }
                done => done?,
            }
        }
        Ok(())
    }

    async fn look_at_kept(&self, kept: &Kept) -> Result<(), StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        // Whoever hands a form in keeps its photo under the same lock.
        accounts::lock(&transaction, kept.account).await?;
        let limit = i64::try_from(APPLICATIONS_MAX).expect("a small constant");
        let stored = applications::of_account(&transaction, AccountId(kept.account), limit).await?;
        let mut is_named = kept.is_named || stored.len() == APPLICATIONS_MAX;
        for stored in &stored {
            is_named = is_named || names(&self.read(stored)?, kept.id);
        }
        identity_pictures::looked(&transaction, kept.id, is_named, clock::now()).await?;
        if !is_named {
            tracing::info!(picture = %kept.id, "a picture that nothing names is dropped");
        }
        Ok(transaction.commit().await?)
    }
}

/// Does what was typed or handed in name the picture?
fn names(application: &Application, picture: Uuid) -> bool {
    let picture = picture.to_string();
    let answers = [&application.draft, &application.details];
    answers.into_iter().flatten().any(|answers| answers.0.values().any(|answer| *answer == picture))
}
