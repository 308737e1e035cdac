//! The door to photos of registration forms (证件照): cropped to the size that is asked for, sealed, and compared with
//! the verified face where the exam wants that.

use bytes::Bytes;
use gateways::{FaceError, Gateways};
use uuid::Uuid;

use crate::model::clock;
use crate::model::exam_rules::PhotoRules;
use crate::model::ids::AccountId;
use crate::people::consents::store::face_consents;
use crate::people::store::{identities, identity_tries};
use crate::pictures::clean::{PictureError, Recipe};
use crate::pictures::kept::{DraftError, IdentityPictures, PictureId, Piece, Progress, Slot, UploadError};
use crate::store::{Database, StoreError};

/// So often may photos be compared in a day.
const COMPARISONS_PER_DAY: u8 = 20;

/// How a photo stands against the verified face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoCheck {
    /// The verified person, or nobody asks.
    Same,
    /// Somebody else: the form cannot be handed in with it.
    Different,
    /// No face is seen.
    NoFace,
    /// The face cannot be seen well enough.
    PoorQuality,
    /// No vendor, no verified photo, no consent to it, or no answer: the form goes to review.
    NotComparable,
}

/// Why a photo was not taken or compared. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// There is no such photo: it was too old, or another one took its place.
    #[error("there is no such photo")]
    Unknown,
    /// The bytes are no acceptable picture, or too many are being cleaned.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// No more comparisons today.
    #[error("no more than {0} photos are compared in a day")]
    TriesUsed(u8),
    /// Many at once: try again in a moment.
    #[error("many at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The door to photos. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Photos {
    pub(crate) database: Database,
    pub(crate) pictures: IdentityPictures,
    pub(crate) gateways: Gateways,
}

impl Photos {
    /// Takes a photo as the account's draft: cropped to the size of the rules if it was not, JPEG or PNG, no larger than
    /// they say. It lies for a day.
    pub async fn draft(&self, account: AccountId, rules: &PhotoRules, picture: Bytes) -> Result<PictureId, PhotoError> {
        let limit_bytes = usize::try_from(rules.bytes_max).unwrap_or(usize::MAX);
        if picture.len() > limit_bytes {
            return Err(DraftError::from(PictureError::TooLarge { limit_bytes }).into());
        }
        Ok(self.pictures.draft(account, Slot::Photo, picture, recipe(rules)).await?.0)
    }

    /// Takes a piece of a photo that will be such a draft.
    pub async fn receive(&self, account: AccountId, rules: &PhotoRules, piece: Piece) -> Result<Progress, UploadError> {
        let limit_bytes = usize::try_from(rules.bytes_max).unwrap_or(usize::MAX);
        if piece.total > limit_bytes {
            return Err(DraftError::from(PictureError::TooLarge { limit_bytes }).into());
        }
        self.pictures.receive(account, Slot::Photo, piece, recipe(rules)).await
    }

    /// How many bytes of the photo with this key are here.
    pub async fn received(&self, account: AccountId, key: Uuid) -> Result<usize, StoreError> {
        self.pictures.uploads.received(account, Slot::Photo.as_str(), key).await
    }

    /// The account's draft, if there is one.
    pub async fn drafted(&self, account: AccountId) -> Result<Option<PictureId>, StoreError> {
        Ok(self.pictures.drafted(account, Slot::Photo).await?.map(|(id, _)| id))
    }

    /// A photo of the account, a JPEG, whether draft or kept.
    pub async fn read(&self, account: AccountId, photo: PictureId) -> Result<Option<Vec<u8>>, StoreError> {
        self.pictures.find(account, photo).await
    }

    /// Compares a photo with the verified face, by the vendor's own measure; nobody's face without their consent to that.
    pub async fn check(
        &self,
        account: AccountId,
        rules: &PhotoRules,
        photo: PictureId,
    ) -> Result<PhotoCheck, PhotoError> {
        let jpeg = self.pictures.find(account, photo).await?.ok_or(PhotoError::Unknown)?;
        if !rules.match_face {
            return Ok(PhotoCheck::Same);
        }
        let client = self.database.client().await?;
        let identity = identities::get(&client, account.0).await?.filter(|found| found.state == "verified");
        drop(client);
        let portrait = match identity.and_then(|identity| identity.picture) {
            Some(portrait) => self.pictures.find(account, PictureId(portrait)).await?,
            None => None,
        };
        let (Some(comparer), Some(portrait)) = (&self.gateways.faces, portrait) else {
            return Ok(PhotoCheck::NotComparable);
        };
        let client = self.database.client().await?;
        // Whose face is not to be looked at by a machine has the photo looked at by whoever reviews the form.
        if !face_consents::is_given(&client, account.0).await? {
            return Ok(PhotoCheck::NotComparable);
        }
        let (today, most) = (clock::today(), i32::from(COMPARISONS_PER_DAY));
        if identity_tries::count(&client, account.0, today, "photo", most).await?.is_none() {
            return Err(PhotoError::TriesUsed(COMPARISONS_PER_DAY));
        }
        drop(client);
        match comparer.compare(jpeg.into(), portrait.into()).await {
            Ok(similarity) if similarity.same => Ok(PhotoCheck::Same),
            Ok(_) => Ok(PhotoCheck::Different),
            Err(FaceError::NoFace) => Ok(PhotoCheck::NoFace),
            Err(FaceError::PoorQuality) => Ok(PhotoCheck::PoorQuality),
            Err(FaceError::Busy) => Err(PhotoError::Busy),
            Err(FaceError::Unavailable(why)) => {
                tracing::warn!(why, "the face comparer is away; the photo goes to review");
                Ok(PhotoCheck::NotComparable)
            }
        }
    }
}

fn recipe(rules: &PhotoRules) -> Recipe {
    Recipe::Cropped { width: rules.width, height: rules.height }
}
