//! Signing in by an identity provider, as a university has one: its word stands in place of the password, and, where the operator
//! says so and the member has a second factor of ours, of that one, too. Who somebody is, the pair of issuer and subject says and
//! nothing else; whoever is linked to none is let in by nobody. What failed counts against the network, apart from its wrong passwords.

mod linked;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateways::IdentityProvider;
use gateways::oidc::{Answered, OidcError, ProvidedSubject};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::factors::factors;
use super::sessions::{FRESH_MAX, Origin, SessionToken};
use super::{Staff, StaffMember, read};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::store;
use crate::desk::store::staff_subjects::At;
use crate::model::actor::Actor;
use crate::model::clock;
use crate::model::ids::StaffId;
use crate::secrets::attempts::Counted;
use crate::store::StoreError;

pub use gateways::oidc::{ProviderName, REDIRECT_PATH};
pub use linked::{LinkedSubject, ProviderLinkError};

/// How long a browser may be away, at the provider.
const AWAY_MAX: SignedDuration = SignedDuration::from_mins(10);
/// By how much the provider's clock and ours may differ: what it says was a moment ago may be a moment to come here.
const SKEW_MAX: SignedDuration = SignedDuration::from_mins(1);
/// Answers of one network to questions of ours that let nobody in, before the next must wait.
const NETWORK_FAILED_FREE: u32 = 30;
/// Answers of one network to no question of ours that are written down; then they are so ever more rarely.
const NETWORK_STALE_FREE: u32 = 30;
/// What a question is sealed for while its browser is away.
const CONTEXT: &str = "staff.provider";
/// What the audit calls somebody of whom nobody knows who they are.
const NOBODY: &str = "staff";
/// Most states that are forgotten in one round.
const BATCH: i64 = 1_000;

/// What a browser goes to the provider for.
#[derive(Debug, Clone, Copy)]
pub enum Errand<'a> {
    /// To sign in.
    SignIn,
    /// So that this member, who is signed in, can do so by the provider from then on.
    Link(&'a StaffMember),
}

/// A browser on its way to the provider.
pub struct Departure {
    /// Where it goes.
    pub url: String,
    /// What it brings back: sealed, for a cookie.
    pub kept: String,
}

/// What a browser brings back from the provider.
#[derive(Clone, Copy, Default)]
pub struct Back<'a> {
    /// What its cookie kept.
    pub kept: Option<&'a str>,
    /// The state in the address.
    pub state: &'a str,
    /// The code in the address, where the provider has said yes.
    pub code: &'a str,
    /// The provider's word for why not, where it has said no.
    pub error: Option<&'a str>,
    /// Who says that they are the provider.
    pub issuer: Option<&'a str>,
}

/// What has become of it.
pub enum Arrived {
    /// Somebody is signed in.
    SignedIn {
        /// Who it is.
        member: Box<StaffMember>,
        /// With which sign-in.
        token: SessionToken,
        /// Whether the provider's second factor counts, so that none is asked for here: it said so, and the member has one of ours.
        is_all_in: bool,
        /// Where they were going.
        next: String,
    },
    /// Somebody has shown that they are this subject, and says next whether that is to be linked: sealed, for their cookie.
    ToBeLinked(String),
}

/// Why nobody was signed in. Refusals first, faults last. What exactly was wrong is not told to whoever asks.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No provider is set up here.
    #[error("there is no identity provider")]
    NotThere,
    /// The browser brought no question of ours back, an old one, or one that was answered already.
    #[error("the way to the identity provider has to be gone anew: {0}")]
    Stale(&'static str),
    /// Whoever sat before the provider's page did not sign in there.
    #[error("nobody signed in at the identity provider")]
    Denied,
    /// What the provider said cannot be believed.
    #[error(transparent)]
    Refused(OidcError),
    /// Nobody of the staff is this subject.
    #[error("nobody of the staff is linked to this subject")]
    Unlinked {
        /// Who it is at the provider: whoever asks has shown that it is theirs.
        subject: String,
    },
    /// Somebody of the staff is, who is disabled. It is told as if nobody were.
    #[error("the member of staff is disabled")]
    Disabled {
        /// Who it is at the provider.
        subject: String,
        /// Who it is here, for the audit.
        name: String,
    },
    /// Too many sign-ins from this network have failed.
    #[error("too many sign-ins have failed")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// The provider gave no answer.
    #[error(transparent)]
    Silent(OidcError),
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OidcError> for ProviderError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::NoAnswer(_) => Self::Silent(error),
            OidcError::Refused(_) | OidcError::Token(_) => Self::Refused(error),
        }
    }
}

/// A question while its browser is away.
#[derive(Serialize, Deserialize)]
struct Kept {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    /// Until which second.
    ends: i64,
    /// Who is to be linked; absent where somebody signs in.
    link: Option<Uuid>,
}

