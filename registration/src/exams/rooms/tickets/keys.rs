//! The keys that sign the codes of an exam's tickets: made when the first one is needed, sealed by the vault.

use aws_lc_rs::rand;
use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use ticketcode::{KeyId, SigningKey, Tag};

use crate::model::clock;
use crate::rooms::store::ticket_keys::{self, StoredKey};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// The key that signs now, made where there is none.
pub(super) async fn in_use(
    vault: &Vault,
    transaction: &impl GenericClient,
    exam: &ExamId,
) -> Result<SigningKey, StoreError> {
    if let Some(stored) = ticket_keys::in_use(transaction, exam).await? {
        return open(vault, exam, &stored);
    }
    // Two that make the first one at once: the second waits, and finds it.
    ticket_keys::lock(transaction, exam).await?;
    match ticket_keys::in_use(transaction, exam).await? {
        Some(stored) => open(vault, exam, &stored),
        None => make(vault, transaction, exam).await,
    }
}

/// Makes the next one; the caller has locked the exam's keys, and none of them is in use.
pub(super) async fn make(
    vault: &Vault,
    transaction: &impl GenericClient,
    exam: &ExamId,
) -> Result<SigningKey, StoreError> {
    let mut secret = [0; SECRET_BYTES];
    rand::fill(&mut secret).expect("the system has random bytes");
    let id = KeyId(ticket_keys::last(transaction, exam).await? + 1);
    let key = signing(exam, id, &secret)?;
    let sealed = vault.seal(&context(exam, id), &secret);
    let stored = StoredKey { id: id.0, secret: sealed };
    ticket_keys::insert(transaction, exam, &stored, &key.public(), clock::now()).await?;
    Ok(key)
}

fn open(vault: &Vault, exam: &ExamId, stored: &StoredKey) -> Result<SigningKey, StoreError> {
    let id = KeyId(stored.id);
    signing(exam, id, &vault.open(&context(exam, id), &stored.secret)?)
}

fn signing(exam: &ExamId, id: KeyId, secret: &[u8]) -> Result<SigningKey, StoreError> {
    SigningKey::new(Tag::of(exam.as_str()), id, secret).map_err(|_| StoreError::Corrupt("a ticket key's secret"))
}

/// What the ciphertext is and whose: it opens nowhere else.
fn context(exam: &ExamId, id: KeyId) -> String {
    format!("ticket_key {exam} {}", id.0)
}
