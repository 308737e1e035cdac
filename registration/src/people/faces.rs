//! The door to face checks: is the person in front of the camera the one who was verified? A vendor compares; without
//! one, or when it is away, staff do. Nothing here ever makes up a yes. Who does not want their face compared holds their document
//! into the picture instead, and staff look at that.

mod holding;

use bytes::Bytes;
use gateways::{FaceError, Gateways};
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::model::clock;
use crate::model::exam_rules::FaceRules;
use crate::model::facts::FaceState;
use crate::model::facts::hint::Hint;
use crate::model::ids::AccountId;
use crate::people::consents::store::face_consents;
use crate::people::identity::PORTRAIT_PIXELS;
use crate::people::store::face_checks;
use crate::people::store::face_checks::StoredFace;
use crate::people::store::identities;
use crate::people::store::identities::StoredIdentity;
use crate::people::store::identity_tries;
use crate::pictures::clean::Recipe;
use crate::pictures::kept::{DraftError, IdentityPictures, PictureId, Piece, Progress, Slot, UploadError};
use crate::pictures::marks::MarkKind;
use crate::pictures::resemblance::Pattern;
use crate::pictures::store::identity_pictures;
use crate::store::{Database, StoreError};

/// So often may a picture be sent to the vendor in a day, exams together.
const CALLS_PER_DAY: i32 = 40;
/// After so many pictures of a day in which no face was seen, staff look: it may be the verified photo's fault.
const UNSEEN_MAX: i32 = 5;

/// Why a face check did not pass. Refusals first (the candidate can act), faults last (we must).
#[derive(Debug, thiserror::Error)]
pub enum FaceCheckError {
    /// There is nobody to compare with: verify the identity first.
    #[error("the identity is not verified")]
    NotVerified,
    /// The face is looked at only with a consent of its own; there is another way.
    #[error("the consent to the face check is missing")]
    NoConsent,
    /// The picture is the verified photo itself, or one that was handed in with the document, or next to it: one of now is asked for.
    #[error("the picture was handed in before")]
    OwnPhoto,
    /// It was not taken by the camera just now, as the exam asks for.
    #[error("the picture is none of the camera")]
    NotCamera,
    /// No picture came, and none has arrived in pieces.
    #[error("there is no picture")]
    Missing,
    /// The bytes are no acceptable picture, or too many are being cleaned.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// No face is seen.
    #[error("the picture shows no face")]
    NoFace,
    /// Too dark, too small, covered or blurred.
    #[error("the face cannot be seen well enough")]
    PoorQuality,
    /// The faces are not alike enough.
    #[error("the face is not that of the verified person")]
    Different {
        /// So many tries are left today.
        left: u8,
    },
    /// No more tries today.
    #[error("no more than {0} tries a day")]
    TriesUsed(u8),
    /// Many at once: try again in a moment.
    #[error("many at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for FaceCheckError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What the comparer said, or why staff are to look.
enum Verdict {
    Alike,
    Different,
    Staff(Vec<Hint>),
}

/// What is written down of a picture that was handed in.
struct Noted<'a> {
    draft: PictureId,
    way: &'static str,
    kind: MarkKind,
    pattern: Option<&'a Pattern>,
    /// `None`: it passed. Else staff look, and know what a machine noticed.
    waits: Option<&'a [Hint]>,
}

/// Are these the first bytes of a picture that no camera saved? Screenshots are PNG; neither the cameras of phones nor our page save
/// pictures so.
pub fn is_screenshot(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG")
}

/// The door to face checks. Cloning is a few reference counts.
#[derive(Clone)]
pub struct Faces {
    pub(crate) database: Database,
    pub(crate) pictures: IdentityPictures,
    pub(crate) gateways: Gateways,
}

impl Faces {
    /// Where the account stands in this exam.
    pub async fn state(&self, account: AccountId, exam: &ExamId) -> Result<FaceState, StoreError> {
        let found = face_checks::get(&self.database.client().await?, account.0, exam).await?;
        found.as_ref().map_or(Ok(FaceState::None), read_state)
    }

    /// Does a vendor compare, or do staff?
    pub fn is_automatic(&self) -> bool {
        self.gateways.faces.is_some()
    }

    /// How many tries are left today.
    pub async fn tries_left(&self, account: AccountId, exam: &ExamId, rules: &FaceRules) -> Result<u8, StoreError> {
        let used =
            identity_tries::of_day(&self.database.client().await?, account.0, clock::today(), &tries(exam)).await?;
        Ok(u8::try_from((i32::from(rules.tries_per_day) - used).max(0)).unwrap_or(u8::MAX))
    }

    /// Does a vendor see that somebody is living, where an exam asks for that?
    pub fn has_liveness(&self) -> bool {
        self.gateways.liveness.is_some()
    }

    /// Takes a piece of a picture of now, which [`check`](Self::check) compares once all of it is here.
    pub async fn receive(&self, account: AccountId, piece: Piece) -> Result<Progress, UploadError> {
        self.pictures.receive(account, Slot::Live, piece, Recipe::Whole).await
    }