impl Staff {
    /// What people call the provider; `None` where there is none.
    pub fn provider_name(&self) -> Option<&ProviderName> {
        self.provider.as_ref().map(IdentityProvider::name)
    }

    /// Where the provider sends browsers back to: how they reach these pages, without a slash at the end.
    pub fn provider_site(&self) -> Option<&str> {
        self.provider.as_ref().map(IdentityProvider::site)
    }

    /// Sends a browser to the provider.
    pub async fn leave_for_provider(&self, errand: Errand<'_>, next: &str) -> Result<Departure, ProviderError> {
        let provider = self.provider.as_ref().ok_or(ProviderError::NotThere)?;
        let asked = provider.ask().await.map_err(|error| {
            tracing::warn!(%error, "nobody can sign in by the identity provider");
            ProviderError::from(error)
        })?;
        let link = match errand {
            Errand::SignIn => None,
            Errand::Link(member) => Some(member.id.0),
        };
        let ends = (clock::now() + AWAY_MAX).as_second();
        let (state, nonce, verifier) = (asked.state, asked.nonce, asked.verifier);
        let kept = Kept { state, nonce, verifier, next: next.to_owned(), ends, link };
        Ok(Departure { url: asked.url, kept: self.sealed(CONTEXT, &kept) })
    }

    /// Takes what a browser brings back, once.
    pub async fn back_from_provider(&self, back: &Back<'_>, origin: &Origin<'_>) -> Result<Arrived, ProviderError> {
        let provider = self.provider.as_ref().ok_or(ProviderError::NotThere)?;
        let question = match self.question(back) {
            Ok(question) => question,
            Err(error) => {
                // Any page can have a browser ask for this address: that keeps nobody out, and fills the audit only so fast.
                let stale = self.counted_at_provider("staff provider stale", origin);
                if self.attempts.begin(stale, NETWORK_STALE_FREE).is_ok() {
                    self.write_refusal(&error, origin).await?;
                }
                return Err(error);
            }
        };
        let network = self.counted_at_provider("staff provider", origin);
        let too_many = |retry_after| ProviderError::TooMany { retry_after };
        self.attempts.begin(network, NETWORK_FAILED_FREE).map_err(too_many)?;
        // It is large.
        match Box::pin(self.arrived(provider, (back, question), origin)).await {
            Ok(arrived) => {
                self.attempts.forget(&network);
                Ok(arrived)
            }
            Err(error) => {
                if matches!(error, ProviderError::Store(_)) {
                    self.attempts.take_off(&network, 1);
                }
                self.write_refusal(&error, origin).await?;
                Err(error)
            }
        }
    }

    /// The question of ours that a browser brings the answer to, and until when it is one. Nothing but the browser is asked.
    fn question(&self, back: &Back<'_>) -> Result<(Kept, Timestamp), ProviderError> {
        let kept: Kept =
            back.kept.and_then(|kept| self.unsealed(CONTEXT, kept)).ok_or(ProviderError::Stale("cookie"))?;
        let ends = Timestamp::from_second(kept.ends).map_err(|_| ProviderError::Stale("cookie"))?;
        if back.state.is_empty() || back.state != kept.state {
            return Err(ProviderError::Stale("state"));
        }
        if ends <= clock::now() {
            return Err(ProviderError::Stale("time"));
        }
        Ok((kept, ends))
    }

    /// What comes back from the provider and lets nobody in counts against this, apart from wrong passwords.
    fn counted_at_provider(&self, purpose: &str, origin: &Origin<'_>) -> Counted {
        self.vault.index(purpose, &origin.network().to_string())
    }

