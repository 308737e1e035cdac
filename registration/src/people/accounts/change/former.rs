//! Where an account was reached before its mobile or address was changed: told of the change, should it not have been the
//! owner who made it. The address is sealed in the outbox until the message has come to its end.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;

use crate::model::clock;
use crate::model::ids::AccountId;
use crate::model::login::Email;
use crate::model::person::Mobile;
use crate::outbox::messages::{self, About, MessageKind, SealedAddress};
use crate::people::accounts::{Account, Accounts, sealed_context};
use crate::store::StoreError;

/// An address that one message goes to.
pub(crate) enum Address {
    /// By letter to this mailbox.
    Mail(Email),
    /// By a message to this mobile.
    Mobile(Mobile),
}

/// What an address in the outbox is sealed for: it opens for its own account only.
const CONTEXT: &str = "outbox";

impl Accounts {
    /// Tells the mobile that the account had, if it was proved and messages can be sent, in the transaction that changed
    /// something.
    pub(crate) async fn tell_former_mobile(
        &self,
        transaction: &impl GenericClient,
        before: &Account,
        kind: MessageKind,
    ) -> Result<(), StoreError> {
        let proved = before.mobile.as_ref().filter(|_| before.mobile_verified_at.is_some() && self.post.can_message());
        match proved {
            Some(mobile) => {
                let address = SealedAddress::Mobile(self.seal_address(before.id, mobile.expose()));
                self.tell_former(transaction, before.id, kind, address).await
            }
            None => Ok(()),
        }
    }

    /// The same for the mailbox that the account had.
    pub(crate) async fn tell_former_mailbox(
        &self,
        transaction: &impl GenericClient,
        before: &Account,
        kind: MessageKind,
    ) -> Result<(), StoreError> {
        match before.email.as_ref().filter(|_| before.email_verified_at.is_some() && self.ways().mail) {
            Some(email) => {
                let address = SealedAddress::Mail(self.seal_address(before.id, email.expose()));
                self.tell_former(transaction, before.id, kind, address).await
            }
            None => Ok(()),
        }
    }

    async fn tell_former(
        &self,
        transaction: &impl GenericClient,
        account: AccountId,
        kind: MessageKind,
        address: SealedAddress,
    ) -> Result<(), StoreError> {
        messages::add_about(transaction, account, None, kind, &About::to(address), clock::now()).await
    }

    /// The address of a message to this account's former owner.
    pub(crate) fn open_address(&self, account: AccountId, address: &SealedAddress) -> Result<Address, StoreError> {
        let corrupt = StoreError::Corrupt("the address of a message");
        let (SealedAddress::Mail(text) | SealedAddress::Mobile(text)) = address;
        let Ok(sealed) = URL_SAFE_NO_PAD.decode(text) else { return Err(corrupt) };
        let opened = self.vault.open(&sealed_context(CONTEXT, account.0), &sealed)?;
        let Ok(plain) = String::from_utf8(opened) else { return Err(corrupt) };
        let read = match address {
            SealedAddress::Mail(_) => plain.parse().map(Address::Mail).ok(),
            SealedAddress::Mobile(_) => plain.parse().map(Address::Mobile).ok(),
        };
        read.ok_or(corrupt)
    }

    fn seal_address(&self, account: AccountId, address: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.vault.seal(&sealed_context(CONTEXT, account.0), address.as_bytes()))
    }
}
