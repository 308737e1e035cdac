//! Which other account sent next to the same picture of a card or a face: asked when one is handed in, and remembered for those who
//! come later.

use bytes::Bytes;
use deadpool_postgres::GenericClient;
use uuid::Uuid;

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::pictures::clean::{PictureError, Recipe};
use crate::pictures::error::DraftError;
use crate::pictures::files::CleanError;
use crate::pictures::kept::IdentityPictures;
use crate::pictures::resemblance::{Pattern, are_one};
use crate::pictures::store::identity_marks::{self, NewMark, StoredMark};
use crate::store::StoreError;

/// So many marks of a kind are kept of an account.
const MARKS_MAX: i64 = 4;
/// What is no picture of a face alone.
const WITH_DOCUMENT: [&str; 2] = [MarkKind::Card.as_str(), MarkKind::Holding.as_str()];
/// So many marks of those are kept of an account.
const WITH_DOCUMENT_MAX: i64 = 2 * MARKS_MAX;

/// What a picture shows, as far as it is compared with others: a card with cards, a face with faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// The front of a card.
    Card,
    /// A face alone.
    Face,
    /// Somebody who holds a document.
    Holding,
}

impl MarkKind {
    /// What there is.
    pub(crate) const ALL: [Self; 3] = [Self::Card, Self::Face, Self::Holding];

    /// Its name in the store.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Face => "face",
            Self::Holding => "holding",
        }
    }
}

impl IdentityPictures {
    /// How a picture of ours looks from afar; `None`: it says too little to be known again.
    pub(crate) async fn pattern(&self, jpeg: Bytes) -> Result<Option<Pattern>, DraftError> {
        Ok(self.files.pattern(jpeg).await?)
    }

    /// Did another account send next to the same picture?
    pub(crate) async fn is_of_another(
        &self,
        account: AccountId,
        kind: MarkKind,
        pattern: &Pattern,
    ) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        let others =
            identity_marks::sharing(&client, account.0, kind.as_str(), (signed(pattern.mark), pattern.parts())).await?;
        drop(client);
        Ok(others.iter().any(|other| self.is_that(other, pattern)))
    }

    /// Did the account itself send next to the same picture as a card, or as a photo with the document?
    pub(crate) async fn is_with_document(&self, account: AccountId, pattern: &Pattern) -> Result<bool, StoreError> {
        let client = self.database.client().await?;
        let own = identity_marks::of(&client, account.0, &WITH_DOCUMENT, WITH_DOCUMENT_MAX).await?;
        drop(client);
        Ok(own.iter().any(|own| self.is_that(own, pattern)))
    }

    /// Is a mark that of this picture? What does not open is another key's, and tells nothing.
    fn is_that(&self, kept: &StoredMark, pattern: &Pattern) -> bool {
        let places = self.files.opened(&context(AccountId(kept.account)), &kept.look);
        let mark = u64::from_le_bytes(kept.mark.to_le_bytes());
        places.is_some_and(|places| are_one(pattern, &Pattern::kept(mark, places)))
    }

    /// Remembers a picture that was handed in, as a part of the caller's transaction.
    pub(crate) async fn remember(
        &self,
        client: &impl GenericClient,
        account: AccountId,
        kind: MarkKind,
        pattern: &Pattern,
    ) -> Result<(), StoreError> {
        let look = self.files.sealed(&context(account), pattern.places());
        let (id, kind, made_at) = (Uuid::now_v7(), kind.as_str(), clock::now());
        let new = NewMark { id, account: account.0, kind, mark: signed(pattern.mark), look: &look, made_at };
        identity_marks::insert(client, &new, MARKS_MAX).await
    }

    /// Is this picture the verified photo, as it is kept or as its person sees it, in so many pixels?
    pub(crate) async fn is_photo(
        &self,
        pattern: &Pattern,
        photo: &Bytes,
        (width, height): (u32, u32),
    ) -> Result<bool, DraftError> {
        let shown = match self.files.reshape(photo.to_vec(), Recipe::Cropped { width, height }).await {
            // It is shown as it is.
            Err(CleanError::Picture(PictureError::TooSmall { .. })) => None,
            outcome => Some(Bytes::from(outcome?)),
        };
        for photo in [Some(photo.clone()), shown].into_iter().flatten() {
            if self.files.pattern(photo).await?.is_some_and(|photo| are_one(&photo, pattern)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The same bits, as they are stored.
fn signed(mark: u64) -> i64 {
    i64::from_le_bytes(mark.to_le_bytes())
}

fn context(account: AccountId) -> String {
    format!("identity look {}", account.0)
}
