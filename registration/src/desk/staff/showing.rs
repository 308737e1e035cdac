//! The second thing that staff show: a passkey, a code of an app on their phone, which counts once, or one of ten recovery codes.
//!
//! Guessing is slowed down in two places. From one network, whoever guesses for one member waits ever longer after five tries. And
//! from networks where the member has not worked lately, all guesses of a day together: after twenty one in five minutes is looked
//! at, so that in a day fewer than a thousandth of all codes can be tried, from however many addresses. Neither locks the member
//! out, who need not wait for guesses of others: in a browser in which they have been all the way in, and in a network in which they
//! have worked within thirty days, only tries from there count, and
//! recovery codes and passkeys, which nobody can guess, are counted by network alone.

use jiff::{SignedDuration, Timestamp};

use super::factors::{FactorError, Factors, factors, replace_codes, secret_context};
use super::passkeys::UsedPasskey;
use super::recovery::RecoveryCode;
use super::sessions::{self, OpenSession, Origin, SessionToken};
use super::{Staff, StaffMember, totp, write_down};
use crate::desk::audit::AuditAction;
use crate::desk::store;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::store::StoreError;

/// Codes that one network may try for one member before the next must wait.
const WRONG_FREE: u32 = 5;
/// Codes that all networks together that are not known as the member's may try in a day, before the next must wait.
const DAY_FREE: i32 = 20;
/// So long after the one before.
const DAY_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// What somebody shows.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// The six digits of the app, as typed.
    Code(&'a str),
    /// A recovery code, as typed.
    Recovery(&'a str),
    /// A passkey, as a browser answered.
    Passkey(&'a UsedPasskey<'a>),
}

impl Staff {
    /// What somebody has to show besides the password.
    pub async fn factors(&self, member: &StaffMember) -> Result<Factors, StoreError> {
        factors(&self.database.client().await?, member).await
    }

    /// Takes what somebody shows in a sign-in, at its beginning or because what they are about to do needs it again. The sign-in
    /// has another token from then on.
    pub async fn show_factor(
        &self,
        open: &OpenSession,
        shown: Shown<'_>,
        origin: &Origin<'_>,
    ) -> Result<SessionToken, FactorError> {
        let (staff, now) = (open.member.id.0, clock::now());
        let tried = match origin.device {
            Some(device) => self.vault.index("staff factor device", &format!("{device} {staff}")),
            None => self.vault.index("staff factor", &format!("{} {staff}", origin.network())),
        };
        let too_many = |retry_after| FactorError::TooMany { retry_after };
        self.attempts.begin(tried, WRONG_FREE).map_err(too_many)?;
        let budget = (staff, clock::today());
        let is_counted = match shown {
            Shown::Code(_) => self.begin_try(budget, origin, now).await?,
            Shown::Recovery(_) | Shown::Passkey(_) => false,
        };
        let token = match self.take(open, shown, now).await {
            Err(error @ FactorError::Wrong) => {
                // Who was refused is not known to be the one whose password was right.
                let client = self.database.client().await?;
                write_down(&client, Actor::System, AuditAction::StaffFactorRefused, &open.member.name).await?;
                return Err(error);
            }
            taken => taken?,
        };
        self.attempts.forget(&tried);
        if is_counted {
            store::staff_tries::forgive(&self.database.client().await?, budget).await?;
        }
        Ok(token)
    }

    /// Gives somebody ten other recovery codes, and ends those of before. They have shown their factor within five minutes.
    pub async fn new_recovery_codes(&self, open: &OpenSession) -> Result<Vec<RecoveryCode>, FactorError> {
        if !open.session.is_fresh(clock::now()) {
            return Err(FactorError::Enrolled);
        }
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::lock(&transaction, open.member.id.0).await?;
        if !factors(&transaction, &open.member).await?.is_set_up() {
            return Err(FactorError::NotEnrolled);
        }
        let codes = replace_codes(&transaction, open.member.id).await?;
        let actor = Actor::Staff(open.member.id);
        write_down(&transaction, actor, AuditAction::StaffRecoveryCodes, &open.member.name).await?;
        transaction.commit().await?;
        Ok(codes)
    }

    /// Counts a try against the day, unless it comes from where the member works. True when it was counted.
    async fn begin_try(
        &self,
        budget: (uuid::Uuid, jiff::civil::Date),
        origin: &Origin<'_>,
        now: Timestamp,
    ) -> Result<bool, FactorError> {
        if origin.device.is_some() {
            return Ok(false);
        }
        let client = self.database.client().await?;
        if store::staff_sessions::is_known(&client, budget.0, &self.network_index(origin)).await? {
            return Ok(false);
        }
        if store::staff_tries::begin(&client, budget, DAY_FREE, now, now - DAY_WAIT).await? {
            return Ok(true);
        }
        Err(FactorError::TooMany { retry_after: DAY_WAIT })
    }

    /// Takes the code and the sign-in together: of one code shown twice at once, one counts.
    async fn take(&self, open: &OpenSession, shown: Shown<'_>, now: Timestamp) -> Result<SessionToken, FactorError> {
        let staff = open.member.id.0;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        if !factors(&transaction, &open.member).await?.is_set_up() {
            return Err(FactorError::NotEnrolled);
        }
        let action = match shown {
            Shown::Code(typed) => {
                let sealed = store::staff_factors::secret(&transaction, staff).await?.ok_or(FactorError::Wrong)?;
                let secret = self.vault.open(&secret_context(open.member.id), &sealed).map_err(StoreError::from)?;
                let step = totp::step_of(&secret, typed, now).ok_or(FactorError::Wrong)?;
                if !store::staff_factors::take_step(&transaction, staff, step).await? {
                    return Err(FactorError::Used);
                }
                AuditAction::StaffFactor
            }
            Shown::Recovery(typed) => {
                let hash = RecoveryCode::typed(typed).ok_or(FactorError::Wrong)?.hash(staff);
                if !store::staff_recovery_codes::take(&transaction, staff, &hash, now).await? {
                    return Err(FactorError::Wrong);
                }
                AuditAction::StaffRecovered
            }
            Shown::Passkey(used) => {
                self.take_passkey(&transaction, open, used, now).await?;
                AuditAction::StaffFactor
            }
        };
        let token = sessions::accept(&transaction, open, now).await?.ok_or(FactorError::Ended)?;
        write_down(&transaction, Actor::Staff(open.member.id), action, &open.member.name).await?;
        transaction.commit().await?;
        Ok(token)
    }
}
