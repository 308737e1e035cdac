//! Passkeys: keys that a device keeps and uses once it knows who is there, by a finger, a face or its own code (WebAuthn). Nobody
//! can be talked out of one: a browser uses it on the site that it was made for and nowhere else.
//!
//! What is to be signed is made of the sign-in's token, which changes with every factor that was shown: so each signature counts
//! once, and nothing has to be kept for it.

mod proof;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;
use jiff::Timestamp;

use super::factors::{Enrolled, FactorError, PASSKEYS_MAX, factors, replace_codes};
use super::sessions::{self, OpenSession, Origin};
use super::{Staff, StaffMember, write_down};
use crate::desk::audit::AuditAction;
use crate::desk::store;
use crate::desk::store::staff_passkeys::StoredPasskey;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::store::StoreError;
use proof::Ceremony;

/// Longest text of a field that a browser sends, in base64.
const FIELD_CHARS_MAX: usize = 4096;

/// How pages name a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasskeyNumber(pub i64);

/// A passkey of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its number among all of them.
    pub number: PasskeyNumber,
    /// With what it was made, such as `Edge, Windows`; empty where that is not known.
    pub agent: String,
    /// Since when it is good.
    pub added_at: Timestamp,
    /// When it was last used; `None` before.
    pub used_at: Option<Timestamp>,
}

/// What a browser is asked when a passkey is made or used, in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyQuestion {
    /// What is to be signed.
    pub challenge: String,
    /// What authenticators call the member's passkeys.
    pub credentials: Vec<String>,
    /// What authenticators call the member.
    pub user: String,
}

/// What a browser answered when a passkey was used, in base64url.
#[derive(Debug, Clone, Copy, Default)]
pub struct UsedPasskey<'a> {
    /// What the authenticator calls it.
    pub credential: &'a str,
    /// What the browser says of the ceremony, as JSON.
    pub client: &'a str,
    /// What the authenticator says.
    pub data: &'a str,
    /// Its signature of both.
    pub signature: &'a str,
    /// The origin of the page, as the request says it: `https://staff.example.edu`.
    pub origin: &'a str,
}

/// What a browser answered when a passkey was made, in base64url.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewPasskey<'a> {
    /// What the browser says of the ceremony, as JSON.
    pub client: &'a str,
    /// What the authenticator says.
    pub data: &'a str,
    /// The public key, as SubjectPublicKeyInfo.
    pub key: &'a str,
    /// How it signs: its number in COSE.
    pub algorithm: i32,
    /// The origin of the page, as the request says it: `https://staff.example.edu`.
    pub origin: &'a str,
}

impl Staff {
    /// What a browser is asked in this sign-in.
    pub async fn passkey_question(&self, open: &OpenSession) -> Result<PasskeyQuestion, StoreError> {
        let client = self.database.client().await?;
        let all = store::staff_passkeys::of(&client, open.member.id.0, PASSKEYS_MAX).await?;
        Ok(PasskeyQuestion {
            challenge: URL_SAFE_NO_PAD.encode(self.challenge(open)),
            credentials: all.iter().map(|one| URL_SAFE_NO_PAD.encode(&one.credential)).collect(),
            user: URL_SAFE_NO_PAD.encode(open.member.id.0.as_bytes()),
        })
    }

    /// The passkeys of somebody, the newest first; at most ten.
    pub async fn passkeys(&self, member: &StaffMember) -> Result<Vec<Passkey>, StoreError> {
        let client = self.database.client().await?;
        let all = store::staff_passkeys::of(&client, member.id.0, PASSKEYS_MAX).await?;
        let shown = |StoredPasskey { number, agent, added_at, used_at, .. }: StoredPasskey| Passkey {
            number: PasskeyNumber(number),
            agent,
            added_at,
            used_at,
        };
        Ok(all.into_iter().map(shown).collect())
    }

