//! The table `identities`: what each account consented to, handed in, and was found to be.

pub(crate) mod in_person;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::model::ids::StaffId;
use crate::store::{StoreError, violates};

/// An identity as it is stored: who it is, is ciphertext.
pub(crate) struct StoredIdentity {
    pub(crate) account: Uuid,
    pub(crate) state: String,
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) document: Option<Vec<u8>>,
    pub(crate) way: Option<String>,
    pub(crate) picture: Option<Uuid>,
    pub(crate) submitted_at: Option<Timestamp>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) reason: Option<String>,
    /// Further ways by which it was proved.
    pub(crate) also_by: Vec<String>,
    /// A further proof that waits for staff, since when, and why the last one was refused.
    pub(crate) more_picture: Option<Uuid>,
    pub(crate) more_since: Option<Timestamp>,
    pub(crate) more_reason: Option<String>,
    /// The back of a card that waits; its front is the picture, or that of the further proof.
    pub(crate) card_back: Option<Uuid>,
    /// What a machine noticed about what waits.
    pub(crate) hints: Vec<String>,
    /// The text that was agreed to.
    pub(crate) consent_version: String,
    /// Those words of `way` and `also_by` that staff confirmed in person, and when, the last time.
    pub(crate) in_person: Vec<String>,
    pub(crate) in_person_at: Option<Timestamp>,
}

/// Who somebody is, sealed, and the index by which the document is found.
pub(crate) struct SealedPerson {
    pub(crate) name: Vec<u8>,
    pub(crate) document: Vec<u8>,
    pub(crate) document_index: [u8; 32],
}

const COLUMNS: &str = "account, state, name, document, way, picture, submitted_at, decided_at, reason, also_by,
    more_picture, more_since, more_reason, card_back, hints, consent_version, in_person,
    in_person_at";

/// What is handed in for staff.
pub(crate) struct HandedIn<'a> {
    pub(crate) way: &'a str,
    pub(crate) picture: Uuid,
    pub(crate) card_back: Option<Uuid>,
    pub(crate) hints: &'a [String],
}

/// Notes the consent; a later one of another version takes its place.
pub(crate) async fn consent(
    client: &impl GenericClient,
    account: Uuid,
    version: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.identities AS i (account, state, consent_at, consent_version)
             VALUES ($1, 'none', $3, $2)
             ON CONFLICT (account) DO UPDATE SET consent_at = $3, consent_version = $2
             WHERE i.consent_version <> $2",
        )
        .await?;
    client.execute(&statement, &[&account, &version, &now]).await?;
    Ok(())
}

/// Was this version consented to?
pub(crate) async fn has_consented(
    client: &impl GenericClient,
    account: Uuid,
    version: &str,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT 1 FROM registration.identities WHERE account = $1 AND consent_version = $2")
        .await?;
    Ok(client.query_opt(&statement, &[&account, &version]).await?.is_some())
}

/// The identity of an account, if it consented.
pub(crate) async fn get(client: &impl GenericClient, account: Uuid) -> Result<Option<StoredIdentity>, StoreError> {
    let statement =
        client.prepare_cached(&format!("SELECT {COLUMNS} FROM registration.identities WHERE account = $1")).await?;
    Ok(client.query_opt(&statement, &[&account]).await?.map(|row| read(&row)))
}

/// The same, locked until the transaction ends.
pub(crate) async fn lock(client: &impl GenericClient, account: Uuid) -> Result<Option<StoredIdentity>, StoreError> {
    let statement = client
        .prepare_cached(&format!("SELECT {COLUMNS} FROM registration.identities WHERE account = $1 FOR UPDATE"))
        .await?;
    Ok(client.query_opt(&statement, &[&account]).await?.map(|row| read(&row)))
}

/// The identities of these accounts, in any order.
pub(crate) async fn get_all(client: &impl GenericClient, accounts: &[Uuid]) -> Result<Vec<StoredIdentity>, StoreError> {
    let statement = client
        .prepare_cached(&format!("SELECT {COLUMNS} FROM registration.identities WHERE account = ANY($1)"))
        .await?;
    Ok(client.query(&statement, &[&accounts]).await?.iter().map(read).collect())
}

