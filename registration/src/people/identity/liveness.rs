//! The way by a vendor's page on the phone: begun here, finished there, and asked for until there is an outcome.

use bytes::Bytes;
use gateways::{FaceError, LivenessFailure, LivenessOutcome, LivenessRequest};
use jiff::SignedDuration;
use reservation::ids::ExamId;
use uuid::Uuid;

use super::{Identity, IdentityError, declared, read_proofs, verify};
use crate::model::clock;
use crate::model::document::DocumentKind;
use crate::model::exam_rules::{CardCheck, IdentityWay};
use crate::model::ids::AccountId;
use crate::people::consents::store::face_consents;
use crate::people::identity::state::{LivenessRefusal, LivenessStatus, Person};
use crate::people::store::face_checks;
use crate::people::store::identities;
use crate::people::store::identity_checks;
use crate::people::store::identity_checks::StoredCheck;
use crate::people::store::identity_tries;
use crate::pictures::clean::Recipe;
use crate::pictures::kept::Slot;
use crate::pictures::store::identity_pictures;
use crate::store::StoreError;

/// Each costs money.
pub(crate) const LIVENESS_TRIES_PER_DAY: u8 = 5;
/// Asking costs the vendor's patience, whether it begins or not.
const LIVENESS_CALLS_PER_DAY: u8 = 40;
/// What they are counted under.
const TRIES: &str = "liveness";
const CALLS: &str = "liveness calls";
/// However many pages wait for an outcome, the vendor is asked so often.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// The vendor's page is good for half an hour; after that nothing comes any more.
const RUNNING_MAX: SignedDuration = SignedDuration::from_mins(40);

impl Identity {
    /// Begins a check and returns the vendor's page. It sends the browser to `return_url` afterwards.
    pub async fn begin_liveness(
        &self,
        account: AccountId,
        return_url: String,
        meta_info: Option<String>,
    ) -> Result<String, IdentityError> {
        self.begin(account, None, return_url, meta_info).await
    }

    /// Begins one for the face check of an exam, of somebody verified.
    pub async fn begin_face_liveness(
        &self,
        account: AccountId,
        exam: &ExamId,
        return_url: String,
    ) -> Result<String, IdentityError> {
        self.begin(account, Some(exam), return_url, None).await
    }

    async fn begin(
        &self,
        account: AccountId,
        exam: Option<&ExamId>,
        return_url: String,
        meta_info: Option<String>,
    ) -> Result<String, IdentityError> {
        let vendor = self.gateways.liveness.as_ref().ok_or(IdentityError::NoSuchWay)?;
        let client = self.database.client().await?;
        let before = identities::get(&client, account.0).await?.ok_or(IdentityError::NoConsent)?;
        if !face_consents::is_given(&client, account.0).await? {
            return Err(IdentityError::NoFaceConsent);
        }
        drop(client);
        if exam.is_none() && read_proofs(&before).ways.contains(&IdentityWay::Liveness) {
            return Err(IdentityError::AlreadyVerified);
        }
        let found = self.accounts.account(account).await?.ok_or(IdentityError::NotDeclared)?;
        let person = declared::person(&found).ok_or(IdentityError::NotDeclared)?;
        if person.document.kind() != DocumentKind::ResidentId {
            return Err(IdentityError::WrongDocument(person.document.kind()));
        }
        if self.is_elsewhere(account, &person).await? {
            return Err(IdentityError::OtherAccount);
        }
        self.count_try(account, CALLS, LIVENESS_CALLS_PER_DAY).await?;
        self.count_try(account, TRIES, LIVENESS_TRIES_PER_DAY).await?;
        let sealed = verify::seal(&self.vault, account, &person);
        let check = StoredCheck {
            id: Uuid::now_v7().simple().to_string(),
            name: sealed.name,
            document: sealed.document,
            token: None,
            created_at: clock::now(),
            finished_at: None,
            failure: None,
        };
        identity_checks::insert(&self.database.client().await?, account.0, exam, &check).await?;
        let request = LivenessRequest {
            order: check.id.clone(),
            name: person.name.expose().to_owned(),
            number: person.document.expose().to_owned(),
            return_url,
            meta_info,
        };
        let start = match vendor.begin(request).await {
            Ok(start) => start,
            Err(error) => {
                // Nothing began, and nothing is to be paid for.
                let client = self.database.client().await?;
                identity_tries::take_back(&client, account.0, clock::today(), TRIES).await?;
                return Err(fault(error));
            }
        };
        identity_checks::begun(&self.database.client().await?, &check.id, &start.token, &start.url).await?;
        Ok(start.url)
    }

    /// Asks what came of the newest check, and verifies the account when it went well. Asking again does no harm.
    pub async fn follow_liveness(&self, account: AccountId) -> Result<LivenessStatus, IdentityError> {
        self.follow(account, None).await
    }

    /// The same of the newest check for an exam, whose face check has passed when it went well.
    pub async fn follow_face_liveness(
        &self,
        account: AccountId,
        exam: &ExamId,
    ) -> Result<LivenessStatus, IdentityError> {
        self.follow(account, Some(exam)).await
    }

    /// Where that check stands, as far as it is known here.
    pub async fn face_liveness(&self, account: AccountId, exam: &ExamId) -> Result<LivenessStatus, StoreError> {
        let client = self.database.client().await?;
        let newest = identity_checks::newest(&client, account.0, Some(exam)).await?;
        Ok(newest.as_ref().map_or(LivenessStatus::None, status))
    }