    /// How many bytes of the picture with this key are here.
    pub async fn received(&self, account: AccountId, key: Uuid) -> Result<usize, StoreError> {
        self.pictures.uploads.received(account, Slot::Live.as_str(), key).await
    }

    /// Compares a picture of now, or the one that has arrived in pieces, with the verified photo. Passed stays passed; a
    /// picture that staff must look at waits. The picture itself is gone as soon as it is decided.
    pub async fn check(
        &self,
        account: AccountId,
        exam: &ExamId,
        rules: &FaceRules,
        picture: Option<Bytes>,
    ) -> Result<FaceState, FaceCheckError> {
        let passed = self.state(account, exam).await?;
        if matches!(passed, FaceState::Passed { .. }) {
            return Ok(passed);
        }
        let client = self.database.client().await?;
        let identity = identities::get(&client, account.0).await?;
        let identity = identity.filter(|found| found.state == "verified").ok_or(FaceCheckError::NotVerified)?;
        if !face_consents::is_given(&client, account.0).await? {
            return Err(FaceCheckError::NoConsent);
        }
        drop(client);
        if rules.camera_only && picture.as_ref().is_some_and(|picture| is_screenshot(picture)) {
            return Err(FaceCheckError::NotCamera);
        }
        let (draft, jpeg) = match picture {
            Some(picture) => self.pictures.draft(account, Slot::Live, picture, Recipe::Whole).await?,
            None => match self.pictures.drafted(account, Slot::Live).await? {
                Some((draft, jpeg)) => (draft, jpeg.into()),
                // The same form twice: the first one was answered into nothing.
                None if matches!(passed, FaceState::Waiting { .. }) => return Ok(passed),
                None => return Err(FaceCheckError::Missing),
            },
        };
        let photo = self.photo(account, &identity).await?;
        let pattern = self.pictures.pattern(jpeg.clone()).await?;
        if self.is_own(account, pattern.as_ref(), photo.as_ref()).await? {
            identity_pictures::drop(&self.database.client().await?, &[draft.0]).await?;
            return Err(FaceCheckError::OwnPhoto);
        }
        let client = self.database.client().await?;
        let counted =
            identity_tries::count(&client, account.0, clock::today(), &tries(exam), rules.tries_per_day.into()).await?;
        drop(client);
        let counted = counted.ok_or(FaceCheckError::TriesUsed(rules.tries_per_day))?;
        let left = i32::from(rules.tries_per_day).saturating_sub(counted);
        let verdict = match self.odd(account, rules, pattern.as_ref()).await? {
            odd if odd.is_empty() => self.verdict(account, exam, rules, photo, jpeg).await,
            odd => Ok(Verdict::Staff(odd)),
        };
        let waits = match &verdict {
            Ok(Verdict::Alike) => Some(None),
            Ok(Verdict::Staff(hints)) => Some(Some(&hints[..])),
            Ok(Verdict::Different) | Err(_) => None,
        };
        if let Some(waits) = waits {
            let noted = Noted { draft, way: "face", kind: MarkKind::Face, pattern: pattern.as_ref(), waits };
            self.note(account, exam, &noted, &identity).await?;
            return Ok(self.state(account, exam).await?);
        }
        let refused = match verdict {
            Err(refused @ (FaceCheckError::NoFace | FaceCheckError::PoorQuality)) => refused,
            // It was not looked at, and may be sent again.
            Err(error) => return Err(error),
            Ok(_) => FaceCheckError::Different { left: u8::try_from(left).unwrap_or_default() },
        };
        identity_pictures::drop(&self.database.client().await?, &[draft.0]).await?;
        Err(refused)
    }

    /// The verified photo, where there is one.
    async fn photo(&self, account: AccountId, identity: &StoredIdentity) -> Result<Option<Bytes>, FaceCheckError> {
        let Some(photo) = identity.picture else { return Ok(None) };
        Ok(self.pictures.find(account, PictureId(photo)).await?.map(Bytes::from))
    }

    /// Is it the verified photo, or what the account handed in as a card or as a photo with the document?
    async fn is_own(
        &self,
        account: AccountId,
        pattern: Option<&Pattern>,
        photo: Option<&Bytes>,
    ) -> Result<bool, FaceCheckError> {
        let Some(pattern) = pattern else { return Ok(false) };
        let is_photo = match photo {
            Some(photo) => self.pictures.is_photo(pattern, photo, PORTRAIT_PIXELS).await?,
            None => false,
        };
        Ok(is_photo || self.pictures.is_with_document(account, pattern).await?)
    }

    /// Why no machine is to say yes to this picture, whatever it shows.
    async fn odd(
        &self,
        account: AccountId,
        rules: &FaceRules,
        pattern: Option<&Pattern>,
    ) -> Result<Vec<Hint>, FaceCheckError> {
        let mut hints = Vec::new();
        if let Some(pattern) = pattern
            && self.pictures.is_of_another(account, MarkKind::Face, pattern).await?
        {
            hints.push(Hint::Alike);
        }
        // A picture shows nobody living.
        if rules.liveness {
            hints.push(Hint::VendorAway);
        }
        Ok(hints)
    }