/// The account that is verified as the person with this document, if one is.
pub(crate) async fn of_document(
    client: &impl GenericClient,
    document_index: &[u8; 32],
) -> Result<Option<StoredIdentity>, StoreError> {
    let statement = client
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM registration.identities WHERE document_index = $1 AND state = 'verified'"
        ))
        .await?;
    Ok(client.query_opt(&statement, &[&&document_index[..]]).await?.map(|row| read(&row)))
}

/// Is the account verified, so that its name and document stay?
pub(crate) async fn is_verified(client: &impl GenericClient, account: Uuid) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached("SELECT 1 FROM registration.identities WHERE account = $1 AND state = 'verified'")
        .await?;
    Ok(client.query_opt(&statement, &[&account]).await?.is_some())
}

/// Hands in pictures for staff; handed in again, the place in the queue is kept. False when the account is verified
/// or did not consent.
pub(crate) async fn hand_in(
    client: &impl GenericClient,
    account: Uuid,
    person: &SealedPerson,
    handed: &HandedIn<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET state = 'waiting', way = $7, name = $2, document = $3,
                 document_index = $4, picture = $5, card_back = $8, hints = $9, decided_at = NULL,
                 decided_by = NULL, reason = NULL,
                 submitted_at = CASE state WHEN 'waiting' THEN submitted_at ELSE $6 END
             WHERE account = $1 AND state <> 'verified'",
        )
        .await?;
    let SealedPerson { name, document, document_index } = person;
    let HandedIn { way, picture, card_back, hints } = handed;
    let index = &document_index[..];
    let values: [&(dyn ToSql + Sync); 9] = [&account, name, document, &index, picture, &now, way, card_back, hints];
    Ok(client.execute(&statement, &values).await? == 1)
}

/// What became of verifying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    Yes,
    /// The account was verified already, or did not consent.
    No,
    /// Another account is this person.
    Taken,
}

/// Verifies an account. After [`Verified::Taken`] the transaction is to be given up.
pub(crate) async fn verify(
    client: &impl GenericClient,
    account: Uuid,
    person: &SealedPerson,
    way: &str,
    picture: Option<Uuid>,
    staff: Option<StaffId>,
    now: Timestamp,
) -> Result<Verified, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET state = 'verified', way = $5, name = $2, document = $3,
                 document_index = $4, picture = $6, card_back = NULL, hints = '{}', decided_at = $8, decided_by = $7,
                 reason = NULL, submitted_at = coalesce(submitted_at, $8)
             WHERE account = $1 AND state <> 'verified'",
        )
        .await?;
    let SealedPerson { name, document, document_index } = person;
    let index = &document_index[..];
    match client
        .execute(&statement, &[&account, name, document, &index, &way, &picture, &staff.map(|staff| staff.0), &now])
        .await
    {
        Ok(changed) => Ok(if changed == 1 { Verified::Yes } else { Verified::No }),
        Err(error) if violates(&error, "identities_one_account_per_person") => Ok(Verified::Taken),
        Err(error) => Err(error.into()),
    }
}

/// Hands in a picture of somebody verified as a further proof by staff; handed in again, the place in the queue is kept.
/// False when the account is not verified.
pub(crate) async fn hand_in_more(
    client: &impl GenericClient,
    account: Uuid,
    handed: &HandedIn<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities
             SET more_picture = $2, more_since = coalesce(more_since, $3), card_back = $4, hints = $5, more_by = NULL,
                 more_reason = NULL
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    let HandedIn { picture, card_back, hints, .. } = handed;
    Ok(client.execute(&statement, &[&account, picture, &now, card_back, hints]).await? == 1)
}

/// Notes by what else somebody verified was proved with their first way, each a word like those of ways.
pub(crate) async fn note_proofs(client: &impl GenericClient, account: Uuid, words: &[&str]) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET also_by = also_by || $2::text[]
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    client.execute(&statement, &[&account, &words]).await?;
    Ok(())
}