    async fn follow(&self, account: AccountId, exam: Option<&ExamId>) -> Result<LivenessStatus, IdentityError> {
        let client = self.database.client().await?;
        let Some(check) = identity_checks::newest(&client, account.0, exam).await? else {
            return Ok(LivenessStatus::None);
        };
        let now = clock::now();
        let status = status(&check);
        let (LivenessStatus::Running, Some(vendor), Some(token)) =
            (status, self.gateways.liveness.as_ref(), &check.token)
        else {
            return Ok(status);
        };
        if !identity_checks::ask(&client, &check.id, now, now - ASK_EVERY).await? {
            return Ok(status);
        }
        drop(client);
        let outcome = vendor.outcome(token).await.map_err(fault)?;
        let is_withdrawn = face_consents::is_withdrawn(&self.database.client().await?, account.0).await?;
        let failure = match (outcome, exam) {
            (LivenessOutcome::Pending, _) => return Ok(status),
            // Taken back while it was under way: nothing of the face is kept.
            (LivenessOutcome::Passed { .. }, _) if is_withdrawn => Some(LivenessRefusal::Cancelled),
            (LivenessOutcome::Passed { .. }, Some(exam)) => self.passed_for(account, exam, &check).await?,
            (LivenessOutcome::Passed { photo, .. }, None) => self.passed(account, &check, photo).await?,
            (LivenessOutcome::Failed(failure), _) => Some(refusal(&failure)),
        };
        let name = failure.map(LivenessRefusal::as_str);
        identity_checks::finish(&self.database.client().await?, &check.id, now, name).await?;
        Ok(failure.map_or(LivenessStatus::None, LivenessStatus::Failed))
    }

    /// The face check of an exam has passed, if the vendor saw who is verified. Why not, if not. What waited for staff goes.
    async fn passed_for(
        &self,
        account: AccountId,
        exam: &ExamId,
        check: &StoredCheck,
    ) -> Result<Option<LivenessRefusal>, IdentityError> {
        let seen = verify::open_parts(&self.vault, account, &check.name, &check.document)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        let identity = identities::lock(&transaction, account.0).await?;
        // Whoever takes it back locks the identity, too.
        if face_consents::is_withdrawn(&transaction, account.0).await? {
            return Ok(Some(LivenessRefusal::Cancelled));
        }
        let identity = identity.filter(|identity| identity.state == "verified");
        let verified = identity.map(|identity| verify::open(&self.vault, &identity)).transpose()?;
        if verified.as_ref() != Some(&seen) {
            return Ok(Some(LivenessRefusal::Changed));
        }
        let before = face_checks::lock(&transaction, account.0, exam).await?;
        let waited: Vec<Uuid> = before.and_then(|before| before.picture).into_iter().collect();
        face_checks::pass(&transaction, account.0, exam, "liveness", clock::now()).await?;
        identity_pictures::drop(&transaction, &waited).await?;
        transaction.commit().await?;
        metrics::counter!("registration_faces_passed_total").increment(1);
        Ok(None)
    }

    /// Verifies whom the vendor saw. Why not, if not.
    async fn passed(
        &self,
        account: AccountId,
        check: &StoredCheck,
        photo: Option<Bytes>,
    ) -> Result<Option<LivenessRefusal>, IdentityError> {
        if self.is_proved_by(account, IdentityWay::Liveness, CardCheck::Auto).await? {
            return Ok(None);
        }
        let person: Person = verify::open_parts(&self.vault, account, &check.name, &check.document)?;
        let portrait = match photo {
            Some(photo) => Some(self.pictures.draft(account, Slot::Portrait, photo, Recipe::Whole).await?.0),
            None => None,
        };
        match self.verify(account, &person, (IdentityWay::Liveness, CardCheck::Auto), portrait).await {
            Ok(()) | Err(IdentityError::AlreadyVerified) => Ok(None),
            Err(IdentityError::NoFaceConsent) => Ok(Some(LivenessRefusal::Cancelled)),
            Err(IdentityError::OtherAccount) => Ok(Some(LivenessRefusal::Taken)),
            Err(IdentityError::DeclarationChanged) => Ok(Some(LivenessRefusal::Changed)),
            Err(error) => Err(error),
        }
    }
}

/// Where a check stands, as far as it is known here.
pub(super) fn status(check: &StoredCheck) -> LivenessStatus {
    match (&check.failure, check.finished_at) {
        (Some(failure), _) => LivenessStatus::Failed(LivenessRefusal::from_stored(failure)),
        (None, Some(_)) => LivenessStatus::None,
        (None, None) if check.token.is_none() || clock::now() > check.created_at + RUNNING_MAX => LivenessStatus::None,
        (None, None) => LivenessStatus::Running,
    }
}

fn refusal(failure: &LivenessFailure) -> LivenessRefusal {
    match failure {
        LivenessFailure::Mismatch => LivenessRefusal::Mismatch,
        LivenessFailure::Spoof => LivenessRefusal::Spoof,
        LivenessFailure::NotSame => LivenessRefusal::NotSame,
        LivenessFailure::NoRecord => LivenessRefusal::NoRecord,
        LivenessFailure::Cancelled => LivenessRefusal::Cancelled,
        LivenessFailure::Other(code) => {
            tracing::warn!(code, "a vendor's face check failed for an unknown reason");
            LivenessRefusal::Other
        }
    }
}

/// The vendor looked at nothing yet: what it says of faces does not belong here.
fn fault(error: FaceError) -> IdentityError {
    match error {
        FaceError::Busy => IdentityError::Busy,
        FaceError::Unavailable(why) => IdentityError::Unavailable(why),
        FaceError::NoFace | FaceError::PoorQuality => IdentityError::Unavailable(error.to_string()),
    }
}
