//! Links in letters: a random token, of which only a keyed hash is kept, for half an hour and one use.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::model::clock;
use crate::model::login::Email;
use crate::people::accounts::{Accounts, LinkError};
use crate::people::store;
use crate::people::store::account_links::StoredLink;
use crate::store::StoreError;

/// How long a link is good.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Random bytes of a token.
const TOKEN_BYTES: usize = 24;

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkPurpose {
    SignUp,
    Email,
    Password,
}

impl LinkPurpose {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Email => "email",
            Self::Password => "password",
        }
    }

    /// The page that it leads to.
    pub(crate) fn path(self, token: &str) -> String {
        let page = match self {
            Self::SignUp => "/sign-up/finish",
            Self::Email => "/email/verify",
            Self::Password => "/forgotten/reset",
        };
        format!("{page}?token={token}")
    }
}

/// A link that is good, or was.
pub(crate) struct Link {
    pub(crate) account: Option<Uuid>,
    pub(crate) payload: String,
}

impl Link {
    /// The address that it went to, where that is its payload.
    pub(crate) fn email(&self) -> Result<Email, StoreError> {
        self.payload.parse().map_err(|_| StoreError::Corrupt("a link's address"))
    }
}

impl Accounts {
    /// Makes a link; its token goes into the letter and is kept nowhere.
    pub(crate) async fn new_link(
        &self,
        client: &impl GenericClient,
        purpose: LinkPurpose,
        account: Option<Uuid>,
        payload: &str,
    ) -> Result<String, StoreError> {
        let mut bytes = [0; TOKEN_BYTES];
        rand::fill(&mut bytes).expect("the system has random bytes");
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let index = self.token_index(&token);
        let sealed = self.vault.seal(&context(purpose, &index), payload.as_bytes());
        let ends = clock::now() + LINK_LIFETIME;
        store::account_links::insert(client, &index, purpose.as_str(), account, &sealed, ends).await?;
        Ok(token)
    }

    /// What the link of this token did, if it was used.
    pub(crate) async fn spent_link(&self, purpose: LinkPurpose, token: &str) -> Result<Option<Link>, StoreError> {
        let index = self.token_index(token);
        let found = store::account_links::get(&self.database.client().await?, &index, purpose.as_str()).await?;
        found.filter(|found| found.used_at.is_some()).map(|found| self.open_link(purpose, &index, &found)).transpose()
    }

    fn open_link(&self, purpose: LinkPurpose, index: &[u8; 32], found: &StoredLink) -> Result<Link, StoreError> {
        let plain = self.vault.open(&context(purpose, index), &found.payload)?;
        let payload = String::from_utf8(plain).map_err(|_| StoreError::Corrupt("a link's payload is no text"))?;
        Ok(Link { account: found.account, payload })
    }

    /// What the link of this token does, while it is good. It stays until [`Self::take_link`].
    pub(crate) async fn link(&self, purpose: LinkPurpose, token: &str) -> Result<Link, LinkError> {
        let index = self.token_index(token);
        let client = self.database.client().await?;
        let found = store::account_links::get(&client, &index, purpose.as_str()).await?.ok_or(LinkError::Unknown)?;
        if found.used_at.is_some() {
            return Err(LinkError::Used);
        }
        if found.expires_at <= clock::now() {
            return Err(LinkError::Expired);
        }
        Ok(self.open_link(purpose, &index, &found)?)
    }

    /// Uses the link up, in the transaction that does what it is for.
    pub(crate) async fn take_link(
        &self,
        transaction: &impl GenericClient,
        purpose: LinkPurpose,
        token: &str,
    ) -> Result<(), LinkError> {
        let index = self.token_index(token);
        let taken = store::account_links::take(transaction, &index, purpose.as_str(), clock::now()).await?;
        if taken { Ok(()) } else { Err(LinkError::Used) }
    }

    fn token_index(&self, token: &str) -> [u8; 32] {
        self.vault.index("link", token)
    }
}

fn context(purpose: LinkPurpose, index: &[u8; 32]) -> String {
    format!("link.{} {}", purpose.as_str(), URL_SAFE_NO_PAD.encode(index))
}