/// Notes further ways by which somebody verified was proved; what waited for staff waits no more. The photo is taken where
/// there was none. False when the account is not verified.
pub(crate) async fn add_ways(
    client: &impl GenericClient,
    account: Uuid,
    ways: &[&str],
    picture: Option<Uuid>,
    staff: Option<StaffId>,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities
             SET also_by = also_by || $2::text[], picture = coalesce(picture, $3), more_picture = NULL,
                 more_since = NULL, more_by = $4, more_reason = NULL, card_back = NULL, hints = '{}'
             WHERE account = $1 AND state = 'verified'",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &ways, &picture, &staff.map(|staff| staff.0)]).await? == 1)
}

/// Refuses a further proof. False when it does not wait any more, or waits with another picture.
pub(crate) async fn refuse_more(
    client: &impl GenericClient,
    account: Uuid,
    picture: Uuid,
    staff: StaffId,
    reason: &str,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities
             SET more_picture = NULL, more_since = NULL, more_by = $3, more_reason = $4, card_back = NULL,
                 hints = '{}'
             WHERE account = $1 AND more_picture = $2",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &picture, &staff.0, &reason]).await? == 1)
}

/// Refuses what waits. False when it does not wait any more, or waits with another picture.
pub(crate) async fn refuse(
    client: &impl GenericClient,
    account: Uuid,
    picture: Uuid,
    staff: StaffId,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET state = 'refused', decided_at = $5, decided_by = $3, reason = $4,
                 picture = NULL, card_back = NULL, hints = '{}'
             WHERE account = $1 AND picture = $2 AND state = 'waiting'",
        )
        .await?;
    Ok(client.execute(&statement, &[&account, &picture, &staff.0, &reason, &now]).await? == 1)
}

/// Takes back what waits, because the account says that it is somebody else. Its pictures, to be dropped.
pub(crate) async fn withdraw(client: &impl GenericClient, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities i SET state = 'none', picture = NULL, name = NULL, document = NULL,
                 document_index = NULL, way = NULL, submitted_at = NULL, card_back = NULL, hints = '{}'
             FROM (SELECT account, picture, card_back FROM registration.identities WHERE account = $1 FOR UPDATE) before
             WHERE i.account = before.account AND i.state = 'waiting' RETURNING before.picture, before.card_back",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&account]).await?.map(|row| dropped(&row)).unwrap_or_default())
}

/// The account is nobody's, until somebody is verified anew. Its pictures, to be dropped.
pub(crate) async fn release(client: &impl GenericClient, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities i SET state = 'none', picture = NULL, name = NULL, document = NULL,
                 document_index = NULL, way = NULL, submitted_at = NULL, decided_at = NULL, decided_by = NULL,
                 reason = NULL, card_back = NULL, hints = '{}'
             FROM (SELECT account, picture, card_back FROM registration.identities WHERE account = $1 FOR UPDATE) before
             WHERE i.account = before.account RETURNING before.picture, before.card_back",
        )
        .await?;
    Ok(client.query_opt(&statement, &[&account]).await?.map(|row| dropped(&row)).unwrap_or_default())
}

/// The verified photo goes; who the account is stays.
pub(crate) async fn forget_photo(
    client: &impl GenericClient,
    account: Uuid,
    photos: &[Uuid],
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "UPDATE registration.identities SET picture = NULL
             WHERE account = $1 AND state = 'verified' AND picture = ANY($2)",
        )
        .await?;
    client.execute(&statement, &[&account, &photos]).await?;
    Ok(())
}

/// The pictures that a row named.
fn dropped(row: &Row) -> Vec<Uuid> {
    let named: [Option<Uuid>; 2] = [row.get("picture"), row.get("card_back")];
    named.into_iter().flatten().collect()
}

fn read(row: &Row) -> StoredIdentity {
    StoredIdentity {
        account: row.get("account"),
        state: row.get("state"),
        name: row.get("name"),
        document: row.get("document"),
        way: row.get("way"),
        picture: row.get("picture"),
        submitted_at: row.get("submitted_at"),
        decided_at: row.get("decided_at"),
        reason: row.get("reason"),
        also_by: row.get("also_by"),
        more_picture: row.get("more_picture"),
        more_since: row.get("more_since"),
        more_reason: row.get("more_reason"),
        card_back: row.get("card_back"),
        hints: row.get("hints"),
        consent_version: row.get("consent_version"),
        in_person: row.get("in_person"),
        in_person_at: row.get("in_person_at"),
    }
}
