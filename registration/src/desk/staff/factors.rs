//! What somebody has to show besides the password, and why it did not count.

use deadpool_postgres::GenericClient;
use jiff::SignedDuration;

use super::StaffMember;
use super::recovery::{RECOVERY_CODES, RecoveryCode};
use super::sessions::SessionToken;
use crate::desk::store;
use crate::model::ids::StaffId;
use crate::store::StoreError;

/// Most passkeys of a member.
pub const PASSKEYS_MAX: i64 = 10;

/// What a member has to show besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// Whether an app is set up.
    pub has_app: bool,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub codes_left: i64,
}

impl Factors {
    /// Is there a second factor at all? Recovery codes alone are none.
    pub fn is_set_up(self) -> bool {
        self.has_app || self.passkeys > 0
    }
}

/// Why a second factor did not count. Refusals first, faults last.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// It is not the code of now, nor a recovery code that is left.
    #[error("the code is wrong")]
    Wrong,
    /// It is right, and has counted already: the next one comes within half a minute.
    #[error("the code has been used")]
    Used,
    /// Too many codes were tried.
    #[error("too many codes were tried")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// The member has none yet: they set it up first.
    #[error("no second factor is set up")]
    NotEnrolled,
    /// The member has one, and has not shown it within the last five minutes.
    #[error("a second factor is set up already")]
    Enrolled,
    /// The member has as many passkeys as one may have, or has this one.
    #[error("there are as many passkeys as one may have, or this one is there")]
    Full,
    /// The page on which it was set up is too old.
    #[error("the page is too old")]
    Stale,
    /// The sign-in has ended meanwhile.
    #[error("the sign-in has ended")]
    Ended,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for FactorError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A sign-in in which a second factor was set up.
pub struct Enrolled {
    /// The sign-in's token from now on.
    pub token: SessionToken,
    /// Shown now and never again; none where there was a factor before.
    pub codes: Vec<RecoveryCode>,
}

/// What somebody has to show besides the password.
pub(super) async fn factors(client: &impl GenericClient, member: &StaffMember) -> Result<Factors, StoreError> {
    let staff = member.id.0;
    let passkeys = store::staff_passkeys::of(client, staff, PASSKEYS_MAX).await?.len();
    Ok(Factors {
        has_app: store::staff_factors::secret(client, staff).await?.is_some(),
        passkeys: i64::try_from(passkeys).unwrap_or(PASSKEYS_MAX),
        codes_left: store::staff_recovery_codes::left(client, staff).await?,
    })
}

/// What the secret of somebody's app is sealed for.
pub(super) fn secret_context(staff: StaffId) -> String {
    format!("staff.factor {}", staff.0)
}

/// Ten new recovery codes in place of those that somebody had.
pub(super) async fn replace_codes(
    transaction: &impl GenericClient,
    staff: StaffId,
) -> Result<Vec<RecoveryCode>, StoreError> {
    let codes: Vec<RecoveryCode> = (0..RECOVERY_CODES).map(|_| RecoveryCode::new()).collect();
    let hashes: Vec<[u8; 32]> = codes.iter().map(|code| code.hash(staff.0)).collect();
    store::staff_recovery_codes::replace(transaction, staff.0, &hashes).await?;
    Ok(codes)
}
