//! Letters with a link, which somebody waits for: written into the outbox in the transaction that makes the link, so that a
//! mail server that is away loses none. Address and link are sealed, and forgotten when the letter has come to its end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;
use gateways::Letter;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::login::Email;
use crate::outbox::letters;
use crate::outbox::store::outbox::{self, NewRow};
use crate::people::accounts::Accounts;
use crate::people::accounts::proof::links::LINK_LIFETIME;
use crate::store::StoreError;

/// The topic of these letters among all that leaves. The version before knows only messages, and leaves them alone.
pub(crate) const TOPIC: &str = "letter";

/// What a letter's link is for. It is stored in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum LetterKind {
    /// Finishes a sign-up.
    SignUp,
    /// The address has an account already.
    Taken,
    /// Proves an address.
    Verify,
    /// Sets another password.
    Password,
}

/// What is sealed in the row.
#[derive(Serialize, Deserialize)]
struct Sealed {
    to: String,
    /// Where the link leads, on each host.
    path: String,
    /// The link is over then.
    until: Timestamp,
}

/// The row's payload: `to` is what the outbox forgets at the end.
#[derive(Serialize, Deserialize)]
struct Payload {
    to: String,
}

impl Accounts {
    /// Leaves a letter to be sent, if the site sends any.
    pub(crate) async fn leave_letter(
        &self,
        transaction: &impl GenericClient,
        kind: LetterKind,
        account: Option<AccountId>,
        (to, path): (&Email, String),
    ) -> Result<(), StoreError> {
        if !self.ways().mail {
            return Ok(());
        }
        let now = clock::now();
        let sealed = Sealed { to: to.expose().to_owned(), path, until: now + LINK_LIFETIME };
        let plain = serde_json::to_vec(&sealed).expect("plain texts can be written as JSON");
        let payload = Payload { to: URL_SAFE_NO_PAD.encode(self.vault.seal(&context(kind), &plain)) };
        let payload = serde_json::to_string(&payload).expect("plain texts can be written as JSON");
        let row = NewRow { topic: TOPIC, kind: kind.into(), account, exam: None, payload: &payload, now };
        outbox::add(transaction, &row).await
    }

    /// The letter of a row, and until when its link is good.
    pub(crate) fn left_letter(&self, kind: LetterKind, payload: &str) -> Result<(Letter, Timestamp), StoreError> {
        let corrupt = || StoreError::Corrupt("a letter of the outbox");
        let payload: Payload = serde_json::from_str(payload).map_err(|_| corrupt())?;
        let sealed = URL_SAFE_NO_PAD.decode(&payload.to).map_err(|_| corrupt())?;
        let plain = self.vault.open(&context(kind), &sealed)?;
        let Sealed { to, path, until } = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
        let (to, links): (Email, _) = (to.parse().map_err(|_| corrupt())?, self.post.links(&path));
        let letter = match kind {
            LetterKind::SignUp => letters::sign_up(&to, &links),
            LetterKind::Taken => letters::taken(&to, &links),
            LetterKind::Verify => letters::verify(&to, &links),
            LetterKind::Password => letters::password(&to, &links),
        };
        Ok((letter, until))
    }
}

fn context(kind: LetterKind) -> String {
    let kind: &str = kind.into();
    format!("outbox.letter {kind}")
}