    async fn arrived(
        &self,
        provider: &IdentityProvider,
        (back, (kept, ends)): (&Back<'_>, (Kept, Timestamp)),
        origin: &Origin<'_>,
    ) -> Result<Arrived, ProviderError> {
        let client = self.database.client().await?;
        let is_first = store::staff_subjects::staff_provider_states::take(&client, &hash(&kept.state), ends).await?;
        // No connection is held while the provider is asked.
        drop(client);
        if !is_first {
            return Err(ProviderError::Stale("used"));
        }
        match back.error {
            None => {}
            Some("access_denied" | "login_required" | "interaction_required" | "consent_required") => {
                return Err(ProviderError::Denied);
            }
            Some(_) => return Err(OidcError::Refused("authorization".to_owned()).into()),
        }
        let (nonce, verifier) = (kept.nonce.as_str(), kept.verifier.as_str());
        let somebody = provider.answer(Answered { code: back.code, issuer: back.issuer, nonce, verifier }).await?;
        match kept.link {
            Some(staff) => Ok(Arrived::ToBeLinked(self.proof_of(StaffId(staff), &somebody))),
            None => self.let_in(somebody, origin, kept.next).await,
        }
    }

    /// Begins the sign-in of whoever is linked to this subject.
    async fn let_in(
        &self,
        somebody: ProvidedSubject,
        origin: &Origin<'_>,
        next: String,
    ) -> Result<Arrived, ProviderError> {
        let at = At { issuer: &somebody.issuer, subject: &somebody.subject };
        let client = self.database.client().await?;
        let Some(stored) = store::staff_subjects::owner(&client, at).await? else {
            return Err(ProviderError::Unlinked { subject: somebody.subject });
        };
        let member = read(stored)?;
        if member.disabled_at.is_some() {
            return Err(ProviderError::Disabled { subject: somebody.subject, name: member.name });
        }
        let now = clock::now();
        store::staff_subjects::used(&client, at, (&somebody.shown, now)).await?;
        // To whoever has none of ours, the pages give one without asking for any: it is to be theirs before they are in.
        let has_own = factors(&client, &member).await?.is_set_up();
        let is_all_in = somebody.has_second_factor && has_own;
        let detail = if is_all_in { "second factor" } else { "first factor" };
        let (actor, about) = (Actor::Staff(member.id), format!("staff.{}", member.name));
        let entry = Entry::new(actor, AuditAction::StaffSignedInByProvider, &about);
        entry.detail(Some(detail)).write(&client).await?;
        drop(client);
        let factor_at = is_all_in.then(|| shown_at(somebody.authenticated_at, now));
        let token = self.begin_vouched(&member, origin, factor_at).await?;
        Ok(Arrived::SignedIn { member: Box::new(member), token, is_all_in, next })
    }

    /// Writes down that nobody was let in, and why. Who was refused is not known to be whoever the subject says.
    async fn write_refusal(&self, error: &ProviderError, origin: &Origin<'_>) -> Result<(), ProviderError> {
        let (about, why) = match error {
            // It was not looked at whether anybody is let in.
            ProviderError::Store(_) | ProviderError::TooMany { .. } | ProviderError::NotThere => return Ok(()),
            ProviderError::Stale(why) => (NOBODY.to_owned(), format!("stale: {why}")),
            ProviderError::Denied => (NOBODY.to_owned(), "denied".to_owned()),
            ProviderError::Refused(error) | ProviderError::Silent(error) => (NOBODY.to_owned(), error.to_string()),
            ProviderError::Unlinked { .. } => (NOBODY.to_owned(), "unlinked".to_owned()),
            ProviderError::Disabled { name, .. } => (format!("staff.{name}"), "disabled".to_owned()),
        };
        let address = origin.masked();
        tracing::warn!(target: "security", event = "staff_provider_refused", why, address, "who came from the provider");
        let client = self.database.client().await?;
        let entry = Entry::new(Actor::System, AuditAction::StaffRefusedByProvider, &about);
        Ok(entry.detail(Some(why.as_str())).write(&client).await?)
    }

    /// Seals what a browser keeps for us.
    fn sealed(&self, context: &str, value: &impl Serialize) -> String {
        let plain = serde_json::to_vec(value).expect("texts and numbers are JSON");
        URL_SAFE_NO_PAD.encode(self.vault.seal(context, &plain))
    }

    /// Opens it again; `None` for what we did not seal for that.
    fn unsealed<V: for<'de> Deserialize<'de>>(&self, context: &str, sealed: &str) -> Option<V> {
        let plain = self.vault.open(context, &URL_SAFE_NO_PAD.decode(sealed).ok()?).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// When the second factor was shown, by what the provider says of it: no later than now. One that does not say so, or names a moment
/// further ahead than clocks differ, has vouched for it, and for nothing that needs it fresh.
fn shown_at(authenticated_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let said = authenticated_at.filter(|at| now.duration_since(*at) >= -SKEW_MAX);
    said.map_or(now - FRESH_MAX, |at| at.min(now))
}

fn hash(state: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, state.as_bytes());
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Forgets states that would not be good any more.
pub(crate) async fn forget(client: &impl deadpool_postgres::GenericClient) -> Result<(), StoreError> {
    store::staff_subjects::staff_provider_states::delete_old(client, clock::now(), BATCH).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_that_was_shown_elsewhere_is_as_fresh_as_the_provider_says() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(10);
        let before = now - SignedDuration::from_mins(2);
        assert_eq!(shown_at(Some(before), now), before);
        for ahead in [1, 60].map(SignedDuration::from_secs) {
            assert_eq!(shown_at(Some(now + ahead), now), now, "their clock is ahead by {ahead}");
        }
        for unsaid in [None, Some(now + SignedDuration::from_secs(61))] {
            assert_eq!(now.duration_since(shown_at(unsaid, now)), FRESH_MAX, "{unsaid:?}");
        }
    }
}