    /// Asks the vendor, if there is one and a photo to compare with.
    async fn verdict(
        &self,
        account: AccountId,
        exam: &ExamId,
        rules: &FaceRules,
        portrait: Option<Bytes>,
        live: Bytes,
    ) -> Result<Verdict, FaceCheckError> {
        let staff = || Verdict::Staff(Vec::new());
        let (Some(comparer), Some(portrait)) = (&self.gateways.faces, portrait) else { return Ok(staff()) };
        let (today, client) = (clock::today(), self.database.client().await?);
        let calls = identity_tries::count(&client, account.0, today, "face calls", CALLS_PER_DAY).await?;
        // Taken back while the picture was looked at here: it goes nowhere.
        if !face_consents::is_given(&client, account.0).await? {
            return Err(FaceCheckError::NoConsent);
        }
        drop(client);
        if calls.is_none() {
            return Ok(staff());
        }
        let error = match comparer.compare(live, portrait).await {
            Ok(similarity) if similarity.score >= f32::from(rules.similarity_min) => return Ok(Verdict::Alike),
            Ok(_) => return Ok(Verdict::Different),
            Err(error) => error,
        };
        // No answer is no try.
        let client = self.database.client().await?;
        identity_tries::take_back(&client, account.0, today, &tries(exam)).await?;
        let unseen = match &error {
            FaceError::NoFace | FaceError::PoorQuality => {
                identity_tries::count(&client, account.0, today, &format!("unseen {exam}"), UNSEEN_MAX).await?
            }
            FaceError::Busy | FaceError::Unavailable(_) => Some(0),
        };
        match error {
            FaceError::NoFace | FaceError::PoorQuality if unseen.is_none() => Ok(staff()),
            FaceError::NoFace => Err(FaceCheckError::NoFace),
            FaceError::PoorQuality => Err(FaceCheckError::PoorQuality),
            FaceError::Busy => Err(FaceCheckError::Busy),
            FaceError::Unavailable(why) => {
                tracing::warn!(why, "the face comparer is away; staff look instead");
                Ok(staff())
            }
        }
    }

    /// Passed, or handed in for staff; neither when staff have corrected who the account is since `compared`, nor a face once the
    /// consent was taken back.
    async fn note(
        &self,
        account: AccountId,
        exam: &ExamId,
        noted: &Noted<'_>,
        compared: &StoredIdentity,
    ) -> Result<(), FaceCheckError> {
        let Noted { draft, way, kind, pattern, waits } = *noted;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let identity = identities::lock(&transaction, account.0).await?;
        let is_same = |now: &StoredIdentity| now.state == "verified" && now.decided_at == compared.decided_at;
        let refused = match identity.as_ref().is_some_and(is_same) {
            false => Some(FaceCheckError::NotVerified),
            true if kind == MarkKind::Face && !face_consents::is_given(&transaction, account.0).await? => {
                Some(FaceCheckError::NoConsent)
            }
            true => None,
        };
        if let Some(refused) = refused {
            identity_pictures::drop(&transaction, &[draft.0]).await?;
            transaction.commit().await?;
            return Err(refused);
        }
        let before = face_checks::lock(&transaction, account.0, exam).await?;
        let waited = before.as_ref().and_then(|before| before.picture);
        if let Some(pattern) = pattern {
            self.pictures.remember(&transaction, account, kind, pattern).await?;
        }
        let Some(hints) = waits else {
            face_checks::pass(&transaction, account.0, exam, way, clock::now()).await?;
            let needless: Vec<Uuid> = [Some(draft.0), waited].into_iter().flatten().collect();
            identity_pictures::drop(&transaction, &needless).await?;
            transaction.commit().await?;
            metrics::counter!("registration_faces_passed_total").increment(1);
            return Ok(());
        };
        if before.is_some_and(|before| before.state == "passed") {
            return Ok(());
        }
        if !identity_pictures::keep(&transaction, draft.0, account.0).await? {
            return Err(FaceCheckError::Busy);
        }
        let hints = Hint::words(hints);
        face_checks::hand_in(&transaction, account.0, exam, (draft.0, way, &hints), clock::now()).await?;
        if let Some(old) = waited.filter(|old| *old != draft.0) {
            identity_pictures::drop(&transaction, &[old]).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// What the tries of an exam are counted under.
fn tries(exam: &ExamId) -> String {
    format!("face {exam}")
}

pub(crate) fn read_state(stored: &StoredFace) -> Result<FaceState, StoreError> {
    let missing = StoreError::Corrupt("a face check without its times");
    Ok(match stored.state.as_str() {
        "waiting" => FaceState::Waiting { since: stored.submitted_at },
        "refused" => FaceState::Refused { reason: stored.reason.clone().unwrap_or_default() },
        "passed" => FaceState::Passed {
            at: stored.decided_at.ok_or(missing)?,
            is_in_person: stored.way == face_checks::IN_PERSON,
        },
        _ => return Err(StoreError::Corrupt("the state of a face check")),
    })
}
