//! Setting up the app that shows codes: its secret is shown once, and counts from the first code that was right. Until then a page
//! keeps it, sealed.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::factors::{Enrolled, FactorError, factors, replace_codes, secret_context};
use super::sessions::{self, OpenSession};
use super::{Staff, StaffMember, totp, write_down};
use crate::desk::audit::AuditAction;
use crate::desk::store;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;

/// How long a page on which an app is set up is good.
const LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// Bytes of the moment that is sealed with the secret.
const SECONDS_BYTES: usize = 8;
/// As what apps list it. It is no word of a page: apps show it beside the member's name.
const ISSUER: &str = "Seathold";

/// A secret that is to be taken into an app.
pub struct NewFactor {
    /// As people type it, in groups of four signs.
    pub secret: String,
    /// As apps read it off a code to scan: `otpauth://totp/…`.
    pub link: String,
    /// Sealed, for the form of the page.
    pub sealed: String,
}

impl Staff {
    /// A secret for somebody's app. It counts only once [`Self::enrol`] was told a code of it.
    pub fn new_factor(&self, member: &StaffMember) -> NewFactor {
        let mut secret = [0; totp::SECRET_BYTES];
        rand::fill(&mut secret).expect("the system has random bytes");
        let ends = clock::now() + LIFETIME;
        let plain = [&ends.as_second().to_be_bytes()[..], &secret[..]].concat();
        let sealed = URL_SAFE_NO_PAD.encode(self.vault.seal(&page_context(member.id), &plain));
        shown(member, &secret, sealed)
    }

    /// The same secret again, for a page on which the code was mistyped; `None` when the page is too old, or another's.
    pub fn same_factor(&self, member: &StaffMember, sealed: &str) -> Option<NewFactor> {
        let secret = self.secret_of_page(member.id, sealed, clock::now())?;
        Some(shown(member, &secret, sealed.to_owned()))
    }

    /// Sets the app up whose secret the page keeps, with the code that it shows, and gives ten recovery codes. Whoever has a
    /// factor already has shown it within five minutes; where the app takes another one's place, their other sign-ins end.
    pub async fn enrol(&self, open: &OpenSession, sealed: &str, code: &str) -> Result<Enrolled, FactorError> {
        let (staff, now) = (open.member.id, clock::now());
        let secret = self.secret_of_page(staff, sealed, now).ok_or(FactorError::Stale)?;
        let step = totp::step_of(&secret, code, now).ok_or(FactorError::Wrong)?;
        let kept = self.vault.seal(&secret_context(staff), &secret);
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        store::staff::lock(&transaction, staff.0).await?;
        if factors(&transaction, &open.member).await?.is_set_up() && !open.session.is_fresh(now) {
            return Err(FactorError::Enrolled);
        }
        if store::staff_factors::delete(&transaction, staff.0).await? {
            sessions::keep_only(&transaction, open).await?;
        }
        store::staff_factors::insert(&transaction, staff.0, &kept, step, now).await?;
        let codes = replace_codes(&transaction, staff).await?;
        let token = sessions::accept(&transaction, open, now).await?.ok_or(FactorError::Ended)?;
        write_down(&transaction, Actor::Staff(staff), AuditAction::StaffEnrolled, &open.member.name).await?;
        transaction.commit().await?;
        Ok(Enrolled { token, codes })
    }

    fn secret_of_page(&self, staff: StaffId, sealed: &str, now: Timestamp) -> Option<Vec<u8>> {
        let plain = self.vault.open(&page_context(staff), &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()?;
        let (ends, secret) = plain.split_first_chunk::<SECONDS_BYTES>()?;
        let is_good = now.as_second() < i64::from_be_bytes(*ends) && secret.len() == totp::SECRET_BYTES;
        is_good.then(|| secret.to_vec())
    }
}

fn shown(member: &StaffMember, secret: &[u8], sealed: String) -> NewFactor {
    let coded = totp::base32(secret);
    let groups: Vec<&str> = (0..coded.len() / 4).map(|at| &coded[4 * at..4 * at + 4]).collect();
    let link = format!("otpauth://totp/{ISSUER}:{}?secret={coded}&issuer={ISSUER}", member.name);
    NewFactor { secret: groups.join(" "), link, sealed }
}

/// What a secret is sealed for while a page keeps it.
fn page_context(staff: StaffId) -> String {
    format!("staff.enrolment {}", staff.0)
}