    /// Adds a passkey to somebody who has no second factor, or has shown it within five minutes. The first factor comes with ten
    /// recovery codes; another one with none.
    pub async fn add_passkey(
        &self,
        open: &OpenSession,
        new: &NewPasskey<'_>,
        origin: &Origin<'_>,
    ) -> Result<Enrolled, FactorError> {
        let (staff, now) = (open.member.id, clock::now());
        let (stored, signs) = self.read_new(open, new, origin, now).ok_or(FactorError::Wrong)?;
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::lock(&transaction, staff.0).await?;
        let had = factors(&transaction, &open.member).await?;
        if had.is_set_up() && !open.session.is_fresh(now) {
            return Err(FactorError::Enrolled);
        }
        let is_new = store::staff_passkeys::insert(&transaction, staff.0, &stored, signs).await?;
        if had.passkeys >= PASSKEYS_MAX || !is_new {
            return Err(FactorError::Full);
        }
        let codes = if had.is_set_up() { Vec::new() } else { replace_codes(&transaction, staff).await? };
        let token = sessions::accept(&transaction, open, now).await?.ok_or(FactorError::Ended)?;
        write_down(&transaction, Actor::Staff(staff), AuditAction::StaffEnrolled, &open.member.name).await?;
        transaction.commit().await?;
        Ok(Enrolled { token, codes })
    }

    /// Takes one of somebody's own passkeys away, which was not their last factor. False when it was, or there is no such one.
    pub async fn remove_passkey(&self, open: &OpenSession, number: PasskeyNumber) -> Result<bool, StoreError> {
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::lock(&transaction, open.member.id.0).await?;
        let is_gone = store::staff_passkeys::delete(&transaction, open.member.id.0, number.0).await?;
        if !is_gone || !factors(&transaction, &open.member).await?.is_set_up() {
            return Ok(false);
        }
        let actor = Actor::Staff(open.member.id);
        write_down(&transaction, actor, AuditAction::StaffPasskeyRemoved, &open.member.name).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a passkey's signature within the transaction that lets somebody in.
    pub(super) async fn take_passkey(
        &self,
        transaction: &impl GenericClient,
        open: &OpenSession,
        used: &UsedPasskey<'_>,
        now: Timestamp,
    ) -> Result<(), FactorError> {
        let field = |text| bytes(text).ok_or(FactorError::Wrong);
        let (credential, said_by_browser) = (field(used.credential)?, field(used.client)?);
        let (data, signed) = (field(used.data)?, field(used.signature)?);
        let found = store::staff_passkeys::get(transaction, open.member.id.0, &credential).await?;
        let known = found.ok_or(FactorError::Wrong)?;
        let is_here = proof::site_of(used.origin) == Some(known.site.as_str());
        let is_asked = proof::is_of(&said_by_browser, Ceremony::Get, &self.challenge(open), used.origin);
        let said = proof::said(&data, &known.site).filter(|_| is_here && is_asked).ok_or(FactorError::Wrong)?;
        if !proof::is_signed(known.algorithm, &known.key, (&data, &said_by_browser), &signed) {
            return Err(FactorError::Wrong);
        }
        if !store::staff_passkeys::signed(transaction, known.number, said.signs.into(), now).await? {
            return Err(FactorError::Used);
        }
        Ok(())
    }

    /// What a new passkey is, if it was made here and now.
    fn read_new(
        &self,
        open: &OpenSession,
        new: &NewPasskey<'_>,
        origin: &Origin<'_>,
        now: Timestamp,
    ) -> Option<(StoredPasskey, i64)> {
        let (client, data, key) = (bytes(new.client)?, bytes(new.data)?, bytes(new.key)?);
        let site = proof::site_of(new.origin)?;
        if !proof::is_of(&client, Ceremony::Create, &self.challenge(open), new.origin) {
            return None;
        }
        let said = proof::said(&data, site)?;
        let credential = said.credential?.to_vec();
        let stored = StoredPasskey {
            number: 0,
            credential,
            key,
            algorithm: new.algorithm,
            site: site.to_owned(),
            agent: origin.agent_in_words(),
            added_at: now,
            used_at: None,
        };
        proof::is_key(new.algorithm, &stored.key).then_some((stored, said.signs.into()))
    }

    fn challenge(&self, open: &OpenSession) -> [u8; 32] {
        self.vault.index_of_bytes("staff passkey", &open.token.hash())
    }
}

/// The bytes of a field.
fn bytes(text: &str) -> Option<Vec<u8>> {
    (text.len() <= FIELD_CHARS_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()
}
