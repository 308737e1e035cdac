//! Showing one value of a candidate whole. Who looked, at what and when is written down in the same moment, and said where the
//! value is shown.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::store::candidate_keys;
use super::{CandidateError, Candidates, Looking};
use crate::desk::audit::looking::has_looked_since;
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::Right;
use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::accounts::{self, Account, AccountNumber};
use crate::people::identity;
use crate::people::store::{accounts as stored_accounts, identities};
use crate::pictures::kept::PictureId;
use crate::secrets::vault::Vault;

/// So long a picture is given to whoever asked to see it.
const SHOWN_FOR: SignedDuration = SignedDuration::from_secs(60);

/// What can be shown whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum What {
    /// The name that the account declares.
    Name,
    /// The number of the document that the account declares.
    Document,
    /// The mobile of the account.
    Mobile,
    /// The address of the account.
    Email,
    /// The user name of the account.
    Username,
    /// The name that was verified, or waits to be.
    VerifiedName,
    /// The number of the document that was verified, or waits to be.
    VerifiedDocument,
    /// The photo of the identity.
    Portrait,
}

impl What {
    /// Is it for whoever looks? Identities hold for all exams, and are not for whoever works for some exams or schools alone.
    pub(super) fn is_for(self, looking: &Looking<'_>) -> bool {
        !matches!(self, Self::VerifiedName | Self::VerifiedDocument | Self::Portrait) || looking.is_everything()
    }
}

/// What a look at a declared value was of: it counts only as long as the account declares the same. The audit keeps it, from which
/// nobody without the key learns what was declared.
pub(crate) fn mark(vault: &Vault, what: What, declared: &Account) -> String {
    let name = declared.name.as_ref().map_or("", |name| name.expose());
    let document = declared.document.as_ref().map(|document| document.keyed()).unwrap_or_default();
    let of = format!("{}\n{name}\n{document}", declared.id.0);
    let [a, b, c, d, e, f, g, h, ..] = vault.index("shown of candidate", &of);
    let index = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    format!("{} {index:016x}", what.as_ref())
}

/// A value that was asked for. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// What it is.
    pub what: What,
    /// The value; `None` of a picture, which [`Candidates::portrait`] gives.
    pub value: Option<String>,
    /// When the look was written down.
    pub at: Timestamp,
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shown").field("what", &self.what).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Candidates {
    /// Shows one value. The look is written down first.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`] and [`CandidateError::Store`].
    pub async fn show(
        &self,
        looking: &Looking<'_>,
        number: AccountNumber,
        what: What,
    ) -> Result<Shown, CandidateError> {
        looking.demand(Right::SeeCandidates)?;
        let client = self.database.client().await?;
        self.demand_seen(&client, looking, number.account()).await?;
        if !what.is_for(looking) {
            return Err(CandidateError::Unknown);
        }
        let (value, seen) = match what {
            What::Portrait => {
                portrait_of(&client, number.account()).await?;
                (None, what.as_ref().to_owned())
            }
            what => {
                let found = self.value(&client, number.account(), what).await?;
                let (value, seen) = found.ok_or(CandidateError::Unknown)?;
                (Some(value), seen)
            }
        };
        let (subject, at) = (number.to_string(), clock::now());
        let entry = Entry::by_staff(looking.member.id, AuditAction::ShownOfCandidate, &subject).at(at);
        entry.seen(&seen).detail(what.as_ref()).write(&client).await?;
        Ok(Shown { what, value, at })
    }

    /// The photo of the identity, a JPEG, for whoever has just had it shown.
    ///
    /// # Errors
    /// [`CandidateError::Forbidden`], [`CandidateError::Unknown`] and [`CandidateError::Store`].
    pub async fn portrait(&self, looking: &Looking<'_>, number: AccountNumber) -> Result<Vec<u8>, CandidateError> {
        looking.demand(Right::SeeCandidates)?;
        let client = self.database.client().await?;
        self.demand_seen(&client, looking, number.account()).await?;
        let (subject, since) = (number.to_string(), clock::now() - SHOWN_FOR);
        let (look, seen) = (AuditAction::ShownOfCandidate, What::Portrait.as_ref());
        if !has_looked_since(&client, looking.member.id, &look, (&subject, seen), since).await? {
            return Err(CandidateError::Unknown);
        }
        let picture = portrait_of(&client, number.account()).await?;
        drop(client);
        self.pictures.find(number.account(), PictureId(picture)).await?.ok_or(CandidateError::Unknown)
    }

    /// A value, and what the audit says that the look was at.
    async fn value(
        &self,
        client: &impl GenericClient,
        account: AccountId,
        what: What,
    ) -> Result<Option<(String, String)>, CandidateError> {
        if matches!(what, What::VerifiedName | What::VerifiedDocument) {
            let stored = identities::get(client, account.0).await?.filter(|stored| stored.name.is_some());
            let Some(stored) = stored else { return Ok(None) };
            let person = identity::open(&self.vault, &stored)?;
            let value = match what {
                What::VerifiedName => person.name.expose().to_owned(),
                _ => person.document.expose().to_owned(),
            };
            return Ok(Some((value, what.as_ref().to_owned())));
        }
        let stored = stored_accounts::get(client, account.0).await?.ok_or(CandidateError::Unknown)?;
        let account = accounts::read(&self.vault, &stored)?;
        let seen = match what {
            What::Name | What::Document => mark(&self.vault, what, &account),
            _ => what.as_ref().to_owned(),
        };
        let value = match what {
            What::Name => account.name.map(|name| name.expose().to_owned()),
            What::Document => account.document.map(|document| document.expose().to_owned()),
            What::Mobile => account.mobile.map(|mobile| mobile.expose().to_owned()),
            What::Email => account.email.map(|email| email.expose().to_owned()),
            What::Username => account.username.map(|name| name.expose().to_owned()),
            What::VerifiedName | What::VerifiedDocument | What::Portrait => None,
        };
        Ok(value.map(|value| (value, seen)))
    }

    /// Refuses whoever may not see this candidate, as if there was none.
    pub(super) async fn demand_seen(
        &self,
        client: &impl GenericClient,
        looking: &Looking<'_>,
        account: AccountId,
    ) -> Result<(), CandidateError> {
        let is_there = stored_accounts::get(client, account.0).await?.is_some();
        let is_theirs = candidate_keys::is_of(client, account.0, looking.names().as_deref(), looking.schools()).await?;
        if is_there && is_theirs { Ok(()) } else { Err(CandidateError::Unknown) }
    }
}

async fn portrait_of(client: &impl GenericClient, account: AccountId) -> Result<Uuid, CandidateError> {
    let stored = identities::get(client, account.0).await?;
    stored.and_then(|stored| stored.picture).ok_or(CandidateError::Unknown)
}
