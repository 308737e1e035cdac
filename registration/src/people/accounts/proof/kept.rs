//! What a page keeps for its own form, sealed: a password that need not be typed again, a form that waits until its
//! sender has signed in again, who was proved and may choose. Nothing of it is kept on the server.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::people::accounts::Accounts;

/// How long it is good.
const LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// Longest value, in bytes of JSON: sealed and in base64 it still fits a form.
pub const KEPT_BYTES_MAX: usize = 8 * 1024;
/// Who proved to be one of several accounts chooses within this time.
const CHOICE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

impl Accounts {
    /// Seals a value for a page. `what` says what it is for: it opens as nothing else. Nothing when it is too long.
    pub fn keep(&self, what: &str, value: &impl Serialize) -> Option<String> {
        self.keep_for(what, value, LIFETIME)
    }

    /// The value that a page of ours kept, while it is good.
    pub fn kept<T: DeserializeOwned>(&self, what: &str, token: &str) -> Option<T> {
        if token.is_empty() || token.len() > 2 * KEPT_BYTES_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = String::from_utf8(self.vault.open(&context(what), &sealed).ok()?).ok()?;
        let (ends, text) = plain.split_once('\n')?;
        if clock::now().as_second() >= ends.parse().ok()? { None } else { serde_json::from_str(text).ok() }
    }

    /// Lets somebody who proved to be one of these accounts choose which.
    pub fn offer(&self, accounts: &[AccountId]) -> String {
        self.keep_for("choice", &accounts, CHOICE_LIFETIME).expect("a few ids are short")
    }

    /// Is this account among those that were offered?
    pub fn is_offered(&self, offer: &str, account: AccountId) -> bool {
        self.kept("choice", offer).is_some_and(|ids: Vec<AccountId>| ids.contains(&account))
    }

    fn keep_for(&self, what: &str, value: &impl Serialize, lifetime: SignedDuration) -> Option<String> {
        let text = serde_json::to_string(value).ok()?;
        if text.len() > KEPT_BYTES_MAX {
            return None;
        }
        let plain = format!("{}\n{text}", (clock::now() + lifetime).as_second());
        Some(URL_SAFE_NO_PAD.encode(self.vault.seal(&context(what), plain.as_bytes())))
    }
}

fn context(what: &str) -> String {
    format!("kept.{what}")
}
